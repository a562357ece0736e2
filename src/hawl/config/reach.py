"""What each command and each job may reach of people: none runs without a line here (tests/test_reach.py).

The command line is for whoever runs the installation, who has the rights of the jobs process and no sight of content:
a command that reaches people works on them as a machine and prints counts, codes and ids alone. Pages say at their
own doors to whom they open (`access.doors`).
"""

from __future__ import annotations

from enum import StrEnum


class Reach(StrEnum):
    """How far a command or job goes."""

    NOTHING = "nothing"  # no table, or none about people
    FIGURES = "figures"  # counts by the functions that count
    ACCOUNTS = "accounts"  # people who work here, never those who are helped
    MACHINE = "machine"  # rows of people, as a machine: it prints no content
    OWNER = "owner"  # the database as a whole: making, moving, keeping a copy


COMMANDS: dict[str, Reach] = {
    "access matrix": Reach.NOTHING,
    "access mutants": Reach.NOTHING,
    "account end": Reach.ACCOUNTS,
    "account list": Reach.ACCOUNTS,
    "account places": Reach.NOTHING,
    "account put": Reach.ACCOUNTS,
    "account reset-factor": Reach.ACCOUNTS,
    "agreements close": Reach.MACHINE,
    "area check": Reach.NOTHING,
    "area export": Reach.NOTHING,
    "area load": Reach.NOTHING,
    "audit anchor": Reach.NOTHING,
    "audit verify": Reach.NOTHING,
    "backup": Reach.OWNER,
    "backup key": Reach.NOTHING,
    "backup verify": Reach.OWNER,
    "crime import": Reach.NOTHING,
    "demo code": Reach.ACCOUNTS,
    "demo": Reach.MACHINE,
    "demo feed": Reach.NOTHING,
    "doctor": Reach.FIGURES,
    "duties evaluate": Reach.NOTHING,
    "duties summary": Reach.NOTHING,
    "extract check": Reach.NOTHING,
    "extract import": Reach.MACHINE,
    "extract waiting": Reach.MACHINE,
    "feed check": Reach.NOTHING,
    "feed import": Reach.MACHINE,
    "feed reopen": Reach.MACHINE,
    "fields document": Reach.NOTHING,
    "fields list": Reach.NOTHING,
    "journal left": Reach.MACHINE,
    "journal replay": Reach.MACHINE,
    "journal verify": Reach.NOTHING,
    "keys escrow": Reach.NOTHING,
    "keys recover": Reach.NOTHING,
    "keys renew": Reach.MACHINE,
    "keys retire": Reach.MACHINE,
    "keys rotate": Reach.MACHINE,
    "keys status": Reach.MACHINE,
    "people link-file": Reach.NOTHING,
    "people reindex": Reach.MACHINE,
    "partner add": Reach.NOTHING,
    "partner ask": Reach.NOTHING,
    "partner end": Reach.NOTHING,
    "partner list": Reach.NOTHING,
    "partner make-key": Reach.NOTHING,
    "partner send": Reach.NOTHING,
    "person erase": Reach.MACHINE,
    "prepare": Reach.OWNER,
    "restore": Reach.OWNER,
    "rulebook check": Reach.NOTHING,
    "rulebook compare": Reach.NOTHING,
    "rulebook show": Reach.NOTHING,
    "seal": Reach.NOTHING,
    "serve": Reach.NOTHING,
    "upgrade": Reach.OWNER,
    "uploads check": Reach.NOTHING,
}

# By the module and name of the function.
JOBS: dict[str, Reach] = {
    "hawl.foundations.identity.jobs.clear_away_old": Reach.ACCOUNTS,
    "hawl.foundations.identity.jobs.tell_refused_tries": Reach.ACCOUNTS,
    "hawl.foundations.messages.jobs.dispatch_messages": Reach.MACHINE,
    "hawl.registers.agreements.jobs.close_lapsed": Reach.MACHINE,
    "hawl.work.extracts.jobs.take_in_extracts": Reach.MACHINE,
    "hawl.work.partners.jobs.take_in_deliveries": Reach.MACHINE,
    "hawl.work.intake.jobs.take_in_inbox": Reach.MACHINE,
    "hawl.work.protection.jobs.look_for_conflicts": Reach.MACHINE,
    "hawl.work.protection.jobs.gather_unexplained_looks": Reach.MACHINE,
    "hawl.work.protection.jobs.carry_out_renamings": Reach.MACHINE,
    "hawl.work.protection.jobs.draw_reviewers": Reach.MACHINE,
    "hawl.work.protection.jobs.watch": Reach.MACHINE,
}
