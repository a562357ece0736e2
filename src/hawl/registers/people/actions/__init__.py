"""What is done with a person's record: reading it, deciding how they may be reached, and their contact plan."""

from hawl.registers.people.actions.deciding import (
    CannotDecide,
    Changed,
    close_first_calls,
    confirm_decision,
    decide_contact,
    first_call_tried,
    refuse_decision,
)
from hawl.registers.people.actions.planning import PlanTold, put_plan, show_plan
from hawl.registers.people.actions.reading import open_person, show_contact

__all__ = [
    "CannotDecide",
    "Changed",
    "PlanTold",
    "close_first_calls",
    "confirm_decision",
    "decide_contact",
    "first_call_tried",
    "open_person",
    "put_plan",
    "refuse_decision",
    "show_contact",
    "show_plan",
]
