"""What of a contact plan stands at once and what waits for a second person. Pure.

What narrows contact takes one person. What widens it takes two: longer hours, a voicemail, another code word or none,
and any other words on who must never be reached or told, since words that are added may take back what they follow
("unless he rings from work"). Until the second person confirms, what stood before stands, less what the first one
closed; what waits is shown beside it, so that a new warning is read at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any

from hawl.registers.people.hours import OFFICE_HOURS, Window, windows_of

# A proposal stands until the end of this day after the one on which it was made (local).
PROPOSAL_STANDS_DAYS = 7
_Span = tuple[time, time]


def parted(stands: Mapping[str, Any], told: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Of a plan as it stands and as it was told: what stands from now on, and the names of what waits for a second."""
    now, waits = dict(told), []
    for name in ("code_word", "never", "not_told"):
        before, after = str(stands.get(name) or ""), str(told.get(name) or "")
        if before and before != after:
            now[name] = before
            waits.append(name)
    if told.get("voicemail") == "neutral":
        for name, nothing in (("voicemail", "none"), ("voicemail_words", "")):
            before = stands.get(name) or nothing
            if told.get(name) and told.get(name) != before:
                now[name] = before
                waits.append(name)
    now |= (hours := _hours(stands, told))
    if (hours["windows"], hours["no_hours"]) != (list(told["windows"]), bool(told.get("no_hours"))):
        waits.append("windows")
    return now, tuple(waits)


def windows_standing(plan: Mapping[str, Any]) -> tuple[Window, ...]:
    """The hours of a plan as it is stored; office hours where it names none, and none where it was closed."""
    return () if plan.get("no_hours") else windows_of(plan.get("windows") or ()) or OFFICE_HOURS


def expired(proposed_on: date, day: date) -> bool:
    """Whether a proposal of one local day is too old on another to be confirmed."""
    return day - proposed_on > timedelta(days=PROPOSAL_STANDS_DAYS)


def _hours(stands: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    old, new = windows_standing(stands), windows_standing(told)
    if within(new, old):
        return {"windows": list(told["windows"]), "no_hours": bool(told.get("no_hours"))}
    if within(old, new):
        return {"windows": list(stands.get("windows") or ()), "no_hours": bool(stands.get("no_hours"))}
    both = [_told(window) for window in common(new, old)]
    return {"windows": both, "no_hours": not both}


def within(new: Iterable[Window], old: Iterable[Window]) -> bool:
    """Whether there is no moment in `new` that is not in `old`."""
    new, old = tuple(new), tuple(old)
    return all(
        any(start <= first and last <= end for start, end in _spans(old, day, holiday))
        for day in range(7)
        for holiday in (False, True)
        for first, last in _spans(new, day, holiday)
    )


def common(one: Sequence[Window], other: Sequence[Window]) -> list[Window]:
    """The windows that make up the moments of both."""
    found = []
    for a in one:
        for b in other:
            both = Window(
                a.days & b.days, max(a.start, b.start), min(a.end, b.end), a.bank_holidays and b.bank_holidays
            )
            if both.days and both.start < both.end and both not in found:
                found.append(both)
    return found


def _spans(windows: Iterable[Window], day: int, holiday: bool) -> Iterator[_Span]:
    """The stretches of one weekday, those that touch joined."""
    held: _Span | None = None
    open_ = (one for one in windows if day in one.days and (one.bank_holidays or not holiday))
    for start, end in sorted((one.start, one.end) for one in open_):
        if held and start <= held[1]:
            held = held[0], max(held[1], end)
            continue
        if held:
            yield held
        held = start, end
    if held:
        yield held


def _told(window: Window) -> dict[str, Any]:
    return {
        "days": sorted(window.days), "start": _clock(window.start), "end": _clock(window.end),
        "bank_holidays": window.bank_holidays,
    }  # fmt: skip


def _clock(at: time) -> str:
    return at.isoformat("minutes" if not at.second and not at.microsecond else "auto")
