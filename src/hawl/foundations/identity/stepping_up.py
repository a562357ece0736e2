"""Grave acts ask for the second factor again when it was last given a while ago."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from hawl.foundations.access.actor import Actor, current_actor
from hawl.foundations.identity.actions import drop_held, hold_typed
from hawl.foundations.identity.sessions import NOBODY, Standing, is_fresh

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
_MARK = "hawl_asks_for_fresh_sign_in"


def needs_fresh_sign_in(view: View[P]) -> View[P]:
    """Open the view only if the second factor was given within the last ten minutes.

    Otherwise the page asks for it and comes back: to the form, or, where one was sent, to what was typed, filled in
    and ready to be sent on. The mark of `opens_to` is kept, on whichever side of it this stands.
    """

    return _guarded(view, lambda _request, *_args, **_kwargs: False)


def needs_fresh_sign_in_unless(raises: Callable[..., bool]) -> Callable[[View[P]], View[P]]:
    """The same, but where `raises`, asked as the view is, says that this request only adds to protection.

    Closing a number must not wait for a code; opening it must.
    """
    return lambda view: _guarded(view, raises)


def asks_for_fresh_sign_in(view: Callable[..., object]) -> bool:
    """Whether a view was given either of the two."""
    return getattr(view, _MARK, False)


def _guarded(view: View[P], free: Callable[..., bool]) -> View[P]:
    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        held: Standing = getattr(request, "standing", NOBODY)
        if is_fresh(held.stay) or free(request, *args, **kwargs):
            return view(request, *args, **kwargs)
        back = request.get_full_path()
        if request.method == "POST" and held.stay is not None:
            keep_typed(request, held.stay.user_id)
            back = reverse("kept")
        return HttpResponseRedirect(f"{reverse('step_up')}?{urlencode({'next': back})}")

    setattr(answer, _MARK, True)
    return answer


def keep_typed(request: HttpRequest, user_id: int) -> bool:
    """Hold the form that was sent for this user, who alone sees it again. False where nothing was typed.

    Files are not held: the person chooses them again.
    """
    typed = {name: values for name, values in request.POST.lists() if name not in _NEVER_HELD}
    if not any(value.strip() for values in typed.values() for value in values):
        return False
    return hold_typed(
        by=Actor(label=f"user:{user_id}", user_id=user_id),
        user_id=user_id,
        sent_to=request.get_full_path(),
        typed=typed,
    )


def sent_on(request: HttpRequest) -> None:
    """What was held is on its way again (the form names it): it is held no more."""
    held: Standing = getattr(request, "standing", NOBODY)
    try:
        held_id = UUID(request.POST.get("kept", ""))
    except ValueError:
        return
    if held.stay is not None:
        drop_held(by=current_actor(), user_id=held.stay.user_id, held_id=held_id)


_NEVER_HELD = frozenset({"csrfmiddlewaretoken", "password", "code", "credential", "kept"})
