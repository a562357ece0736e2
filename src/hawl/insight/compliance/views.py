"""How the Code is kept: coverage first, then what was kept, by right and by body."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hawl.foundations.access.actor import Permission, current_actor
from hawl.foundations.access.doors import opens_to
from hawl.foundations.clock import today
from hawl.foundations.languages.texts import in_language
from hawl.foundations.measures import figure
from hawl.insight.compliance import presenters, words
from hawl.insight.compliance.asking import asked as read_asked
from hawl.insight.compliance.measures import source as measures_source
from hawl.insight.definitions import definition
from hawl.rights.duties.reaching import sees_all


@require_safe
def compliance(request: HttpRequest) -> HttpResponse:
    """Figures of what the reader may see, or of all cases, protected, for who sees none."""
    day = today()
    asked = read_asked(request.GET, day, sees_all=sees_all())
    kept, support, recorded = figure("code.kept_in_time"), figure("support.steps"), figure("code.records")
    narrowed = {"period": asked.period, "today": day, "council": asked.council, "offence": asked.offence}
    answer = kept.answer(**narrowed, tier=asked.tier)
    held = recorded.answer(**narrowed, tier=asked.tier)
    steps = support.answer(**narrowed)
    link = presenters.links(asked, sees_people=current_actor().may(Permission.SEE_PEOPLE))
    context = {
        "answer": answer,
        "period": words.period(asked.period),
        "fields": presenters.filters(asked),
        "headline": presenters.headline(answer, held),
        "measures": presenters.measures_table(answer, steps),
        "measures_source": in_language(measures_source()),
        "coverage": presenters.coverage_table(held),
        "trend": presenters.trend(answer),
        "charts": presenters.charts(answer, asked),
        "steps": presenters.steps_chart(steps),
        "tables": presenters.duty_tables(answer, link),
        "definitions": (definition(recorded), definition(kept), definition(support)),
    }
    return render(request, "compliance/compliance.html", context)


opens_to(Permission.SEE_FIGURES)(compliance)
