"""Who carries a message out of the house: one interface, three carriers."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Protocol

# A worker who closes a way waits for a message that is just going out: no longer than this.
PATIENCE_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one recipient: there is no field for a second."""

    id: uuid.UUID
    person_id: uuid.UUID
    channel: str
    language: str
    to: str = field(repr=False)
    subject: str = field(repr=False)
    words: str = field(repr=False)


class NotTaken(Exception):
    """The carrier said no: nothing went out and nothing will. `code` says why, never to whom."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotAsked(Exception):
    """The carrier was certainly not reached, or asked us to come later: it may be tried again."""


class Provider(Protocol):
    """Carries a message, or raises `NotTaken` or `NotAsked`. Any other error leaves open whether it went."""

    @property
    def name(self) -> str:
        """Its code, for the record of what went out."""

    def carries(self, channel: str) -> bool:
        """Whether it has this channel at all."""

    def send(self, outgoing: Outgoing) -> str:
        """Hand it over within `PATIENCE_SECONDS`; gives the carrier's own id of it, at most 80 signs."""
