"""The publisher's words for crimes, and places, in the language of the page."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from hawl.foundations.languages.texts import Text, in_language
from hawl.registers.places.queries import councils_of

# As data.police.uk names them; a type it adds later is shown in its own words.
_TYPES = {
    "Anti-social behaviour": _("Anti-social behaviour"),
    "Bicycle theft": _("Bicycle theft"),
    "Burglary": _("Burglary"),
    "Criminal damage and arson": _("Criminal damage and arson"),
    "Drugs": _("Drugs"),
    "Other crime": _("Other crime"),
    "Other theft": _("Other theft"),
    "Possession of weapons": _("Possession of weapons"),
    "Public order": _("Public order"),
    "Robbery": _("Robbery"),
    "Shoplifting": _("Shoplifting"),
    "Theft from the person": _("Theft from the person"),
    "Vehicle crime": _("Vehicle crime"),
    "Violence and sexual offences": _("Violence and sexual offences"),
}


def crime_type(published: str) -> str:
    """A crime type."""
    return str(_TYPES.get(published, published))


def council_names() -> dict[str, Text]:
    """Names of the installed area's councils by every English name that published rows may give them."""
    councils = councils_of(Path(settings.HAWL_AREA).name)
    return {name.en: in_language(council.names[-1]) for council in councils for name in council.names}
