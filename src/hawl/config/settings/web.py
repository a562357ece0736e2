"""Requests, pages, sessions and the headers on them."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import hawl
from hawl.config.settings.apps import PROCESS
from hawl.foundations.database.home import home, read_private

_package = Path(hawl.__file__).parent
_public = PROCESS == "public"


def _secret() -> str:
    """The signing secret of this process, from its own file; one for the moment before `prepare` made it."""
    handed = os.environ.get("HAWL_SECRET_FILE")
    path = Path(handed) if handed else home() / "credentials" / f"signing-{PROCESS}"
    return read_private(path) if path.exists() else secrets.token_urlsafe(48)


SECRET_KEY = _secret()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("HAWL_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")


def urlconf_of(process: str) -> str:
    """The addresses of a process."""
    return f"hawl.config.urls_{process if process in ('public', 'partner') else 'staff'}"


ROOT_URLCONF = urlconf_of(PROCESS)
WSGI_APPLICATION = "hawl.config.wsgi.application"

_staff_middleware = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "hawl.foundations.identity.middleware.SignedIn",
    "hawl.entrances.staff_site.middleware.SlowTries",
    "hawl.foundations.audit.middleware.KeepsRefusals",
    "hawl.entrances.staff_site.middleware.NamedActor",
]


def middleware_of(process: str) -> list[str]:
    """The middleware of a process; the public one knows no session of staff, the API neither pages nor forms."""
    if process == "partner":
        return [
            "hawl.config.middleware.OneRequest",
            "hawl.foundations.design.headers.SafetyHeaders",
            "hawl.entrances.partner_api.problems.Plain",
        ]
    return [
        "hawl.config.middleware.OneRequest",
        "hawl.foundations.design.headers.SafetyHeaders",
        "whitenoise.middleware.WhiteNoiseMiddleware",
        "django.middleware.common.CommonMiddleware",
        "hawl.foundations.design.forms.OwnForms",
        "hawl.foundations.languages.middleware.LanguageByPath",
        *([] if process == "public" else _staff_middleware),
    ]


MIDDLEWARE = middleware_of(PROCESS)

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "hawl.foundations.design.environment.environment"},
    },
]

STATIC_URL = "/static/"
# Static files are served from the package; they are collected nowhere.
STATIC_ROOT = None
STATICFILES_DIRS = [_package / "foundations" / "design" / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = os.environ.get("HAWL_BEHIND_TLS") == "1"
# A browser keeps a cookie of this prefix to this host, over TLS alone.
SESSION_COOKIE_NAME = "__Host-session" if SESSION_COOKIE_SECURE else "session"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# Longer than a stay may last (identity.sessions), so that one who comes back later is told why it ended.
SESSION_COOKIE_AGE = 24 * 60 * 60
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
CSRF_COOKIE_NAME = "__Host-form" if SESSION_COOKIE_SECURE else "csrftoken"
CSRF_COOKIE_AGE = None
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = f"hawl.entrances.{'public_site.views' if _public else 'staff_site.errors'}.form_expired"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SESSION_COOKIE_SECURE else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 300

# What the sites are called, and where a visitor who leaves the public site is sent.
HAWL_SITE_NAME = {
    "en": os.environ.get("HAWL_SITE_NAME_EN") or "Hawl",
    "cy": os.environ.get("HAWL_SITE_NAME_CY") or os.environ.get("HAWL_SITE_NAME_EN") or "Hawl",
}
HAWL_LEAVE_TO = os.environ.get("HAWL_LEAVE_TO") or "https://www.bbc.co.uk/weather"
