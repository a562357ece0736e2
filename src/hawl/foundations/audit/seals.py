"""A seal as it is signed, and the key that signs it. No Django.

The private key is one 0600 file that only the sealer's process is told of (`HAWL_SEAL_KEY_FILE`). The public halves
that are believed stand beside it, one a line: a new key is added there, and what the old one sealed stays good.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from hawl.foundations.database.home import InstallationError, home, private_folder, read_private, write_private


@dataclass(frozen=True, slots=True)
class SealedStatement:
    """What a seal says. Moments are whole microseconds since 1970; `prev` is the link of the seal before."""

    seq: int
    form: int
    n: int
    root: bytes
    prev: bytes
    key_id: str
    sealed_at: int
    first_at: int
    last_at: int

    def as_bytes(self) -> bytes:
        """What is signed."""
        parts = (
            "hawl-seal", self.form, self.seq, self.n, self.root.hex(), self.prev.hex(), self.key_id,
            self.sealed_at, self.first_at, self.last_at,
        )  # fmt: skip
        return "\n".join(str(part) for part in parts).encode()

    def link(self, signature: bytes) -> bytes:
        """The hash by which the next seal holds on to this one."""
        return sha256(self.as_bytes() + signature).digest()


def key_file() -> Path:
    """Where the private key lies: as handed to this process, else in the installation's folder."""
    handed = os.environ.get("HAWL_SEAL_KEY_FILE")
    return Path(handed) if handed else home() / "keys" / "audit-seal.pem"


def public_key_file() -> Path:
    """The public keys that are believed, one a line in hexadecimal."""
    return key_file().with_suffix(".pub")


def seal_folder() -> Path:
    """Where the sealer keeps its last head and the daily anchors, outside the database."""
    handed = os.environ.get("HAWL_SEAL_FOLDER")
    return Path(handed) if handed else home() / "audit"


def make_key_file() -> None:
    """A fresh key where there is none. Raises `InstallationError` where seals of a lost key may exist."""
    if key_file().exists():
        return
    if public_key_file().exists():
        raise InstallationError(
            f"The key of the audit's seals, {key_file()}, is gone.",
            "Put back the escrowed file, or move its .pub file away after `hawl audit verify` and anchoring: "
            "what it sealed can then be told only by the anchors.",
        )
    private_folder(key_file().parent)
    key = Ed25519PrivateKey.generate()
    write_private(key_file(), key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())
    write_private(public_key_file(), public_of(key).hex() + "\n")


def put_back_believed(lines: str) -> None:
    """Believe again the public keys of an escrow. Where the private key is gone, a new one seals from now on.

    Raises `ValueError` for what are no keys; then nothing is written.
    """
    keys = [line for line in lines.split() if Ed25519PublicKey.from_public_bytes(bytes.fromhex(line))]
    if public_key_file().exists():
        keys += public_key_file().read_text(encoding="utf-8").split()
    private_folder(key_file().parent)
    if not key_file().exists():
        key = Ed25519PrivateKey.generate()
        write_private(key_file(), key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())
        keys.append(public_of(key).hex())
    write_private(public_key_file(), "".join(f"{each}\n" for each in dict.fromkeys(keys)))


def signing_key() -> Ed25519PrivateKey:
    """The private key. Raises `InstallationError` where it is missing, open to others or no such key."""
    try:
        key = load_pem_private_key(read_private(key_file()).encode(), password=None)
    except FileNotFoundError as reason:
        raise InstallationError(f"The key of the audit's seals, {key_file()}, is missing.", "Put it back.") from reason
    except ValueError as reason:
        raise InstallationError(f"{key_file()} holds no key.", "Put back the escrowed file.") from reason
    if not isinstance(key, Ed25519PrivateKey):
        raise InstallationError(f"{key_file()} holds a key of another kind.", "Put back the escrowed file.")
    return key


def public_of(key: Ed25519PrivateKey) -> bytes:
    """The public half, 32 bytes."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id_of(public: bytes) -> str:
    """The short name of a key: the first 16 hexadecimal digits of its hash."""
    return sha256(public).hexdigest()[:16]


def believed_keys() -> dict[str, bytes]:
    """Public keys by their short names, from the file outside the database."""
    try:
        lines = public_key_file().read_text(encoding="utf-8").split()
    except FileNotFoundError as reason:
        raise InstallationError(
            f"The public key of the audit's seals, {public_key_file()}, is missing.", "Run `hawl prepare`."
        ) from reason
    return {key_id_of(bytes.fromhex(line)): bytes.fromhex(line) for line in lines}


def is_signed(statement: SealedStatement, signature: bytes, keys: Mapping[str, bytes]) -> bool:
    """Did a believed key sign exactly this."""
    public = keys.get(statement.key_id)
    if public is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, statement.as_bytes())
    except InvalidSignature:
        return False
    return True


def first_link(public: bytes) -> bytes:
    """What the first seal of an installation holds on to."""
    return sha256(b"hawl-seal-first" + public).digest()
