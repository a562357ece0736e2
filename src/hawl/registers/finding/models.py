"""Tokens by which a person is found without a name lying readable in the database."""

from __future__ import annotations

from django.db import models

from hawl.foundations.access.models import STAFF_SIDE, ScopedModel


class SearchToken(ScopedModel):
    """One keyed token of one person: equal words give equal tokens, and nothing of a word can be read from one.

    Scoped like the person's own row. What tells where a restricted person is has no token at all.
    """

    subject_column = "person_id"
    erasers = STAFF_SIDE

    # One index for looking up and for uniqueness: a person has fifteen of these rows.
    pk = models.CompositePrimaryKey("token", "person_id")
    token = models.BigIntegerField()
    person_id = models.UUIDField(db_index=True)
