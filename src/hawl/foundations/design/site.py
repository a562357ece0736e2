"""What a page says of the site that it belongs to; from settings, since an area is data."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from hawl.foundations.languages.texts import Text, in_language


@dataclass(frozen=True, slots=True)
class Site:
    """``leave_to`` is the neutral page to which a visitor who leaves is sent."""

    name: Text
    demo: bool
    leave_to: str


def site() -> Site:
    """Read HAWL_SITE_NAME ({en, cy}), HAWL_DEMO and HAWL_LEAVE_TO, each with a plain default."""
    return Site(
        name=in_language(getattr(settings, "HAWL_SITE_NAME", {"en": "Hawl", "cy": "Hawl"})),
        demo=bool(getattr(settings, "HAWL_DEMO", False)),
        leave_to=str(getattr(settings, "HAWL_LEAVE_TO", "https://www.bbc.co.uk/weather")),
    )
