"""Which carriers this installation has: from a private file of its operator; in a demo the local mailbox alone.

The file is `credentials/messages.json` of the installation, readable by its user only:
`{"notify": {"api_key": …, "text_template": …, "email_template": …}, "smtp": {"host": …, "port": …, "sender": …}}`.
Without it nothing goes out: messages wait.
"""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings

from hawl.foundations.database.home import home, read_private
from hawl.foundations.messages.providers import Provider
from hawl.foundations.messages.providers.local import Local
from hawl.foundations.messages.providers.notify import Notify
from hawl.foundations.messages.providers.smtp import Smtp


def carrier_file() -> Path:
    """Where the operator's keys are."""
    return home() / "credentials" / "messages.json"


def carriers() -> tuple[Provider, ...]:
    """The carriers, in the order in which they are asked. A demo never speaks to anybody outside."""
    if settings.HAWL_DEMO:
        return (Local(),)
    if not carrier_file().exists():
        return ()
    told = json.loads(read_private(carrier_file()))
    found: list[Provider] = []
    if "notify" in told:
        found.append(Notify(**told["notify"]))
    if "smtp" in told:
        found.append(Smtp(**told["smtp"]))
    return tuple(found)


def carrier_of(channel: str, among: tuple[Provider, ...]) -> Provider | None:
    """The first that has the channel."""
    return next((each for each in among if each.carries(channel)), None)
