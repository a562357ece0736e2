"""How the safety journal names a number or address: by its blind key, never by what it is. No Django."""

from __future__ import annotations

from typing import Any


def decided_facts(value_key: bytes, use: str, word: str) -> dict[str, Any]:
    """One use of one number or address, and the word that it was given."""
    return {"contact": f"k{value_key.hex()}.{use}", "uses": [use], "word": word}


def not_theirs_facts(value_key: bytes) -> dict[str, Any]:
    """Somebody else answers at this number or address."""
    return {"contact": f"k{value_key.hex()}.held", "uses": [], "held_by": "other"}


def value_key_of(contact: str) -> bytes:
    """The blind key in the fact `contact`. Raises ValueError for anything else."""
    key, _dot, _use = contact.removeprefix("k").partition(".")
    return bytes.fromhex(key)
