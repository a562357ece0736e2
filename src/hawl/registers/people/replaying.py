"""How what raised protection is put back after a restore: a backup of yesterday holds yesterday's words.

`contact_safe` has no handler: what lowered protection is decided anew by two people, never by a machine.
"""

from __future__ import annotations

from hawl.foundations.access.actor import current_actor
from hawl.foundations.clock import now
from hawl.foundations.journal.kinds import Entry
from hawl.foundations.journal.replaying import replays
from hawl.registers.people.actions.restoring import close_again, never_again, plan_lost, spend_again


@replays("contact_unsafe")
def _contact_unsafe(entry: Entry) -> bool:
    return close_again(by=current_actor(), entry=entry, at=now())


@replays("never_reach")
def _never_reach(entry: Entry) -> bool:
    return never_again(by=current_actor(), entry=entry, at=now())


@replays("no_first_call")
def _no_first_call(entry: Entry) -> bool:
    return spend_again(by=current_actor(), entry=entry, at=now())


@replays("plan_changed")
def _plan_changed(entry: Entry) -> bool:
    return plan_lost(by=current_actor(), entry=entry, at=now())
