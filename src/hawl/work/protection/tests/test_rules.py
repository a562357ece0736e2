"""Who may raise protection and who may lower it: by example, by every combination, and by a search for a way round."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hawl.foundations.access.actor import Role
from hawl.work.protection import rules
from hawl.work.protection.rules import Asked, Party, Record

LEAD = Party(1, frozenset({Role.SPECIALIST_LEAD}))
WORKER = Party(2, frozenset({Role.VICTIM_CARE_OFFICER}))
NAMED = Party(3, frozenset({Role.HUB_WORKER}))
ALSO_NAMED = Party(4, frozenset({Role.SPECIALIST_LEAD}))
STEWARD = Party(5, frozenset({Role.STEWARD}))
OPEN = Record("open")
SEALED = Record("sealed", frozenset({3, 4}))


def test_anyone_who_sees_the_record_may_propose_a_seal() -> None:
    assert rules.why_not_proposed(Asked("seal", 2, (NAMED,)), OPEN, WORKER, sees=True) is None
    assert rules.why_not_proposed(Asked("seal", 2, (NAMED,)), OPEN, WORKER, sees=False) == "not_seen"


def test_a_seal_that_leaves_nobody_is_refused() -> None:
    gone = Party(8, NAMED.roles, "not_active")
    walled = Party(9, NAMED.roles, shut_out=True)
    for named in ((), (gone,), (walled,), (gone, walled), (STEWARD,)):
        assert rules.why_not_proposed(Asked("seal", 2, named), OPEN, WORKER, sees=True) == "nobody_left"
    assert rules.why_not_proposed(Asked("seal", 2, (gone, walled, NAMED)), OPEN, WORKER, sees=True) is None


def test_who_is_named_may_be_gone_by_the_time_of_confirming() -> None:
    gone = Party(3, NAMED.roles, "vetting_lapsed")
    assert rules.why_not_confirmed(Asked("seal", 2, (gone,)), OPEN, LEAD, WORKER, sees=True) == "nobody_left"


@pytest.mark.parametrize(("by", "code"), [(LEAD, None), (NAMED, None), (WORKER, "same_person"),
                                          (Party(7, WORKER.roles), "not_allowed")])  # fmt: skip
def test_a_lead_or_one_to_be_named_confirms_a_seal(by: Party, code: str | None) -> None:
    assert rules.why_not_confirmed(Asked("seal", 2, (NAMED,)), OPEN, by, WORKER, sees=True) == code


def test_two_named_people_unseal_and_no_lead_who_is_not_named() -> None:
    asked = Asked("unseal", 3)
    assert rules.why_not_proposed(asked, SEALED, NAMED, sees=True) is None
    assert rules.why_not_proposed(Asked("unseal", 1), SEALED, LEAD, sees=True) == "not_allowed"
    assert rules.why_not_confirmed(asked, SEALED, ALSO_NAMED, NAMED, sees=True) is None
    assert rules.why_not_confirmed(asked, SEALED, LEAD, NAMED, sees=True) == "not_allowed"


@pytest.mark.parametrize("code", ["not_active", "organisation_ended", "vetting_lapsed", "training_lapsed"])
def test_both_must_be_in_standing_when_it_is_confirmed(code: str) -> None:
    lapsed_proposer = Party(3, NAMED.roles, code)
    lapsed_second = Party(4, ALSO_NAMED.roles, code)
    asked = Asked("unseal", 3)
    assert rules.why_not_confirmed(asked, SEALED, ALSO_NAMED, lapsed_proposer, sees=True) == "not_in_standing"
    assert rules.why_not_confirmed(asked, SEALED, lapsed_second, NAMED, sees=True) == "not_in_standing"


def test_a_steward_stands_as_second_for_unsealing_and_renaming_alone() -> None:
    assert {kind for kind in rules.KINDS if rules.why_no_opinion(kind, 3, STEWARD) is None} == {"unseal", "rename"}
    assert rules.why_no_opinion("unseal", 5, STEWARD) == "same_person"
    assert rules.why_no_opinion("unseal", 3, LEAD) == "not_allowed"
    assert rules.why_no_opinion("unseal", 3, Party(5, STEWARD.roles, "vetting_lapsed")) is None
    assert rules.why_no_opinion("unseal", 3, Party(5, STEWARD.roles, "not_active")) == "not_in_standing"


def test_what_is_done_already_is_refused() -> None:
    restricted = Record("restricted", frozenset({3}))
    assert rules.why_not_proposed(Asked("seal", 3, (NAMED,)), SEALED, NAMED, sees=True) == "already"
    assert rules.why_not_proposed(Asked("restrict", 3, (NAMED,)), SEALED, NAMED, sees=True) == "already"
    assert rules.why_not_proposed(Asked("restrict", 3, (NAMED,)), restricted, NAMED, sees=True) == "already"
    assert rules.why_not_proposed(Asked("seal", 3, (NAMED,)), restricted, NAMED, sees=True) is None
    assert rules.why_not_proposed(Asked("unseal", 3), restricted, NAMED, sees=True) == "not_protected"
    assert rules.why_not_proposed(Asked("unrestrict", 3), restricted, NAMED, sees=True) is None


def test_a_denial_ends_by_two_and_only_one_that_is_there() -> None:
    record = Record("open", denied=frozenset({("user", 9)}))
    there, absent = Asked("end_denial", 1, about=("user", 9)), Asked("end_denial", 1, about=("user", 8))
    assert rules.why_not_proposed(there, record, LEAD, sees=True) is None
    assert rules.why_not_proposed(absent, record, LEAD, sees=True) == "no_such_denial"
    assert rules.why_not_proposed(there, record, WORKER, sees=True) == "not_allowed"
    assert rules.why_not_confirmed(there, record, ALSO_NAMED, LEAD, sees=True) is None


def test_whom_the_record_is_denied_to_signs_nothing() -> None:
    kept_out = Party(1, LEAD.roles, shut_out=True)
    for kind in rules.KINDS:
        asked = Asked(kind, 2, (NAMED,), ("user", 1))
        record = Record("open", frozenset({1}), frozenset({("user", 1)}))
        assert rules.why_not_proposed(asked, record, kept_out, sees=True) == "not_seen"
        assert rules.why_not_confirmed(asked, record, kept_out, WORKER, sees=True) == "not_seen"


PARTIES = st.builds(
    Party,
    user_id=st.integers(1, 5),
    roles=st.frozensets(st.sampled_from(list(Role)), max_size=3),
    lapsed=st.sampled_from(["", "", "not_active", "vetting_lapsed"]),
    shut_out=st.booleans(),
)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(rules.KINDS), PARTIES, PARTIES, st.sampled_from(["open", "restricted", "sealed"]),
    st.frozensets(st.integers(1, 5)), st.booleans(),
)  # fmt: skip
def test_nobody_signs_twice_out_of_standing_or_past_a_denial(
    kind: rules.Kind, one: Party, two: Party, level: str, named: frozenset[int], sees: bool
) -> None:
    record = Record(level, named, frozenset({("user", 9)}))  # type: ignore[arg-type]
    asked = Asked(kind, one.user_id, (one, two), ("user", 9))
    if rules.why_not_confirmed(asked, record, two, one, sees=sees) is None:
        assert two.user_id != one.user_id
        assert sees
        assert not two.lapsed
        assert not one.lapsed
        assert not two.shut_out
        assert two.user_id in named or kind in rules.RAISES or (kind == "end_denial" and level != "sealed")
        if kind in rules.NAMES_PEOPLE:
            assert one.may_open or two.may_open


def test_every_kind_raises_or_lowers_or_only_changes_who_is_named() -> None:
    assert set(rules.KINDS) == rules.RAISES | rules.LOWERS | {"rename"}
    assert not rules.RAISES & rules.LOWERS
    for kind, emergency in product(rules.LOWERS, (True, False)):
        asked = Asked(kind, 3, about=("user", 9), emergency=emergency)
        assert rules.why_not_confirmed(asked, SEALED, NAMED, NAMED, sees=True) == "same_person"


# --- what one person may not do ---------------------------------------------------------------------------------------

RESTRICTED = Record("restricted", frozenset({3, 4}))


@pytest.mark.parametrize("kind", rules.KINDS)
def test_who_sees_by_a_glass_alone_signs_nothing(kind: rules.Kind) -> None:
    looking = Party(7, NAMED.roles, by_glass=True)
    for record in (OPEN, RESTRICTED, SEALED):
        asked = Asked(kind, 2, (NAMED,), ("user", 9), leads=frozenset({3}))
        assert rules.why_not_proposed(asked, record, looking, sees=True) == "glass_reads_only"
        assert rules.why_not_confirmed(asked, record, looking, LEAD, sees=True) == "glass_reads_only"
    assert rules.why_not_kept_from(looking, rules.Denial(), OPEN) == "glass_reads_only"


@pytest.mark.parametrize("kind", ["seal", "restrict"])
def test_what_takes_effect_at_once_names_a_lead_who_can_open_it(kind: rules.Kind) -> None:
    gone = Party(1, LEAD.roles, "vetting_lapsed")
    leads = frozenset({LEAD.user_id})
    for named, code in (((WORKER,), "no_lead_named"), ((WORKER, gone), "no_lead_named"), ((WORKER, LEAD), None)):
        asked = Asked(kind, 2, named, emergency=True, leads=leads)
        assert rules.why_not_proposed(asked, OPEN, WORKER, sees=True) == code
        assert rules.why_not_proposed(Asked(kind, 2, named), OPEN, WORKER, sees=True) is None
    other = Asked(kind, 2, (ALSO_NAMED,), emergency=True, leads=leads)
    assert rules.why_not_proposed(other, OPEN, WORKER, sees=True) == "no_lead_named"


def test_one_person_takes_names_off_and_adds_none() -> None:
    for named, code in (((ALSO_NAMED,), None), ((NAMED, ALSO_NAMED), None), ((ALSO_NAMED, WORKER), "adds_a_name")):
        asked = Asked("seal", 2, named, emergency=True, leads=frozenset({4}))
        assert rules.why_not_proposed(asked, RESTRICTED, WORKER, sees=True) == code


def test_a_name_is_added_by_two_of_whom_one_is_named() -> None:
    asked = Asked("seal", 2, (ALSO_NAMED, WORKER))
    assert rules.why_not_confirmed(asked, RESTRICTED, LEAD, WORKER, sees=True) == "adds_a_name"
    assert rules.why_not_confirmed(asked, RESTRICTED, NAMED, WORKER, sees=True) is None
    by_a_named = Asked("seal", 3, (ALSO_NAMED, WORKER))
    assert rules.why_not_confirmed(by_a_named, RESTRICTED, LEAD, NAMED, sees=True) is None


TAKES = rules.Denial(shut_out=frozenset({3}), left=frozenset({2, 4}), leads_left=frozenset({4}))


@pytest.mark.parametrize(
    ("by", "denial", "record", "code"),
    [
        (WORKER, TAKES, OPEN, None),
        (WORKER, TAKES, RESTRICTED, None),
        (WORKER, replace(TAKES, left=frozenset({2}), leads_left=frozenset()), OPEN, "nobody_besides"),
        (WORKER, replace(TAKES, left=frozenset(), leads_left=frozenset()), OPEN, "nobody_besides"),
        # Where names stand: a lead who is named and another than who denies.
        (WORKER, replace(TAKES, leads_left=frozenset({9})), RESTRICTED, "no_lead_besides"),
        (ALSO_NAMED, TAKES, RESTRICTED, "no_lead_besides"),
        (WORKER, replace(TAKES, shut_out=frozenset({7}), leads_left=frozenset()), RESTRICTED, None),
        # Who holds nothing of it is kept out by one, whoever is left.
        (WORKER, rules.Denial(left=frozenset({2})), RESTRICTED, None),
        (WORKER, replace(TAKES, of_desk=True), OPEN, "desk_kept"),
        (WORKER, rules.Denial(of_desk=True), OPEN, "desk_kept"),
        (Party(2, WORKER.roles, "vetting_lapsed"), TAKES, OPEN, "not_in_standing"),
        (Party(2, WORKER.roles, shut_out=True), TAKES, OPEN, "not_seen"),
    ],
)
def test_one_person_shuts_somebody_out_only_while_another_keeps_the_record(
    by: Party, denial: rules.Denial, record: Record, code: str | None
) -> None:
    assert rules.why_not_kept_from(by, denial, record) == code
