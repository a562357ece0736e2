"""The key file in shares: any few of them together bring it back, fewer tell nothing.

Each share is one file: words of SLIP-39 (a published standard for shared secrets, with checksums) for a key made for
this escrow alone, and the key file sealed under that key. The shares go to different people; none goes with a backup.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics  # type: ignore[import-untyped]

from hawl.foundations.database.home import InstallationError, read_private, write_private
from hawl.foundations.vault.keys import check_key_file, key_file

_BOUND = b"hawl key escrow 1"


class CannotRecover(ValueError):
    """The shares do not bring the key file back; the words say why, and what to do."""


def write_shares(folder: Path, *, shares: int, needed: int) -> list[Path]:
    """Write the current key file as `shares` files of which any `needed` bring it back; gives their paths."""
    text = read_private(key_file())
    secret, nonce = os.urandom(32), os.urandom(12)
    sealed = nonce + AESGCM(secret).encrypt(nonce, text.encode(), _BOUND)
    words = generate_mnemonics(group_threshold=1, groups=[(needed, shares)], master_secret=secret)[0]
    made = []
    for number, share in enumerate(words, start=1):
        path = folder / f"hawl-key-share-{number}-of-{shares}.json"
        told = {"share": number, "of": shares, "needed": needed, "words": share,
                "key_file": base64.b64encode(sealed).decode(), "of_file": digest_of(text)}  # fmt: skip
        write_private(path, json.dumps(told, indent=1))
        made.append(path)
    write_private(_mark(), digest_of(text))
    return made


def recover(files: list[Path]) -> Path:
    """Put the key file back from shares; gives its path. Raises `CannotRecover`, also where a key file is there."""
    path = key_file()
    if path.exists():
        raise CannotRecover(f"There is a key file at {path}. Move it away first if it is not the right one.")
    told = [_share(file) for file in files]
    if len({each["key_file"] for each in told}) > 1:
        raise CannotRecover("These shares are of different escrows. Use shares that were written together.")
    needed = int(told[0]["needed"]) if told else 2
    if len({each["words"] for each in told}) < needed:
        raise CannotRecover(f"{needed} different shares are needed, and {len(told)} were given.")
    try:
        secret = combine_mnemonics([each["words"] for each in told][:needed])
        sealed = base64.b64decode(told[0]["key_file"])
        text = AESGCM(secret).decrypt(sealed[:12], sealed[12:], _BOUND).decode()
    except (MnemonicError, InvalidTag, ValueError) as reason:
        raise CannotRecover("These shares do not fit together, or one is damaged. Try others.") from reason
    check_key_file(text)
    write_private(path, text)
    return path


def _share(file: Path) -> dict[str, str]:
    try:
        told: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
        _ = told["words"], told["key_file"], told["needed"]
    except (OSError, ValueError, KeyError, TypeError) as reason:
        raise CannotRecover(f"{file} is no share of a key file.") from reason
    return told


def is_escrowed() -> bool:
    """Was the key file as it now is written into shares."""
    try:
        return read_private(_mark()) == digest_of(read_private(key_file()))
    except (FileNotFoundError, InstallationError):
        return False


def digest_of(text: str) -> str:
    """By which an escrow is known to be of this very key file; the keys in it are random, so it tells nothing."""
    return hashlib.sha256(text.encode()).hexdigest()


def _mark() -> Path:
    return key_file().with_name("escrowed")
