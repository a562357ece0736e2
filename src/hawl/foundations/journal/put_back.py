"""Putting the journal back into a restored database, as owner of the installation's command line only.

What the files hold and the database lacks was decided after the backup: each entry was written in the transaction of
its effect, so a database without the entry is without the effect. Entries are put back in their order. One that lowers
protection is put back only where the journal itself holds the raise before it; any other lowering stays undone, so that
a restored database never stands lower than the journal proves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from hawl.foundations.database.home import InstallationError
from hawl.foundations.journal.kinds import KINDS, Entry
from hawl.foundations.journal.replaying import Handler


class CannotReplay(InstallationError):
    """The journal cannot be put back whole; nothing of it was kept and the doors stay shut."""


@dataclass(slots=True)
class Replayed:
    """What was done: entries by kind, those that lower and stay undone, and those whose subject is not here.

    `lost` are entries about accounts that are not here: those made after the backup. Nothing waits for them.
    """

    put_back: dict[str, int] = field(default_factory=dict)
    left_lower: list[Entry] = field(default_factory=list)
    unplaced: list[UUID] = field(default_factory=list)
    lost: list[Entry] = field(default_factory=list)

    def lost_accounts(self) -> list[int]:
        """Ids of the accounts that the restored database lacks."""
        return sorted({int(each.facts["account"]) for each in self.lost})

    def total(self) -> int:
        """How many entries were put back."""
        return sum(self.put_back.values())


def in_order(everything: Iterable[Entry]) -> list[Entry]:
    """Entries in the order in which they took effect, each once."""
    by_id = {each.id: each for each in everything}
    return sorted(by_id.values(), key=lambda each: (each.number, each.at, str(each.id)))


def to_put_back(everything: Sequence[Entry], known: frozenset[UUID]) -> tuple[list[Entry], list[Entry]]:
    """Of all entries, in order, those that the database lacks and that may be put back, and those that may not.

    A lowering may only follow a raise about the same thing that stands in the journal.
    """
    raised: set[tuple[object, ...]] = set()
    may: list[Entry] = []
    left: list[Entry] = []
    for entry in everything:
        kind = KINDS.get(entry.kind)
        if kind is None:
            raise CannotReplay(
                f"The journal holds an entry of the kind {entry.kind!r}, which this release does not know.",
                "Restore with the release that wrote it, or a newer one.",
            )
        if not kind.lowers:
            raised.add(entry.about())
        if entry.id in known:
            continue
        if kind.lowers and entry.about() not in raised:
            left.append(entry)
            continue
        may.append(entry)
    return may, left


def put_back(
    entries: Sequence[Entry], handlers: dict[str, Handler], *, tell: Callable[[int], None] | None = None
) -> Replayed:
    """Give each entry to its room's handler, in order. Raises `CannotReplay` where a kind that raises has none.

    A kind that lowers and that no room puts back stays undone: people lower protection, not a restore. The caller
    holds the transaction and names the machine as actor; where a handler raises, the caller rolls back.
    """
    missing = sorted({each.kind for each in entries if not KINDS[each.kind].lowers} - set(handlers))
    if missing:
        raise CannotReplay(
            f"No room says how to put back: {', '.join(missing)}.", "Install the release that wrote the journal."
        )
    done = Replayed()
    for number, entry in enumerate(entries, start=1):
        handler = handlers.get(entry.kind)
        if handler is None:
            done.left_lower.append(entry)
            continue
        placed = handler(entry)
        if placed is False and KINDS[entry.kind].of_account:
            done.lost.append(entry)
        elif placed is False:
            done.unplaced.append(entry.id)
        else:
            done.put_back[entry.kind] = done.put_back.get(entry.kind, 0) + 1
        if tell:
            tell(number)
    return done
