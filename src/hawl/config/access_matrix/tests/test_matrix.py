"""Every kind of actor before every kind of row: the layers say the same, and a planted fault is seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hawl.config.access_matrix.planting import faults, planted
from hawl.config.access_matrix.running import Run
from hawl.foundations.access.rescoping_function import scoped_models

# One of each kind and way of planting; `hawl access mutants` plants all.
SAMPLE = (
    "RULE:employer_wall", "RULE:glass_on_any_subject", "GUARD:rows_as_they_come", "GUARD:without_named",
    "POLICY:cases_case:no_row_security", "POLICY:people_contact:open_policy", "POLICY:people_person:delete_granted",
    "POLICY:location_keys_for_all", "RULE:glass_decides", "POLICY:glass_moves_scope",
)  # fmt: skip


@pytest.mark.slow
def test_the_layers_agree_on_every_cell_and_a_planted_fault_shows(new_database: Callable[[], str]) -> None:
    new_database()
    run, known = Run(), faults()
    found = run.ask_all()
    assert found.examples == []
    assert (found.leaks, found.mismatches) == (0, 0)
    assert found.cells >= 30_000
    assert 0 < found.allowed < found.cells / 4
    seen = {name: planted(run, known[name]) for name in SAMPLE}
    assert {name for name, matrix in seen.items() if not (matrix.leaks or matrix.mismatches)} == set()
    # Nothing planted is left behind, in the code or in the tables that it was done to.
    for table in ("cases_case", "people_contact", "people_person"):
        run.ask_database(table)
    again = run.compared()
    assert (again.leaks, again.mismatches, again.allowed) == (0, 0, found.allowed)


def test_at_least_sixty_faults_can_be_planted_and_every_table_is_among_them() -> None:
    names = list(faults())
    assert len(names) == len(set(names)) >= 60
    for model in scoped_models():
        if "staff" in model.readers:
            assert f"POLICY:{model._meta.db_table}:no_row_security" in names
