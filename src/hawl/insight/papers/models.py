"""Figures as they were put before a board. They name nobody, and nobody alters them."""

from __future__ import annotations

import uuid

from django.db import models

from hawl.foundations.access.models import NOBODY, STAFF_SIDE, OpenModel


class Paper(OpenModel):
    """The figures of one quarter as they were shown on a day, and by which rulebooks.

    `answer` is `kept.Shown`, small numbers hidden, as `kept.as_plain` writes it, and `figure` names the first part of
    it. `digest` is the SHA-256 of that, the days and the rulebooks in canonical JSON; `rulebooks` gives the SHA-256 of
    each rulebook's file by id.
    """

    readers = STAFF_SIDE
    writers = NOBODY
    adders = STAFF_SIDE

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    figure = models.CharField(max_length=40)
    period = models.CharField(max_length=20)
    since = models.DateField()
    until = models.DateField()
    as_of = models.DateField()
    drawn_at = models.DateTimeField()
    drawn_by = models.BigIntegerField()
    rulebooks = models.JSONField()
    answer = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            # One of a quarter: of two, one could be taken from the other, and what is left may be one person.
            models.UniqueConstraint(fields=["figure", "period"], name="papers_once_a_quarter"),
            models.CheckConstraint(
                condition=models.Q(as_of__gte=models.F("until")), name="papers_of_a_quarter_that_is_over"
            ),
        ]
