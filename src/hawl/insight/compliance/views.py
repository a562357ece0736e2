"""How the Code is kept: coverage first, then what was kept, by right and by body; and the cases behind a number."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from hawl.foundations.access.actor import Permission, current_actor
from hawl.foundations.access.doors import opens_to
from hawl.foundations.audit.actions import record_list
from hawl.foundations.clock import today
from hawl.foundations.languages.texts import in_language
from hawl.foundations.measures import figure
from hawl.insight.compliance import leading, listing, presenters, words
from hawl.insight.compliance.asking import asked as read_asked
from hawl.insight.compliance.measures import source as measures_source
from hawl.insight.definitions import definition
from hawl.rights.duties.counting import NoSuchNumber
from hawl.rights.duties.queries import duties_behind
from hawl.rights.duties.reaching import sees_all


@require_safe
@opens_to(Permission.SEE_FIGURES)
def compliance(request: HttpRequest) -> HttpResponse:
    """Figures of what the reader may see, or of all cases, protected, for who sees none."""
    day = today()
    asked = read_asked(request.GET, day, sees_all=sees_all())
    kept, support, recorded = figure("code.kept_in_time"), figure("support.steps"), figure("code.records")
    narrowed = {"period": asked.period, "today": day, "council": asked.council, "offence": asked.offence}
    answer = kept.answer(**narrowed, tier=asked.tier)
    held = recorded.answer(**narrowed, tier=asked.tier)
    steps = support.answer(**narrowed)
    sees_people = current_actor().may(Permission.SEE_PEOPLE)
    link, lead = leading.links(asked, sees_people=sees_people), leading.leads(asked, sees_people=sees_people)
    context = {
        "answer": answer,
        "period": words.period(asked.period),
        "fields": presenters.filters(asked),
        "headline": presenters.headline(answer, held, lead),
        "measures": presenters.measures_table(answer, steps, lead),
        "measures_source": in_language(measures_source()),
        "coverage": presenters.coverage_table(held, lead),
        "trend": presenters.trend(answer),
        "charts": presenters.charts(answer, asked, lead),
        "steps": presenters.steps_chart(steps),
        "tables": presenters.duty_tables(answer, link, lead),
        "definitions": (definition(recorded), definition(kept), definition(support)),
    }
    return render(request, "compliance/compliance.html", context)


@require_safe
@opens_to(Permission.SEE_PEOPLE)
def compliance_cases(request: HttpRequest) -> HttpResponse:
    """The duties that one number of the page counts, with their cases, for who sees people. The reading is audited."""
    actor, day = current_actor(), today()
    # Whom the page of numbers does not open to, this one does not either: there is no number behind which to look.
    if not actor.may(Permission.SEE_FIGURES):
        raise Http404
    asked = read_asked(request.GET, day, sees_all=False)
    try:
        number = leading.number_asked(request.GET)
        named = leading.row_named(number, asked)
        page = duties_behind(
            number, period=asked.period, day=day, council=asked.council, tier=asked.tier, offence=asked.offence,
            page=request.GET.get("page"),
        )  # fmt: skip
    except NoSuchNumber as unknown:
        raise Http404 from unknown
    if not page.paginator.count and not leading.is_known(number, asked):
        raise Http404
    record_list(by=actor, action="figures.listed", people=[each.case.person_id for each in page])
    context = {
        "back": f"{reverse('compliance')}?{urlencode(leading.address_of(asked))}",
        "column": leading.column_named(request.GET),
        "facts": listing.facts(named, asked, enforced=number.enforced),
        "page": page,
        "rows": [listing.row(each, day, asked.councils) for each in page],
    }
    return render(request, "compliance/cases.html", context)
