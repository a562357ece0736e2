"""Bodies, posts, who sits on what, and the plans of local policing bodies."""

from __future__ import annotations

from django.db import models

from hawl.registers.dated.columns import DatedFact, DatedName, KnownFact, Welsh


class Organisation(DatedFact):
    """An organisation, unit, board or panel. Its small id stands in `visible_to` of tables about people."""

    id = models.SmallAutoField(primary_key=True)
    key = models.CharField(max_length=60, unique=True)
    area = models.CharField(max_length=60, db_index=True)
    kind = models.CharField(max_length=30)
    parent = models.ForeignKey("self", models.PROTECT, to_field="key", null=True, blank=True)
    expected_end = models.CharField(max_length=10, default="", blank=True)
    rhythm = models.CharField(max_length=12, default="", blank=True)
    # {"role", "of", "note", "source", "certainty"}
    data_role = models.JSONField(null=True, blank=True)


class OrganisationName(DatedName):
    """What an organisation was called for a time."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, to_field="key", related_name="names")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "since"], name="organisationname_once")]


class Post(DatedFact):
    """An office that people hold in turn; never the holder."""

    key = models.CharField(max_length=60, unique=True)
    area = models.CharField(max_length=60, db_index=True)
    body = models.ForeignKey(Organisation, models.PROTECT, to_field="key", related_name="posts")
    expected_end = models.CharField(max_length=10, default="", blank=True)


class PostName(DatedName):
    """What a post was called for a time."""

    post = models.ForeignKey(Post, models.CASCADE, to_field="key", related_name="names")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "since"], name="postname_once")]


class Membership(DatedFact):
    """A body's or a post's part in a board, panel or hub."""

    area = models.CharField(max_length=60, db_index=True)
    board = models.ForeignKey(Organisation, models.PROTECT, to_field="key", related_name="memberships")
    body = models.ForeignKey(
        Organisation, models.PROTECT, to_field="key", null=True, blank=True, related_name="sits_on"
    )
    post = models.ForeignKey(Post, models.PROTECT, to_field="key", null=True, blank=True)
    role = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="membership_of_body_or_post",
                condition=models.Q(body__isnull=True) ^ models.Q(post__isnull=True),
            )
        ]


class Plan(DatedFact):
    """A plan of a local policing body."""

    key = models.CharField(max_length=60, unique=True)
    area = models.CharField(max_length=60, db_index=True)
    body = models.ForeignKey(Organisation, models.PROTECT, to_field="key", related_name="plans")
    # {"en", "cy", "welsh"}
    name = models.JSONField()
    note = models.JSONField(null=True, blank=True)


class Priority(KnownFact):
    """A priority of a plan."""

    plan = models.ForeignKey(Plan, models.CASCADE, to_field="key", related_name="priorities")
    key = models.CharField(max_length=60)
    en = models.TextField()
    cy = models.TextField()
    welsh = models.CharField(max_length=8, choices=Welsh)
    cy_also = models.TextField(default="", blank=True)
    about_victims = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "key"], name="priority_once")]
