"""The catalogue of support services, with what became of each."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from hawl.foundations.access.models import EVERYONE, OpenModel
from hawl.registers.dated.columns import DatedFact, DatedName, KnownFact, Welsh


class Need(OpenModel):
    """A need that a service may serve."""

    readers = EVERYONE

    area = models.CharField(max_length=60)
    key = models.CharField(max_length=60)
    en = models.TextField()
    cy = models.TextField()
    welsh = models.CharField(max_length=8, choices=Welsh)
    cy_also = models.TextField(default="", blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "key"], name="need_once")]


class Service(OpenModel):
    """A support service. Texts and sourced facts are JSON as in the area's files (`services.json`)."""

    readers = EVERYONE

    key = models.CharField(max_length=60, unique=True)
    area = models.CharField(max_length=60, db_index=True)
    kind = models.CharField(max_length=20)
    order = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField(default=0)
    listed_as = models.JSONField(null=True, blank=True)
    whom = models.JSONField()
    # The needs of `whom` again, to be searched.
    needs = ArrayField(models.CharField(max_length=60), default=list)
    place = models.JSONField()
    about = models.JSONField()
    how = models.JSONField()


class ServiceName(DatedName):
    """What a service was called for a time."""

    service = models.ForeignKey(Service, models.CASCADE, to_field="key", related_name="names")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "since"], name="servicename_once")]


class ServiceProvider(DatedFact):
    """Who ran a service for a time."""

    service = models.ForeignKey(Service, models.CASCADE, to_field="key", related_name="providers")
    body = models.ForeignKey("organisations.Organisation", models.PROTECT, to_field="key")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "body", "since"], name="serviceprovider_once")]


class ServiceStatus(DatedFact):
    """What a service was for a time: live, interim, moved to another funder, ended, ..."""

    service = models.ForeignKey(Service, models.CASCADE, to_field="key", related_name="statuses")
    status = models.CharField(max_length=12)
    note = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "since"], name="servicestatus_once")]


class ServiceWay(KnownFact):
    """One way of reaching a service; `body` is the organisation through which it goes."""

    service = models.ForeignKey(Service, models.CASCADE, to_field="key", related_name="ways")
    way = models.CharField(max_length=20)
    phone = models.CharField(max_length=20, default="", blank=True)
    body = models.ForeignKey("organisations.Organisation", models.PROTECT, to_field="key", null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "position"], name="serviceway_once")]
