"""On what ground somebody opens a record: what the policy says of it, for the audit to keep."""

from __future__ import annotations

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.models import ScopedModel
from hawl.foundations.access.policy import Action, Decision, Purpose, decide
from hawl.foundations.clock import now


def decided_on(by: Actor, action: Action, row: ScopedModel) -> Decision:
    """What the policy says of `by` doing this to a row, for the person's sake, at this moment."""
    return decide(by, action, row.as_resource(), Purpose.SUPPORT, now())


def is_grave(decision: Decision) -> bool:
    """Is the act chained to the grave acts before it, such as a look under a broken glass."""
    return "audit_grave" in decision.obligations
