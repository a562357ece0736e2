"""What a stored row says on a later day.

Of all states `pending`, `overdue` and `no_limit` alone speak of a duty that waits for something to be done, and which
of them holds follows from `due_on` and the day alone. So a table keeps `open` with
`due_on` and never needs to be touched because a night has passed. It must be evaluated again when
an event, a receipt, a rulebook or the calendar changes; so must a case with an event, or a
`received_on`, that lay after `as_of` when it was evaluated. Reminders (`lapsed`) are not kept as duties.
"""

from __future__ import annotations

import datetime as dt

from hawl.rights.rulebook.records import Evaluated

OPEN = "open"
# Where each state is counted. A duty without a due day is done or open, never late; what goes on until its end runs and
# is then done; a turn that was missed counts as overdue, one that an agreement took the place of as closed.
COUNTED_AS = ("kept", "late", "overdue", "running", "closed", "unknown", "done", "open")
_TIMED = {
    "met": "kept", "safe_alternative": "kept", "met_late": "late", "overdue": "overdue", "missed": "overdue",
    "pending": "running", "awaiting_upstream": "running", "continuing": "running", "declined": "closed",
    "excused": "closed", "withheld": "closed", "not_applicable": "closed", "superseded": "closed", "lapsed": "closed",
    "data_missing": "unknown", "no_limit": "open", "ended": "done",
}  # fmt: skip
_UNTIMED = {**_TIMED, "met": "done", "safe_alternative": "done"}
STATES = tuple(_TIMED)
_FOLLOW_FROM_THE_DAY = frozenset({"pending", "overdue", "no_limit"})


def standing(evaluated: Evaluated) -> str:
    """The state to keep: `open` where the day alone decides, else the state itself."""
    return OPEN if evaluated.state in _FOLLOW_FROM_THE_DAY else evaluated.state


def state_on(kept: str, due_on: dt.date | None, day: dt.date) -> str:
    """The state on `day` (local, Europe/London) of a kept standing and its due day.

    An open duty is pending up to and with its due day, then overdue; without one, no_limit.
    """
    if kept != OPEN:
        return kept
    if due_on is None:
        return "no_limit"
    return "pending" if day <= due_on else "overdue"


def column_of(state: str, *, timed: bool) -> str:
    """Which of COUNTED_AS a duty of that state is; `timed` where it has a due day. KeyError for what is no state."""
    return (_TIMED if timed else _UNTIMED)[state]
