"""Who may be reached, said a second time and in another way, to compare with what the product says.

Nothing of the product is imported. A story is a list of things that happened; the oracle reads it from the end, asks of
each reason why not, and answers yes only where it found none. Summer time is reckoned from the rule of the Act (last
Sundays of March and October, 01:00 UTC), not from a zone file.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

Story = list[tuple[Any, ...]]
KINDS = {"call": ("mobile", "landline"), "voicemail": ("mobile", "landline"), "text": ("mobile",), "email": ("email",),
         "letter": ("address",)}  # fmt: skip
USE = {"call": "ring", "voicemail": "message", "text": "text", "email": "text", "letter": "write"}


def last_sunday(year: int, month: int) -> date:
    day = date(year, month, 31)
    while day.isoweekday() != 7:
        day -= timedelta(days=1)
    return day


def wall(moment: datetime) -> datetime:
    """The clock on a wall in Cardiff at a moment in UTC, as a time without a zone."""
    plain = moment.replace(tzinfo=None)
    begins = datetime.combine(last_sunday(plain.year, 3), datetime.min.time()) + timedelta(hours=1)
    ends = datetime.combine(last_sunday(plain.year, 10), datetime.min.time()) + timedelta(hours=1)
    return plain + timedelta(hours=1) if begins <= plain < ends else plain


def may(story: Story, kind: str, channel: str, at: datetime, holidays: frozenset[date]) -> bool:
    """Whether after this story the way may be used by the channel at the moment (UTC)."""
    clock = wall(at)
    return not any(
        (
            _about_the_person(story, kind, channel, clock),
            kind not in KINDS[channel],
            not _word_allows(story, channel, clock),
            channel != "letter" and not _open(story, clock, holidays),
        )
    )


def _about_the_person(story: Story, kind: str, channel: str, clock: datetime) -> bool:
    happened = [each[0] for each in story]
    if "died" in happened or "said_no" in happened or _nobody(story) or _lost(story):
        return True
    if "sealed" in happened and channel != "call":
        return True
    if "restricted" in happened and kind in ("address", "landline"):
        return True
    holder = _holder(story)
    if holder == "other":
        return True
    born = _last(story, "born", default=None)
    of_age = born is not None and (born.year + 18, born.month, born.day) <= (clock.year, clock.month, clock.day)
    return not of_age and holder not in ("themself", "parent", "guardian")


def _holder(story: Story) -> str:
    told = [each for each in story if each[0] == "decided" and each[5] and (each[2] == "safe" or each[5] == "other")]
    return str(told[-1][5]) if told else ""


def _word_allows(story: Story, channel: str, clock: datetime) -> bool:
    use = USE[channel]
    word, since = _word(story, use)
    if channel == "email" and _word(story, "write")[0] == "unsafe":
        return False
    if word == "call":
        return channel == "call" and "first_call" not in [each[0] for each in story]
    if word != "safe":
        return False
    if channel == "voicemail" and not _voicemail(story):
        return False
    return channel != "letter" or 0 <= (clock.date() - since).days <= 90


def _word(story: Story, use: str) -> tuple[str, date]:
    """What counts for a use, reading back to the last decision that stood."""
    for place in range(len(story) - 1, -1, -1):
        each = story[place]
        if each[0] == "shared":
            # Closes all that was decided, and what was not.
            return "unsafe", date.min
        if each[0] == "claim" and use in each[1]:
            spoken_before = any((one[0] == "claim" and use in one[1]) or one[0] == "shared" for one in story[:place])
            was_decided = any(one[0] == "decided" and one[1] == use for one in story[:place])
            # A doubt known before the last decision was weighed in it.
            if not (spoken_before and was_decided and _known_when_decided(story, place, use)):
                return "unsafe", date.min
        if each[0] == "decided" and each[1] == use:
            return each[2], each[4]
    calls = [one for one in story if one[0] == "claim"]
    opens = bool(calls) and all(one[2] for one in calls)
    return ("call" if use == "ring" and opens else "unknown"), date.min


def _known_when_decided(story: Story, place: int, use: str) -> bool:
    last = max(n for n in range(place) if story[n][0] == "decided" and story[n][1] == use)
    return any(one[0] == "shared" or (one[0] == "claim" and use in one[1]) for one in story[:last])


def _plans(story: Story) -> list[tuple[tuple[Any, ...], bool]]:
    """The plans from the newest back to the last that two people kept: what each says of (hours, voicemail, never)."""
    found = []
    for each in reversed(story):
        if each[0] == "plan":
            found.append((each[1:4], each[4] == 2))
            if each[4] == 2:
                break
    return found


def _nobody(story: Story) -> bool:
    """One person says never, two take it back."""
    return any(never for (_hours, _voicemail, never), _two in _plans(story))


def _lost(story: Story) -> bool:
    """A restore lost the last words of the plan, and no two people have kept one since."""
    since = [each for each in story if each == ("restored",) or (each[0] == "plan" and each[4] == 2)]
    return bool(since) and since[-1] == ("restored",)


def _voicemail(story: Story) -> bool:
    """Two said that one may be left, and nobody has said since that none may."""
    plans = _plans(story)
    return bool(plans) and plans[-1][1] and all(told == "neutral" for (_hours, told, _never), _two in plans)


def _open(story: Story, clock: datetime, holidays: frozenset[date]) -> bool:
    """Within the hours of the last plan of two people, or office hours, and of each that one has told since."""
    plans = _plans(story)
    hours = [told[0] for told, _two in plans]
    if not plans or not plans[-1][1]:
        hours.append(())
    return all(_within(windows, clock, holidays) for windows in hours)


def _within(windows: Any, clock: datetime, holidays: frozenset[date]) -> bool:
    if not windows:
        return clock.isoweekday() <= 5 and 9 <= clock.hour < 17 and clock.date() not in holidays
    minute = clock.hour * 60 + clock.minute
    return any(
        clock.isoweekday() - 1 in days and start <= minute < end and (on_holidays or clock.date() not in holidays)
        for days, start, end, on_holidays in windows
    )


def _last(story: Story, kind: str, *, default: Any) -> Any:
    told = [each[1] for each in story if each[0] == kind]
    return told[-1] if told else default
