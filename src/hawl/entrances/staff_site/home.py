"""The first page leads each to their work: what is due, else the first page that is open to them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from hawl.entrances.staff_site.navigation import pages_of
from hawl.foundations.access.doors import SIGNED_IN, opens_to


@require_safe
@opens_to(SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    """Go on to the first page of the navigation; without any, say what to do."""
    first = next(iter(pages_of(request.user)), None)  # type: ignore[arg-type]  # the door let only users in
    if first is not None:
        return HttpResponseRedirect(reverse(first.address))
    return render(request, "staff_site/nothing_open.html")
