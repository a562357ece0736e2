"""Rows for tests: one good row with every field filled, and both file forms of any rows."""

from __future__ import annotations

import copy
import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

from hawl.work.intake.feed.csv_rows import column_names

TODAY = date(2026, 11, 22)

FULL_ROW: dict[str, Any] = {
    "source": "gwent-police",
    "record_id": "GWP-000123-V1",
    "version": 3,
    "sent_at": "2026-11-21T02:10:00+00:00",
    "crime": {
        "ref": "2600123456",
        "offence": "burglary_dwelling",
        "title": "Burglary in a dwelling",
        "flags": ["persistently_targeted"],
        "occurred_from": "2026-11-19",
        "occurred_to": "2026-11-20",
        "reported_on": "2026-11-20",
        "place": "Tŷ Coch,\n2 Heol y Bont",
        "postcode": "NP20 1AA",
        "lsoa": "W01001440",
        "council": "newport",
        "outcome": "Under investigation",
        "note": 'Said "ring after six"; knows of no suspect.',
    },
    "person": {
        "ref": "GWP-P-88213",
        "role": "victim",
        "kind": "person",
        "given_name": "Siân",
        "family_name": "ap Rhys",
        "known_as": "Sioned",
        "organisation_name": "Siop y Bont",
        "named_contact": "Dafydd Llŷr O'Brien",
        "born_on": "1987-03-01",
        "age": 39,
        "gender": "female",
        "ethnicity": "W1",
        "language": "cy",
        "interpreter": "bfi",
        "access_needs": ["bsl", "large_print"],
        "deceased": False,
        "on_behalf_of": "GWP-P-1",
        "risk": "high",
        "agreement": "not_asked",
        "repeat": True,
    },
    "suspect": {
        "known": False,
        "lives_here": False,
        "police_employee": False,
        "person_ref": "GWP-P-2",
    },
    "contacts": [
        {
            "kind": "mobile",
            "value": "07700 900123",
            "given_by": "victim",
            "given_on": "2026-11-20",
            "ring": "yes",
            "text": "no",
            "message": "no",
            "write": "not_asked",
        }
    ],
    "events": [
        {
            "event_id": "GWP-000123-V1-1",
            "event": "written_confirmation_sent",
            "occurred_on": "2026-11-20",
            "received_on": "2026-11-21",
            "about": "GWP-000123-V1-0",
            "attributes": {"by": "letter", "copies": 1, "in_welsh": True, "note": None},
        }
    ],
}
SMALL_ROW: dict[str, Any] = {
    "source": "gwent-police",
    "record_id": "GWP-000124-V1",
    "version": 1,
    "crime": {"ref": "2600123457", "offence": "robbery", "reported_on": "2026-11-20"},
    "person": {"ref": "GWP-P-3", "role": "victim", "kind": "person", "family_name": "Jones"},
}


def full_row(**changes: Any) -> dict[str, Any]:
    """The full row with some leaves changed; `crime__ref="X"` names a leaf of a part."""
    return _changed(FULL_ROW, changes)


def small_row(**changes: Any) -> dict[str, Any]:
    """The smallest row that can be taken, with some leaves changed."""
    return _changed(SMALL_ROW, changes)


def _changed(row: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    row = copy.deepcopy(row)
    for path, value in changes.items():
        section, _, name = path.partition("__")
        if not name:
            row[section] = value
        elif isinstance(row.get(section), list):
            row[section][0][name] = value
        else:
            row.setdefault(section, {})[name] = value
    return row


def write_jsonl(path: Path, rows: list[Any]) -> Path:
    """The rows as JSON Lines."""
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")
    return path


def csv_text(rows: list[dict[str, Any]], columns: tuple[str, ...] = column_names()) -> str:
    """The rows as CSV with a header."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        cells = flat(row)
        writer.writerow([cells.get(name, "") for name in columns])
    return out.getvalue()


def flat(row: dict[str, Any]) -> dict[str, str]:
    """A row as CSV cells by column."""
    cells: dict[str, Any] = {}
    for name, value in row.items():
        if name == "events":
            cells[name] = json.dumps(value, ensure_ascii=False)
        elif name == "contacts":
            for number, contact in enumerate(value or [], start=1):
                cells |= {f"contact{number}_{key}": each for key, each in contact.items()}
        elif isinstance(value, dict):
            cells |= {f"{name}_{key}": each for key, each in value.items()}
        else:
            cells[name] = value
    return {name: _cell(value) for name, value in cells.items()}


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "false"
    return ";".join(value) if isinstance(value, list) else str(value)
