"""What a key of another body may be used for. Pure."""

from __future__ import annotations

from collections.abc import Iterable

EXTRACTS = "extracts"


def of_extract(source: str) -> str:
    """The scope under which deliveries of a source are sent and asked after."""
    return f"{EXTRACTS}:{source}"


def known(sources: Iterable[str]) -> tuple[str, ...]:
    """All scopes that there are where an area has these sources."""
    return tuple(of_extract(source) for source in sources)
