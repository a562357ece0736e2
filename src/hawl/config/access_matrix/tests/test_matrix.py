"""Every kind of actor before every kind of row: three layers say the same, and a planted fault is seen."""

from __future__ import annotations

from collections.abc import Callable

from hawl.config.access_matrix.running import Run


def test_three_layers_agree_on_every_cell(new_database: Callable[[], str]) -> None:
    new_database()
    found = Run().ask_all()
    assert found.examples == []
    assert (found.leaks, found.mismatches) == (0, 0)
    assert found.cells >= 30_000
