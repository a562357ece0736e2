"""How the journal outside stands to the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hawl.foundations.journal.file import JournalDamaged, JournalFile
from hawl.foundations.journal.models import JournalEntry, JournalLeft


@dataclass(frozen=True, slots=True)
class Compared:
    """One file: `lacking` entries are in the database only, `unknown` in the file only."""

    file: str
    entries: int
    lacking: int
    unknown: int
    torn: int
    damaged: str


def compare(files: Sequence[JournalFile]) -> list[Compared]:
    """Prove each file and compare it with the database, entry by entry."""
    known = set(JournalEntry.objects.values_list("entry", flat=True))
    found: list[Compared] = []
    for file in files:
        try:
            held = {each.id for each in file.entries()}
            damaged = ""
        except JournalDamaged as wrong:
            held, damaged = set(), str(wrong)
        torn = 0 if damaged else file.head().torn
        found.append(Compared(str(file.path), len(held), len(known - held), len(held - known), torn, damaged))
    return found


@dataclass(frozen=True, slots=True)
class Left:
    """One entry that a restore left. `stands`: waits, by_hand (nobody can come in again under it), lowers."""

    entry: str
    kind: str
    subject: str
    at: str
    stands: str


def left() -> list[Left]:
    """What restores left and nobody came in for, the oldest first."""
    rows = {each.entry: each for each in JournalLeft.objects.filter(placed_at=None)}
    found: list[Left] = []
    for entry in JournalEntry.objects.filter(entry__in=rows).order_by("number"):
        row = rows[entry.entry]
        stands = "lowers" if row.why == "lowers" else "waits" if row.source else "by_hand"
        found.append(Left(str(entry.entry), entry.kind, str(entry.subject), entry.at.isoformat(), stands))
    return found
