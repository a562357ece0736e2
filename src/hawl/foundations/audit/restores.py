"""A restore cuts the chain of seals back to the day of its backup: a signed statement of it, outside the database.

Without one a shorter chain is a cut. With one, heads that were kept before the restore are explained by name; a head of
after it, or beyond what had been sealed then, is not. No Django.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hawl.foundations.audit import anchors, seals
from hawl.foundations.audit.anchors import Anchor

_FILE = "restores.json"


@dataclass(frozen=True, slots=True)
class Restore:
    """One restore: when (ISO 8601, UTC), of a backup of when, the head kept before, and the head of the copy.

    A head is the number of its seal and its link; 0 and no link where nothing was sealed.
    """

    at: str
    backup_of: str
    seq_before: int
    link_before: str
    seq_now: int
    link_now: str
    key_id: str
    signature: str = ""

    def as_bytes(self) -> bytes:
        """What is signed."""
        told = {name: value for name, value in asdict(self).items() if name != "signature"}
        return b"hawl-restore\n" + json.dumps(told, sort_keys=True).encode()

    def is_signed(self, keys: Mapping[str, bytes]) -> bool:
        """Did a believed key of the seals sign it."""
        public = keys.get(self.key_id)
        if public is None:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(self.signature), self.as_bytes())
        except (InvalidSignature, ValueError):
            return False
        return True

    def cut(self, seq: int, at: str) -> bool:
        """Is a head of that number, kept at that time, of those that this restore left behind."""
        return self.seq_now < seq <= self.seq_before and datetime.fromisoformat(at) <= datetime.fromisoformat(self.at)


def state(*, backup_of: str, now: tuple[int, str]) -> Restore:
    """Sign and keep that this restore was made; `now` is the head of the copy. Raises `InstallationError`."""
    key = seals.signing_key()
    kept = max(anchors.read(), key=lambda each: each.seq, default=None)
    newest = anchors.kept_head() or kept
    made = Restore(
        at=datetime.now(UTC).isoformat(timespec="seconds"), backup_of=backup_of,
        seq_before=newest.seq if newest else 0, link_before=newest.link if newest else "",
        seq_now=now[0], link_now=now[1], key_id=seals.key_id_of(seals.public_of(key)),
    )  # fmt: skip
    signed = Restore(**{**asdict(made), "signature": key.sign(made.as_bytes()).hex()})
    anchors.keep_restore(_FILE, json.dumps({"hawl": "restore/1", **asdict(signed)}))
    return signed


def stated(keys: Mapping[str, bytes]) -> list[Restore]:
    """All statements of this machine that a believed key signed, in their order."""
    path = seals.seal_folder() / _FILE
    found: list[Restore] = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            told = json.loads(line)
            one = Restore(**{name: told[name] for name in Restore.__slots__})
        except (ValueError, KeyError, TypeError):
            continue
        if one.is_signed(keys):
            found.append(one)
    return found


def explaining(head: Anchor, restores: Sequence[Restore], links: Mapping[int, str]) -> Restore | None:
    """The restore that left this head behind, where the chain of now goes on from the copy that it put in place.

    `links` are those of the chain of now. A restore whose own head was left behind by a later one counts as well.
    """
    for place, each in enumerate(restores):
        same = head.seq != each.seq_before or head.link == each.link_before
        if each.cut(head.seq, head.at) and same and _stands(each, restores[place + 1 :], links):
            return each
    return None


def _stands(one: Restore, later: Sequence[Restore], links: Mapping[int, str]) -> bool:
    if one.seq_now == 0 or links.get(one.seq_now) == one.link_now:
        return True
    return any(
        each.cut(one.seq_now, one.at) and _stands(each, later[place + 1 :], links) for place, each in enumerate(later)
    )


def numbers(restores: Iterable[Restore]) -> list[int]:
    """Numbers of the seals that say whether these restores stand."""
    return [each.seq_now for each in restores]
