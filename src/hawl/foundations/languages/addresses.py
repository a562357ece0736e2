"""One list of addresses, mounted twice: at ``/`` in English and at ``/cy/`` in Welsh."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, translate_url

from hawl.foundations.languages.texts import ENGLISH, WELSH

WELSH_ROOT = "/cy/"


def in_both_languages(*patterns: URLPattern | URLResolver) -> list[URLPattern | URLResolver]:
    """Mount patterns in both languages. For a root urlconf only (Django's own rule for language prefixes)."""
    return list(i18n_patterns(*patterns, prefix_default_language=False))


def language_of(path: str) -> str:
    """Tell the language of an address from its path: ``cy`` under ``/cy/``, else ``en``."""
    return WELSH if path == "/cy" or path.startswith(WELSH_ROOT) else ENGLISH


def twin_address(path: str) -> str:
    """Give the same page in the other language; that language's home for an address that is no page of ours.

    ``path`` may carry a query, which is kept. Call it with the language of ``path`` active, as in a request.
    """
    other = ENGLISH if language_of(path) == WELSH else WELSH
    found = str(translate_url(path, other))
    if language_of(found) == other:
        return found
    return WELSH_ROOT if other == WELSH else "/"
