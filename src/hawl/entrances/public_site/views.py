"""The public pages. They read what is published, ask for nothing and set nothing on the device."""

from __future__ import annotations

import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from hawl.entrances.public_site.rights import all_rights, code_in_force
from hawl.entrances.public_site.services import directory
from hawl.foundations.design.headers import may_be_found
from hawl.foundations.design.site import site

# The day on which somebody last read the accessibility statement against the site.
STATEMENT_PREPARED_ON = dt.date(2026, 11, 22)


@require_safe
@may_be_found
def home(request: HttpRequest) -> HttpResponse:
    """Show the first page, the only one that a search engine may list."""
    return render(request, "public_site/home.html")


@require_safe
def rights(request: HttpRequest) -> HttpResponse:
    """List the rights with who owes them."""
    book = code_in_force()
    return render(request, "public_site/rights.html", {"rights": all_rights(book) if book else ()})


@require_safe
def right(request: HttpRequest, number: int) -> HttpResponse:
    """Show one right: what it means, who owes what by when, and what to do if it is not kept."""
    book = code_in_force()
    shown = all_rights(book) if book else ()
    at = next((index for index, one in enumerate(shown) if one.number == number), None)
    if at is None:
        raise Http404
    context = {
        "right": shown[at],
        "count": len(shown),
        "before": shown[at - 1] if at > 0 else None,
        "after": shown[at + 1] if at + 1 < len(shown) else None,
    }
    return render(request, "public_site/right.html", context)


@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """List the services that can be asked for today."""
    return render(request, "public_site/services.html", {"groups": directory()})


@require_safe
def leaving(request: HttpRequest) -> HttpResponse:
    """Say what leaving does and what it cannot do."""
    return render(request, "public_site/leaving.html")


# Leaving must never be refused: a token that has run out would keep somebody on the page. All it can do is end a visit.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """End the visit. A plain link is sent on to the neutral page; the script's beacon (POST) needs no page."""
    if session := getattr(request, "session", None):
        session.flush()
    answer = HttpResponse(status=204) if request.method == "POST" else HttpResponseRedirect(site().leave_to)
    # Takes our pages out of the browser's memory, so that Back cannot show them again.
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Say what this site is."""
    return render(request, "public_site/about.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Give the statement that the accessibility regulations of 2018 ask for."""
    return render(request, "public_site/accessibility.html", {"prepared_on": STATEMENT_PREPARED_ON})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is kept about a visitor."""
    return render(request, "public_site/privacy.html")


@require_safe
def cookies(request: HttpRequest) -> HttpResponse:
    """Say which cookies are set."""
    return render(request, "public_site/cookies.html")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for an address that is none of ours."""
    return render(request, "public_site/not_found.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer when a page failed; needs no data."""
    return render(request, "public_site/failed.html", status=500)


def not_understood(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what is no proper request, without saying why."""
    return render(request, "public_site/not_found.html", status=400)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose one-time mark did not fit, or that another site's page sent."""
    return render(request, "public_site/form_expired.html", status=403)
