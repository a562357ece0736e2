"""Every staff page names the permission it opens to; a page that names none opens to nobody.

A room marks its views; the entrance that mounts them reads the marks and keeps the doors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from hawl.foundations.access.actor import Permission

View = TypeVar("View", bound=Callable[..., Any])

# Pages that open without signing in.
ANYONE = "anyone"
# Pages for whoever is signed in, whatever their role.
SIGNED_IN = "signed_in"

_MARK = "hawl_opens_to"


def opens_to(who: Permission | str) -> Callable[[View], View]:
    """Mark a view with whom it opens to: a `Permission`, `SIGNED_IN` or `ANYONE`."""

    def mark(view: View) -> View:
        setattr(view, _MARK, who)
        return view

    return mark


def door_of(view: Callable[..., Any]) -> Permission | str | None:
    """To whom a view opens; `None` where nobody said, which means to nobody."""
    return getattr(view, _MARK, None) or getattr(getattr(view, "view_class", None), _MARK, None)
