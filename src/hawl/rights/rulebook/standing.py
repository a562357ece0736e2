"""What a stored row says on a later day.

Of all states only `pending`, `overdue` and `no_limit` speak of a duty that nothing has answered,
and which of them holds follows from `due_on` and the day alone. So a table keeps `open` with
`due_on` and never needs to be touched because a night has passed. It must be evaluated again when
an event, a receipt, a rulebook or the calendar changes; so must a case with an event, or a
`received_on`, that lay after `as_of` when it was evaluated.
"""

from __future__ import annotations

import datetime as dt

from hawl.rights.rulebook.records import Evaluated

OPEN = "open"
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
