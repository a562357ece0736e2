"""The papers that were kept: the list, one of them, and keeping the figures of a quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hawl.foundations.access.actor import Permission, current_actor
from hawl.foundations.access.doors import opens_to
from hawl.foundations.clock import today
from hawl.foundations.identity.queries import display_name
from hawl.foundations.languages.texts import in_language
from hawl.foundations.measures.periods import Period, month_end_before, period_of, quarters_to
from hawl.insight.compliance import presenters, words
from hawl.insight.compliance.asking import asked
from hawl.insight.papers import actions, queries
from hawl.rights.duties.reaching import sees_all
from hawl.rights.rulebook import applying

if TYPE_CHECKING:
    from hawl.insight.papers.models import Paper

NOT_TAKEN = 422
_OFFERED = 8


@require_safe
@opens_to(Permission.SEE_FIGURES)
def papers(request: HttpRequest) -> HttpResponse:
    """What was kept, and the quarters that can be."""
    return _list(request)


@require_POST
@opens_to(Permission.SEE_FIGURES)
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the figures of a quarter as they are."""
    quarter = period_of(request.POST.get("period", ""), today())
    try:
        made = actions.keep_paper(by=current_actor(), period=quarter or Period("", today(), today()))
    except actions.CannotKeep as cannot:
        says = {
            "not_yours": _("Papers are kept by the commissioner's office, from the figures of all cases."),
            "no_quarter": _("Choose a quarter from the list."),
            "not_over": _("A quarter can be kept once it is over and the month after has begun."),
        }
        return _list(request, says[cannot.code], status=NOT_TAKEN)
    return HttpResponseRedirect(reverse("paper", args=[made.pk]))


@require_safe
@opens_to(Permission.SEE_FIGURES)
def paper(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """One paper, drawn from what was kept and nothing else."""
    try:
        kept = queries.paper(paper_id)
    except ObjectDoesNotExist as absent:
        raise Http404 from absent
    try:
        shown = queries.answer_of(kept)
    except ValueError:
        context = {"kept": kept, "broken": True, "period": words.period(_period(kept))}
        return render(request, "papers/paper.html", context, status=500)
    titles = {book.id: in_language(book.title) for book in applying()}
    context = {
        "kept": kept,
        "period": words.period(_period(kept)),
        "drawn_by": display_name(kept.drawn_by),
        "changed": [titles.get(each, each) for each in queries.changed_since(kept)],
        "headline": presenters.headline(shown.compliance, shown.records),
        "trend": presenters.trend(shown.compliance),
        "measures": presenters.measures_table(shown.compliance, shown.steps),
        "coverage": presenters.coverage_table(shown.records),
        "charts": presenters.charts(shown.compliance, asked({}, kept.as_of, sees_all=True)),
        "steps": presenters.steps_chart(shown.steps),
        "tables": presenters.duty_tables(shown.compliance),
    }
    return render(request, "papers/paper.html", context)


def _list(request: HttpRequest, wrong: str = "", status: int = 200) -> HttpResponse:
    held = queries.papers()
    there = {each.period for each in held}
    as_of = month_end_before(today())
    offered = [each for each in quarters_to(as_of, _OFFERED) if each.until <= as_of and each.key not in there]
    context = {
        "papers": [(each, words.period(_period(each))) for each in held],
        "offered": [(each.key, words.period(each)) for each in offered] if sees_all() else [],
        "wrong": wrong,
    }
    return render(request, "papers/papers.html", context, status=status)


def _period(kept: Paper) -> Period:
    return Period(kept.period, kept.since, kept.until)
