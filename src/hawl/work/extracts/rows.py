"""What one row of an extract says, after checking: what happened in a crime, or that it did not. No Django."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ExtractRow:
    """One row. The ids are the sender's own, for memory alone: what is stored of them is keyed.

    `person` and `record` are empty where the row names nobody: it is of every victim of the crime. `event` is empty
    where the row takes the event of its id back. `changed_at` is when the source last changed it, where it says so.
    """

    row_number: int
    crime: str
    record: str
    person: str
    event_id: str
    event: str
    occurred_on: date | None
    received_on: date | None
    about: str
    changed_at: datetime | None
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def withdraws(self) -> bool:
        """Whether the row takes an event back."""
        return not self.event


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that the mapping leaves out by name."""

    row_number: int
