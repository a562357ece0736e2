"""Run as the jobs process on a restored database that is not in place yet: put the journal back, say what was done.

One line of JSON on standard output; progress on standard error. `python -m hawl.config.backups.replaying`.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any, TypedDict


class Told(TypedDict):
    """What became of the entries outside: how many, the newest; by kind what was put back or left; who is not here.

    `lost_accounts` are ids of accounts made after the backup; `newest_account` the highest id that any account had.
    """

    outside: int
    newest_number: int
    put_back: dict[str, int]
    left_lower: dict[str, int]
    unplaced: list[str]
    lost_accounts: list[int]
    newest_account: int


def nothing_told() -> Told:
    """Of a trial, which puts nothing back."""
    return {"outside": 0, "newest_number": 0, "put_back": {}, "left_lower": {}, "unplaced": [],
            "lost_accounts": [], "newest_account": 0}  # fmt: skip


def replay_here() -> Told:
    """Put the journal back into the database that this process speaks to. Raises `InstallationError`."""
    from hawl.foundations.access.actor import Actor
    from hawl.foundations.commands import Progress
    from hawl.foundations.database.home import InstallationError
    from hawl.foundations.journal import shipping
    from hawl.foundations.journal.actions import replay
    from hawl.foundations.journal.file import JournalDamaged

    outside = []
    for file in shipping.files():
        try:
            outside += file.entries()
        except JournalDamaged as damaged:
            raise InstallationError(
                f"The safety journal is damaged: {damaged}", "Put its second copy in its place, then restore again."
            ) from damaged
    progress = Progress("Entries put back")
    by = Actor("system:restore", machine=True)
    done = replay(by=by, outside=outside, tell=progress.at)
    _tell_audit(by)
    return {
        "outside": len({each.id for each in outside}),
        "newest_number": max((each.number for each in outside), default=0),
        "put_back": done.put_back,
        "left_lower": dict(Counter(each.kind for each in done.left_lower)),
        "unplaced": [str(each) for each in done.unplaced],
        "lost_accounts": done.lost_accounts(),
        "newest_account": max((int(each.facts.get("account") or 0) for each in outside), default=0),
    }


def _tell_audit(by: Any) -> None:
    """A grave act: from which seal to which the chain went back."""
    from hawl.foundations.access.scope import acting_as
    from hawl.foundations.audit.actions import record
    from hawl.foundations.audit.anchors import kept_head
    from hawl.foundations.audit.queries import head_of_seals

    kept = kept_head()
    with acting_as(by):
        head = head_of_seals()
        record(
            action="database.restored", object_kind="database", grave=True, seal_before=kept.seq if kept else 0,
            seal_now=head[0].seq if head else 0,
        )  # fmt: skip


def main() -> int:
    """The process itself."""
    import django

    django.setup()
    from hawl.foundations.commands import say_json
    from hawl.foundations.database.home import InstallationError

    try:
        say_json(replay_here())
    except InstallationError as wrong:
        say_json({"what": wrong.what, "mend": wrong.mend})
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
