"""A data file in memory, and the mistake that names its file, line, what is wrong and the mend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PathPart = str | int
Place = tuple[PathPart, ...]


class DatafileError(Exception):
    """A data file that cannot be used; `str()` tells what is wrong and the mend."""

    def __init__(self, file: str, line: int, what: str, mend: str) -> None:
        """Keep the parts, so that a caller can list mistakes in a table; `line` counts from 1."""
        super().__init__(file, line, what, mend)
        self.file = file
        self.line = line
        self.what = what
        self.mend = mend

    def __str__(self) -> str:
        """Where it is, one sentence of what is wrong, one of the mend."""
        return f"{self.file}:{self.line}: {_sentence(self.what)} Mend: {_sentence(self.mend)}"


@dataclass(frozen=True)
class Document:
    """The data of one file and the line of each part.

    `data` holds dict, list, str, int, float, bool, None and datetime.date only.
    """

    file: str
    data: Any
    lines: Mapping[Place, int] = field(default_factory=dict, repr=False)

    def line(self, *path: PathPart) -> int:
        """The line, from 1, where the part at `path` starts.

        For a part that is not there, the line of what would hold it.
        """
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def error(self, what: str, mend: str, *path: PathPart) -> DatafileError:
        """A mistake at `path`, for the caller to raise."""
        return DatafileError(self.file, self.line(*path), what, mend)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
