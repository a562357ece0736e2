"""Who may do what to which record: one pure decision, the first of three that must agree (docs/decisions/0013).

The scoped managers (`models`) and row-level security (`database_rules`) say the same in their own ways;
`hawl access matrix` asks all three about every cell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from hawl.foundations.access.actor import WORKS_WITH_PEOPLE, Actor, Permission
from hawl.foundations.clock import today


class Action(StrEnum):
    """What is done to a record."""

    SEARCH = "search"  # be found by a search
    LIST = "list"  # stand in a list or a count
    READ = "read"  # be opened
    SHOW_CONTACT = "show_contact"  # have a number or address uncovered
    RECORD = "record"  # have something added
    CHANGE = "change"  # be altered
    PROTECT = "protect"  # be sealed, restricted or denied, and the way back
    EXPORT = "export"  # leave the system with names
    REFER = "refer"  # be passed on to another body
    AGREE = "agree"  # have kept what the person agreed to or withdrew
    ERASE = "erase"  # be destroyed; machines alone, after two people decided


class Purpose(StrEnum):
    """Why it is done. Helping the person, or keeping the Code towards them; nothing else opens a record."""

    SUPPORT = "support"
    JUSTICE = "justice"
    OVERSIGHT = "oversight"
    STATISTICS = "statistics"


class Level(StrEnum):
    """How much of a record others may see (facts/security.md, decision 2)."""

    OPEN = "open"
    RESTRICTED = "restricted"
    SEALED = "sealed"


# Classes of fields (facts/security.md 3.2). C5 tells where a person is or how to reach them.
ALL_CLASSES = frozenset({"C1", "C2", "C3", "C4", "C5"})
WITHOUT_PLACE = ALL_CLASSES - {"C5"}
NO_CLASS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Resource:
    """A record, as far as the decision asks. A row that no organisation sees is sealed, whatever its level says."""

    visible_to: frozenset[int] = frozenset()
    named_users: frozenset[int] = frozenset()
    denied_users: frozenset[int] = frozenset()
    denied_organisations: frozenset[int] = frozenset()
    level: Level = Level.OPEN
    subject: UUID | None = None
    # Rows that are worked out anew with each act, such as duties, are taken away by whoever acts.
    renewed_by_acts: bool = False

    @property
    def sealed(self) -> bool:
        """Is it open to named people alone."""
        return self.level == Level.SEALED or not self.visible_to


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer with the one rule that gave it.

    `fields` are the classes of fields that may be read; `obligations` what must go with the act: `audit`,
    `audit_grave`, `reason`, `step_up`, `second_person`.
    """

    allow: bool
    rule: str
    fields: frozenset[str] = NO_CLASS
    obligations: frozenset[str] = frozenset()


# A denial: given the actor, the action, the record, the purpose and the day, does it refuse.
_Denial = Callable[[Actor, Action, Resource, Purpose, datetime], bool]


def _lapsed(code: str) -> _Denial:
    return lambda actor, _action, _resource, _purpose, now: actor.standing.lapsed(today(now)) == code


# Tried in this order, before anything may allow. None of them is passed by a broken glass or by being named.
DENIALS: dict[str, _Denial] = {
    "not_active": _lapsed("not_active"),
    "organisation_ended": _lapsed("organisation_ended"),
    "vetting_lapsed": _lapsed("vetting_lapsed"),
    "training_lapsed": _lapsed("training_lapsed"),
    # The commissioner's side, boards, stewards and analysts see no person, ever (facts/security.md R07).
    "role_sees_no_person": lambda actor, *_: not actor.roles & WORKS_WITH_PEOPLE,
    "denied_person": lambda actor, _action, resource, *_: actor.user_id in resource.denied_users,
    "employer_wall": lambda actor, _action, resource, *_: bool(actor.walls & resource.denied_organisations),
    "sealed_not_named": lambda actor, _action, resource, *_: (
        resource.sealed and actor.user_id not in resource.named_users
    ),
    "purpose_opens_no_record": lambda _actor, _action, _resource, purpose, _now: (
        purpose not in (Purpose.SUPPORT, Purpose.JUSTICE)
    ),
    "only_machines_erase": lambda _actor, action, resource, *_: action == Action.ERASE and not resource.renewed_by_acts,
}

# What makes the record this actor's business.
_Ground = Callable[[Actor, Resource], bool]
GROUNDS: dict[str, _Ground] = {
    "named": lambda actor, resource: actor.user_id in resource.named_users,
    "organisation": lambda actor, resource: bool(actor.organisations & resource.visible_to),
    "broken_glass": lambda actor, resource: resource.subject is not None and resource.subject in actor.glass,
}

# A broken glass is for reading and for reaching the person. It decides nothing over them: what is done by these would
# outlive its hour, or change who else sees the record.
BEYOND_GLASS = frozenset({Action.PROTECT, Action.REFER, Action.AGREE})
GLASS_READS_ONLY = "glass_reads_only"

_OBLIGATIONS: dict[Action, frozenset[str]] = {
    Action.SEARCH: frozenset({"audit"}),
    Action.LIST: frozenset({"audit"}),
    Action.READ: frozenset({"audit"}),
    Action.SHOW_CONTACT: frozenset({"audit"}),
    Action.RECORD: frozenset({"audit"}),
    Action.CHANGE: frozenset({"audit"}),
    Action.REFER: frozenset({"audit"}),
    Action.AGREE: frozenset({"audit"}),
    Action.ERASE: frozenset({"audit"}),
    Action.PROTECT: frozenset({"audit_grave", "reason", "step_up", "second_person"}),
    Action.EXPORT: frozenset({"audit_grave", "reason", "step_up", "second_person"}),
}


# Rules under which somebody's own papers keep them out: they are told which, and whom to ask.
LAPSES = ("organisation_ended", "vetting_lapsed", "training_lapsed")
# Doors behind which people are.
_TO_PEOPLE = frozenset({Permission.SEE_PEOPLE, Permission.RECORD_ACTS})


def enter(actor: Actor, door: Permission, now: datetime) -> Decision:
    """May `actor` open a page behind this door at this moment (aware time), before any record is named."""
    if actor.user_id is None:
        return Decision(False, "nobody")
    if not actor.may(door):
        return Decision(False, "role_has_no_such_door")
    lapse = actor.standing.lapsed(today(now)) if door in _TO_PEOPLE else ""
    return Decision(False, lapse) if lapse else Decision(True, "role", obligations=frozenset({"audit"}))


def decide(actor: Actor, action: Action, resource: Resource, purpose: Purpose, now: datetime) -> Decision:
    """May `actor` do this to the record, for this purpose, at this moment (aware time).

    Denials come first and beat all else; then some ground must make the record the actor's business; then the classes
    of fields and the obligations follow. Machines are let through to match and to erase, in the jobs process alone.
    """
    if actor.machine:
        return Decision(True, "machine", ALL_CLASSES, frozenset({"audit"}))
    for rule, denies in DENIALS.items():
        if denies(actor, action, resource, purpose, now):
            return Decision(False, rule)
    ground = next((name for name, holds in GROUNDS.items() if holds(actor, resource)), None)
    if ground is None:
        return Decision(False, "no_ground")
    if ground == "broken_glass" and action in BEYOND_GLASS:
        return Decision(False, GLASS_READS_ONLY)
    fields = _fields(resource, ground)
    if action == Action.SHOW_CONTACT and "C5" not in fields:
        return Decision(False, "place_not_shown")
    return Decision(True, ground, fields, _OBLIGATIONS[action] | _of_ground(ground))


def _fields(resource: Resource, ground: str) -> frozenset[str]:
    """Of a restricted record only the named see what tells a place; so does nobody under a broken glass."""
    restricted = resource.level == Level.RESTRICTED and ground != "named"
    return WITHOUT_PLACE if restricted else ALL_CLASSES


def _of_ground(ground: str) -> frozenset[str]:
    return frozenset({"audit_grave"}) if ground == "broken_glass" else frozenset()
