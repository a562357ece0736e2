"""After a restore: who left has left, and what was taken from an account stays taken."""

from __future__ import annotations

from hawl.foundations.access.actor import current_actor
from hawl.foundations.identity.actions.restoring import forget_resets, take_again
from hawl.foundations.journal.kinds import KINDS, Entry
from hawl.foundations.journal.replaying import after_restore, replays


def _again(entry: Entry) -> bool:
    return take_again(by=current_actor(), entry=entry)


for _kind in KINDS.values():
    if _kind.of_account:
        replays(_kind.code)(_again)


@after_restore
def _forget_resets() -> None:
    forget_resets(by=current_actor())
