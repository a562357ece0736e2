"""Bodies, posts, memberships and plans as plain entries. No Django."""

from __future__ import annotations

from dataclasses import dataclass

from hawl.registers.dated.values import Dated, Known, Name, PartDate, Words


@dataclass(frozen=True, kw_only=True)
class DataRoleEntry(Known):
    """What a body is in data protection law: controller, processor or joint; `of` names the controller."""

    role: str
    of: str | None = None
    note: Words | None = None


@dataclass(frozen=True, kw_only=True)
class BodyEntry(Dated):
    """An organisation, unit, board or panel. `parent` is the key of the body it belongs to."""

    key: str
    kind: str
    names: tuple[Name, ...]
    parent: str | None = None
    expected_end: PartDate | None = None
    rhythm: str = ""
    data_role: DataRoleEntry | None = None


@dataclass(frozen=True, kw_only=True)
class PostEntry(Dated):
    """An office that people hold in turn; never the holder."""

    key: str
    body: str
    names: tuple[Name, ...]
    expected_end: PartDate | None = None


@dataclass(frozen=True, kw_only=True)
class MembershipEntry(Dated):
    """A body or post (`member`) with its part in a board, panel or hub (`board`)."""

    board: str
    member: str
    role: str


@dataclass(frozen=True, kw_only=True)
class PriorityEntry(Words, Known):
    """A priority of a plan."""

    key: str
    about_victims: bool = False


@dataclass(frozen=True, kw_only=True)
class PlanEntry(Dated):
    """A plan of a local policing body; plans may overlap."""

    key: str
    body: str
    name: Words
    priorities: tuple[PriorityEntry, ...]
    note: Words | None = None


@dataclass(frozen=True, kw_only=True)
class OrganisationEntries:
    """All that the register of organisations holds of one area."""

    bodies: tuple[BodyEntry, ...]
    posts: tuple[PostEntry, ...]
    memberships: tuple[MembershipEntry, ...]
    plans: tuple[PlanEntry, ...]
