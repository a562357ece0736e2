"""Pages for what is not there, what failed and a form left open too long."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The same answer for what does not exist and what one may not see."""
    return render(request, "staff_site/not_found.html", status=404)


def not_understood(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What is no proper request, without saying why."""
    return render(request, "staff_site/not_found.html", status=400)


def failed(request: HttpRequest) -> HttpResponse:
    """Something broke; nothing was saved."""
    return render(request, "staff_site/failed.html", status=500)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's one-time mark did not fit: signed out meanwhile, or cookies are off."""
    return render(request, "staff_site/form_expired.html", status=403)


def lapsed(request: HttpRequest, rule: str) -> HttpResponse:
    """One's own papers keep one out: which, and whom to ask. It tells nothing of any record."""
    return render(request, "staff_site/lapsed.html", {"rule": rule}, status=403)


def too_many_tries(request: HttpRequest, minutes: int) -> HttpResponse:
    """Nothing was looked at; whether there is such an account is not told."""
    response = render(request, "staff_site/too_many_tries.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(60 * minutes)
    return response
