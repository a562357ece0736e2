"""The Welsh catalogue: take in new words from the code, and compile it to where the program reads it.

``python tools/build_catalogue.py`` compiles ``locale/cy/LC_MESSAGES/django.po`` into the package (``src/hawl/locale``,
not in git, in the wheel). ``--update`` first takes in what the code says today: new words come in empty, words no
longer said go out. A second run with nothing changed writes nothing.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "locale/cy/LC_MESSAGES/django.po"
COMPILED = ROOT / "src/hawl/locale/cy/LC_MESSAGES/django.mo"
CONFIGURATION = ROOT / "babel.cfg"
# Ours rather than Babel's, which writes the moment of each update. The six forms are those of Unicode's CLDR.
HEADER = r"""# Welsh for Hawl. An entry under the comment `draft` has not been read by a named translator.
msgid ""
msgstr ""
"Project-Id-Version: Hawl\n"
"Language: cy\n"
"Plural-Forms: nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n==3 ? 3 : n==6 ? 4 : 5);\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def main(arguments: list[str]) -> int:
    """Update if asked, then compile; says in one sentence what was done."""
    catalogue = stored()
    if "--update" in arguments:
        catalogue.update(said(), no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        _write_if_new(CATALOGUE, po_bytes(catalogue))
        catalogue = stored()
    changed = _write_if_new(COMPILED, mo_bytes(catalogue))
    print(f"Welsh: {'compiled' if changed else 'nothing changed'} ({len(catalogue)} entries).", file=sys.stderr)
    return 0


def stored() -> Catalog:
    """Read the catalogue that is kept in git."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="cy", domain="django")


def said() -> Catalog:
    """Collect all words that the code gives to gettext, with the files (no line numbers) in which they stand."""
    with CONFIGURATION.open() as file:
        methods, options = parse_mapping_cfg(file)
    found = Catalog(locale="cy", domain="django")
    for name, _line, message, comments, context in extract_from_dir(
        str(ROOT), methods, options, KEYWORDS, directory_filter=_is_ours
    ):
        found.add(message, locations=[(Path(name).as_posix(), None)], auto_comments=comments, context=context)
    return found


def po_bytes(catalogue: Catalog) -> bytes:
    """Write a catalogue as text, in an order that does not depend on the machine."""
    text = BytesIO()
    write_po(
        text, catalogue, width=110, sort_by_file=True, include_lineno=False, ignore_obsolete=True, omit_header=True
    )
    return HEADER.encode() + text.getvalue()


def mo_bytes(catalogue: Catalog) -> bytes:
    """Compile a catalogue; fuzzy entries are left out."""
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    return compiled.getvalue()


def _is_ours(folder: str) -> bool:
    name = Path(folder).name
    return not name.startswith(".") and name not in {"build", "dist", "tests", "node_modules", "docs", "locale"}


def _write_if_new(file: Path, content: bytes) -> bool:
    if file.exists() and file.read_bytes() == content:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return True


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
