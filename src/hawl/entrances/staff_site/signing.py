"""Signing in, in two steps: password, then second factor. Nothing else opens before both. And signing out."""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from hawl.entrances.staff_site.addresses import home_of, is_ours, network_address, safe_next
from hawl.entrances.staff_site.begun_anew import note_begun
from hawl.entrances.staff_site.errors import too_many_tries
from hawl.entrances.staff_site.wording_of_signing import why_ended
from hawl.foundations.access.actor import Actor
from hawl.foundations.access.doors import ANYONE, SIGNED_IN, opens_to
from hawl.foundations.identity.actions import (
    add_authenticator,
    begin_session,
    check_code,
    check_passkey,
    end_session,
    password_was_given,
    password_was_refused,
    renew_factor,
    reset_lost_factor,
)
from hawl.foundations.identity.factors import (
    address_for_app,
    ask_for_passkey,
    has_factor,
    has_passkey,
    new_secret,
    open_secret,
    seal_secret,
    square,
)
from hawl.foundations.identity.provider import is_configured
from hawl.foundations.identity.queries import active_user, held_of
from hawl.foundations.identity.sessions import ENDED, MISSED, STAY, Why
from hawl.foundations.identity.throttling import (
    Busy,
    give_back,
    note_missed,
    note_place,
    note_right,
    one_hash,
    take_code,
    take_untold,
    wait_for_code,
)

if TYPE_CHECKING:
    from hawl.foundations.identity.models import User

# Between password and second factor: who, since when, where to, and what the tries took.
PENDING = "pending"
_PENDING_SECONDS = 600
# The provider vouched for nobody: the sign-in page says so once.
PROVIDER_FAILED = "provider_failed"
_BACKEND = "django.contrib.auth.backends.ModelBackend"
_ANYONE = Actor(label="anyone")
_WRONG = "wrong_code"


class PasswordForm(forms.Form):
    """E-mail and password."""

    username = forms.CharField(max_length=254, error_messages={"required": _("Enter your e-mail address")})
    password = forms.CharField(max_length=400, strip=False, error_messages={"required": _("Enter your password")})


class CodeForm(forms.Form):
    """A one-time code, or a recovery code in its place; spaces do not matter."""

    code = forms.CharField(
        max_length=20, error_messages={"required": _("Enter the code"), "max_length": _("Enter the code")}
    )

    def clean_code(self) -> str:
        """Digits alone."""
        return "".join(str(self.cleaned_data["code"]).split())


@opens_to(ANYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """E-mail and password; a wrong one and an unknown one are answered alike."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(safe_next(request))
    if request.method != "POST":
        return _password_page(request, PasswordForm())
    form = PasswordForm(request.POST)
    if not form.is_valid():
        return _password_page(request, form)
    try:
        with one_hash():
            found = authenticate(
                request, username=form.cleaned_data["username"], password=form.cleaned_data["password"]
            )
    except Busy:
        return too_many_tries(request, 1)
    user = active_user(found.pk) if found is not None else None
    if user is None:
        password_was_refused(by=_ANYONE, why="password")
        form.add_error("password", _("The e-mail address or the password is wrong"))
        return _password_page(request, form)
    return _password_given(request, user)


def _password_page(request: HttpRequest, form: PasswordForm) -> HttpResponse:
    asked = request.POST.get("next") or request.GET.get("next") or ""
    shown = {
        "form": form,
        "next": asked if is_ours(asked) else "",
        "ended": why_ended(request.session.get(ENDED, "")),
        "provider": is_configured(),
        "provider_failed": request.session.pop(PROVIDER_FAILED, False),
    }
    return render(request, "staff_site/sign_in.html", shown)


def _password_given(request: HttpRequest, user: User) -> HttpResponse:
    password_was_given(by=_ANYONE, user_id=user.pk)
    taken = getattr(request, "taken", None)
    await_factor(request, user, request.POST.get("next", ""), taken.buckets if taken else ())
    return to_second_factor(user)


def await_factor(request: HttpRequest, user: User, wanted: str, taken: tuple[str, ...]) -> dict[str, Any]:
    """Who it is was shown, by password or provider: for ten minutes this session may give the second factor."""
    reset_lost_factor(by=_ANYONE, user_id=user.pk)
    request.session.cycle_key()
    pending = {
        "user": user.pk, "at": time.time(), "next": wanted if is_ours(wanted) else "",
        "taken": list(taken), "password": user.get_session_auth_hash(),
    }  # fmt: skip
    request.session[PENDING] = pending
    return pending


def to_second_factor(user: User) -> HttpResponse:
    """On to giving the second factor, or to setting the first one up."""
    return HttpResponseRedirect(reverse("sign_in_code" if has_factor(user.pk) else "sign_in_set_up"))


def _pending(request: HttpRequest) -> tuple[User, dict[str, Any]] | None:
    """Who gave their password in this session within the last ten minutes."""
    pending = request.session.get(PENDING)
    if not isinstance(pending, dict) or time.time() - pending.get("at", 0) > _PENDING_SECONDS:
        return None
    user = active_user(pending["user"])
    return (user, pending) if user and user.get_session_auth_hash() == pending["password"] else None


@opens_to(ANYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second factor of who gave their password: a one-time code, a recovery code or a passkey."""
    found = _pending(request)
    if found is None or not has_factor(found[0].pk):
        return HttpResponseRedirect(reverse("sign_in"))
    user, pending = found
    answer = second_factor(request, user, title=_("Confirm that it is you"))
    if answer is not None:
        return answer
    return enter(request, user, pending)


def second_factor(request: HttpRequest, user: User, title: Any, back: str = "") -> HttpResponse | None:
    """The page that asks for a second factor; `None` once one was given."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        address = network_address(request)
        wait = wait_for_code(user.pk, address)
        taken = take_code(user.pk, address, recovery_only=wait > 0)
        if taken.wait:
            return too_many_tries(request, taken.wait)
        if _was_given(request, user, form, wait=wait):
            give_back(taken.buckets)
            return None
        if form.has_error("code", _WRONG):
            pending = request.session.get(PENDING)
            note_missed(user.pk, address, told=pending is None)
            if pending is not None:
                request.session[PENDING] = {**pending, "missed": pending.get("missed", 0) + 1}
    passkey = json.dumps(ask_for_passkey(request, user)) if has_passkey(user.pk) else ""
    return render(request, "staff_site/code.html", {"form": form, "title": title, "passkey": passkey, "next": back})


def _was_given(request: HttpRequest, user: User, form: CodeForm, *, wait: int) -> bool:
    if "credential" in request.POST:
        if check_passkey(by=_ANYONE, user=user, request=request, credential=as_json(request.POST["credential"])):
            return True
        form.errors["code"] = form.error_class([str(_("The passkey was not accepted. Try again, or give a code"))])
        return False
    if not form.is_valid():
        return False
    if check_code(by=_ANYONE, user=user, code=form.cleaned_data["code"], recovery_only=wait > 0):
        return True
    if wait:
        words = ngettext(
            "Too many wrong codes were given. Wait %(count)s minute, or give a recovery code or a passkey now",
            "Too many wrong codes were given. Wait %(count)s minutes, or give a recovery code or a passkey now",
            wait,
        )
        form.add_error("code", words % {"count": wait})
        return False
    refused = _("The code is wrong or was used before. Each code works once: wait for the next one")
    form.add_error("code", forms.ValidationError(refused, code=_WRONG))
    return False


def as_json(text: str) -> Any:
    """What a browser sent as JSON; `None` where it is none."""
    try:
        return json.loads(text[:20_000])
    except (ValueError, RecursionError):
        return None


@opens_to(ANYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_set_up(request: HttpRequest) -> HttpResponse:
    """The first second factor of an account: an authenticator app, confirmed by a code of it."""
    found = _pending(request)
    if found is None or has_factor(found[0].pk):
        return HttpResponseRedirect(reverse("sign_in"))
    user, pending = found
    answer = set_up(request, user)
    if answer is not None:
        return answer
    enter(request, user, pending)
    return HttpResponseRedirect(reverse("recovery_codes"))


_NEW = "enrolling"


def set_up(request: HttpRequest, user: User) -> HttpResponse | None:
    """The page with the square to photograph; `None` once its code was given."""
    sealed = request.session.get(_NEW, "")
    secret = open_secret(user, sealed) if sealed else new_secret()
    if not sealed:
        request.session[_NEW] = seal_secret(user, secret)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if add_authenticator(by=user.actor(), user=user, secret=secret, code=form.cleaned_data["code"]):
            del request.session[_NEW]
            return None
        form.add_error("code", _("This is not the code that the app shows now. Enter the one it shows next"))
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    shown = {"form": form, "square": square(address_for_app(user, secret)), "secret": spaced}
    return render(request, "staff_site/set_up.html", shown)


def enter(request: HttpRequest, user: User, pending: dict[str, Any], factor_at: datetime | None = None) -> HttpResponse:
    """Both were given: a fresh session, and on to where the person wanted to go."""
    before = user.last_login
    login(request, user, backend=_BACKEND)
    for name in (PENDING, ENDED, _NEW):
        request.session.pop(name, None)
    stay, _ended = begin_session(by=user.actor(), user=user, factor_at=factor_at)
    request.session[STAY] = str(stay.pk)
    note_right(user.pk, network_address(request))
    note_place(user.pk, network_address(request))
    give_back(tuple(pending["taken"]))
    # Wrong codes that this sign-in did not give itself: somebody else knows the password.
    if (missed := take_untold(user.pk) - pending.get("missed", 0)) > 0:
        request.session[MISSED] = missed
    note_begun(request, before)
    if held_of(user.pk) is not None:
        return HttpResponseRedirect(reverse("kept"))
    return HttpResponseRedirect(pending["next"] if is_ours(pending["next"]) else home_of(request))


@opens_to(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def step_up(request: HttpRequest) -> HttpResponse:
    """The second factor once more, before a grave act."""
    stay = request.standing.stay  # type: ignore[attr-defined]
    back = safe_next(request)
    answer = second_factor(request, stay.user, title=_("Confirm that it is you once more"), back=back)
    if answer is not None:
        return answer
    renew_factor(by=stay.user.actor(), stay=stay)
    note_right(stay.user_id, network_address(request))
    request.session.cycle_key()
    return HttpResponseRedirect(back)


@opens_to(SIGNED_IN)
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session on the server and asks the browser to forget what it holds."""
    stay = request.standing.stay  # type: ignore[attr-defined]
    end_session(by=stay.user.actor(), stay_id=stay.pk, user_id=stay.user_id, why=Why.SIGNED_OUT)
    logout(request)
    response = HttpResponseRedirect(reverse("sign_in"))
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """On to signing in, and back to the page that was asked for."""
    back = request.get_full_path() if request.method in ("GET", "HEAD") else ""
    query = f"?{urlencode({'next': back})}" if is_ours(back) else ""
    return HttpResponseRedirect(reverse("sign_in") + query)
