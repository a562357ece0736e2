"""Feeds, background work and the health of the installation, for those who look after it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hawl.entrances.staff_site import health
from hawl.foundations.access.actor import Permission, Role, current_actor
from hawl.foundations.access.doors import opens_to
from hawl.foundations.jobs import queries as jobs
from hawl.foundations.jobs.actions import look_at_failure
from hawl.foundations.languages.texts import Text, in_language
from hawl.work.intake import queries as intake
from hawl.work.intake.reasons import reasons, refusal_words


@dataclass(frozen=True, slots=True)
class RunShown:
    """One run of a feed, as far as the reader may know; `routes` are words with counts.

    What became of the rows counts sealed records too, so it is shown to the steward alone, who sees no person.
    """

    run: intake.Run
    counts: tuple[tuple[str, int], ...]
    routes: tuple[tuple[Text, int], ...]


@require_safe
def operations(request: HttpRequest) -> HttpResponse:
    """The installation in words, the feeds, and what failed in the background."""
    page = intake.runs(request.GET.get("page"))
    context = {
        "findings": health.findings(),
        "page": page,
        "runs": [_shown(run) for run in page],
        "failures": jobs.failures(),
    }
    return render(request, "staff_site/operations.html", context)


@require_safe
def feed_run(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """One run: its counts, and the refused rows by reason and number. Nothing of their content."""
    reason = request.GET.get("reason", "")
    try:
        report = intake.run_report(run_id, reason=reason, page=request.GET.get("page"))
    except ObjectDoesNotExist:
        raise Http404 from None
    context = {
        "shown": _shown(report.run),
        "reasons": [(code, words_of(code), n) for code, n in report.reasons],
        "reason": reason if reason in dict(report.reasons) else "",
        "page": report.refusals,
        "refusals": [(one.row_number, words_of(one.reason)) for one in report.refusals],
    }
    return render(request, "staff_site/feed_run.html", context)


@require_POST
def failure_looked_at(request: HttpRequest, failure_id: int) -> HttpResponse:
    """Mark a failure as looked at."""
    try:
        look_at_failure(by=current_actor(), failure_id=failure_id)
    except ObjectDoesNotExist:
        raise Http404 from None
    return HttpResponseRedirect(f"{reverse('operations')}#failures")


for _view in (operations, feed_run, failure_looked_at):
    opens_to(Permission.SEE_OPERATIONS)(_view)


def words_of(reason: str) -> Text:
    """A refusal's reason; the bare code where this release does not know it."""
    try:
        return in_language(refusal_words(reason))
    except KeyError:
        return Text(reason, "en")


def _shown(run: intake.Run) -> RunShown:
    whole = Role.STEWARD in current_actor().roles
    names = {
        "rows": _("Rows"),
        "accepted": _("Taken in"),
        "rejected": _("Refused"),
        "repeated": _("Known already"),
    }
    if whole:
        names |= {"people": _("New people"), "cases": _("New cases"), "events": _("Events"), "duties": _("Duties")}
    known = reasons("routes")
    routes = run.counts.get("routes", {}) if whole else {}
    return RunShown(
        run=run,
        counts=tuple((words, int(run.counts.get(name, 0))) for name, words in names.items()),
        routes=tuple(
            (in_language(known[code]) if code in known else Text(code, "en"), int(n))
            for code, n in sorted(routes.items())
        ),
    )
