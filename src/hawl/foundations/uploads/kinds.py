"""Which files are taken: by the end of their name and by their first bytes, which must agree. No Django."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

MOST_FILES = 5
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 25_000_000
MOST_PAGES = 300
LONGEST_NAME = 200


class Kind(StrEnum):
    """What is taken; the value is the end of the name under which the harmless copy is kept."""

    JPG = "jpg"
    PNG = "png"
    PDF = "pdf"
    TXT = "txt"


MEDIA_TYPES = {
    Kind.JPG: "image/jpeg",
    Kind.PNG: "image/png",
    Kind.PDF: "application/pdf",
    Kind.TXT: "text/plain; charset=utf-8",
}
_ENDINGS = {"jpg": Kind.JPG, "jpeg": Kind.JPG, "png": Kind.PNG, "pdf": Kind.PDF, "txt": Kind.TXT}
_FIRST_BYTES = ((b"\xff\xd8\xff", Kind.JPG), (b"\x89PNG\r\n\x1a\n", Kind.PNG), (b"%PDF-", Kind.PDF))
_ARCHIVES = (
    b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd", b"MSCF", b"\x1f\x9d", b"\x1f\xa0", b"LZIP", b"!<arch>", b"xar!",
)  # fmt: skip
_ARCHIVE_ENDINGS = frozenset((
    "zip", "rar", "7z", "gz", "tgz", "bz2", "xz", "zst", "cab", "tar", "iso", "jar", "docx", "xlsx", "pptx", "odt",
    "ods",
))  # fmt: skip


class Refused(Exception):
    """The file is not taken; `code` names the sentence in refusals.yaml."""

    def __init__(self, code: str) -> None:
        """Take the code."""
        super().__init__(code)
        self.code = code


def kind_of(name: str, content: bytes) -> Kind:
    """Tell the kind of a file by its name and first bytes. Raises `Refused`. The name is used for nothing else."""
    ending = _ending_of(name)
    if not content:
        raise Refused("empty")
    if len(content) > MOST_BYTES:
        raise Refused("too_big")
    if content.startswith(_ARCHIVES) or ending in _ARCHIVE_ENDINGS:
        raise Refused("archive")
    told = _ENDINGS.get(ending)
    if told is None:
        raise Refused("kind")
    found = next((kind for begins, kind in _FIRST_BYTES if content.startswith(begins)), Kind.TXT)
    if found != told:
        raise Refused("mismatch")
    return told


def _ending_of(name: str) -> str:
    """The end of a name that could be anybody's; control and direction marks or a path are nobody's."""
    marks = any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for letter in name)
    if not name or len(name) > LONGEST_NAME or marks or any(letter in name for letter in '/\\:*?"<>|'):
        raise Refused("name")
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem.strip(". "):
        raise Refused("kind")
    return ending.lower()
