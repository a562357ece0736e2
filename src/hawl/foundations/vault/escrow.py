"""The keys in shares: any few of them together bring them back, fewer tell nothing.

Each share is one file: words of SLIP-39 (a published standard for shared secrets, with checksums) for a key made for
this escrow alone, and the key files sealed under that key. The shares go to different people; none goes with a backup.
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

from hawl.foundations.audit import seals
from hawl.foundations.database.home import InstallationError, read_private, write_private
from hawl.foundations.journal import keys as journal
from hawl.foundations.vault.keys import check_key_file, key_file

_BOUND = b"hawl key escrow 1"


class CannotRecover(ValueError):
    """The shares do not bring the keys back; the words say why, and what to do."""


def write_shares(folder: Path, *, shares: int, needed: int) -> list[Path]:
    """Write the keys of this installation as `shares` files of which any `needed` bring them back; gives their paths.

    These are the vault's key file, the safety journal's, and the public halves of the keys that sealed the audit.
    Raises `InstallationError` where one of them is missing: shares that look whole and are not would be found too late.
    """
    text = json.dumps({"hawl": "escrow/2", "files": _held()}, sort_keys=True)
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


def _held() -> dict[str, str]:
    """The files by what they are."""
    try:
        return {
            "vault": read_private(key_file()),
            "journal": read_private(journal.key_file()),
            "seals": seals.public_key_file().read_text(encoding="utf-8"),
        }
    except FileNotFoundError as reason:
        raise InstallationError(f"{reason.filename} is missing.", "Run `hawl prepare`, then escrow again.") from reason


def recover(files: list[Path]) -> list[Path]:
    """Put back from shares what is lost of the keys; gives the paths written. Raises `CannotRecover`.

    A file that is there and is the one of the shares stays; where one is there and is another, nothing is written.
    """
    told = [_share(file) for file in files]
    if len({each["key_file"] for each in told}) > 1:
        raise CannotRecover("These shares are of different escrows. Use shares that were written together.")
    needed = int(told[0]["needed"]) if told else 2
    if len({each["words"] for each in told}) < needed:
        raise CannotRecover(f"{needed} different shares are needed, and {len(told)} were given.")
    held = _opened(told, needed)
    lost = {name: text for name, text in held.items() if not _is_there(name, text)}
    if not lost:
        raise CannotRecover("All that these shares hold is there already.")
    written = []
    for name, text in lost.items():
        if name == "seals":
            seals.put_back_believed(text)
            written.append(seals.public_key_file())
        else:
            write_private(_paths()[name], text)
            written.append(_paths()[name])
    return written


def _opened(told: list[dict[str, str]], needed: int) -> dict[str, str]:
    """What is in the shares, proven to be keys before anything is written."""
    try:
        secret = combine_mnemonics([each["words"] for each in told][:needed])
        sealed = base64.b64decode(told[0]["key_file"])
        text = AESGCM(secret).decrypt(sealed[:12], sealed[12:], _BOUND).decode()
    except (MnemonicError, InvalidTag, ValueError) as reason:
        raise CannotRecover("These shares do not fit together, or one is damaged. Try others.") from reason
    raw = json.loads(text)
    # Shares of a release before 0.2.0 hold the vault's key file and nothing else.
    held: dict[str, str] = raw["files"] if raw.get("hawl") == "escrow/2" else {"vault": text}
    check_key_file(held["vault"])
    if "journal" in held:
        journal.check_key_file(held["journal"])
    return held


def _paths() -> dict[str, Path]:
    return {"vault": key_file(), "journal": journal.key_file()}


def _is_there(name: str, text: str) -> bool:
    if name == "seals":
        path = seals.public_key_file()
        there = path.read_text(encoding="utf-8").split() if path.exists() else []
        # A key that came after the escrow is believed too.
        return set(text.split()) <= set(there)
    path = _paths()[name]
    if not path.exists():
        return False
    if read_private(path) != text:
        raise CannotRecover(f"There is another key file at {path}. Move it away first if it is not the right one.")
    return True


def _share(file: Path) -> dict[str, str]:
    try:
        told: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
        _ = told["words"], told["key_file"], told["needed"]
    except (OSError, ValueError, KeyError, TypeError) as reason:
        raise CannotRecover(f"{file} is no share of a key file.") from reason
    return told


def is_escrowed() -> bool:
    """Were the keys as they now are written into shares."""
    try:
        return read_private(_mark()) == digest_of(json.dumps({"hawl": "escrow/2", "files": _held()}, sort_keys=True))
    except (FileNotFoundError, InstallationError):
        return False


def digest_of(text: str) -> str:
    """By which an escrow is known to be of these very keys; they are random, so it tells nothing."""
    return hashlib.sha256(text.encode()).hexdigest()


def _mark() -> Path:
    return key_file().with_name("escrowed")
