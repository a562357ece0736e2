"""Accounts that wait for somebody else's yes: asked for by whoever looks after Hawl, decided here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hawl.entrances.staff_site.wording import ROLES
from hawl.foundations.access.actor import Permission, current_actor
from hawl.foundations.access.doors import opens_to
from hawl.foundations.identity.actions import NotPermitted, NotWaiting, decide_request
from hawl.foundations.identity.queries import waiting_requests
from hawl.foundations.identity.stepping_up import needs_fresh_sign_in
from hawl.foundations.languages.texts import Text, in_language
from hawl.registers.organisations.queries import ids_by_key, names_of

if TYPE_CHECKING:
    from hawl.foundations.identity.models import AccountRequest, User


@dataclass(frozen=True, slots=True)
class Shown:
    """An account in words: as it is, or as it is to be."""

    organisation: Text | None
    employer: Text | None
    roles: tuple[str, ...]
    account: AccountRequest | User


@require_safe
@opens_to(Permission.REVIEW_ACCESS)
def accounts(request: HttpRequest) -> HttpResponse:
    """What waits, beside what there is now."""
    user_id = current_actor().user_id
    asked = waiting_requests(user_id) if user_id is not None else []
    names = _names() if asked else {}
    waiting = [(each, _shown(each, names), _shown(each.user, names) if each.user else None) for each in asked]
    return render(request, "staff_site/accounts.html", {"waiting": waiting})


@require_POST
@opens_to(Permission.REVIEW_ACCESS)
@needs_fresh_sign_in
def account_decide(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Yes or no; nothing else that is sent counts as either."""
    said = request.POST.get("said")
    if said not in ("yes", "no"):
        raise Http404
    try:
        decide_request(by=current_actor(), request_id=request_id, agreed=said == "yes")
    except NotWaiting as gone:
        raise Http404 from gone
    except NotPermitted:
        return render(request, "staff_site/account_not_decided.html", status=409)
    return HttpResponseRedirect(reverse("accounts"))


def _names() -> dict[int, Text]:
    """Names of all organisations by their ids, in three statements."""
    names = names_of()
    return {found: in_language(names[key]) if key in names else Text(key, "en") for key, found in ids_by_key().items()}


def _shown(of: AccountRequest | User, names: Mapping[int, Text]) -> Shown:
    return Shown(
        organisation=names.get(of.organisation_id or 0),
        employer=names.get(of.employer_id or 0),
        roles=tuple(str(ROLES.get(role, role)) for role in of.roles),
        account=of,
    )
