"""Fail when the house does not hold: views that touch tables, unsealed fields, unaudited actions, stale papers.

Run: ``python tools/check_house.py``. It reads files only: no database, no Django, no installation. What imports
may cross which wall is import-linter's (`.importlinter`); what words lack Welsh is `tools/check_welsh.py`'s.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from house import code, fields, papers, tables
from house.tree import Check, Fault, Tree

CHECKS: tuple[Check, ...] = (
    code.views_are_thin,
    code.only_actions_write,
    code.actions_are_told_who,
    code.rooms_keep_their_tables,
    code.imports_are_absolute,
    code.rules_are_behind_the_wall,
    code.names_say_something,
    code.files_are_short,
    tables.tables_are_open_or_scoped,
    tables.what_is_personal_is_sealed,
    tables.plain_text_has_a_reason,
    tables.tables_stand_in_models,
    fields.every_field_is_registered,
    fields.the_registers_are_printed,
    papers.readme_shows_the_house,
    papers.rooms_have_a_readme,
    papers.no_folder_is_empty,
    papers.decisions_are_numbered,
    papers.changelog_begins_with_a_version,
    papers.operators_are_told,
    papers.dependencies_have_reasons,
    papers.no_machine_is_named,
)


def faults(root: Path) -> Iterator[Fault]:
    """All faults of the house in `root`, sorted by file."""
    tree = Tree(root)
    yield from sorted({fault for check in CHECKS for fault in check(tree)})


def main() -> int:
    """Print every fault; exit code 1 if one is more than a warning."""
    found = list(faults(Path(__file__).resolve().parents[1]))
    for fault in found:
        print(fault, file=sys.stderr)
    failing = [fault for fault in found if not fault.warning]
    print(f"House: {len(CHECKS)} checks, {len(failing)} faults, {len(found) - len(failing)} warnings.", file=sys.stderr)
    return 1 if failing else 0


if __name__ == "__main__":
    raise SystemExit(main())
