"""Of how many duties there is a record of what became of them, and who told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hawl.foundations.disclosure import Count, rounded
from hawl.foundations.measures import Figure, Words, declare
from hawl.foundations.measures.periods import Period
from hawl.rights.duties.counting import Asked, NoSuchNumber, Number, record_counts, recorded_duties
from hawl.rights.duties.reaching import per_cent, reach
from hawl.rights.rulebook import applying, vocabulary

# Who told what became of a duty: the first word of an event's author; nobody though its time came; nobody yet.
TOLD_BY = ("feed", "extract", "user", "none", "running")
# As which of them any other author counts.
_ELSE = "user"


@dataclass(frozen=True, slots=True)
class ActRecords:
    """Of the duties that one act answers: how many have a record by whom, and how many have none."""

    act: str
    told_by: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Records:
    """Who told what became of the duties that began in a period: numbers by the names of `TOLD_BY`.

    `acts` are by the event code of the act; empty where `protected`.
    """

    as_of: date
    protected: bool
    told_by: Mapping[str, Count]
    acts: tuple[ActRecords, ...]

    @property
    def coverage(self) -> float | None:
        """Per cent of the duties whose time has come, or that have no day, of which there is a record."""
        counts = [self.told_by[name] for name in ("feed", "extract", "user", "none")]
        known = [n for n in counts if isinstance(n, int)]
        return per_cent(sum(known[:-1]), sum(known)) if len(known) == len(counts) else None


def records(*, period: Period, today: date, council: str = "", tier: str = "", offence: str = "") -> Records:
    """Of how many certain duties there is a record of what became of them, and who told of it; one statement.

    For who may see no person only over all acts, to the nearest five. Raises TooFine as `compliance`.
    """
    whole, as_of = reach(period, today, finer=bool(council or tier or offence))
    asked = Asked(as_of, period.since, period.until, council, tier, offence)
    acts: dict[str, dict[str, int]] = {}
    totals = dict.fromkeys(TOLD_BY, 0)
    for (duty, source), n in record_counts(asked, _answers(), whole=whole).items():
        name = source if source in TOLD_BY else _ELSE
        row = acts.setdefault(_act_of()[duty], dict.fromkeys(TOLD_BY, 0))
        row[name] += n
        totals[name] += n
    number = rounded if whole else int
    return Records(
        as_of=as_of,
        protected=whole,
        told_by={name: number(n) for name, n in totals.items()},
        acts=() if whole else tuple(ActRecords(act, row) for act, row in sorted(acts.items())),
    )


def told_duties(asked: Asked, number: Number) -> tuple[str, list[Any]]:
    """A statement that gives the ids of the duties that a number of `records` counts for who asks, and its values.

    Raises NoSuchNumber.
    """
    named_by = {"": 0, "act": 1}.get(number.by)
    if number.told_by not in TOLD_BY or named_by != len(number.row):
        raise NoSuchNumber(f"There is no number of records by {number.by!r} that {number.told_by!r} told.")
    of_act = [duty for duty, act in _act_of().items() if number.row in ((), (act,))]
    others = number.told_by == _ELSE
    sources = [name for name in TOLD_BY if name != _ELSE] if others else [number.told_by]
    return recorded_duties(asked, _answers(), sources, others=others, duties=of_act)


def _answers() -> list[tuple[str, str]]:
    """Pairs of a duty's id and an event that answers or closes it; none of what the next body's receipt does."""
    closings = [code for code, kind in vocabulary().events.items() if kind.closes_as]
    duties = [duty for book in applying() for duty in book.duties if duty.act is not None]
    return [(one.id, code) for one in duties for code in (one.act, one.decline, *closings) if code is not None]


def _act_of() -> dict[str, str]:
    return {duty.id: duty.act for book in applying() for duty in book.duties if duty.act is not None}


RECORDS = declare(
    Figure(
        key="code.records",
        words=Words("What there is a record of", "Yr hyn y mae cofnod ohono"),
        definition=Words(
            "Of the duties that are certain in law: how many have a record of what became of them (done, declined, or "
            "closed with a reason), by who told of it, and how many have none though their time has come or no day is "
            "set for them.",
            "O'r dyletswyddau sy'n sicr yn y gyfraith: faint sydd â chofnod o'r hyn a ddaeth ohonynt (gwnaed, "
            "gwrthodwyd, neu caewyd gyda rheswm), yn ôl pwy a ddywedodd, a faint sydd heb gofnod er bod eu hamser "
            "wedi dod neu na phennir diwrnod ar eu cyfer.",
        ),
        source=Words("Hawl: recorded events", "Hawl: digwyddiadau a gofnodwyd"),
        unit="duties",
        answer=records,
    )
)
