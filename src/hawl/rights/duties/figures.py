"""How duties are kept, in numbers: counted in the database, rated here, guarded for who sees no person.

Who may see people counts what their own scope shows, exactly, so that each number is that of the list behind it.
Everybody else with the permission of figures counts all rows and gets them protected: one quarter at a time, whole
area, to the end of the month before; small numbers hidden with what would give them away. Nobody gets both, since the
difference would tell of sealed cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from hawl.foundations.disclosure import HIDDEN, LEAST, Count, Line, protect, rounded
from hawl.foundations.measures import Figure, Words, declare
from hawl.foundations.measures.periods import Period, months_of, quarters_to
from hawl.rights.duties.counting import Asked, Counted, case_counts, duty_counts, step_counts
from hawl.rights.duties.reaching import per_cent, reach
from hawl.rights.duties.recorded import RECORDS
from hawl.rights.rulebook import COUNTED_AS, column_of

STEPS = ("told_of_services", "referral_asked", "support_referral_made", "support_referral_received",
         "support_reached", "needs_assessed", "support_started")  # fmt: skip
DECLINED_STEP = "support_referral_declined"
# How many quarters a trend has.
QUARTERS = 8


@dataclass(frozen=True, slots=True)
class Kept:
    """One row: how the duties of a body, right, month, council or tier were kept. `path` names it."""

    path: tuple[str, ...]
    counts: Mapping[str, Count]
    total: Count
    # Between what each count must lie, by what is shown; empty where all of them are shown.
    bounds: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def base(self) -> int | None:
        """Duties with a time limit whose time has come: kept, kept late, overdue. None where one is not shown."""
        return self._sum("kept", "late", "overdue")

    @property
    def rate(self) -> float | None:
        """Per cent of `base` kept in time; None where nothing can be said."""
        return per_cent(self.counts["kept"], self.base)

    @property
    def known(self) -> int | None:
        """Duties of which the outcome is known."""
        return self._sum("kept", "late", "overdue", "closed", "done")

    @property
    def coverage(self) -> float | None:
        """Per cent with a known outcome, of those known or not known; what still runs is not asked for yet."""
        known, unknown = self.known, self.counts["unknown"]
        if known is None or not isinstance(unknown, int):
            return None
        return per_cent(known, known + unknown)

    @property
    def rate_range(self) -> tuple[float, float] | None:
        """Between what the rate must lie, by what is shown: it tells nothing that a reader could not work out."""
        return self._range(("kept",), ("late", "overdue"))

    @property
    def coverage_range(self) -> tuple[float, float] | None:
        """Between what the coverage must lie, as `rate_range`."""
        return self._range(("kept", "late", "overdue", "closed", "done"), ("unknown",))

    def _range(self, part: Sequence[str], rest: Sequence[str]) -> tuple[float, float] | None:
        if not self.bounds:
            return None
        least, most = (sum(self.bounds[name][at] for name in part) for at in (0, 1))
        rest_least, rest_most = (sum(self.bounds[name][at] for name in rest) for at in (0, 1))
        if not least + rest_most or not most + rest_least:
            return None
        return 100 * least / (least + rest_most), 100 * most / (most + rest_least)

    def _sum(self, *names: str) -> int | None:
        total = 0
        for name in names:
            n = self.counts[name]
            if not isinstance(n, int):
                return None
            total += n
        return total


@dataclass(frozen=True, slots=True)
class Compliance:
    """How the Code is kept. `enforced` is what the law asks for certain; `advisory` is counted apart.

    Rows of `bodies` have the path (bearer,), of `rights` (bearer, right), of `duties` (bearer, right, duty id), of
    `months` an ISO day, of `councils`, `tiers` and `offences` a key, of `quarters` the key of a quarter, the earliest
    first, whatever period is asked for; all of enforced duties but `advisory_duties`.
    `protected` where small numbers are hidden. `cases_with_data` has anything recorded beside the report.
    """

    as_of: date
    protected: bool
    enforced: Kept
    advisory: Kept
    bodies: tuple[Kept, ...]
    rights: tuple[Kept, ...]
    duties: tuple[Kept, ...]
    advisory_duties: tuple[Kept, ...]
    months: tuple[Kept, ...]
    councils: tuple[Kept, ...]
    tiers: tuple[Kept, ...]
    offences: tuple[Kept, ...]
    quarters: tuple[Kept, ...]
    cases: Count
    cases_with_data: Count

    @property
    def data_coverage(self) -> float | None:
        """Per cent of the cases of which anything beside the report is recorded."""
        return per_cent(self.cases_with_data, self.cases)


@dataclass(frozen=True, slots=True)
class Step:
    """Cases in which a step towards support is recorded; by month of the report in the order of `Steps.months`."""

    event: str
    n: Count
    months: tuple[Count, ...] = ()


@dataclass(frozen=True, slots=True)
class Steps:
    """From the report to support: each step is a dated event of its own, and reached says more than referred."""

    as_of: date
    protected: bool
    cases: Step
    steps: tuple[Step, ...]
    declined: Step
    months: tuple[date, ...]


def compliance(*, period: Period, today: date, council: str = "", tier: str = "", offence: str = "") -> Compliance:
    """How the duties whose clock started in the period stand, and those of the quarters before, in two statements.

    Raises TooFine where who may see no person asks for other than a quarter of the whole area.
    """
    whole, as_of = reach(period, today, finer=bool(council or tier or offence))
    asked = Asked(as_of, period.since, period.until, council, tier, offence)
    quarters = quarters_to(min(asked.until, asked.as_of), QUARTERS)[::-1]
    counted, by_quarter = duty_counts(asked, before=quarters[0].since, whole=whole)
    found = _grouped(counted)
    tree = {path: tuple(row.get(name, 0) for name in COUNTED_AS) for path, row in found["duty"].items()}
    lines = protect(tree) if whole else _exact(tree)
    root = lines.get(("enforced",), _nothing())
    breakdown: Callable[..., tuple[Kept, ...]] = _guarded if whole else _plain
    cases = case_counts(asked, whole=whole).values()
    number = rounded if whole else int
    return Compliance(
        as_of=as_of,
        protected=whole,
        enforced=_kept((), root),
        advisory=_kept((), lines.get(("advisory",), _nothing())),
        bodies=_rows(lines, "enforced", 2),
        rights=_rows(lines, "enforced", 3),
        duties=_rows(lines, "enforced", 4),
        advisory_duties=_rows(lines, "advisory", 4),
        months=breakdown(found["month"], root),
        councils=breakdown(found["council"], root),
        tiers=breakdown(found["tier"], root),
        offences=breakdown(found["offence"], root),
        quarters=_quarters(quarters, by_quarter, whole=whole),
        cases=number(sum(n for n, _ in cases)),
        cases_with_data=number(sum(with_data for _, with_data in cases)),
    )


def _quarters(quarters: Iterable[Period], counted: Mapping[str, Iterable[Counted]], *, whole: bool) -> tuple[Kept, ...]:
    """How each quarter was kept. Each is guarded as its own page is, so that both say the same."""
    kept = {}
    for key, rows in counted.items():
        tree = {path: tuple(row.get(name, 0) for name in COUNTED_AS) for path, row in _grouped(rows)["duty"].items()}
        line = (protect(tree) if whole else _exact(tree)).get(("enforced",))
        if line is not None:
            kept[key] = _kept((key,), line)
    return tuple(kept[each.key] for each in quarters if each.key in kept)


def support_steps(*, period: Period, today: date, council: str = "", offence: str = "") -> Steps:
    """How many cases reported in the period reached each step towards support, in two statements.

    For who may see no person only over the whole quarter, to the nearest five. Raises TooFine as `compliance`.
    """
    whole, as_of = reach(period, today, finer=bool(council or offence))
    months = () if whole else months_of(period, as_of)
    asked = Asked(as_of, period.since, period.until, council, "", offence)
    cases = {month: n for month, (n, _) in case_counts(asked, whole=whole).items()}
    steps = step_counts(asked, whole=whole)

    def step(event: str, counts: Mapping[date, int]) -> Step:
        total = sum(counts.values())
        return Step(event, rounded(total) if whole else total, tuple(counts.get(month, 0) for month in months))

    return Steps(
        as_of=as_of,
        protected=whole,
        cases=step("crime_reported", cases),
        steps=tuple(step(event, steps.get(event, {})) for event in STEPS),
        declined=step(DECLINED_STEP, steps.get(DECLINED_STEP, {})),
        months=months,
    )


Group = dict[tuple[str, ...], dict[str, int]]


def _grouped(counted: Iterable[Counted]) -> dict[str, Group]:
    """Counts by column for each path of each heading; below the duties, enforced ones only."""
    found: dict[str, Group] = {"duty": {}, "month": {}, "council": {}, "tier": {}, "offence": {}}
    for one in counted:
        if one.by == "duty":
            path = ("enforced" if one.enforced else "advisory", *one.path)
        elif one.enforced:
            path = one.path
        else:
            continue
        column = column_of(one.state, timed=one.timed)
        row = found[one.by].setdefault(path, {})
        row[column] = row.get(column, 0) + one.n
    return found


def _exact(rows: Mapping[tuple[str, ...], Sequence[int]]) -> dict[tuple[str, ...], Line]:
    """Every row and every sum of rows, as they are."""
    sums: dict[tuple[str, ...], list[int]] = {}
    for path, counts in rows.items():
        for length in range(len(path) + 1):
            held = sums.setdefault(path[:length], [0] * len(counts))
            held[:] = [a + b for a, b in zip(held, counts, strict=True)]
    return {path: Line(tuple(counts), sum(counts)) for path, counts in sums.items()}


def _plain(found: Mapping[tuple[str, ...], Mapping[str, int]], root: Line) -> tuple[Kept, ...]:
    rows = {path: tuple(row.get(name, 0) for name in COUNTED_AS) for path, row in found.items()}
    return tuple(_kept(path, line) for path, line in sorted(_exact(rows).items()) if path)


def _guarded(found: Mapping[tuple[str, ...], Mapping[str, int]], root: Line) -> tuple[Kept, ...]:
    """A second table of the same duties. What the first one hides in a sum is one column here, shown in none."""
    shown = [name for name, n in zip(COUNTED_AS, root.counts, strict=True) if isinstance(n, int)]
    other = [name for name in COUNTED_AS if name not in shown]
    rows = {
        path: (*(row.get(name, 0) for name in shown), sum(row.get(name, 0) for name in other))
        for path, row in found.items()
    }
    if not isinstance(root.total, int) or 0 < sum(row[-1] for row in rows.values()) < LEAST:
        return ()
    lines = protect(rows, fixed=[True] * (len(shown) + 2))
    return tuple(_kept(path, _spread(line, shown)) for path, line in sorted(lines.items()) if path)


def _spread(line: Line, shown: Sequence[str]) -> Line:
    held = dict(zip(shown, line.counts, strict=False))
    rest: Count = 0 if line.counts[-1] == 0 else HIDDEN
    return Line(tuple(held.get(name, rest) for name in COUNTED_AS), line.total)


def _rows(lines: Mapping[tuple[str, ...], Line], first: str, length: int) -> tuple[Kept, ...]:
    found: Iterable[tuple[str, ...]] = (path for path in lines if len(path) == length and path[0] == first)
    return tuple(_kept(path[1:], lines[path]) for path in sorted(found, key=_in_order))


def _in_order(path: tuple[str, ...]) -> tuple[object, ...]:
    """By body, then by the number of the right and of the duty."""
    numbers = [int(part) if part.isdecimal() else 0 for part in path[2:3]]
    return (path[:2], numbers, path[3:])


def _kept(path: tuple[str, ...], line: Line) -> Kept:
    bounds = dict(zip(COUNTED_AS, line.bounds, strict=True)) if line.bounds else {}
    return Kept(path, dict(zip(COUNTED_AS, line.counts, strict=True)), line.total, bounds)


def _nothing() -> Line:
    return Line((0,) * len(COUNTED_AS), 0)


CODE_KEPT = declare(
    Figure(
        key="code.kept_in_time",
        words=Words("Kept in time", "Wedi'i chadw mewn pryd"),
        definition=Words(
            "Of the duties with a time limit whose time has come (kept, kept late or overdue), the share that was kept "
            "in time; a safer way counts as kept. Not in this share: what is not known, what was declined, what was "
            "excused or withheld with a reason, what still runs, and duties to which the source sets no time limit.",
            "O'r dyletswyddau â therfyn amser y daeth eu hamser (cadwyd mewn pryd, cadwyd yn hwyr, neu heb ei wneud), "
            "y gyfran a gadwyd mewn pryd; mae ffordd fwy diogel yn cyfrif fel cadw. Heb eu cynnwys: yr hyn nad yw'n "
            "hysbys, yr hyn a wrthodwyd, yr hyn a esgusodwyd neu a ddaliwyd yn ôl gyda rheswm, yr hyn sy'n dal i "
            "redeg, a "
            "dyletswyddau nad yw'r ffynhonnell yn rhoi terfyn amser iddynt.",
        ),
        source=Words("Hawl: duties worked out from recorded events", "Hawl: dyletswyddau o ddigwyddiadau a gofnodwyd"),
        unit="per_cent",
        answer=compliance,
    )
)

SUPPORT_STEPS = declare(
    Figure(
        key="support.steps",
        words=Words("From the report to support", "O'r adroddiad i gymorth"),
        definition=Words(
            "Cases by month of the report in which each step is recorded with its day. A referral alone does not say "
            "that the person was reached or supported.",
            "Achosion fesul mis yr adroddiad lle cofnodwyd pob cam gyda'i ddyddiad. Nid yw atgyfeiriad ynddo'i hun yn "
            "dweud bod y person wedi'i gyrraedd na'i gefnogi.",
        ),
        source=Words("Hawl: recorded events", "Hawl: digwyddiadau a gofnodwyd"),
        unit="cases",
        answer=support_steps,
    )
)

# All that this room counts: whoever asks for figures reads this module alone.
FIGURES = (RECORDS, CODE_KEPT, SUPPORT_STEPS)
