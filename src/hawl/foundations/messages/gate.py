"""The port through which the outbox asks whether a person may be reached. The register of people fills it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from hawl.foundations.messages.rules import Channel, Decision


@dataclass(frozen=True, slots=True)
class Reached:
    """The gate's answer with, where it is yes, the way itself and the name for an envelope."""

    decision: Decision
    contact_id: uuid.UUID | None = None
    to: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    language: str = "en"
    # Scope of the person, which everything about them carries.
    scope: dict[str, Any] = field(default_factory=dict, repr=False)


class Gate(Protocol):
    """Decides anew at each call; with `lock` nothing that it decided by can change before the transaction ends."""

    def __call__(
        self, *, person_id: uuid.UUID, contact_id: uuid.UUID, channel: Channel, now: datetime, lock: bool
    ) -> Reached:
        """The answer for one way of one person at one moment."""


_gates: list[Gate] = []


def fill_gate(gate: Gate) -> None:
    """Port that the register of people fills."""
    _gates[:] = [gate]


def ask_gate(
    *, person_id: uuid.UUID, contact_id: uuid.UUID, channel: Channel, now: datetime, lock: bool = False
) -> Reached:
    """May this way be used now. Where nobody fills the port, nothing may."""
    if not _gates:
        return Reached(Decision(False, "stop.no_gate"))
    return _gates[0](person_id=person_id, contact_id=contact_id, channel=channel, now=now, lock=lock)
