"""What each form of the staff site does to a record, in the words of the policy (`access.policy.Action`).

An address to which forms are sent has its line here, or the build fails (tests/test_acts.py); where the policy asks for
a fresh sign-in before such an act, so must the view. `None` is for forms that touch no record of a person.
"""

from __future__ import annotations

from hawl.foundations.access.policy import Action

ACTS: dict[str, Action | None] = {
    # Pages of a person and their cases.
    "search": Action.SEARCH,
    "show_contact": Action.SHOW_CONTACT,
    "record_act": Action.RECORD,
    "answer_duty": Action.RECORD,
    "take_back": Action.RECORD,
    "record_answer": Action.RECORD,
    "refer": Action.CHANGE,
    "withdraw": Action.CHANGE,
    "take": Action.CHANGE,
    "agree": Action.RECORD,
    "withdraw_agreement": Action.CHANGE,
    # By the second yes the police come to know of somebody who came without them: that takes protection away.
    "second_agreement": Action.PROTECT,
    # Whether a number may be rung is protection: closing one needs no code, opening one does.
    "contact_decide": Action.PROTECT,
    "contact_answer": Action.PROTECT,
    "contact_plan": Action.PROTECT,
    "contact_plan_answer": Action.PROTECT,
    "contact_first_call": Action.RECORD,
    # Protection of a record.
    "protection_propose": Action.PROTECT,
    "protection_conflict": Action.PROTECT,
    "proposal_step": Action.PROTECT,
    "glass": Action.PROTECT,
    "ask_renaming": Action.PROTECT,
    "review_step": Action.PROTECT,
    "settle_look": Action.RECORD,
    "declare": Action.RECORD,
    # Messages to a person; their words.
    "message_settle": Action.RECORD,
    "message_withdraw": Action.CHANGE,
    "message_letter": Action.SHOW_CONTACT,
    "message_approve": None,
    # The installation, and one's own sign-in. Whether an account opens is no act on a record; it asks for a code too.
    "account_decide": None,
    # A yes to what a machine does after two of them, `Action.ERASE`; whoever says it sees no record by it.
    "erasure_decide": None,
    # Figures that name nobody.
    "paper_keep": None,
    "policy_report": None,
    "failure_looked_at": None,
    "sign_in": None,
    "sign_in_code": None,
    "sign_in_set_up": None,
    "step_up": None,
    "kept": None,
    "sign_out": None,
    "authenticator_new": None,
    "passkey_new": None,
    "passkey_remove": None,
    "recovery_codes": None,
    "sessions_end": None,
    "session_end": None,
    "reset_stop": None,
}
