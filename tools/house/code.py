"""Checks on code: views, writers, actions, imports, names and sizes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from house.tables import model_names
from house.tree import Fault, Tree, imports_of, module_of, room_of

WARN_LINES, MOST_LINES, MOST_LINES_OF_A_FUNCTION = 400, 600, 60

_SCREEN_FILES = {"views", "public", "api", "presenters"}
_WRITING = {
    "save", "delete", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update",
    "asave", "adelete", "acreate", "raw",
}  # fmt: skip
_SHORTCUTS = {"get_object_or_404", "get_list_or_404"}
# Methods of a queryset that write, whatever they are called on.
_SET_WISE = {"bulk_create", "bulk_update", "get_or_create", "update_or_create"}
_WRITING_SQL = re.compile(r"^\s*(INSERT\s+INTO|DELETE\s+FROM|TRUNCATE|UPDATE\s+\S+(\s+\S+)?\s+SET|COPY)\s", re.M)
_BLUNT_NAMES = {"utils", "util", "common", "core", "helpers", "misc", "shared", "lib", "base"}

# Modules that write rows and are not `actions.py`, each with the reason.
WRITERS = {
    "hawl.foundations.identity.sessions": "notes that a stay was used, at each request; nothing is decided by it alone",
    "hawl.foundations.identity.throttling": "counts tries before anybody is known; refused sign-ins are audited",
    "hawl.foundations.access.rescoping_function": "the SQL of the function that `rescoping` calls",
    "hawl.work.intake.laying": "writes a thousand feed rows at once, called by intake.actions only",
    "hawl.work.intake.statements": "the SQL of `laying`, which alone runs it",
    "hawl.config.access_matrix.layers": "tries each act in a throw-away database and takes it back",
    "hawl.config.access_matrix.laying": "lays the rows of the matrix into a throw-away database",
    "hawl.work.extracts.laying": "writes a part of an extract at once, called by extracts.actions only",
    "hawl.work.extracts.statements": "the SQL of `laying`, which alone runs it",
    "hawl.work.extracts.erased": "takes away what is kept of the erased, called by erasing.actions only",
    "hawl.work.intake.rekeying": "mends keys that an older release stored, called by intake.actions only",
    "hawl.work.intake.told": "SQL only; run by intake.laying, which intake.actions calls",
    "hawl.work.intake.keys_of_people": "gives one who was erased and is told of anew a new key, called by laying only",
    "hawl.registers.finding.laying": "lays the tokens of many people at once, called by actions and the importer",
    "hawl.rights.evaluating.writing": "writes that table into a file",
    "hawl.rights.evaluating.spark.parts": "cuts that table for workers, and drops what it cut by; no register",
    "hawl.rights.evaluating.tables": "fills tables of one evaluation in a DuckDB of its own; no register",
    "hawl.rights.evaluating.columnar.evaluation": "adds to the same tables what an SQL file cannot ask",
    "hawl.work.protection.inheriting": "lays denials on all people of a crime, called by the importer and actions",
    "hawl.work.intake.erased": "lays the marks of erased records, called by erasing.actions only",
    "hawl.foundations.vault.hand": "keeps the key that a person gets with their first saving",
    "hawl.registers.dated.reconcile": "the set-wise writer that the load actions of the registers share",
    "hawl.foundations.jobs.failures": "keeps that a job failed, when the job's own transaction and actor are gone",
    "hawl.foundations.audit.sealer": "adds the seals, in a process and a role of its own",
    "hawl.foundations.journal.shipping": "marks entries as written outside, a bookkeeping that tells nobody anything",
    "hawl.config.backups.restoring": "says as the owner that the journal was put back, before any process may serve",
    "hawl.demo.laying_out": "empties an invented caseload, which it may since nobody in it exists",
}
# Functions of an `actions.py` that need not be keyword-only, `by` somebody, atomic and audited.
NOT_ACTIONS = {
    "hawl.foundations.audit.actions.record": "is the audit itself; its actor is the one in whose name the code runs",
    "hawl.foundations.audit.actions.record_many": "is the audit itself, as `record`",
    "hawl.foundations.audit.actions.refuse": "is the audit itself; it outlives the transaction that was refused",
    "hawl.foundations.audit.actions.keeping_refusals": "is the audit itself; stands around a request",
    "hawl.foundations.journal.actions.note": "is part of the act that notes it, which is audited",
    "hawl.foundations.journal.actions.note_many": "as `note`",
}
# Modules that read another room's tables directly, each with the reason. `queries.py` and `actions.py` may.
TABLE_READERS: dict[str, str] = {
    "hawl.config.access_matrix.layers": "asks as each account of a throw-away database",
    "hawl.config.access_matrix.laying": "lays rows of every scoped table into a throw-away database",
    "hawl.entrances.staff_site.middleware": "asks of what kind the signed-in user is",
    "hawl.entrances.staff_site.navigation": "asks of what kind the signed-in user is",
}


def views_are_thin(tree: Tree) -> Iterator[Fault]:
    """A screen reads by queries, writes by actions and never touches a table itself."""
    for name in tree.python():
        if not _is_screen(name):
            continue
        for node in ast.walk(tree.parsed(name)):
            if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}:
                yield Fault(name, node.lineno, f"`.{node.attr}` in a screen. Mend: a query in `queries.py`.")
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _WRITING:
                yield Fault(name, node.lineno, f"`.{node.func.attr}(` in a screen. Mend: an action in `actions.py`.")
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _SHORTCUTS:
                yield Fault(name, node.lineno, f"`{node.func.id}` in a screen. Mend: a scoped query in `queries.py`.")
        for line, module, what in imports_of(tree.parsed(name)):
            if module == "django.db" and what in {"connection", "connections"}:
                yield Fault(name, line, "A screen opens the database. Mend: a query in `queries.py`.")


def _is_screen(name: str) -> bool:
    path = PurePosixPath(name)
    return path.stem in _SCREEN_FILES or bool(_SCREEN_FILES & set(path.parts[:-1])) or path.parts[2] == "entrances"


def only_actions_write(tree: Tree) -> Iterator[Fault]:
    """Rows are written by `actions.py`; the few set-wise writers are named with their reason."""
    seen = set()
    for name in tree.python():
        module = module_of(name)
        if "actions" in module.split(".") or module.startswith("hawl.foundations.database") or _is_screen(name):
            continue
        for line, what in _writes(tree.parsed(name)):
            seen.add(module)
            if module not in WRITERS:
                yield Fault(name, line, f"{what} outside `actions.py`. Mend: an action, or a line in WRITERS.")
    yield from _stale(tree, "WRITERS", set(WRITERS) - seen)


def _writes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    documentation = _docstrings(tree)
    holds_rows = any(".models" in module and module.startswith("hawl.") for _, module, _ in imports_of(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            chain, what = ast.unparse(node.func), node.func.attr
            of_rows = ".objects" in chain and what in (_WRITING - {"raw"}) | {"update"}
            if of_rows or what in _SET_WISE or (what in {"save", "delete"} and holds_rows):
                yield node.lineno, f"`.{what}(`"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            for found in _WRITING_SQL.finditer(node.value):
                yield node.lineno, f"`{found[0].strip()}`"


def _docstrings(tree: ast.Module) -> set[int]:
    """Text that stands alone as a statement: docstrings say what SQL does and do nothing."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def actions_are_told_who(tree: Tree) -> Iterator[Fault]:
    """Each public function of an `actions.py`: keyword-only, `by` somebody, in a transaction, audited."""
    seen = set()
    for name in tree.python():
        module = module_of(name)
        if module.split(".")[-1] != "actions" and ".actions." not in f"{module}.":
            continue
        functions = {each.name: each for each in tree.parsed(name).body if isinstance(each, ast.FunctionDef)}
        elsewhere = set(_actions_of_others(tree.parsed(name)))
        for function in functions.values():
            if function.name.startswith("_"):
                continue
            if f"{module}.{function.name}" in NOT_ACTIONS:
                seen.add(f"{module}.{function.name}")
                continue
            for what in _faults_of_action(function, functions, elsewhere):
                yield Fault(name, function.lineno, f"`{function.name}` {what}")
    yield from _stale(tree, "NOT_ACTIONS", set(NOT_ACTIONS) - seen)


def _actions_of_others(tree: ast.Module) -> Iterator[str]:
    """Names under which this module calls actions of other rooms, each of which is audited and atomic itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                if alias.name == "actions" or (node.module.endswith(".actions") and alias.name != "record"):
                    yield alias.asname or alias.name


def _faults_of_action(
    function: ast.FunctionDef, functions: dict[str, ast.FunctionDef], other_actions: set[str]
) -> Iterator[str]:
    given = function.args
    if given.args or given.posonlyargs or given.vararg:
        yield "takes arguments by position. Mend: begin them with `*`."
    if "by" not in {each.arg for each in given.kwonlyargs}:
        yield "is told by nobody. Mend: take `by`, the actor; what writes nothing belongs elsewhere."
    reached = _reached(function, functions)
    if not reached & ({"record"} | other_actions):
        yield "is not audited. Mend: `record(action=…)` within its transaction."
    if not reached & ({"acting_as", "atomic"} | other_actions):
        yield "is not atomic. Mend: `with acting_as(by):` or `@transaction.atomic`."


def _reached(function: ast.FunctionDef, functions: dict[str, ast.FunctionDef]) -> set[str]:
    """Names that the function uses, itself or through functions of its module."""
    found: set[str] = set()
    waiting = [function]
    while waiting:
        for node in ast.walk(waiting.pop()):
            used = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
            if used and used not in found:
                found.add(used)
                waiting += [functions[used]] if used in functions else []
    return found


def rooms_keep_their_tables(tree: Tree) -> Iterator[Fault]:
    """Tables of a room are reached by its own modules, and by queries, actions and tables of others."""
    models, seen = model_names(tree), set()
    for name in tree.python():
        module = module_of(name)
        if {"actions", "queries", "models"} & set(module.split(".")) or module.startswith("hawl.foundations.access"):
            continue
        for line, source, what in imports_of(tree.parsed(name)):
            if ".models" not in source or not source.startswith("hawl.") or what not in models:
                continue
            if room_of(source) == room_of(module) and not _is_screen(name):
                continue
            seen.add(module)
            if module not in TABLE_READERS:
                where = f"the table `{what}` of {room_of(source)}"
                yield Fault(name, line, f"takes {where}. Mend: its `queries`; for a type, TYPE_CHECKING.")
    yield from _stale(tree, "TABLE_READERS", set(TABLE_READERS) - seen)


def imports_are_absolute(tree: Tree) -> Iterator[Fault]:
    """No relative import, and nothing of the product imports a test."""
    for name in tree.python(tests=True, migrations=True):
        for node in ast.walk(tree.parsed(name)):
            if isinstance(node, ast.ImportFrom) and node.level:
                yield Fault(name, node.lineno, "A relative import. Mend: write the whole name, from `hawl`.")
    for name in tree.python():
        for line, module, _ in imports_of(tree.parsed(name)):
            if module.startswith("hawl.") and "tests" in module.split("."):
                yield Fault(name, line, f"The product imports a test, `{module}`. Mend: move what it needs.")


def rules_are_behind_the_wall(tree: Tree) -> Iterator[Fault]:
    """Each module of pure rules is named in the contract that keeps Django out of it."""
    walls = tree.text(".importlinter")
    for name in tree.python():
        stem = PurePosixPath(name).stem
        pure = (stem == "rules" or stem.endswith("_rules")) and stem != "database_rules"
        if pure and f"hawl.**.{stem}" not in walls:
            yield Fault(name, 1, f"Pure rules outside the wall. Mend: `hawl.**.{stem}` in .importlinter, `pure`.")


def names_say_something(tree: Tree) -> Iterator[Fault]:
    """No folder or module is called after nothing."""
    for name in tree.files:
        if not name.startswith(("src/", "tools/", "tests/", "benchmarks/")):
            continue
        for part in PurePosixPath(name).with_suffix("").parts:
            if part in _BLUNT_NAMES and not name.endswith((".html", ".scss")):
                yield Fault(name, 1, f"`{part}` says nothing. Mend: name what is in it.")


def files_are_short(tree: Tree) -> Iterator[Fault]:
    """Files of 600 lines and functions of 60 fail; files of 400 are told."""
    for name in (*tree.python(), *(each for each in tree.files if each.startswith("tools/") and each.endswith(".py"))):
        lines = tree.text(name).count("\n")
        if lines > WARN_LINES:
            most = lines > MOST_LINES
            yield Fault(name, 1, f"{lines} lines. Mend: one file for each subject.", warning=not most)
        for node in ast.walk(tree.parsed(name)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > MOST_LINES_OF_A_FUNCTION:
                    yield Fault(name, node.lineno, f"`{node.name}` has {length} lines. Mend: part it.")


def _stale(tree: Tree, table: str, unused: set[str]) -> Iterator[Fault]:
    """An exception whose reason is gone must go too. Only where the module itself is there."""
    modules = {module_of(name) for name in tree.python()}
    for each in sorted(unused):
        if each in modules or each.rpartition(".")[0] in modules:
            yield Fault("tools/house/code.py", 1, f"{table} excuses {each}, which needs it no more. Mend: take it out.")
