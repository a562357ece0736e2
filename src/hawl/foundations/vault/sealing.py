"""Sealing and opening single values.

Under a person's own key (version 2): version (1 byte), key id (16), nonce (12), ciphertext with tag; the associated
data is `table|row|field|2|key id`. Under a key of the key file (version 1, for what is no person's, and all that
release 0.1.0 sealed): version, key number (2), nonce (12), ciphertext with tag; bound to `table|row|field|1`. So a
value moved to another row, field or table does not open (facts/security.md 4.4).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import unicodedata
import uuid
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hawl.foundations.database.home import InstallationError
from hawl.foundations.vault.keys import KeyRing, key_ring

_VERSION = b"\x01"
_UNDER_A_KEY = b"\x02"
_HEADER = 15
_LONG_HEADER = 29
_TAG = 16
_BLOCK = 4096
# Gives so many random bytes.
Draw = Callable[[int], bytes]


class CannotOpen(Exception):
    """A sealed value does not open: wrong row, damaged, or its key is gone."""


class KeyGone(CannotOpen):
    """The key of a value is not there: the person was erased, or the key is not handed to who asks."""


class Drawn:
    """Random bytes drawn from the system in blocks, for work that seals thousands of values; each given out once.

    For one transaction in one process: a nonce given out twice under one key would lay both values open, so it gives
    nothing in a forked process. Each drawing from the system lets another thread take its turn, and waits for it.
    """

    def __init__(self) -> None:
        self._process = os.getpid()
        self._block, self._at = b"", 0

    def __call__(self, count: int) -> bytes:
        """`count` bytes (1 to 4096) that were never given out.

        `ValueError` for another count, `RuntimeError` in another process than the first.
        """
        if not 0 < count <= _BLOCK:
            raise ValueError(f"Random bytes are drawn 1 to {_BLOCK} at once, not {count}.")
        if os.getpid() != self._process:
            raise RuntimeError("Random bytes drawn in one process must not be used in another.")
        end = self._at + count
        if end > len(self._block):
            self._block, self._at, end = os.urandom(_BLOCK), 0, count
        drawn = self._block[self._at : end]
        self._at = end
        return drawn


class Key:
    """One person's key, unwrapped. Held no longer than a transaction."""

    # A page of a list makes some hundred of these: a frozen data class costs three times as much to make.
    __slots__ = ("cipher", "id", "text")

    def __init__(self, key_id: uuid.UUID, text: str, cipher: AESGCM) -> None:
        self.id = key_id
        self.text = text
        self.cipher = cipher

    def __repr__(self) -> str:
        return f"Key({self.text})"

    def seal(self, plain: bytes, table: str, row: str, field: str, draw: Draw = os.urandom) -> bytes:
        """`plain` sealed to one field of one row under this key."""
        nonce = draw(12)
        bound = f"{table}|{row}|{field}|2|{self.text}".encode()
        return _UNDER_A_KEY + self.id.bytes + nonce + self.cipher.encrypt(nonce, plain, bound)

    def open(self, sealed: bytes, table: str, row: str, field: str) -> bytes:
        """What this key sealed to this field of this row; `CannotOpen` otherwise."""
        bound = f"{table}|{row}|{field}|2|{self.text}".encode()
        try:
            return self.cipher.decrypt(sealed[17:_LONG_HEADER], sealed[_LONG_HEADER:], bound)
        except InvalidTag as reason:
            raise CannotOpen(f"A value in {table}.{field} was sealed to another place or damaged.") from reason


def new_key(keys: KeyRing | None = None, draw: Draw = os.urandom) -> tuple[Key, bytes, int]:
    """A fresh key of a person, how it is stored wrapped, and the number of the key that wraps it."""
    plain, key_id = draw(32), uuid.UUID(bytes=draw(16), version=4)
    wrapped, number = wrap(plain, key_id, keys or key_ring(), draw)
    return Key(key_id, str(key_id), AESGCM(plain)), wrapped, number


def wrap(plain: bytes, key_id: uuid.UUID | str, ring: KeyRing, draw: Draw = os.urandom) -> tuple[bytes, int]:
    """A person's key wrapped by the current wrapping key, bound to its id; and that one's number."""
    if not ring.wrapping:
        raise InstallationError("The key file is of release 0.1.0.", "Run `hawl upgrade`.")
    nonce = draw(12)
    return nonce + ring.wrapping[ring.kek].encrypt(nonce, plain, _bound_to(key_id)), ring.kek


def unwrap(wrapped: bytes, key_id: uuid.UUID | str, kek: int, ring: KeyRing) -> bytes:
    """The plain key again; `CannotOpen` where its wrapping key is not held or it was moved or damaged."""
    cipher = ring.wrapping.get(kek)
    if cipher is None:
        raise CannotOpen(f"The wrapping key {kek} is not in the key file.")
    try:
        return cipher.decrypt(wrapped[:12], wrapped[12:], _bound_to(key_id))
    except InvalidTag as reason:
        raise CannotOpen("A person's key was moved or damaged.") from reason


def unwrapped(key_id: uuid.UUID, wrapped: bytes, kek: int, ring: KeyRing) -> Key:
    """A key as its row holds it, ready for use."""
    text = str(key_id)
    return Key(key_id, text, AESGCM(unwrap(bytes(wrapped), text, kek, ring)))


def _bound_to(key_id: uuid.UUID | str) -> bytes:
    return f"vault_datakey|{key_id}|2".encode()


def key_id_of(sealed: bytes) -> bytes | None:
    """The 16 bytes of the id of the person's key that sealed a value; None for a value under the key file."""
    if len(sealed) >= _LONG_HEADER + _TAG and sealed[0] == _UNDER_A_KEY[0]:
        return sealed[1:17]
    return None


def seal(plain: bytes, table: str, row: str, field: str, keys: KeyRing | None = None, draw: Draw = os.urandom) -> bytes:
    """`plain` sealed to one field of one row under the key file: for what is no person's."""
    ring = keys or key_ring()
    nonce = draw(12)
    bound = f"{table}|{row}|{field}|1".encode()
    head = _VERSION + ring.current.to_bytes(2, "big")
    return head + nonce + ring.ciphers[ring.current].encrypt(nonce, plain, bound)


def unseal(sealed: bytes, table: str, row: str, field: str, keys: KeyRing | None = None) -> bytes:
    """What was sealed under the key file to this field of this row; `CannotOpen` otherwise."""
    ring = keys or key_ring()
    if len(sealed) < _HEADER + _TAG or sealed[:1] != _VERSION:
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
