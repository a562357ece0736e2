"""The clocks running on real cases: one row for each duty that arose."""

from __future__ import annotations

from django.db import models

from hawl.foundations.access.models import STAFF_SIDE, ScopedModel
from hawl.foundations.access.seen import SCOPE_COLUMNS
from hawl.registers.cases.models import Case


class Duty(ScopedModel):
    """What one body owes one person, from which event, by when, and whether it was kept.

    `standing` is the evaluated state, save that a duty still open is stored as `open`: whether it is pending
    or overdue follows from `due_on` and the day on which one asks, so no night's run can be missed.
    """

    subject_column = "case_id"
    # Duties are worked out anew with each act, by whoever acts.
    erasers = STAFF_SIDE

    id = models.BigAutoField(primary_key=True)
    # No foreign key in the database: it would tell whether a hidden row exists, and cost more than all else when a
    # feed is laid (docs/decisions/0011). Only actions write, and `hawl doctor` counts rows without their parent.
    # The unique constraint below begins with the case: it is the index.
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="duties", db_index=False, db_constraint=False)
    duty_id = models.CharField(max_length=20)
    right = models.SmallIntegerField()
    trigger_event_id = models.CharField(max_length=80)
    started_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    target_on = models.DateField(null=True, blank=True)
    standing = models.CharField(max_length=20)
    done_on = models.DateField(null=True, blank=True)
    tier = models.CharField(max_length=12)
    enforced = models.BooleanField()
    bearer = models.CharField(max_length=30)
    rulebook = models.CharField(max_length=60)
    # Copied from the case, so that the due list orders by risk, then time, from one index.
    rank = models.SmallIntegerField()

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["case", "duty_id", "trigger_event_id"], name="duties_once"),
        ]
        indexes = [
            # The order of the due list, with all that counting it and row security ask for: neither reads the rows.
            models.Index(
                fields=["rank", "due_on", "started_on", "id"],
                include=["bearer", "case", *SCOPE_COLUMNS],
                name="duties_open_order",
                condition=models.Q(standing="open"),
            ),
            models.Index(fields=["duty_id", "started_on"], name="duties_by_rule"),
        ]
