"""The outbox as staff see it: what a demo would have sent, what waits, and what somebody has to find out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from hawl.foundations.access.actor import Permission, current_actor
from hawl.foundations.access.doors import opens_to
from hawl.foundations.messages import actions, queries
from hawl.foundations.messages.actions import CannotSend
from hawl.foundations.messages.templates import templates

CHANNELS: dict[str, str | Promise] = {
    "text": gettext_lazy("Text"),
    "email": gettext_lazy("E-mail"),
    "letter": gettext_lazy("Letter"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """One template in both languages, and how many people approved it."""

    key: str
    en: str
    cy: str
    digest: str
    approved: int
    mine: bool


@require_safe
@opens_to(Permission.SEE_PEOPLE)
def messages(request: HttpRequest) -> HttpResponse:
    """The page. It shows messages to people whom the reader may see, and no others."""
    context = {
        "demo": settings.HAWL_DEMO,
        "mailbox": queries.mailbox(),
        "unclear": queries.outbox("unclear"),
        "waiting": queries.outbox("queued"),
        "channels": CHANNELS,
        "words": list(_words()),
        "may": current_actor().may(Permission.RECORD_ACTS),
    }
    return render(request, "staff_site/messages.html", context)


def _words() -> list[Words]:
    me = current_actor().user_id
    found = []
    for each in templates().values():
        approved = queries.approvals(each)
        found.append(Words(each.key, each.says["en"], each.says["cy"], each.digest, len(approved), me in approved))
    return found


@require_POST
@opens_to(Permission.RECORD_ACTS)
def settle(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """A person found out whether an unclear message arrived."""
    return _done(lambda: actions.settle(
        by=current_actor(), message_id=message_id, arrived=request.POST.get("arrived") == "yes"
    ))  # fmt: skip


@require_POST
@opens_to(Permission.RECORD_ACTS)
def withdraw(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Take back a message that has not gone."""
    return _done(lambda: actions.withdraw(by=current_actor(), message_id=message_id))


@require_POST
@opens_to(Permission.RECORD_ACTS)
def approve(request: HttpRequest, key: str) -> HttpResponse:
    """Say that exactly these words are fit to be sent."""
    digest = request.POST.get("digest", "")
    return _done(lambda: actions.approve_template(by=current_actor(), template=key, digest=digest))


@require_POST
@opens_to(Permission.RECORD_ACTS)
def letter(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """A letter for the printer: one page, of which the window shows the name and the address and nothing else."""
    try:
        printed = actions.print_letter(by=current_actor(), message_id=message_id)
    except ObjectDoesNotExist as hidden:
        raise Http404 from hidden
    except CannotSend as cannot:
        return render(request, "staff_site/letter_stopped.html", {"rule": cannot.code}, status=409)
    return render(request, "staff_site/letter.html", {"letter": printed})


def _done(act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except ObjectDoesNotExist as hidden:
        raise Http404 from hidden
    except CannotSend as cannot:
        if cannot.code == "not_allowed":
            raise Http404 from cannot
    return HttpResponseRedirect(reverse("messages"))
