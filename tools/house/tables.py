"""Checks on tables: each is open or scoped, and what is said about a person is sealed."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from house.tree import Fault, Tree, module_of, room_of

PLAIN_FIELDS = "tools/house/plain_fields.toml"
_ROOTS = "src/hawl/foundations/access/models.py"
_TEXTUAL = {
    "CharField", "TextField", "JSONField", "EmailField", "SlugField", "URLField", "ArrayField", "FileField",
    "ImageField", "HStoreField", "GenericIPAddressField", "SearchVectorField",
}  # fmt: skip
_DAYS = {"DateField", "DateTimeField", "IntegerField", "SmallIntegerField", "PositiveSmallIntegerField"}
# What a column is called that says something about a person (names, ways to reach them, where, what happened).
_ABOUT_A_PERSON = re.compile(
    r"(^|_)(names?|given_names?|family|surname|known_as|alias|phone|mobile|landline|telephone|email|address(es)?|postcode"
    r"|place|location|lsoa|uprn|notes?|story|narrative|statement|description|detail|comment|value|facts|ethnicity"
    r"|gender|sex|religion|disability|needs|nhs|passport|crime_ref|reference)($|_)"
)
_BORN = re.compile(r"(^|_)(born|birth|dob|age)($|_)")
_NEVER_OPEN = re.compile(r"(^|_)(given_name|family_name|surname|victim_\w+|born|birth|dob|nhs|maiden)($|_)")


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a model: its type and whether its values are a closed list of codes."""

    name: str
    kind: str
    line: int
    coded: bool
    # Of a sealed field the class that it is sealed as.
    sealed_as: str = ""
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A model class as written."""

    name: str
    file: str
    line: int
    bases: tuple[str, ...]
    abstract: bool
    columns: tuple[Column, ...]


@lru_cache(maxsize=4)
def tables(tree: Tree) -> dict[str, Table]:
    """All model classes of the package by their names."""
    found = {"Model": Table("Model", "django", 0, (), True, ())}
    classes = [
        (name, node) for name in tree.python() for node in tree.parsed(name).body if isinstance(node, ast.ClassDef)
    ]
    for _ in range(6):  # a model may be declared before its base is met
        for name, node in classes:
            bases = tuple(_last(base) for base in node.bases)
            if node.name not in found and set(bases) & set(found):
                found[node.name] = Table(node.name, name, node.lineno, bases, _abstract(node), tuple(_columns(node)))
    return found


def model_names(tree: Tree) -> set[str]:
    """Names of all model classes."""
    return set(tables(tree)) - {"Model", "OpenModel", "ScopedModel"}


def tables_are_open_or_scoped(tree: Tree) -> Iterator[Fault]:
    """Every table is an OpenModel or a ScopedModel, and not both."""
    known = tables(tree)
    for table in known.values():
        if table.name in {"Model", "OpenModel", "ScopedModel"} and table.file in {"django", _ROOTS}:
            continue
        kinds = _ancestors(table, known) & {"OpenModel", "ScopedModel"}
        if len(kinds) != 1 and not (table.abstract and not kinds):
            yield Fault(table.file, table.line, f"`{table.name}` is neither open nor scoped. Mend: choose one of them.")


def what_is_personal_is_sealed(tree: Tree) -> Iterator[Fault]:
    """A column that is called like something about a person is a sealed field; open tables have none."""
    allowed = _plain_fields(tree)
    for table, key, column in _all_columns(tree):
        if column.kind.startswith("Sealed") or column.coded or key in allowed:
            continue
        textual, day = column.kind in _TEXTUAL, column.kind in _DAYS
        if _is_scoped(tree, table):
            about = (textual and _ABOUT_A_PERSON.search(column.name)) or (
                (textual or day) and _BORN.search(column.name)
            )
        else:
            about = _NEVER_OPEN.search(column.name)
        if about:
            yield Fault(table.file, column.line, f"`{key}` lies open. Mend: SealedText, SealedJSON or SealedDate.")


def plain_text_has_a_reason(tree: Tree) -> Iterator[Fault]:
    """Unsealed text in a scoped table stands in the list of plain fields with the reason why it may."""
    allowed, met = _plain_fields(tree), set()
    for table, key, column in _all_columns(tree):
        if not _is_scoped(tree, table) or column.kind not in _TEXTUAL or column.coded:
            continue
        met.add(key)
        if not str(allowed.get(key, "")).strip():
            yield Fault(table.file, column.line, f"`{key}` is plain. Mend: seal it, or a reason in {PLAIN_FIELDS}.")
    for key in sorted(set(allowed) - met):
        yield Fault(PLAIN_FIELDS, 1, f"`{key}` is no plain field of a scoped table any more. Mend: take it out.")


def _plain_fields(tree: Tree) -> dict[str, str]:
    return dict(tomllib.loads(tree.text(PLAIN_FIELDS)).get("plain", {}))


def _all_columns(tree: Tree) -> Iterator[tuple[Table, str, Column]]:
    known = tables(tree)
    for table in known.values():
        if table.file in {"django", _ROOTS}:
            continue
        room = room_of(module_of(table.file)).removeprefix("hawl.")
        for column in table.columns:
            yield table, f"{room}.{table.name}.{column.name}", column


def _is_scoped(tree: Tree, table: Table) -> bool:
    return "ScopedModel" in _ancestors(table, tables(tree))


def _ancestors(table: Table, known: dict[str, Table]) -> set[str]:
    found: set[str] = set()
    for base in table.bases:
        if base in known and base not in found:
            found |= {base} | _ancestors(known[base], known)
    return found


def _columns(node: ast.ClassDef) -> Iterator[Column]:
    for statement in node.body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        value = getattr(statement, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.Call):
            kind = _last(value.func)
            # An array of numbers or of codes is told by what it is an array of.
            inner = value.args[0] if kind == "ArrayField" and value.args else value
            if kind == "ArrayField" and isinstance(inner, ast.Call) and _last(inner.func) not in _TEXTUAL:
                kind = _last(inner.func)
            coded = any(word.arg == "choices" for word in [*value.keywords, *getattr(inner, "keywords", [])])
            if kind.endswith("Field") or kind.startswith("Sealed") or kind in {"ForeignKey", "CompositePrimaryKey"}:
                given = {word.arg: word.value for word in value.keywords}
                named = given.get("security_class")
                sealed_as = str(named.value) if isinstance(named, ast.Constant) else "C3"
                yield Column(
                    target.id, kind, statement.lineno, coded, sealed_as if kind.startswith("Sealed") else "",
                    "primary_key" in given or kind == "CompositePrimaryKey",
                )  # fmt: skip


def _abstract(node: ast.ClassDef) -> bool:
    return any(
        isinstance(part, ast.ClassDef) and part.name == "Meta" and "abstract = True" in ast.unparse(part)
        for part in node.body
    )


def _last(node: ast.expr) -> str:
    """`models.CharField` is `CharField`; `models.Manager[Row]` is `Manager`."""
    if isinstance(node, ast.Subscript):
        node = node.value
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def tables_stand_in_models(tree: Tree) -> Iterator[Fault]:
    """A concrete table is declared in a `models` module, where everybody looks for it."""
    for table in tables(tree).values():
        in_models = "models" in PurePosixPath(table.file).with_suffix("").parts
        if not table.abstract and not in_models:
            yield Fault(table.file, table.line, f"The table `{table.name}` hides. Mend: move it to `models.py`.")
