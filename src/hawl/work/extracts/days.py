"""Days and moments as extracts write them. No Django.

Days are local (Europe/London). A moment that names no offset is London's; one that does is brought there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from hawl.foundations.clock import LONDON

# As a mapping names them, and as Python reads them; `moment` is ISO 8601 with or without an offset.
FORMS: Mapping[str, str] = MappingProxyType(
    {
        "YYYY-MM-DD": "%Y-%m-%d",
        "DD/MM/YYYY": "%d/%m/%Y",
        "DD.MM.YYYY": "%d.%m.%Y",
        "DD-Mon-YYYY": "%d-%b-%Y",
        "YYYYMMDD": "%Y%m%d",
        "YYYY-MM-DD hh:mm:ss": "%Y-%m-%d %H:%M:%S",
        "YYYY-MM-DDThh:mm:ss": "%Y-%m-%dT%H:%M:%S",
        "DD/MM/YYYY hh:mm": "%d/%m/%Y %H:%M",
        "DD/MM/YYYY hh:mm:ss": "%d/%m/%Y %H:%M:%S",
        "moment": "",
    }
)
# Before it nothing was recorded in any system that sends an extract: such a day is a slip or a stand-in for "unknown".
EARLIEST = date(1900, 1, 2)


def moment_of(text: str, form: str) -> datetime:
    """The aware moment that `text` says, in London; a day is its beginning. ValueError where it says none."""
    pattern = FORMS[form]
    found = datetime.strptime(text, pattern).replace(tzinfo=LONDON) if pattern else datetime.fromisoformat(text)
    if found.date() < EARLIEST:
        raise ValueError("no day on which anything was recorded")
    return found.replace(tzinfo=LONDON) if found.tzinfo is None else found.astimezone(LONDON)


def day_of(text: str, form: str) -> date:
    """The day in London that `text` says. ValueError where it says none."""
    return moment_of(text, form).date()
