"""The tree of hashes over the entries of one seal, as in RFC 6962: leaves and nodes are told apart. No Django."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256


def leaf(content: bytes) -> bytes:
    """Hash of one entry's canonical bytes."""
    return sha256(b"\x00" + content).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Root over at least one leaf, in their order; an odd one out moves up unchanged."""
    if not leaves:
        raise ValueError("A seal has at least one entry.")
    level = list(leaves)
    while len(level) > 1:
        above = [sha256(b"\x01" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]
