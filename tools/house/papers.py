"""Checks on papers and folders: README, decisions, what operators read, dependencies, addresses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from house.tree import GROUPS_OF_ROOMS, Fault, Tree

_BRANCH = re.compile(r"^(?P<indent>[│ ]*)[├└]── (?P<name>[\w.]+(?:/[\w.]+)*)/")
_DECISION = re.compile(r"docs/decisions/(\d{4})-[a-z0-9-]+\.md$")
_PARTS_OF_A_DECISION = ("Context", "Options", "Decision", "Consequence", "How we would know it failed")
_SETTING = re.compile(r"^(HAWL_[A-Z_]+|DATABASE_URL)$")
# Handed by `hawl serve` to its children, or set by tests: no operator's business.
INTERNAL_SETTINGS = {"HAWL_TEST_DATABASE": "names the database of one test worker"}
# Put together so that this file does not hold what it looks for.
_ADDRESSES = tuple(
    (re.compile(pattern), what)
    for pattern, what in (
        (r"(?<![\w./}-])/wor" + r"k/", "a path of one machine"),
        (r"(?<![\w/])\.librar" + r"y\b", "a path of one machine"),
        (r"(?<![\w./}-])/(home|Users)/[a-z]\w+/", "a path of one machine"),
        (r"(?<![\w./}-])/roo" + r"t/\w", "a path of one machine"),
        (r"https?://[^\s'\"<>)]*/simpl" + r"e\b", "the address of a registry"),
        (r"--(extra-)?inde" + r"x-url", "the address of a registry"),
        (r"\"resolve" + r"d\": *\"http", "the address of a registry"),
        (r"^source = \{ registr" + r"y", "the address of a registry"),
    )
)


def readme_shows_the_house(tree: Tree) -> Iterator[Fault]:
    """The tree in README.md names every group and room, and none that is not there."""
    shown = dict(_shown(tree.text("README.md")))
    folders = tree.folders()
    for path, line in shown.items():
        if path not in folders:
            yield Fault("README.md", line, f"shows `{path}/`, which is not there. Mend: take the line out.")
    for path in sorted(_rooms(tree)):
        if path not in shown:
            yield Fault("README.md", 1, f"does not show `{path}/`. Mend: a line of its own in the tree.")


def _shown(text: str) -> Iterator[tuple[str, int]]:
    """Folders of the drawing that begins with `src/hawl/`, as paths."""
    above: list[tuple[int, str]] = []
    inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        inside = line.startswith("src/hawl/") or (inside and not line.startswith("```"))
        found = _BRANCH.match(line)
        if not inside or not found:
            continue
        depth = len(found["indent"])
        above = [each for each in above if each[0] < depth]
        above.append((depth, found["name"]))
        yield "/".join(name for _, name in above), number


def _rooms(tree: Tree) -> set[str]:
    folders = {path for path in tree.folders() if f"src/hawl/{path}/__init__.py" in tree.files}
    groups = {path for path in folders if "/" not in path}
    return groups | {path for path in folders if path.count("/") == 1 and path.split("/")[0] in GROUPS_OF_ROOMS}


def rooms_have_a_readme(tree: Tree) -> Iterator[Fault]:
    """Each room says in a README what it owns and what it may import."""
    for path in sorted(_rooms(tree) - set(GROUPS_OF_ROOMS)):
        if f"src/hawl/{path}/README.md" not in tree.files:
            yield Fault(f"src/hawl/{path}", 1, "has no README.md. Mend: ten lines: what it owns, its words, its doors.")


def no_folder_is_empty(tree: Tree) -> Iterator[Fault]:
    """A folder with nothing but an `__init__.py` that says nothing is a promise, not a room."""
    held: dict[str, set[str]] = {}
    for name in tree.files:
        if not name.startswith(("src/", "tests/", "tools/", "docs/")):
            continue
        for parent in PurePosixPath(name).parents:
            held.setdefault(str(parent), set()).add(name)
    for folder, files in sorted(held.items()):
        if all(PurePosixPath(name).name == "__init__.py" and not _says_something(tree, name) for name in files):
            yield Fault(folder, 1, "is an empty folder. Mend: fill it or take it out.")


def _says_something(tree: Tree, name: str) -> bool:
    return any(not isinstance(node, ast.Expr | ast.ImportFrom) for node in tree.parsed(name).body)


def decisions_are_numbered(tree: Tree) -> Iterator[Fault]:
    """Decisions are 0001, 0002, … with no gap and no twin, each with its five parts."""
    numbers: list[int] = []
    for name in tree.files:
        if not name.startswith("docs/decisions/") or name.endswith("README.md"):
            continue
        found = _DECISION.match(name)
        if not found:
            yield Fault(name, 1, "is not named like a decision. Mend: `0001-what-was-decided.md`.")
            continue
        numbers.append(int(found[1]))
        text = tree.text(name)
        if not text.startswith(f"# {int(found[1])}. "):
            yield Fault(name, 1, f"Its heading does not begin with its number. Mend: `# {int(found[1])}. …`.")
        for part in _PARTS_OF_A_DECISION:
            if f"\n## {part}\n" not in text:
                yield Fault(name, 1, f"lacks the part `{part}`.")
    if sorted(numbers) != list(range(1, len(numbers) + 1)):
        yield Fault("docs/decisions", 1, "Numbers are not 1, 2, 3, … each once. Mend: number them anew.")


def changelog_begins_with_a_version(tree: Tree) -> Iterator[Fault]:
    """The package's version is read from the first second-level heading."""
    headings = [line for line in tree.text("CHANGELOG.md").splitlines() if line.startswith("## ")]
    if not headings or not re.fullmatch(r"## \[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", headings[0]):
        yield Fault("CHANGELOG.md", 1, "does not begin with a version. Mend: `## [0.1.0] - 2026-11-22`.")


def operators_are_told(tree: Tree) -> Iterator[Fault]:
    """Every setting and every command stands in docs/operate/."""
    told = "\n".join(tree.text(name) for name in tree.files if name.startswith("docs/operate/"))
    for setting, (name, line) in sorted(_settings(tree).items()):
        if setting not in INTERNAL_SETTINGS and f"`{setting}`" not in told:
            yield Fault(name, line, f"`{setting}` is not told in docs/operate/settings.md.")
    for command, (name, line) in sorted(_commands(tree).items()):
        if f"`hawl {command}" not in told:
            yield Fault(name, line, f"`hawl {command}` is not told in docs/operate/commands.md.")


def _settings(tree: Tree) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for name in tree.python():
        for node in ast.walk(tree.parsed(name)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SETTING.match(node.value):
                found.setdefault(node.value, (name, node.lineno))
    return found


def _commands(tree: Tree) -> dict[str, tuple[str, int]]:
    """`feed import` and the like, with where each is written. A group that does nothing by itself is left out."""
    found: dict[str, tuple[str, int]] = {}
    for name in tree.python():
        if PurePosixPath(name).name != "commands.py":
            continue
        for function in (node for node in tree.parsed(name).body if isinstance(node, ast.FunctionDef)):
            for decorator in function.decorator_list:
                if path := _command(decorator, function.name):
                    found[path] = (name, function.lineno)
    return found


def _command(decorator: ast.expr, function: str) -> str | None:
    """The command that a decorator makes of a function: `@feed.command("import")` makes `feed import`."""
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
        return None
    parent, kind = ast.unparse(decorator.func.value), decorator.func.attr
    if kind not in {"command", "group"} or (
        kind == "group" and not any(word.arg == "invoke_without_command" for word in decorator.keywords)
    ):
        return None
    given = decorator.args[0] if decorator.args else None
    said = str(given.value) if isinstance(given, ast.Constant) else function.strip("_").replace("_", "-")
    return said if parent == "click" else f"{parent} {said}"


def dependencies_have_reasons(tree: Tree) -> Iterator[Fault]:
    """Beside each dependency stands why it is there."""
    inside = False
    for number, line in enumerate(tree.text("pyproject.toml").splitlines(), start=1):
        if re.match(r"(dependencies|dev|bench|requires|\w+) = \[$", line):
            inside = line.startswith("dependencies") or line.split(" ")[0] in {"dev", "bench"}
        elif line.startswith("]"):
            inside = False
        elif inside and line.strip().startswith('"') and not re.search(r"# \S.{7,}", line):
            yield Fault("pyproject.toml", number, f"{line.strip()} has no reason. Mend: a comment beside it.")


def no_machine_is_named(tree: Tree) -> Iterator[Fault]:
    """No committed file names a registry or a folder of one machine."""
    for name in tree.files:
        if name.endswith((".svg", ".png", ".mo")):
            continue
        for number, line in enumerate(tree.text(name).splitlines(), start=1):
            for pattern, what in _ADDRESSES:
                if pattern.search(line):
                    yield Fault(name, number, f"names {what}. Mend: a relative path, or none.")
