"""Erasures that wait for two people: asked for by whoever looks after Hawl, decided here."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hawl.foundations.access.actor import Permission, current_actor
from hawl.foundations.access.doors import opens_to
from hawl.foundations.identity.queries import display_name
from hawl.foundations.identity.stepping_up import needs_fresh_sign_in
from hawl.work.erasing.actions import NotPermitted, NotWaiting, decide_erasure
from hawl.work.erasing.queries import seen_by_reader, waiting_erasures


@require_safe
@opens_to(Permission.REVIEW_ACCESS)
def erasures(request: HttpRequest) -> HttpResponse:
    """What waits, and what would go. A record is shown by its page alone, to who may open it."""
    return _page(request)


@require_POST
@opens_to(Permission.REVIEW_ACCESS)
@needs_fresh_sign_in
def erasure_decide(request: HttpRequest, erasure_id: UUID) -> HttpResponse:
    """Yes or no; nothing else that is sent counts as either."""
    said = request.POST.get("said")
    if said not in ("yes", "no"):
        raise Http404
    try:
        decide_erasure(by=current_actor(), erasure_id=erasure_id, agreed=said == "yes")
    except NotWaiting as gone:
        raise Http404 from gone
    except NotPermitted as refused:
        words = {
            "not_allowed": _(
                "A steward says yes, or a specialist lead whose vetting and training hold; the second is another person"
                " than the first."
            ),
            "no_steward": _("A specialist lead said yes already. The second person must be a steward."),
        }
        return _page(request, said=words[refused.code], status=409)
    return HttpResponseRedirect(reverse("erasures"))


def _page(request: HttpRequest, *, said: str = "", status: int = 200) -> HttpResponse:
    found, me = waiting_erasures(), current_actor().user_id
    seen = seen_by_reader(found)
    waiting = [
        (each, each.person_id in seen, display_name(each.first_by) if each.first_by else "", each.first_by == me)
        for each in found
    ]
    return render(request, "staff_site/erasures.html", {"waiting": waiting, "said": said}, status=status)
