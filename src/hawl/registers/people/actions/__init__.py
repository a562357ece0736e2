"""What is done with a person's record: reading it, deciding how they may be reached, and their contact plan."""

from hawl.registers.people.actions.deciding import (
    Changed,
    close_first_calls,
    confirm_decision,
    decide_contact,
    first_call_tried,
    refuse_decision,
)
from hawl.registers.people.actions.planning import confirm_plan, put_plan, refuse_plan, show_plan
from hawl.registers.people.actions.reading import open_person, show_contact
from hawl.registers.people.plans_told import PlanTold
from hawl.registers.people.seconds import CannotDecide

__all__ = [
    "CannotDecide",
    "Changed",
    "PlanTold",
    "close_first_calls",
    "confirm_decision",
    "confirm_plan",
    "decide_contact",
    "first_call_tried",
    "open_person",
    "put_plan",
    "refuse_decision",
    "refuse_plan",
    "show_contact",
    "show_plan",
]
