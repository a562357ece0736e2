"""Addresses of static files that name their content, so that a browser may keep them for ever.

``/static/hawl/hawl.css?h=1f3a…``: when the file changes its address does too. Nothing has to be collected or renamed
first, so the files work alike from a checkout and from a wheel.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

LETTERS = 16


@lru_cache(maxsize=256)
def content_hash(name: str) -> str:
    """Give 16 hex digits of the file's SHA-256; empty when there is no such file. Kept for the life of the process."""
    found = finders.find(name)
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:LETTERS] if isinstance(found, str) else ""


def static_address(name: str) -> str:
    """Give the address of a static file, with its hash; without one when the file is not built yet."""
    known = content_hash(name)
    return f"{settings.STATIC_URL}{name}" + (f"?h={known}" if known else "")


def is_asked_by_content(path: str, asked: str) -> bool:
    """Tell whether an address names the content that we now hold: only then may it be kept."""
    if not asked or not path.startswith(settings.STATIC_URL):
        return False
    return asked == content_hash(path.removeprefix(settings.STATIC_URL))
