"""JSON logs with a request id and no personal data."""

from __future__ import annotations

import os

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "hawl.config.json_lines.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("HAWL_LOG_LEVEL", "WARNING")},
    "loggers": {
        # Django's own request errors carry paths and values: ours replaces them (config.middleware).
        "django.request": {"handlers": [], "level": "CRITICAL", "propagate": False},
        # Quotes the host that was asked for, which anybody may write.
        "django.security.DisallowedHost": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "django.db.backends": {"level": "WARNING"},
        # Tells the secrets of a sign-in under way.
        "authlib": {"level": "WARNING"},
    },
}
LOGGING_CONFIG = "logging.config.dictConfig"
