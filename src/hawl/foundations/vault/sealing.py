"""Sealing and opening single values.

Layout: version (1 byte), key number (2 bytes), nonce (12 bytes), ciphertext with tag. The associated data is
`table|row|field|version`, so a value moved to another row, field or table does not open (facts/security.md 4.4).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import unicodedata

from cryptography.exceptions import InvalidTag

from hawl.foundations.vault.keys import KeyRing, key_ring

_VERSION = b"\x01"
_HEADER = 15


class CannotOpen(Exception):
    """A sealed value does not open: wrong row, damaged, or its key is gone."""


def seal(plain: bytes, table: str, row: str, field: str, keys: KeyRing | None = None) -> bytes:
    """`plain` sealed to one field of one row."""
    ring = keys or key_ring()
    nonce = os.urandom(12)
    bound = f"{table}|{row}|{field}|1".encode()
    head = _VERSION + ring.current.to_bytes(2, "big")
    return head + nonce + ring.ciphers[ring.current].encrypt(nonce, plain, bound)


def unseal(sealed: bytes, table: str, row: str, field: str, keys: KeyRing | None = None) -> bytes:
    """What was sealed to this field of this row; `CannotOpen` otherwise."""
    ring = keys or key_ring()
    if len(sealed) < _HEADER + 16 or sealed[:1] != _VERSION:
        raise CannotOpen(f"{table}.{field} holds no sealed value.")
    cipher = ring.ciphers.get(int.from_bytes(sealed[1:3], "big"))
    if cipher is None:
        raise CannotOpen(f"The key of a value in {table}.{field} is not in the key file.")
    try:
        return cipher.decrypt(sealed[3:_HEADER], sealed[_HEADER:], f"{table}|{row}|{field}|1".encode())
    except InvalidTag as reason:
        raise CannotOpen(f"A value in {table}.{field} was sealed to another place or damaged.") from reason


def blind_index(purpose: str, value: str, keys: KeyRing | None = None) -> bytes:
    """16 bytes by which equal values of one purpose are found again without being readable.

    Text is folded first (NFKC, case). It shows equality to whoever reads the column, by design: never use it
    for values with few possibilities.
    """
    ring = keys or key_ring()
    folded = unicodedata.normalize("NFKC", value).casefold().strip()
    return hmac.digest(ring.index, f"{purpose}|{folded}".encode(), hashlib.sha256)[:16]
