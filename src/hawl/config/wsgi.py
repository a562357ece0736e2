"""The WSGI application of this process (`HAWL_PROCESS`)."""

from __future__ import annotations

import gc
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


def _keep_what_is_loaded() -> None:
    """Load all pages now, and take what is loaded out of the garbage collector's sight: it stays to the end.

    A full collection looked through all of it, and whoever asked for a page in that tenth of a second waited
    (`benchmarks/recording.py`).
    """
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018 - loading them is what is wanted
    gc.collect()
    gc.freeze()


_refuse_unreplayed()
_keep_what_is_loaded()
