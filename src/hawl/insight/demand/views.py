"""Recorded crime and anti-social behaviour by council, type and month."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hawl.foundations.access.actor import Permission
from hawl.foundations.access.doors import opens_to
from hawl.foundations.measures import figure
from hawl.insight.definitions import definition
from hawl.insight.demand import presenters, words
from hawl.registers.demand.queries import choices


@require_safe
def demand(request: HttpRequest) -> HttpResponse:
    """What was imported, and what is missing of it."""
    recorded = figure("demand.recorded")
    can_choose = choices()
    asked = presenters.wanted(request.GET, can_choose)
    found = recorded.answer(asked)
    names = words.council_names()
    context = {
        "fields": presenters.filters(asked, can_choose, names),
        "shown": presenters.shown(found, names),
        "definition": definition(recorded),
    }
    return render(request, "insight_demand/demand.html", context)


opens_to(Permission.SEE_FIGURES)(demand)
