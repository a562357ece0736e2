"""Sealing for a process that may take in and never read: to a public key whose private half lies in the key file.

The API of other bodies stands nearest to the network. What it takes in it seals with this and forgets: who breaks into
it finds nothing that came before.
"""

from __future__ import annotations

import os

import pyrage
from pyrage import x25519

from hawl.foundations.vault.keys import letterbox_key
from hawl.foundations.vault.sealing import CannotOpen


def recipient() -> str:
    """The public key as age writes it: handed to a process that has no keys (`HAWL_LETTERBOX`), else worked out."""
    return os.environ.get("HAWL_LETTERBOX") or str(_private().to_public())


def seal(body: bytes) -> bytes:
    """Seal to the holder of the key file; whoever seals cannot open it again."""
    return bytes(pyrage.encrypt(body, [x25519.Recipient.from_str(recipient())]))


def open_sealed(sealed: bytes) -> bytes:
    """What `seal` sealed. Raises `CannotOpen` for what was changed, or sealed to another key."""
    try:
        return bytes(pyrage.decrypt(sealed, [_private()]))
    except pyrage.DecryptError as reason:
        raise CannotOpen("What was sealed was changed, or sealed to another key.") from reason


def _private() -> x25519.Identity:
    return x25519.Identity.from_str(letterbox_key())
