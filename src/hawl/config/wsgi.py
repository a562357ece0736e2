"""The WSGI application of this process (`HAWL_PROCESS`)."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hawl.config.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()


def _refuse_unreplayed() -> None:
    """A restored database opens no door before the safety journal was put back into it."""
    from django.db import connection

    from hawl.foundations.journal.standing import refuse_without_standing

    refuse_without_standing()
    connection.close()


_refuse_unreplayed()
