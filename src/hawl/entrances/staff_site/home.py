"""The first page: what is due for who works with people, else the first page that is open."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from hawl.entrances.staff_site.navigation import pages_of
from hawl.foundations.access.actor import Permission
from hawl.foundations.access.doors import SIGNED_IN, opens_to
from hawl.work.hub import views as hub


@require_safe
@opens_to(SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    """Lead each to their work; the board and analysts never to a person."""
    user = request.user
    if user.actor().may(Permission.SEE_PEOPLE):
        return hub.due(request)
    first = next(iter(pages_of(user)), None)
    if first is not None:
        return HttpResponseRedirect(reverse(first.address))
    return render(request, "staff_site/nothing_open.html")
