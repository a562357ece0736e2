"""Random stories of one number or address, and what the product's own rules make of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from contact.oracle import Story, may
from hawl.foundations.clock import england_and_wales, today
from hawl.foundations.messages.rules import Decision
from hawl.registers.people.contact_rules import (
    NO_PLAN,
    ContactFacts,
    PersonFacts,
    PlanFacts,
    after_claims,
    counting,
    may_send,
)
from hawl.registers.people.plan_rules import parted, windows_standing

USES = ("ring", "text", "message", "write")
CHANNELS = ("call", "voicemail", "text", "email", "letter")
YEARS = (2025, 2026, 2027)
# Both nights on which the clock is changed, each hour of which is tried often.
NIGHTS = [datetime(*day, tzinfo=UTC) for day in ((2026, 3, 29), (2026, 10, 25), (2025, 3, 30), (2027, 10, 31))]
HOLIDAYS = frozenset(
    one.day
    for one in england_and_wales().skipped_between(date(2024, 12, 31), date(2027, 12, 31))
    if one.reason == "holiday"
)
Gate = Callable[[Any, ContactFacts, PlanFacts, PersonFacts, datetime], Decision]


@dataclass
class State:
    """What the product holds after a story."""

    claims: list[tuple[frozenset[str], bool]] = field(default_factory=list)
    decided: dict[str, str] = field(default_factory=dict)
    spoke_then: dict[str, frozenset[str]] = field(default_factory=dict)
    held_by: str = ""
    verified: date | None = None
    shared: bool = False
    plan: PlanFacts = NO_PLAN
    told: dict[str, Any] = field(default_factory=dict)
    person: PersonFacts = field(default_factory=PersonFacts)
    born: date | None = None


def fold(story: Story) -> State:
    """The state to which the product's rules bring a story."""
    state = State()
    for each in story:
        _STEPS[each[0]](state, *each[1:])
    return state


def _noes(state: State) -> frozenset[str]:
    told = frozenset(use for noes, _ in state.claims for use in noes)
    return frozenset(USES) if state.shared else told


def _claim(state: State, noes: frozenset[str], call: bool) -> None:
    state.claims.append((noes, call))
    for use, word in state.decided.items():
        state.decided[use] = after_claims(word, state.spoke_then[use], _noes(state) & {use})
        state.spoke_then[use] |= _noes(state) & {use}


def _decided(state: State, use: str, to: str, _by: int, day: date, holder: str) -> None:
    state.decided[use], state.spoke_then[use] = to, _noes(state) & {use}
    if holder and (to == "safe" or holder == "other"):
        state.held_by = holder
    if use == "write":
        state.verified = day if to == "safe" else None


def _shared(state: State) -> None:
    state.shared = True
    for use in USES:
        state.decided[use], state.spoke_then[use] = "unsafe", frozenset(USES)


def _plan(state: State, windows: Any, voicemail: str, never: bool, people: int) -> None:
    """What one person tells stands as far as it narrows; what two tell stands whole."""
    clocks = [(sorted(days), f"{_clock(start):%H:%M}", f"{_clock(end):%H:%M}", on) for days, start, end, on in windows]
    names = ("days", "start", "end", "bank_holidays")
    told = {"voicemail": voicemail, "windows": [dict(zip(names, each, strict=True)) for each in clocks]}
    state.told = told if people == 2 else parted(state.told, told)[0]
    lost, barred = state.plan.lost, state.plan.never_reach
    state.plan = PlanFacts(
        windows_standing(state.told), state.told["voicemail"] == "neutral",
        never_reach=never or (barred and people == 1), lost=lost and people == 1,
    )  # fmt: skip


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


def _flag(name: str) -> Callable[..., None]:
    def set_flag(state: State, *_: Any) -> None:
        state.person = replace(state.person, **{name: True})

    return set_flag


_STEPS: dict[str, Callable[..., None]] = {
    "claim": _claim,
    "decided": _decided,
    "shared": _shared,
    "plan": _plan,
    "restored": lambda state: setattr(state, "plan", replace(state.plan, lost=True)),
    "born": lambda state, day: setattr(state, "born", day),
    "died": _flag("deceased"),
    "said_no": _flag("declined"),
    "restricted": _flag("restricted"),
    "sealed": _flag("sealed"),
    "first_call": _flag("first_call_spent"),
}


def facts(state: State, kind: str, at: datetime, default: str = "unknown") -> tuple[ContactFacts, PersonFacts]:
    """What the gate is told. `default` is the word of a use that nobody spoke of: another is the planted fault."""
    words = {}
    noes = _noes(state)
    for use in USES:
        claims = ["unsafe" if use in noes else "first_approach" if use == "ring" and _opens(state) else default]
        words[use] = counting(claims, state.decided.get(use))
    day, born = today(at), state.born
    child = born is None or day.year - born.year - ((day.month, day.day) < (born.month, born.day)) < 18
    contact = ContactFacts(kind, **words, held_by=state.held_by, write_verified_on=state.verified)
    return contact, replace(state.person, may_be_child=child)


def _opens(state: State) -> bool:
    return bool(state.claims) and all(call for _, call in state.claims)


def random_story(rng: random.Random) -> Story:
    """A story that ends in a yes often enough to try the yes as well as the no."""
    story: Story = []
    if rng.random() < 0.85:
        story.append(("born", date(rng.randint(1940, 2012), rng.randint(1, 12), rng.randint(1, 28))))
    for _ in range(rng.randint(0, 7)):
        story.append(_happening(rng))
    return story


def _happening(rng: random.Random) -> tuple[Any, ...]:
    chance = rng.random()
    if chance < 0.25:
        noes = frozenset(use for use in USES if rng.random() < 0.12)
        return ("claim", noes, rng.random() < 0.5 and not noes)
    if chance < 0.75:
        to = rng.choice(("safe", "safe", "safe", "safe", "unsafe", "unknown"))
        day = date(rng.choice(YEARS), rng.randint(1, 12), rng.randint(1, 28))
        holder = rng.choice(("themself", "themself", "parent", "guardian", "", "other"))
        return ("decided", rng.choice(USES), to, 2, day, holder)
    if chance < 0.94:
        windows = tuple(_window(rng) for _ in range(rng.randint(0, 3)))
        return ("plan", windows, rng.choice(("neutral", "neutral", "none")), rng.random() < 0.08, rng.choice((1, 2)))
    rare = ("shared", "died", "said_no", "restricted", "sealed", "first_call", "restored")
    return (rng.choice(rare),)


def _window(rng: random.Random) -> tuple[frozenset[int], int, int, bool]:
    start = rng.randrange(0, 23 * 60, 15)
    days = frozenset(day for day in range(7) if rng.random() < 0.7) or frozenset({6})
    return days, start, rng.randrange(start + 15, 24 * 60, 15) if start < 23 * 60 else start + 15, rng.random() < 0.3


def random_moment(rng: random.Random) -> datetime:
    """A moment of three years; one in five lies in the hours around a change of the clock."""
    if rng.random() < 0.2:
        return rng.choice(NIGHTS) + timedelta(minutes=rng.randint(-90, 200))
    hour = rng.choice((8, 9, 10, 12, 14, 16, 17, rng.randint(0, 23)))
    return datetime(rng.choice(YEARS), rng.randint(1, 12), rng.randint(1, 28), hour, rng.randint(0, 59), tzinfo=UTC)


@dataclass
class Compared:
    """What came of comparing: an unsafe send is a yes of the product to which the oracle says no."""

    decisions: int = 0
    sends: int = 0
    unsafe: int = 0
    too_careful: int = 0
    wrong_hours: int = 0
    first: str = ""


def compare(number: int, seed: int, *, gate: Gate = may_send, default: str = "unknown") -> Compared:
    """Decide `number` times by the product and by the oracle."""
    rng, found = random.Random(seed), Compared()
    while found.decisions < number:
        story = random_story(rng)
        state = fold(story)
        kind = rng.choice(("mobile", "mobile", "landline", "email", "address", "address"))
        for channel in CHANNELS:
            at = random_moment(rng)
            contact, person = facts(state, kind, at, default)
            says = gate(channel, contact, state.plan, person, at)
            allowed = may(story, kind, channel, at, HOLIDAYS)
            found.decisions += 1
            found.sends += says.allow
            found.unsafe += says.allow and not allowed
            found.too_careful += allowed and not says.allow
            if says.allow != allowed and not found.first:
                found.first = f"{says.rule} but {allowed}: {channel} {kind} {at} {story}"
            if says.next_at is not None and rng.random() < 0.02:
                found.wrong_hours += not _is_first_hour(story, kind, channel, at, says.next_at)
    return found


def _is_first_hour(story: Story, kind: str, channel: str, at: datetime, told: datetime) -> bool:
    """No hour before the one told would do, looked for minute by minute, and that one does."""
    later = [("born", date(1950, 1, 1)), *_hours_of(story), *_SAFE]
    moment = at
    while moment < told:
        if may(later, "mobile", "text", moment, HOLIDAYS):
            return False
        moment += timedelta(minutes=1)
    return may(later, "mobile", "text", told, HOLIDAYS)


def _hours_of(story: Story) -> Story:
    """The plans of a story, less that they bar or were lost."""
    return [("plan", each[1], each[2], False, each[4]) for each in story if each[0] == "plan"]


_SAFE: Story = [("decided", "text", "safe", 2, date(2026, 1, 1), "themself")]
