"""What the frame of a staff page shows around it: navigation, who is signed in, how to sign out.

Rooms draw their pages inside the frame and know nothing of each other's pages. The entrance that mounts them fills
this port with what the frame should hold; unfilled, or outside a request, the frame is empty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from jinja2 import pass_context
from jinja2.runtime import Context


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the navigation; `current` marks the page that is open."""

    text: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a page. `home` is where the product's name leads, `sign_out` takes a POST."""

    navigation: tuple[Item, ...] = ()
    signed_in_as: str = ""
    sign_out: str = ""
    home: str = "/"
    # When the session ends if nothing more is done, in how many seconds that is, and where one says that one stays.
    session_ends: datetime | None = None
    session_seconds: int = 0
    stay: str = ""
    # The person's own page, and what is said to them on every page until it is settled.
    own_page: str = ""
    notices: tuple[str, ...] = ()


_fill: list[Callable[[HttpRequest], Frame]] = []
_DRAWN = "frame_drawn"


def fill_navigation(fill: Callable[[HttpRequest], Frame]) -> None:
    """Name what fills the frame; the last one named counts. Called once, when the entrance is made ready."""
    _fill[:] = [fill]


@pass_context
def navigation(context: Context) -> Frame:
    """Give the frame of the page being drawn; an empty one where nothing fills it or there is no request.

    A page asks for it at several places and it is filled once: what the page did is done before any of it is drawn.
    """
    request = context.get("request")
    if not _fill or not isinstance(request, HttpRequest):
        return Frame()
    drawn: Frame | None = request.__dict__.get(_DRAWN)
    if drawn is None:
        drawn = request.__dict__[_DRAWN] = _fill[0](request)
    return drawn
