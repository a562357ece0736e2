"""From a YAML file to a Document.

YAML guesses too much for files that people write by hand: `no` becomes false, `01633` a number
in octal. Here only `true` and `false` are booleans, ISO dates are dates, plain decimal numbers are
numbers, `null`, `~` and nothing are None, and all else is text. Keys are always text. Anchors,
tags and a key given twice are refused.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from hawl.foundations.datafiles.checking import check
from hawl.foundations.datafiles.document import DatafileError, Document, Place

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_DEEPEST = 40
_DATE = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")


class _StrictLoader(_Base):  # type: ignore[misc]  # the base is chosen at run time: libyaml where it is there
    yaml_implicit_resolvers: dict[str, Any] = {}  # PyYAML wants a plain class attribute


for _name, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:null|~|)$", "n~\0"),
    ("timestamp", _DATE.pattern, "0123456789"),
    ("int", r"^-?(?:0|[1-9][0-9]{0,17})$", "-0123456789"),
    ("float", r"^-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}$", "-0123456789"),
):
    _StrictLoader.add_implicit_resolver(_TAG + _name, re.compile(_pattern), ["" if c == "\0" else c for c in _first])

_SCALARS: Mapping[str, Callable[[str], Any]] = {
    _TAG + "str": str,
    _TAG + "bool": lambda text: text == "true",
    _TAG + "null": lambda text: None,
    _TAG + "timestamp": dt.date.fromisoformat,
    _TAG + "int": int,
    _TAG + "float": float,
}


def read(path: Path | Traversable, schema: Mapping[str, Any] | None = None) -> Document:
    """Read one YAML file and, if a JSON Schema (Draft 2020-12) is given, hold it against that.

    A date stands in the schema as `{"type": "string", "format": "date"}` and comes out as
    `datetime.date`. Raises DatafileError, with the first line that is wrong, for a file that is
    absent, not UTF-8, not YAML or not as the schema wants; nothing else. `Document.file` is the
    path as it was given.
    """
    file = str(path)
    document = _Builder(file).build(_compose(file, _text(path, file)))
    if schema is not None:
        check(document, schema)
    return document


def _text(path: Path | Traversable, file: str) -> str:
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        raise DatafileError(file, 1, "the file cannot be read", "see that it is there and may be read") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DatafileError(file, line, "the text is not UTF-8", "save the file as UTF-8") from error


def _compose(file: str, text: str) -> yaml.Node | None:
    try:
        _refuse_traps(file, text)
        node: yaml.Node | None = yaml.compose(text, Loader=_StrictLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = f"this is not YAML: {error.problem or error.context}"
        line = mark.line + 1 if mark else 1
        raise DatafileError(file, line, what, "look at the indents, colons and quotes here") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise DatafileError(file, line, "there is a character that no data file may hold", "take it out") from error
    except yaml.YAMLError as error:
        raise DatafileError(file, 1, "this is not YAML that can be read", "write it more simply") from error
    return node


def _refuse_traps(file: str, text: str) -> None:
    """Look at the parts one after another, before anything is built of them.

    A file nested by the thousand ends the process inside libyaml, and a few aliases, each of many,
    would fill any memory.
    """
    depth = 0
    events: Any = yaml.parse(text, Loader=_StrictLoader)
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise DatafileError(file, line, "an anchor is used here", "write the text out in full")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            what = "the lists are nested too deeply"
            raise DatafileError(file, line, what, "write it more simply")


class _Builder:
    """Turns nodes into data, noting lines as it goes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Place, int] = {}

    def build(self, root: yaml.Node | None) -> Document:
        """The document of a root node; an empty file holds None."""
        data = None if root is None else self._value(root, ())
        return Document(self.file, data, self.lines)

    def _value(self, node: yaml.Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
            return [self._value(child, (*place, i)) for i, child in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._error(key_node, "a key is a list or a table", "use a word as the key")
            key = str(key_node.value)
            if key in found:
                raise self._error(key_node, f"`{key}` is given twice", "keep one of the two")
            self.lines[(*place, key)] = key_node.start_mark.line + 1
            found[key] = self._value(value_node, (*place, key))
        return found

    def _scalar(self, node: yaml.Node) -> Any:
        make = _SCALARS.get(node.tag)
        if make is None or not isinstance(node, yaml.ScalarNode):
            raise self._error(node, f"the tag `{node.tag}` is not used in data files", "take the tag out")
        try:
            return make(node.value)
        except ValueError as error:
            raise self._error(node, f"`{node.value}` is not a date of the calendar", "give a real date") from error

    def _error(self, node: yaml.Node, what: str, mend: str) -> DatafileError:
        return DatafileError(self.file, node.start_mark.line + 1, what, mend)
