"""Run as the jobs process on a restored database that is not in place yet: put the journal back, say what was done.

One line of JSON on standard output; progress on standard error. `python -m hawl.config.backups.replaying`.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any


def replay_here() -> dict[str, Any]:
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
    done = replay(by=Actor("system:restore", machine=True), outside=outside, tell=progress.at)
    return {
        "outside": len({each.id for each in outside}),
        "newest_number": max((each.number for each in outside), default=0),
        "put_back": done.put_back,
        "left_lower": dict(Counter(each.kind for each in done.left_lower)),
        "unplaced": [str(each) for each in done.unplaced],
    }


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
