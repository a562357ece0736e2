"""Signing in by the OpenID Connect provider of the settings; without one these pages lead to signing in by password."""

from __future__ import annotations

import time

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_GET

from hawl.entrances.staff_site.addresses import is_ours, network_address, safe_next
from hawl.entrances.staff_site.errors import too_many_tries
from hawl.entrances.staff_site.signing import PROVIDER_FAILED, await_factor, enter, to_second_factor
from hawl.foundations.access.actor import Actor
from hawl.foundations.access.doors import ANYONE, opens_to
from hawl.foundations.identity.actions import password_was_refused, provider_vouched
from hawl.foundations.identity.factors import has_factor
from hawl.foundations.identity.provider import NotVouched, begin, is_configured, vouched_for
from hawl.foundations.identity.queries import account_of_email
from hawl.foundations.identity.throttling import take_place

# What this browser wanted when it went to the provider: the page, the language, since when.
_GONE = "gone_to_provider"
_SECONDS = 600
_ANYONE = Actor(label="anyone")


@opens_to(ANYONE)
@require_GET
def provider_begin(request: HttpRequest) -> HttpResponse:
    """On to the provider."""
    if not is_configured() or request.user.is_authenticated:
        return HttpResponseRedirect(reverse("sign_in") if not request.user.is_authenticated else safe_next(request))
    taken = take_place(network_address(request))
    if taken.wait:
        return too_many_tries(request, taken.wait)
    asked = request.GET.get("next", "")
    language = translation.get_language() or "en"
    # The provider knows one address of ours, whatever language the person reads.
    with translation.override("en"):
        back = request.build_absolute_uri(reverse("provider_back"))
    try:
        answer = begin(request, back)
    except NotVouched as refused:
        return _refused(request, refused.code, language)
    request.session[_GONE] = {
        "next": asked if is_ours(asked) else "", "language": language, "at": time.time(), "taken": list(taken.buckets)
    }  # fmt: skip
    return answer


@opens_to(ANYONE)
@require_GET
def provider_back(request: HttpRequest) -> HttpResponse:
    """Back from the provider: in, or on to our second factor, or back to signing in with one sentence for all else."""
    gone = request.session.pop(_GONE, None)
    if not is_configured() or not isinstance(gone, dict):
        return HttpResponseRedirect(reverse("sign_in"))
    language = gone["language"]
    if time.time() - gone["at"] > _SECONDS:
        return _refused(request, "provider_late", language)
    try:
        vouched = vouched_for(request)
    except NotVouched as refused:
        return _refused(request, refused.code, language)
    user = account_of_email(vouched.email)
    if user is None:
        return _refused(request, "provider_account", language)
    counts = vouched.factor_at is not None
    provider_vouched(by=_ANYONE, user_id=user.pk, with_factor=counts)
    pending = await_factor(request, user, gone["next"], tuple(gone["taken"]))
    with translation.override(language):
        # Ours is set up in any case: grave acts ask for it.
        if counts and has_factor(user.pk):
            return enter(request, user, pending, factor_at=vouched.factor_at)
        return to_second_factor(user)


def _refused(request: HttpRequest, why: str, language: str) -> HttpResponse:
    """Answered alike whatever the reason, which the audit alone keeps."""
    password_was_refused(by=_ANYONE, why=why)
    request.session[PROVIDER_FAILED] = True
    with translation.override(language):
        return HttpResponseRedirect(reverse("sign_in"))
