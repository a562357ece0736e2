"""The health of the installation in plain words, from what the staff site itself may see.

`hawl doctor` looks deeper; it runs where the keys are.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hawl.foundations.clock import england_and_wales, now, today
from hawl.foundations.database.home import home
from hawl.foundations.design.charts import number
from hawl.foundations.jobs import queries as jobs
from hawl.foundations.languages import dates
from hawl.registers.demand.queries import held_months
from hawl.work.intake.queries import latest_run
from hawl.work.protection.queries import waiting_in_numbers

_SILENT_AFTER = timedelta(minutes=3)
_FEED_MISSED_AFTER = timedelta(days=2)
_LEAST_FREE = 1024**3
_CALENDAR_AHEAD = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `mend` says what to do where it is not well."""

    well: bool
    what: str
    mend: str = ""


def findings() -> list[Finding]:
    """All findings, those not well first."""
    found = [*_background(), *_feeds(), *_protected(), *_demand(), *_calendar(), *_disk()]
    return sorted(found, key=lambda one: one.well)


def moment(at: datetime) -> str:
    """`22 November 2026, 14:05` in London."""
    return f"{dates.day(at)}, {dates.clock_time(at)}"


def _background() -> Iterator[Finding]:
    queue = jobs.queue()
    heard = queue.heard_at
    start = _("Start it with: hawl serve")
    if heard is None:
        yield Finding(False, _("Background work has never run here."), start)
    elif now() - heard > _SILENT_AFTER:
        yield Finding(False, _("Background work has been silent since %(at)s.") % {"at": moment(heard)}, start)
    else:
        yield Finding(True, _("Background work runs."))
    waits = ngettext("%(num)s job waits.", "%(num)s jobs wait.", queue.waiting) % {"num": number(queue.waiting)}
    yield Finding(True, waits)
    failed = jobs.not_looked_at()
    if failed:
        what = ngettext("%(num)s failure has not been looked at.", "%(num)s failures have not been looked at.", failed)
        yield Finding(False, what % {"num": number(failed)}, _("See the list of failures below."))


def _feeds() -> Iterator[Finding]:
    run = latest_run()
    if run is None:
        yield Finding(False, _("No feed has been taken in yet."), _("Take one in with: hawl feed import FILE"))
    elif run.finished_at is None:
        yield Finding(
            False,
            _("The feed begun on %(at)s has not finished.") % {"at": moment(run.started_at)},
            _("If nothing is running, import the same file again: it goes on where it stopped."),
        )
    else:
        late = now() - run.finished_at > _FEED_MISSED_AFTER
        what = _("The last feed was taken in on %(at)s.") % {"at": moment(run.finished_at)}
        yield Finding(not late, what, _("Ask the force whether its daily feed was sent.") if late else "")


def _protected() -> Iterator[Finding]:
    """Numbers alone: who reads them sees none of the records."""
    nobody, unconfirmed = waiting_in_numbers()
    what = ngettext("%(num)s sealed record can be opened by nobody.",
                    "%(num)s sealed records can be opened by nobody.", nobody)  # fmt: skip
    mend = _("A specialist lead can ask under Reviews that others be named.")
    yield Finding(not nobody, what % {"num": number(nobody)}, mend if nobody else "")
    if unconfirmed:
        what = ngettext("%(num)s record protected in danger waits for a second person since yesterday.",
                        "%(num)s records protected in danger wait for a second person since yesterday.",
                        unconfirmed)  # fmt: skip
        yield Finding(False, what % {"num": number(unconfirmed)}, _("Ask those who are named on them to confirm."))


def _demand() -> Iterator[Finding]:
    held = held_months()
    if not held:
        what = _("No month of recorded crime is held.")
        yield Finding(False, what, _("Import the files of data.police.uk with: hawl crime import FOLDER"))
        return
    latest = max(one.month for one in held)
    yield Finding(True, _("Recorded crime is held up to %(month)s.") % {"month": dates.month(latest)})


def _calendar() -> Iterator[Finding]:
    last = england_and_wales().last_known
    soon = last - today() < _CALENDAR_AHEAD
    what = _("Bank holidays are known up to %(day)s.") % {"day": dates.day(last)}
    mend = _("Install a newer release: time limits that end later cannot be worked out.")
    yield Finding(not soon, what, mend if soon else "")


def _disk() -> Iterator[Finding]:
    free = shutil.disk_usage(home()).free
    full = free < _LEAST_FREE
    what = _("%(gigabytes)s GB of disk are free.") % {"gigabytes": number(round(free / 1024**3, 1))}
    yield Finding(not full, what, _("Free at least 1 GB: a full disk stops the database.") if full else "")
