from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from hawl.work.extracts import finding

MAPPINGS = Path(__file__).resolve().parents[3] / "work" / "extracts" / "tests"


@pytest.fixture
def area(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An area with two sources: `tried`, which is open, and `unseen`, an example."""
    folder = tmp_path / "area" / "extracts"
    folder.mkdir(parents=True)
    text = (MAPPINGS / "tried.yaml").read_text(encoding="utf-8")
    (folder / "tried.yaml").write_text(text, encoding="utf-8")
    unseen = text.replace("source: tried", "source: unseen").replace("columns_seen: true", "columns_seen: false")
    (folder / "unseen.yaml").write_text(unseen, encoding="utf-8")
    monkeypatch.setattr(finding, "area_folder", lambda area=None: folder.parent)
    return folder.parent


@pytest.fixture
def own(module_database: Callable[..., None], area: Path) -> Iterator[None]:
    """A database without deliveries, spoken to as the partner process, on the day of the examples."""
    with time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=True):
        yield
    module_database("partners_partnerkey", "intake_feedrun", "extracts_keptrow")
