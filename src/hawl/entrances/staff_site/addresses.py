"""Where a page may lead on to: pages of this site that can be read, and nothing else."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

_LONGEST = 2000


def safe_next(request: HttpRequest, otherwise: str | None = None) -> str:
    """The `next` of this request if it is a page of this site, else `otherwise`, else home in the user's language."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    return asked if is_ours(asked) else otherwise or home_of(request)


def is_ours(address: str) -> bool:
    """Is it a path on this site at which a page is. Schemes, hosts, backslashes and control characters are none."""
    if not address.startswith("/") or len(address) > _LONGEST or not address.isprintable():
        return False
    if not url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return False
    try:
        found = resolve(address.partition("?")[0].partition("#")[0])
    except Resolver404:
        return False
    return found.view_name not in _NEVER_NEXT


# Leading on to these would go round in a ring, or sign out.
_NEVER_NEXT = frozenset({"sign_in", "sign_in_code", "sign_in_set_up", "sign_out", "provider_begin", "provider_back"})


def home_of(request: HttpRequest) -> str:
    """Home, in the language that the person works in."""
    with translation.override(getattr(request.user, "language", None) or translation.get_language()):
        return reverse("home")


def network_address(request: HttpRequest) -> str:
    """The address that the request came from.

    Behind as many proxies of our own as the settings say, it is the one that the outermost of them saw: each adds one
    at the end of the list, and what stands before those may be invented. A list that is too short is not believed.
    """
    named: list[str] = [each.strip() for each in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    proxies: int = settings.HAWL_PROXIES
    if proxies > 0 and len(named) >= proxies and named[-proxies]:
        return named[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))
