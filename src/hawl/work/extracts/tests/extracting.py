"""What the tests of extracts share: crimes brought by the feed, extracts as files, and what is then held."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from hawl.foundations.access.scope import acting_as
from hawl.registers.cases.models import Case, CaseEvent
from hawl.rights.duties.models import Duty
from hawl.work.extracts.actions import Extracted, import_extract, take_waiting
from hawl.work.extracts.desks import desk_of_source
from hawl.work.extracts.mapping import ExtractMapping, read_mapping
from hawl.work.extracts.models import KeptRow
from hawl.work.intake.feed.tests.examples import TODAY, small_row
from hawl.work.intake.tests.importing import EVERYBODY, case_of, take_in

MAPPING = read_mapping(Path(__file__).parent / "tried.yaml")
# One that does not say when a row changed: the order in which files come counts.
UNDATED = replace(MAPPING, changed_at=None)
LABEL = "extract:tried"


def bring(*victims: tuple[str, str], version: int = 1) -> None:
    """The feed brings people: of each the crime's reference and a name, by which record and person are called."""
    take_in(
        small_row(
            record_id=f"R-{name}", version=version, crime__ref=crime, crime__reported_on="2026-11-02",
            person__ref=f"P-{name}", person__family_name=name,
        )
        for crime, name in victims
    )  # fmt: skip


def row(no: int = 1, what: str = "CHARGE", **changes: Any) -> dict[str, str]:
    """A row on the crime C1, of every victim of it."""
    told = {"crime": "C1", "urn": "U", "no": str(no), "what": what, "day": "10/11/2026", "received": "11/11/2026"}
    return {**told, **changes}


def written(rows: Iterable[dict[str, str]], folder: Path, name: str = "extract.csv") -> Path:
    """The rows as a CSV file with every column of the mapping."""
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, sorted(MAPPING.columns()), restval="")
        out.writeheader()
        out.writerows(rows)
    return path


def extract(*rows: dict[str, str], mapping: ExtractMapping = MAPPING) -> Extracted:
    """Take the rows in as one file, on the day of the feed's examples."""
    desk, by = desk_of_source(mapping.source)
    with tempfile.TemporaryDirectory() as folder:
        path = written(rows, Path(folder))
        return import_extract(path=path, mapping=mapping, by=by, desk=replace(desk, today=TODAY))


def take_up(day: Any = TODAY) -> int:
    """What the job of each minute does."""
    desk, by = desk_of_source(MAPPING.source)
    return take_waiting(by=by, mapping=MAPPING, desk=replace(desk, today=day))


def refusals(done: Extracted) -> list[tuple[int, str]]:
    """Rows that were refused or wait."""
    return [(each.row_number, each.reason) for each in done.refused]


def counts(done: Extracted) -> dict[str, int]:
    """What is counted and not nought, without the rows and the time."""
    return {name: n for name, n in done.as_dict().items() if n and name not in ("rows", "seconds", "duties")}


def events_of(name: str) -> list[CaseEvent]:
    """The events that the extract laid in the case of a victim."""
    with acting_as(EVERYBODY):
        found = CaseEvent.objects.filter(case=case_of(f"R-{name}"), asserted_by=LABEL)
        return sorted(found, key=lambda each: (each.occurred_on or TODAY, each.event))


def codes_of(name: str) -> list[str]:
    """The codes of these events."""
    return [each.event for each in events_of(name)]


def duties_of(name: str) -> set[tuple[Any, ...]]:
    """The duties of a victim's case, comparable from one database to another."""
    with acting_as(EVERYBODY):
        rows = Duty.objects.filter(case=case_of(f"R-{name}")).values_list(
            "duty_id", "trigger_event_id", "started_on", "due_on", "standing", "done_on", "tier"
        )
        return set(rows)


def held() -> list[Any]:
    """All that extracts change, with ids and moments, to tell whether anything changed."""
    with acting_as(EVERYBODY):
        events = CaseEvent.objects.order_by("pk").values_list(
            "pk", "case_id", "event_id", "event", "occurred_on", "received_on", "about", "attributes", "recorded_at"
        )
        duties = Duty.objects.order_by("pk").values_list("pk", "case_id", "duty_id", "due_on", "standing", "done_on")
        kept = [(each.pk, each.told_at, json.dumps(each.told), each.until) for each in KeptRow.objects.order_by("pk")]
        return [list(events), list(duties), kept, Case.objects.count()]
