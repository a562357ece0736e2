"""Tokens by which a person is found without a name lying readable in the database."""

from __future__ import annotations

from django.db import models

from hawl.foundations.access.models import STAFF_SIDE, ScopedModel

LAID_FOR = {"open": 0, "restricted": 1, "sealed": 2}


class SearchToken(ScopedModel):
    """One keyed token of one person: equal words give equal tokens, and nothing of a word can be read from one.

    Scoped like the row in which the thing stands: the person for names and birth day, else a case or a contact; a
    trigger keeps it so (`rules.sql`). A thing that stands in several rows has a token of each. What tells where a
    restricted person is has no token at all.
    """

    subject_column = "person_id"
    erasers = STAFF_SIDE

    # One index for looking up and for uniqueness: a person has fifteen of these rows. It includes who may see the row
    # (migration 0002), so that a search reads no page of the table.
    pk = models.CompositePrimaryKey("token", "person_id", "source_id")
    token = models.BigIntegerField()
    person_id = models.UUIDField(db_index=True)
    # The person, the case or the contact.
    source_id = models.UUIDField()
    # The visibility for which it was laid (`LAID_FOR`): where the person's becomes another, the token goes.
    laid_for = models.SmallIntegerField()
