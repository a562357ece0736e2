"""Police areas, the councils within them and each area's own sheets."""

from __future__ import annotations

from django.db import models

from hawl.foundations.access.models import EVERYONE, OpenModel
from hawl.registers.dated.columns import DatedFact, DatedName


class PoliceArea(OpenModel):
    """A police area. `force`, `local_policing_body` and `hub` are keys of organisations."""

    readers = EVERYONE

    key = models.CharField(max_length=60, unique=True)
    force = models.CharField(max_length=60)
    local_policing_body = models.CharField(max_length=60)
    hub = models.CharField(max_length=60)
    # [{"scheme", "code", "source", "certainty"}]
    codes = models.JSONField(default=list)


class AreaName(DatedName):
    """What a police area was called for a time."""

    area = models.ForeignKey(PoliceArea, models.CASCADE, to_field="key", related_name="names")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "since"], name="areaname_once")]


class Council(OpenModel):
    """A council area; `body` is the key of the council as an organisation."""

    readers = EVERYONE

    key = models.CharField(max_length=60, unique=True)
    body = models.CharField(max_length=60)
    gss = models.CharField(max_length=9, unique=True)
    safety_partnership = models.CharField(max_length=9)
    position = models.PositiveSmallIntegerField(default=0)


class CouncilName(DatedName):
    """What a council area was called for a time."""

    council = models.ForeignKey(Council, models.CASCADE, to_field="key", related_name="names")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["council", "since"], name="councilname_once")]


class CouncilInArea(DatedFact):
    """When a council belonged to a police area."""

    council = models.ForeignKey(Council, models.CASCADE, to_field="key", related_name="areas")
    area = models.ForeignKey(PoliceArea, models.CASCADE, to_field="key", related_name="councils")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["council", "area", "since"], name="council_in_area_once")]


class AreaSheet(OpenModel):
    """One of an area's own sheets, kept whole: `routing`, `terms` or `sources`."""

    readers = EVERYONE

    area = models.ForeignKey(PoliceArea, models.CASCADE, to_field="key", related_name="sheets")
    name = models.CharField(max_length=20)
    content = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "name"], name="sheet_once")]
