"""Street files made up for tests, and the real ones where they are."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from hawl.registers.demand.layout import COLUMNS

REAL = Path(__file__).resolve().parents[6] / "shared" / "data"

USUAL = {
    "Crime ID": "a" * 64,
    "Month": "2024-01",
    "Reported by": "Gwent Police",
    "Falls within": "Gwent Police",
    "Longitude": "-3.193791",
    "Latitude": "51.798553",
    "Location": "On or near South Bank",
    "LSOA code": "W01001440",
    "LSOA name": "Blaenau Gwent 001A",
    "Crime type": "Burglary",
    "Last outcome category": "Awaiting court outcome",
    "Context": "",
}
ASB = {"Crime ID": "", "Crime type": "Anti-social behaviour", "Last outcome category": ""}
NOWHERE = {"Longitude": "", "Latitude": "", "Location": "No Location", "LSOA code": "", "LSOA name": ""}
CARDIFF = {"LSOA code": "W01001939", "LSOA name": "Cardiff 032F"}


def table(*rows: Mapping[str, str], columns: Sequence[str] = COLUMNS) -> str:
    """A street file of the usual row with these changes, one row for each."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows({**USUAL, **row} for row in rows)
    return out.getvalue()


def write(path: Path, text: str | bytes) -> Path:
    """The file, gzipped if its name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = text.encode() if isinstance(text, str) else text
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
    return path


def real(folder: str) -> Path:
    """A folder of real files; skips the test where they are not laid out."""
    path = REAL / folder
    if not path.is_dir():
        pytest.skip(f"needs the real files of {folder} in ../shared/data, which are not here")
    return path


def independent_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a real file by the standard library alone."""
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
