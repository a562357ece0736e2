"""Django's settings, put together from one file for each concern."""

from __future__ import annotations

from hawl.config.settings.apps import *  # noqa: F403
from hawl.config.settings.database import *  # noqa: F403
from hawl.config.settings.identity import *  # noqa: F403
from hawl.config.settings.language import *  # noqa: F403
from hawl.config.settings.logs import *  # noqa: F403
from hawl.config.settings.web import *  # noqa: F403
