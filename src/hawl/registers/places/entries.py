"""A police area, its councils and the area's own sheets, as plain entries. No Django."""

from __future__ import annotations

from dataclasses import dataclass

from hawl.registers.dated.values import Dated, Known, Name, Words


@dataclass(frozen=True, kw_only=True)
class CodeEntry(Known):
    """What another list calls the area."""

    scheme: str
    code: str


@dataclass(frozen=True, kw_only=True)
class CouncilEntry:
    """A council area: `body` is the key of the council as an organisation; `in_area` when it belonged."""

    key: str
    body: str
    gss: str
    safety_partnership: str
    in_area: tuple[Dated, ...]
    names: tuple[Name, ...]


@dataclass(frozen=True, kw_only=True)
class AreaEntry:
    """A police area. `force`, `local_policing_body` and `hub` are keys of organisations."""

    key: str
    names: tuple[Name, ...]
    codes: tuple[CodeEntry, ...]
    force: str
    local_policing_body: str
    hub: str
    councils: tuple[CouncilEntry, ...]


@dataclass(frozen=True, kw_only=True)
class OutsideEntry(Known):
    """The body, outside the force, whose specialist leads take over what the force itself must not see."""

    body: str
    note: Words | None = None


@dataclass(frozen=True, kw_only=True)
class DesksEntry:
    """Keys of the organisations that take rows in and that support people onward.

    Without `outside` what the force must not see waits until the area names one.
    """

    receiving: str
    onward: str
    outside: OutsideEntry | None = None


@dataclass(frozen=True, kw_only=True)
class ConditionEntry:
    """Parts that must all fit; an empty part always does. `under` is in years of age."""

    offences: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    agreement: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    risk: tuple[str, ...] = ()
    under: int | None = None
    sexual: bool | None = None
    offence_out_of_scope: bool | None = None
    suspect_police_employee: bool | None = None
    deceased: bool | None = None


@dataclass(frozen=True, kw_only=True)
class RoutingRuleEntry(Words, Known):
    """Where rows go that meet any of the conditions, and why, in words."""

    key: str
    route: str
    any: tuple[ConditionEntry, ...]


@dataclass(frozen=True, kw_only=True)
class RoutingEntry(Known):
    """An area's routing: the first rule that fits decides, else `default`.

    `hold_unaccompanied_under`: below that age in years a child with no adult known goes to a specialist (0: never).
    """

    desks: DesksEntry
    default: str
    rules: tuple[RoutingRuleEntry, ...]
    hold_unaccompanied_under: int = 0


@dataclass(frozen=True, kw_only=True)
class TermEntry(Words, Known):
    """A word of the field in both languages."""

    key: str


@dataclass(frozen=True, kw_only=True)
class SourceEntry:
    """Where facts were read."""

    code: str
    address: str
