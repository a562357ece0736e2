"""From an evaluated duty to the columns of its row; for all who write duties. No Django."""

from __future__ import annotations

from typing import Any

from hawl.rights.rulebook import Evaluated, standing

COLUMNS = ("duty_id", "right", "trigger_event_id", "started_on", "due_on", "target_on", "standing", "done_on", "tier",
           "enforced", "bearer", "rulebook")  # fmt: skip


def duty_values(duty: Evaluated) -> tuple[Any, ...]:
    """A duty's columns in the order of `COLUMNS`. What the day alone decides is stored as `open`."""
    return (
        duty.duty_id, int(duty.duty_id.split(".")[0]), duty.trigger_event_id, duty.started_on, duty.due_on,
        duty.target_on, standing(duty), duty.done_on, duty.tier, duty.enforced, duty.bearer, duty.rulebook,
    )  # fmt: skip
