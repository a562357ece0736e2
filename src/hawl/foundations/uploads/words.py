"""Plain text, read as text and written as UTF-8."""

from __future__ import annotations

import unicodedata

from hawl.foundations.uploads.kinds import Refused

# What begins so is read by some program as more than text.
_NOT_PLAIN = (
    "<!doctype", "<html", "<?xml", "<?php", "<svg", "<script", "{\\rtf", "#!", "%!ps", "%pdf", "mime-version:",
)  # fmt: skip
_STAY = "\t\n\r"


def anew(content: bytes) -> tuple[bytes, list[str]]:
    """Give the text in UTF-8 without marks that hide or turn round what is read. Raises `Refused`."""
    try:
        wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as other:
        raise Refused("not_text") from other
    if any(unicodedata.category(letter) == "Cc" and letter not in _STAY + "\f" for letter in text):
        raise Refused("not_text")
    if text.lstrip().lower().startswith(_NOT_PLAIN):
        raise Refused("not_text")
    plain = "".join(letter for letter in text if letter in _STAY or unicodedata.category(letter)[0] != "C")
    if not plain.strip():
        raise Refused("empty")
    return plain.encode(), ["hidden_characters"] if plain != text else []
