"""Checks on the register of fields: every field of a model stands in its room's `fields.yaml`, and none that is gone.

What the models have is read from their text, so that a missing entry is told where there is no database; the test of
foundations/fields asks Django itself, tables of libraries included.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from house.tables import Column, Table, tables
from house.tree import Fault, Tree

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))

from hawl.foundations.datafiles import DatafileError
from hawl.foundations.fields import printing
from hawl.foundations.fields.reading import FIELDS, Registered, read_fields, register

# Bases of libraries whose fields a table of ours inherits.
_INHERITED = {"AbstractBaseUser": ("password", "last_login")}
_REGISTER_PAGE = "docs/data-protection/register.md"


def every_field_is_registered(tree: Tree) -> Iterator[Fault]:
    """Each field has an entry and each entry a field; what is sealed is registered with the class of its seal."""
    rows: dict[tuple[str, str], dict[str, Registered]] = {}
    files = {name for name in tree.files if PurePosixPath(name).name == FIELDS}
    for name in sorted(files):
        try:
            for row in read_fields(tree.root / name, name):
                rows.setdefault((name, row.table), {})[row.field] = row
        except DatafileError as wrong:
            yield Fault(name, wrong.line, f"{wrong.what} Mend: {wrong.mend}")
    known = tables(tree)
    for table in known.values():
        if table.abstract or table.file == "django":
            continue
        file = _file_of(table)
        held = rows.pop((file, table.name), {})
        yield from _of_table(table, _columns_of(table, known), held, file)
    for (file, name), held in sorted(rows.items()):
        line = next(iter(held.values())).line
        yield Fault(file, line, f"`{name}` is no table of this room any more. Mend: take its entry out.")


def _of_table(table: Table, columns: dict[str, Column], held: dict[str, Registered], file: str) -> Iterator[Fault]:
    if not held:
        yield Fault(table.file, table.line, f"`{table.name}` is not in the register. Mend: an entry in {file}.")
        return
    for name in sorted(columns.keys() - held.keys()):
        line = columns[name].line if columns[name].line else table.line
        yield Fault(table.file, line, f"`{table.name}.{name}` is not in the register. Mend: an entry in {file}.")
    for name in sorted(held.keys() - columns.keys()):
        yield Fault(file, held[name].line, f"`{table.name}.{name}` is no field any more. Mend: take its entry out.")
    for name in sorted(held.keys() & columns.keys()):
        sealed_as, said = columns[name].sealed_as, held[name].security_class
        if sealed_as and sealed_as != said:
            yield Fault(file, held[name].line, f"`{table.name}.{name}` is sealed as {sealed_as}, not {said}.")
        if not sealed_as and said in ("C4", "C5"):
            yield Fault(file, held[name].line, f"`{table.name}.{name}` is {said} and not sealed. Mend: seal it.")


def _file_of(table: Table) -> str:
    parts = PurePosixPath(table.file).parts
    room = parts[: parts.index("models")] if "models" in parts else parts[:-1]
    return "/".join((*room, FIELDS))


def _columns_of(table: Table, known: dict[str, Table]) -> dict[str, Column]:
    """Its own fields and those of the abstract tables it is made from; `id` where none is named as the key."""
    found: dict[str, Column] = {}
    for base in reversed(table.bases):
        if base in known and base != "Model":
            found |= _columns_of(known[base], known) if known[base].abstract else {}
        found |= {name: Column(name, "Field", 0, False) for name in _INHERITED.get(base, ())}
    found |= {column.name: column for column in table.columns}
    if not table.abstract and not any(column.is_key for column in found.values()):
        found["id"] = Column("id", "BigAutoField", 0, False, is_key=True)
    # A key of several columns is no column itself.
    return {name: column for name, column in found.items() if column.kind != "CompositePrimaryKey" or table.abstract}


def the_registers_are_printed(tree: Tree) -> Iterator[Fault]:
    """The page of the register is what the data files print."""
    package = tree.root / "src" / "hawl"
    if not any(PurePosixPath(name).name == FIELDS for name in tree.files):
        return
    try:
        page = printing.register_page(register(package))
    except DatafileError:
        return  # told by the check above
    if tree.text(_REGISTER_PAGE) != page:
        yield Fault(_REGISTER_PAGE, 1, "is not what the register prints. Mend: `hawl fields document --out` it.")
