"""What a person said and what was told of their death, over all versions of a message, and where the case goes by it.

Silence undoes nothing. A no to being referred gives way to a later yes alone, a death to a later word that it was told
wrongly alone. What a version says is said of the person whom it names: another whom a later version names has said
nothing yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any, NamedTuple

from hawl.work.intake import rules
from hawl.work.intake.contact_rules import no_first_call
from hawl.work.intake.facts import RowFacts
from hawl.work.intake.feed.rows import FeedRow

# These holds end when somebody is known who stands for the person.
_WAITING_FOR_SOMEBODY = ("no_spokesperson", "unaccompanied_child")
_NOT_WAITING = ("", "", "")


class Words(NamedTuple):
    """What counts of the person whom the version that counts names."""

    said_no: bool = False
    dead: bool = False

    def of(self, facts: RowFacts) -> RowFacts:
        """The facts of the version that counts, with what the others said."""
        return replace(facts, agreement="no" if self.said_no else facts.agreement, deceased=self.dead)


class Standing(NamedTuple):
    """Where a case goes, what it waits for with route and reason after that, and whether a first call is forbidden."""

    route: str
    reason: str
    waits_for: str
    stood_route: str
    stood_reason: str
    no_first_call: bool


class Rerouted(NamedTuple):
    """A case that goes elsewhere by what a version said that does not count otherwise; NULL: the answer stays."""

    case_id: Any
    route: str
    reason: str
    agreement: str | None
    no_first_call: bool


def told_at(row: FeedRow) -> datetime:
    """When a row was told. Who does not say when it was sent says at least of what day it tells."""
    return row.sent_at or datetime.combine(row.crime.reported_on, time(), UTC)


def remember(row: FeedRow, person: str, answers: dict[str, list[Any]], deaths: dict[str, list[Any]]) -> None:
    """Keep the row's explicit words of its person, unless a later version spoke; of two of one version the stricter."""
    said, died = row.person.agreement, row.person.deceased
    if said != "not_asked":
        held = answers.get(person)
        if held is None or (held[0], held[1] == "no") < (row.version, said == "no"):
            answers[person] = [row.version, said]
    if died is not None:
        held = deaths.get(person)
        if held is None or (held[0], held[1]) < (row.version, died):
            deaths[person] = [row.version, died, told_at(row).isoformat()]


def words_of(person: str, answers: Mapping[str, list[Any]], deaths: Mapping[str, list[Any]]) -> Words:
    """What counts of a person, by their key in hex."""
    return Words(answers.get(person, (0, ""))[1] == "no", bool(deaths.get(person, (0, False))[1]))


def standing(facts: RowFacts, policy: rules.RoutingPolicy) -> Standing:
    """Where a case of these facts goes."""
    route = rules.route(facts, policy)
    waiting = _NOT_WAITING
    if route.reason_code in _WAITING_FOR_SOMEBODY:
        then = rules.route(replace(facts, spokesperson_known=True, adult_known=True), policy)
        waiting = route.reason_code, then.code, then.reason_code
    return Standing(route.code, route.reason_code, *waiting, no_first_call(facts) or route.code == "specialist_hold")


def recorded_answer(facts: RowFacts) -> str:
    """The answer as a case keeps it: a yes of which nobody said who gave it for a child is none."""
    unconfirmed = facts.agreement == "yes" and not rules.agreement_recorded_by_feed(facts)
    return "yes_unconfirmed" if unconfirmed else facts.agreement


def left_open(
    row: FeedRow, facts: RowFacts, found: Standing, words: Words, policy: rules.RoutingPolicy
) -> dict[str, Any]:
    """Where the case goes by this row in each way that another version may decide what the row leaves unsaid.

    `found` is where it goes by `words`. {"answer", "alive": [the parts of `Standing`], "dead": […]}; empty where the
    row leaves nothing unsaid.
    """
    said, died = row.person.agreement, row.person.deceased
    if said == "no" or (said != "not_asked" and died is not None):
        return {}
    open_to: dict[str, Any] = {"answer": recorded_answer(facts)}
    for dead in (False, True) if died is None else (died,):
        same = dead == words.dead and not words.said_no
        open_to["dead" if dead else "alive"] = list(found if same else standing(replace(facts, deceased=dead), policy))
    return open_to


def reroute(
    case_id: Any, words: Words, stands: Mapping[str, Any], *, danger: bool
) -> tuple[Rerouted, tuple[str, str, str]] | None:
    """Where a case goes once other words count of its person, and what it waits for; None: nowhere else.

    What release 0.1.0 took in left nothing of the version that counts: then only what protects more is done.
    """
    if words.said_no:
        return Rerouted(case_id, "declined", "agreement_no", "no", True), _NOT_WAITING
    kept = stands.get("dead" if words.dead else "alive")
    if kept is not None:
        found = Standing(*kept)
        more = Rerouted(case_id, found.route, found.reason, stands["answer"], found.no_first_call or danger)
        return more, (found.waits_for, found.stood_route, found.stood_reason)
    if words.dead:
        return Rerouted(case_id, "specialist_hold", "no_spokesperson", None, True), _NOT_WAITING
    return None
