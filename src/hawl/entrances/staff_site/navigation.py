"""The pages that staff find in the navigation, in its order."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from hawl.entrances.staff_site.begun_anew import notice_of_begun
from hawl.foundations.access.actor import NoActor, Permission, current_actor
from hawl.foundations.access.policy import enter
from hawl.foundations.clock import now
from hawl.foundations.design.frames import Frame, Item
from hawl.foundations.identity.models import User
from hawl.foundations.identity.queries import count_waiting, lapsing
from hawl.foundations.identity.sessions import MISSED, NOBODY
from hawl.work.erasing.queries import waiting_erasures
from hawl.work.protection.queries import incidents_to_review


class Page(NamedTuple):
    """A page by the name of its address; shown to whoever has the permission."""

    words: str | Promise
    address: str
    permission: Permission


PAGES: tuple[Page, ...] = (
    Page(_("What is due"), "due", Permission.SEE_PEOPLE),
    Page(_("Cases"), "cases", Permission.SEE_PEOPLE),
    Page(_("Find a person"), "search", Permission.SEE_PEOPLE),
    Page(_("Emergency"), "glass", Permission.RECORD_ACTS),
    Page(_("Reviews"), "reviews", Permission.REVIEW_ACCESS),
    Page(_("Accounts"), "accounts", Permission.REVIEW_ACCESS),
    Page(_("Messages"), "messages", Permission.SEE_PEOPLE),
    Page(_("How the Code is kept"), "compliance", Permission.SEE_FIGURES),
    Page(_("Demand"), "demand", Permission.SEE_FIGURES),
    Page(_("Services"), "service_directory", Permission.SEE_DIRECTORY),
    Page(_("Operations"), "operations", Permission.SEE_OPERATIONS),
    Page(_("Audit"), "audit", Permission.SEE_AUDIT),
)


def frame(request: HttpRequest) -> Frame:
    """The frame for who is signed in: their pages and no others. Empty before signing in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return Frame(home=reverse("sign_in"))
    pages = pages_of(user)
    match = request.resolver_match
    here = match.view_name if match else ""
    return Frame(
        navigation=tuple(Item(str(page.words), reverse(page.address), page.address == here) for page in pages),
        signed_in_as=user.display_name,
        sign_out=reverse("sign_out"),
        home=reverse("home"),
        own_page=reverse("your_sign_in"),
        notices=_notices(request, user, reviews=any(page.address == "reviews" for page in pages)),
        **_session(request),
    )


def _session(request: HttpRequest) -> dict[str, Any]:
    """Until when the session lasts: told on every page, and by a link that makes it longer."""
    ends = getattr(request, "standing", NOBODY).ends_at
    if ends is None:
        return {}
    seconds = max(0, int((ends - now()).total_seconds()))
    return {"session_ends": ends, "session_seconds": seconds, "stay": reverse("stay_signed_in")}


def _notices(request: HttpRequest, user: User, *, reviews: bool) -> tuple[str, ...]:
    """What the person must know on whatever page they are; to a reviewer, each broken glass that waits for them."""
    found = notice_of_begun(request)
    if reviews and (waiting := len(incidents_to_review(user.pk))):
        words = ngettext(
            "%(count)s record was opened in an emergency. Go to Reviews and look at it now.",
            "%(count)s records were opened in an emergency. Go to Reviews and look at them now.",
            waiting,
        )
        found.append(words % {"count": waiting})
    if reviews and (waiting := count_waiting(user)):
        words = ngettext(
            "%(count)s account waits for a yes. Go to Accounts and look at it.",
            "%(count)s accounts wait for a yes. Go to Accounts and look at them.",
            waiting,
        )
        found.append(words % {"count": waiting})
    if reviews and (waiting := len([each for each in waiting_erasures() if each.first_by != user.pk])):
        words = ngettext(
            "%(count)s person is to be erased once two people agree. Go to Accounts and look at it.",
            "%(count)s people are to be erased once two people agree. Go to Accounts and look at it.",
            waiting,
        )
        found.append(words % {"count": waiting})
    if missed := getattr(request, "session", {}).get(MISSED):
        words = ngettext(
            "%(count)s wrong code was given after your password since you last signed in. If that was not you, somebody"
            " knows your password: ask for a new one now.",
            "%(count)s wrong codes were given after your password since you last signed in. If that was not you,"
            " somebody knows your password: ask for a new one now.",
            missed,
        )
        found.append(words % {"count": missed})
    if user.factor_reset_from is not None:
        found.append(str(_("Your second factor is about to be reset. If you did not ask for it, stop it.")))
    if lapsing(user):
        found.append(str(_("Your vetting or your training lapses soon, or has lapsed.")))
    return tuple(found)


def pages_of(user: User) -> tuple[Page, ...]:
    """The pages that a user's roles open."""
    # The actor of the request; who has just signed in was none when it began.
    # An error page outside the doors, such as of health, is shown in nobody's name: it has no pages.
    try:
        named = current_actor()
    except NoActor:
        return ()
    actor = named if named.user_id == user.pk else user.actor()
    return tuple(page for page in PAGES if enter(actor, page.permission, now()).allow)
