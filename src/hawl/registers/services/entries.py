"""Support services as plain entries. No Django."""

from __future__ import annotations

from dataclasses import dataclass

from hawl.registers.dated.values import Dated, Known, Name, PartDate, Words


@dataclass(frozen=True, kw_only=True)
class NeedEntry(Words):
    """A need that a service may serve."""

    key: str


@dataclass(frozen=True, kw_only=True)
class TextEntry(Words, Known):
    """A text for the public."""


@dataclass(frozen=True, kw_only=True)
class ListedEntry(Words, Known):
    """The label under which a commissioner's list showed the service, and when it was seen there."""

    seen: PartDate


@dataclass(frozen=True, kw_only=True)
class ProviderEntry(Dated):
    """Who ran it for a time; `body` is the key of an organisation."""

    body: str


@dataclass(frozen=True, kw_only=True)
class StandingEntry(Dated):
    """What the service was for a time: live, interim, extended, ending, moved, ended or unconfirmed."""

    status: str
    note: Words | None = None


@dataclass(frozen=True, kw_only=True)
class WhomEntry(Known):
    """Whom it serves. Ages in whole years, both included; `reported` is either or reported_only."""

    needs: tuple[str, ...]
    people: tuple[str, ...]
    reported: str
    age_from: int | None = None
    age_to: int | None = None


@dataclass(frozen=True, kw_only=True)
class SettingEntry(Known):
    """Whether it sits in the hub, elsewhere, in both or in a police unit."""

    where: str


@dataclass(frozen=True, kw_only=True)
class WayEntry(Known):
    """One way of reaching it; `body` is the organisation through which it goes."""

    way: str
    phone: str = ""
    body: str | None = None


@dataclass(frozen=True, kw_only=True)
class ServiceEntry:
    """A service with its history. `order` is its place in lists."""

    key: str
    kind: str
    order: int
    names: tuple[Name, ...]
    providers: tuple[ProviderEntry, ...]
    statuses: tuple[StandingEntry, ...]
    whom: WhomEntry
    place: SettingEntry
    reach: tuple[WayEntry, ...]
    about: TextEntry
    how: TextEntry
    listed_as: ListedEntry | None = None


@dataclass(frozen=True, kw_only=True)
class ServiceEntries:
    """All that the register of services holds of one area."""

    needs: tuple[NeedEntry, ...]
    services: tuple[ServiceEntry, ...]
