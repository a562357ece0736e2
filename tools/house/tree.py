"""The repository as the checks see it: committed files and those about to be, never what is built or ignored."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong, where, and how to mend it. A warning is told and does not fail the build."""

    file: str
    line: int
    what: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{'warning: ' if self.warning else ''}{self.file}:{self.line}: {self.what}"


class Tree:
    """A house: a folder with `src/hawl`, `docs` and the rest. Paths are relative, with slashes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._texts: dict[str, str] = {}
        self._parsed: dict[str, ast.Module] = {}

    @cached_property
    def files(self) -> tuple[str, ...]:
        """All files that are in git or would be; every file where there is no git."""
        if (self.root / ".git").exists():
            listed = subprocess.run(
                ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
                cwd=self.root, capture_output=True, text=True, check=True,
            ).stdout.split("\0")  # fmt: skip
            found = [name for name in listed if name and (self.root / name).is_file()]
        else:
            found = [path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file()]
        return tuple(sorted(found))

    def text(self, name: str) -> str:
        """A file's text; empty where it is absent or no text."""
        if name not in self._texts:
            try:
                self._texts[name] = (self.root / name).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                self._texts[name] = ""
        return self._texts[name]

    def parsed(self, name: str) -> ast.Module:
        """A Python file's syntax tree."""
        if name not in self._parsed:
            self._parsed[name] = ast.parse(self.text(name), name)
        return self._parsed[name]

    def python(self, *, tests: bool = False, migrations: bool = False) -> Iterator[str]:
        """Python files of the package."""
        for name in self.files:
            parts = PurePosixPath(name).parts
            if not name.startswith("src/hawl/") or not name.endswith(".py"):
                continue
            if ("tests" in parts and not tests) or ("migrations" in parts and not migrations):
                continue
            yield name

    def folders(self) -> set[str]:
        """Folders of the package that hold something, as `foundations/clock`."""
        found: set[str] = set()
        for name in self.files:
            if name.startswith("src/hawl/"):
                parents = PurePosixPath(name.removeprefix("src/hawl/")).parents
                found.update(str(each) for each in parents if str(each) != ".")
        return found


Check = Callable[[Tree], Iterator[Fault]]


def module_of(name: str) -> str:
    """`src/hawl/work/intake/rules.py` is `hawl.work.intake.rules`."""
    parts = PurePosixPath(name).with_suffix("").parts[1:]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


# Groups whose folders are rooms; the others are rooms themselves.
GROUPS_OF_ROOMS = ("foundations", "registers", "rights", "work", "insight", "entrances")


def room_of(module: str) -> str:
    """`hawl.work.intake.feed.rows` stands in `hawl.work.intake`; `hawl.areas.reading` in `hawl.areas`."""
    parts = module.split(".")
    return ".".join(parts[: 3 if len(parts) > 2 and parts[1] in GROUPS_OF_ROOMS else 2])


def imports_of(tree: ast.Module) -> Iterator[tuple[int, str, str | None]]:
    """Line, module and name of each import; the name is None for `import module`. Not those for type checks only."""
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, None
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield node.lineno, node.module, alias.name
