"""What is installed, and what belongs to this installation."""

from __future__ import annotations

import os

from hawl.foundations.database.connection import this_process

PROCESS = this_process()

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "hawl.foundations.identity.library_apps.LibraryAccounts",
    "allauth.mfa",
    "hawl.foundations.access",
    "hawl.foundations.identity",
    "hawl.foundations.vault",
    "hawl.foundations.audit",
    "hawl.foundations.journal",
    "hawl.foundations.messages",
    "hawl.foundations.jobs",
    "hawl.foundations.languages",
    "hawl.foundations.design",
    "hawl.registers.organisations",
    "hawl.registers.places",
    "hawl.registers.services",
    "hawl.registers.people",
    "hawl.registers.cases",
    "hawl.registers.finding",
    "hawl.registers.agreements",
    "hawl.registers.demand",
    "hawl.rights.duties",
    "hawl.work.intake",
    "hawl.work.extracts",
    "hawl.work.partners",
    "hawl.work.hub",
    "hawl.work.protection",
    "hawl.work.erasing",
    "hawl.insight.compliance",
    "hawl.insight.demand",
    "hawl.insight.papers",
    "hawl.entrances.public_site",
    "hawl.entrances.staff_site",
]

AUTH_USER_MODEL = "identity.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The area whose data this installation holds: a folder of hawl/areas, or a path to one.
HAWL_AREA = os.environ.get("HAWL_AREA", "gwent")

# An invented caseload: every page says so.
HAWL_DEMO = os.environ.get("HAWL_DEMO") == "1"

# Background work: functions in `jobs.py` of each room.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
