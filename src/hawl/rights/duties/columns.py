"""From an evaluated duty to the columns of its row; for all who write duties. No Django."""

from __future__ import annotations

from typing import Any

from hawl.rights.rulebook import Evaluated, standing

COLUMNS = ("duty_id", "right", "trigger_event_id", "started_on", "due_on", "target_on", "standing", "done_on", "tier",
           "enforced", "bearer", "rulebook")  # fmt: skip

# The number under which a duty stands that belongs to no right of the Code.
OUTSIDE = 0


def duty_values(duty: Evaluated) -> tuple[Any, ...]:
    """A duty's columns in the order of `COLUMNS`. What the day alone decides is stored as `open`.

    A duty of no right of the Code, as a rulebook may have it, is kept under OUTSIDE.
    """
    return (
        duty.duty_id, duty.why["right"] or OUTSIDE, duty.trigger_event_id, duty.started_on, duty.due_on,
        duty.target_on, standing(duty), duty.done_on, duty.tier, duty.enforced, duty.bearer, duty.rulebook,
    )  # fmt: skip
