"""Published crime and ASB rows, as they came, and their counts.

The rows name no person: places are snapped to public points by the publisher before release.
"""

from __future__ import annotations

from django.db import models

from hawl.foundations.access.models import JOBS, STAFF_SIDE, OpenModel
from hawl.registers.demand.layout import LIMITS


class Vintage(models.TextChoices):
    """Which census's areas the codes of a force's month are (`layout.vintage_of`)."""

    CENSUS_2011 = "2011"
    CENSUS_2021 = "2021"
    UNKNOWN = "unknown"


class StreetFile(OpenModel):
    """One force's month, with what was counted when it was imported. `month` is its first day."""

    readers = STAFF_SIDE
    writers = JOBS

    force = models.CharField(max_length=LIMITS["Reported by"])
    month = models.DateField()
    name = models.CharField(max_length=500)
    digest = models.CharField(max_length=64)
    lsoa_vintage = models.CharField(max_length=8, choices=Vintage)
    rows = models.PositiveIntegerField()
    without_id = models.PositiveIntegerField()
    out_of_area = models.PositiveIntegerField()
    no_location = models.PositiveIntegerField()
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["force", "month"], name="demand_one_file_a_month"),
            models.CheckConstraint(condition=models.Q(lsoa_vintage__in=Vintage.values), name="demand_vintage_known"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="demand_month_by_first_day"),
        ]


class StreetRow(OpenModel):
    """One published row. Equal rows are different incidents: ASB rows have no id to tell them apart."""

    readers = STAFF_SIDE
    writers = JOBS

    file = models.ForeignKey(StreetFile, on_delete=models.CASCADE, db_index=False)
    # Counted from 1 after the header; blank lines are not counted.
    row_number = models.PositiveIntegerField()
    crime_id = models.CharField(max_length=LIMITS["Crime ID"], null=True, blank=True)
    month = models.DateField()
    reported_by = models.CharField(max_length=LIMITS["Reported by"])
    falls_within = models.CharField(max_length=LIMITS["Falls within"], blank=True)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    location = models.CharField(max_length=LIMITS["Location"], blank=True)
    lsoa_code = models.CharField(max_length=LIMITS["LSOA code"], blank=True)
    lsoa_name = models.CharField(max_length=LIMITS["LSOA name"], blank=True)
    council = models.CharField(max_length=LIMITS["LSOA name"], blank=True)
    crime_type = models.CharField(max_length=LIMITS["Crime type"])
    outcome = models.CharField(max_length=LIMITS["Last outcome category"], blank=True)
    context = models.CharField(max_length=LIMITS["Context"], blank=True)
    in_area = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "row_number"], name="demand_row_once")]


class StreetCount(OpenModel):
    """Rows by council and type of one force's month, written with them so that pages never scan the rows."""

    readers = STAFF_SIDE
    writers = JOBS

    file = models.ForeignKey(StreetFile, on_delete=models.CASCADE)
    force = models.CharField(max_length=LIMITS["Reported by"])
    month = models.DateField()
    council = models.CharField(max_length=LIMITS["LSOA name"], blank=True)
    crime_type = models.CharField(max_length=LIMITS["Crime type"])
    in_area = models.BooleanField()
    n = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["month"], name="demand_count_month")]
