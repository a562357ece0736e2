"""The head of the chain of seals, kept where the database's keepers do not reach. No Django.

A chain alone cannot show that its end was cut off or that all of it was made anew; a head written down elsewhere can.
The sealer keeps its last head beside the key, adds one anchor a day to a file, and to the folder `HAWL_ANCHORS` where
that is set, such as another body's share.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from hawl.foundations.audit.seals import SealedStatement, seal_folder
from hawl.foundations.database.home import InstallationError, private_folder, write_private

_HEAD, _DAILY, _BREAKS = "head.json", "anchors.jsonl", "breaks.jsonl"


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of the chain at one moment. `link` holds all that was sealed up to it; `at` is ISO 8601, UTC."""

    seq: int
    root: str
    link: str
    signature: str
    key_id: str
    at: str

    @classmethod
    def of(cls, head: SealedStatement, signature: bytes) -> Anchor:
        """The anchor of this head, made now."""
        return cls(
            seq=head.seq, root=head.root.hex(), link=head.link(signature).hex(), signature=signature.hex(),
            key_id=head.key_id, at=datetime.now(UTC).isoformat(timespec="seconds"),
        )  # fmt: skip

    def as_line(self) -> str:
        """Short enough for the papers of a board and for reading out: the number and 80 bits of the link."""
        shown = self.link[:20].upper()
        return f"{self.seq}-" + "-".join(shown[at : at + 4] for at in range(0, len(shown), 4))

    def as_json(self) -> str:
        """One line of an anchors' file."""
        return json.dumps({"hawl": "anchor/1", **asdict(self)})

    @classmethod
    def from_json(cls, text: str, where: str) -> Anchor:
        """The anchor of one such line. Raises `InstallationError` for anything else."""
        try:
            told = json.loads(text)
            return cls(*(type_(told[name]) for name, type_ in _FIELDS.items()))
        except (ValueError, KeyError, TypeError) as reason:
            raise InstallationError(f"{where} holds no anchor.", "Take it as `hawl audit anchor` wrote it.") from reason


_FIELDS = {"seq": int, "root": str, "link": str, "signature": str, "key_id": str, "at": str}


def keep_head(anchor: Anchor) -> None:
    """Note the last head beside the key, so that an end cut off is noticed within seconds."""
    write_private(seal_folder() / _HEAD, anchor.as_json() + "\n")


def kept_head() -> Anchor | None:
    """The head that the sealer noted last on this machine."""
    path = seal_folder() / _HEAD
    return Anchor.from_json(path.read_text(encoding="utf-8"), str(path)) if path.exists() else None


def keep_break(kept: Anchor) -> None:
    """Note for good that the database's chain no longer holds the head that had been kept."""
    found = {"found_at": datetime.now(UTC).isoformat(timespec="seconds"), "kept": json.loads(kept.as_json())}
    _append(seal_folder() / _BREAKS, json.dumps(found))


def breaks() -> Iterator[tuple[str, Anchor]]:
    """Each time the chain was found shorter or other than what had been kept: when, and the head that was kept."""
    path = seal_folder() / _BREAKS
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            yield told["found_at"], Anchor.from_json(json.dumps(told["kept"]), str(path))


def keep_restore(name: str, line: str) -> None:
    """Keep the statement of a restore beside the heads, and where anchors go outside if that is there."""
    for number, folder in enumerate(_folders()):
        try:
            _append(folder / name, line)
        except OSError:
            if number == 0:
                raise


def write_daily(anchor: Anchor) -> None:
    """Add the head of the day where today has none yet; a folder that is away is tried again next time."""
    for folder in _folders():
        path = folder / _DAILY
        try:
            if not _has_today(path):
                _append(path, anchor.as_json())
        except OSError:
            continue


def write_to(path: Path, anchor: Anchor) -> None:
    """Add an anchor to a file of the caller's choice."""
    try:
        _append(path, anchor.as_json())
    except OSError as reason:
        raise InstallationError(f"{path} cannot be written ({reason.strerror}).", "Name another file.") from reason


def read(folder: Path | None = None) -> list[Anchor]:
    """All anchors of a folder (every *.jsonl in it), or those of this machine with its kept head."""
    found: list[Anchor] = []
    for each in [folder] if folder else _folders():
        for path in sorted(each.glob("*.jsonl")) if each.is_dir() else [each] if each.exists() else []:
            if path.name != _BREAKS:
                lines = path.read_text(encoding="utf-8").splitlines()
                found += [Anchor.from_json(line, f"{path}:{number}") for number, line in enumerate(lines, start=1)]
    kept = None if folder else kept_head()
    return found + ([kept] if kept else [])


def _folders() -> list[Path]:
    beyond = os.environ.get("HAWL_ANCHORS")
    return [seal_folder(), *([Path(beyond)] if beyond else [])]


def _has_today(path: Path) -> bool:
    if not path.exists():
        return False
    lines = path.read_text(encoding="utf-8").splitlines()
    today = datetime.now(UTC).date().isoformat()
    return bool(lines) and Anchor.from_json(lines[-1], str(path)).at.startswith(today)


def _append(path: Path, line: str) -> None:
    if not path.parent.exists():
        private_folder(path.parent)
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())
