"""Where a row goes, how its person may be reached, what the desk sees first. Pure decisions.

Order of the routes, first match wins:

1. `declined`: the person said no to being referred.
2. `specialist_hold`: what nobody but a specialist may touch (`specialist_reason`).
3. the area's own rules in their order; one for `out_of_scope` is passed over for a person whom
   it could leave alone with a danger (`_needs_a_look`).
4. `consent_first`: sexual offences, under-18s and those whose age nobody gave.
5. `automatic`.

An area can hold back more than the house does, never less: its `automatic` gives way to 1, 2, 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, NamedTuple, get_args

from hawl.work.intake.facts import RowFacts

RouteCode = Literal["automatic", "consent_first", "specialist_hold", "out_of_scope", "declined"]
ROUTES: tuple[RouteCode, ...] = get_args(RouteCode)
ADULT = 18


@dataclass(frozen=True, slots=True)
class Condition:
    """Fits when all its stated parts fit; a list fits when the row has one of it."""

    offences: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    agreement: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    risk: tuple[str, ...] = ()
    under: int | None = None
    sexual: bool = False
    offence_out_of_scope: bool = False
    suspect_police_employee: bool = False
    deceased: bool = False

    def fits(self, facts: RowFacts) -> bool:
        """Whether the row is one of these; a condition with no part fits nothing."""
        asked = [
            (self.offences, facts.offence.key in self.offences),
            (self.flags, not facts.flags.isdisjoint(self.flags)),
            (self.agreement, facts.agreement in self.agreement),
            (self.roles, facts.role in self.roles),
            (self.risk, facts.risk in self.risk),
            (self.under, self.under is not None and facts.may_be_under(self.under)),
            (self.sexual, facts.is_sexual),
            (self.offence_out_of_scope, facts.offence.out_of_scope),
            (self.suspect_police_employee, facts.suspect_police_employee is True),
            (self.deceased, facts.deceased),
        ]
        stated = [fits for part, fits in asked if part]
        return bool(stated) and all(stated)


@dataclass(frozen=True, slots=True)
class AreaRule:
    """One rule of an area: fits when any of its conditions does."""

    key: str
    route: RouteCode
    any: tuple[Condition, ...]
    en: str = ""
    cy: str = ""


_HOUSE_RULES = (
    AreaRule(
        "offence_out_of_scope",
        "out_of_scope",
        (Condition(offence_out_of_scope=True),),
        "The offence has no direct victim as a rule.",
        "Fel rheol nid oes dioddefwr uniongyrchol i'r drosedd.",
    ),
    AreaRule(
        "consent_first_flag",
        "consent_first",
        (Condition(flags=("honour_based", "child_exploitation")),),
        "Nothing leaves the police before the person says yes.",
        "Nid oes dim yn gadael yr heddlu cyn i'r person ddweud ie.",
    ),
)


@dataclass(frozen=True, slots=True)
class RoutingPolicy:
    """An area's routing, read from its `routing.yaml`; without one, the cautious defaults.

    `hold_unaccompanied_under`: a child under that age with no adult known goes to a specialist
    (0: never).
    """

    rules: tuple[AreaRule, ...] = _HOUSE_RULES
    hold_unaccompanied_under: int = 0

    def explains(self, reason_code: str) -> tuple[str, str] | None:
        """English and Welsh of one of the area's own reasons; None for a reason of the house."""
        return next(((r.en, r.cy) for r in self.rules if r.key == reason_code), None)


def policy_from(data: Mapping[str, Any]) -> RoutingPolicy:
    """The policy in the data of an area's routing file, whose shape its own reader has checked."""
    return RoutingPolicy(
        rules=tuple(
            AreaRule(
                rule["key"],
                rule["route"],
                tuple(_condition(each) for each in rule["any"]),
                rule["en"],
                rule["cy"],
            )
            for rule in data["rules"]
        ),
        hold_unaccompanied_under=data.get("hold_unaccompanied_under", 0),
    )


def _condition(data: Mapping[str, Any]) -> Condition:
    known = {each.name for each in fields(Condition)}
    if unknown := set(data) - known:
        raise ValueError(f"a routing condition has no part {sorted(unknown)}")
    parts: dict[str, Any] = {name: tuple(part) if isinstance(part, list) else part for name, part in data.items()}
    return Condition(**parts)


@dataclass(frozen=True, slots=True)
class Route:
    """Where a row goes and the code of the reason (words in `reasons.yaml` or the policy)."""

    code: RouteCode
    reason_code: str


_DEFAULT_POLICY = RoutingPolicy()


def route(facts: RowFacts, policy: RoutingPolicy = _DEFAULT_POLICY) -> Route:
    """The row's route; order and reasons at the head of this module."""
    if facts.agreement == "no":
        return Route("declined", "agreement_no")
    if reason := specialist_reason(facts, policy):
        return Route("specialist_hold", reason)
    for rule in policy.rules:
        if rule.route == "out_of_scope" and _needs_a_look(facts):
            continue
        if any(condition.fits(facts) for condition in rule.any):
            if rule.route != "automatic":
                return Route(rule.route, rule.key)
            break
    if reason := consent_reason(facts):
        return Route("consent_first", reason)
    return Route("automatic", "no_hold")


def specialist_reason(facts: RowFacts, policy: RoutingPolicy = _DEFAULT_POLICY) -> str | None:
    """Why only a specialist may decide, or None. Also worth asking for a declined row."""
    child_age = policy.hold_unaccompanied_under
    reasons = {
        # One word for both, which says nothing of another row: who reads it learns neither that this person is
        # accused elsewhere nor for whom a suspect works.
        "specialist_decides": facts.counter_allegation or facts.suspect_police_employee is True,
        "slavery": facts.is_slavery,
        "no_spokesperson": facts.deceased and not facts.spokesperson_known,
        "unaccompanied_child": not facts.adult_known and facts.may_be_under(child_age),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def consent_reason(facts: RowFacts) -> str | None:
    """Why the person's yes must come first, or None; no area can switch it off."""
    reasons = {
        "sexual_offence": facts.is_sexual,
        "under_18": facts.may_be_under(ADULT),
        "stands_for_child": facts.stands_for_child,
        "age_not_known": not facts.age_is_known,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _needs_a_look(facts: RowFacts) -> bool:
    """A flag, a sexual offence, a child or a high risk is not set aside with the offence."""
    return bool(facts.flags) or facts.is_sexual or facts.may_be_under(ADULT) or facts.risk == "high"


def may_leave_police_side(code: RouteCode, *, agreement_recorded: bool) -> bool:
    """The gate: whether anything of the row may pass from the police to the hub's agencies.

    A specialist's or steward's later decision changes the route; it does not go round this gate.
    """
    if code == "automatic":
        return True
    return code == "consent_first" and agreement_recorded


def agreement_recorded_by_feed(facts: RowFacts) -> bool:
    """Whether the feed's own `agreement: yes` is the person's recorded yes.

    Not for a child or for whom no age is known: the feed does not say who gave that yes.
    """
    return facts.agreement == "yes" and facts.age_is_known and not facts.may_be_under(ADULT)


class Priority(NamedTuple):
    """Sorts what the desk sees first: rank 0 is the most urgent, then the oldest report."""

    rank: int
    reported_on: str
    record_id: str


def priority(facts: RowFacts) -> Priority:
    """By risk, then time. A danger that nobody graded stands with medium, never at the end."""
    if facts.risk == "high":
        rank = 0
    elif facts.risk == "medium" or (facts.risk == "not_assessed" and is_delicate(facts)):
        rank = 1
    else:
        rank = 2 if facts.risk == "not_assessed" else 3
    return Priority(rank, facts.reported_on.isoformat(), facts.record_id)


_DELICATE_FLAGS = frozenset({"domestic_abuse", "honour_based", "stalking", "slavery", "child_exploitation"})


def is_delicate(facts: RowFacts) -> bool:
    """Where a call to the wrong ear may cost a life: no feed opens a way to such a person."""
    return (
        not facts.flags.isdisjoint(_DELICATE_FLAGS)
        or facts.is_sexual
        or facts.is_slavery
        or facts.offence.key == "stalking"
        or facts.may_be_under(ADULT)
        or facts.stands_for_child
    )


@dataclass(frozen=True, slots=True)
class Ground:
    """A reason to consider enhanced rights; which group of the Code, and how sure the source is."""

    code: str
    group: Literal["vulnerable", "intimidated", "most_serious", "persistently_targeted"]
    source: str = field(default="Victims' Code 2021, enhanced rights; wording of earlier editions")
    certainty: Literal["A", "B"] = "B"


def enhanced_suggestion(facts: RowFacts) -> tuple[Ground, ...]:
    """Grounds on which the needs assessment may find enhanced rights. Suggests, never decides.

    The provider decides after the assessment, whatever stands here, and an empty answer says
    nothing against enhanced rights: most grounds cannot be seen in a feed.
    """
    age, flags, key = facts.age_at_offence, facts.flags, facts.offence.key
    child = not facts.is_organisation and age is not None and age < ADULT
    serious = facts.offence.most_serious or not flags.isdisjoint({"domestic_abuse", "hate"})
    grounds = (
        (child, Ground("under_18_at_offence", "vulnerable")),
        (facts.is_sexual, Ground("sexual_offence", "intimidated")),
        (facts.is_slavery, Ground("slavery", "intimidated")),
        (serious or facts.is_slavery, Ground("most_serious", "most_serious")),
        (facts.role == "bereaved_relative", Ground("bereaved", "most_serious")),
        (
            "persistently_targeted" in flags or "stalking" in flags or key == "stalking",
            Ground("persistently_targeted", "persistently_targeted"),
        ),
    )
    return tuple(ground for holds, ground in grounds if holds)
