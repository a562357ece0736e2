"""Invented months of recorded crime and ASB in the layout of data.police.uk, so that the demand page has figures.

Made from the demo's own feed with invented ASB beside it. The whole site of a demo says that its data is invented; the
months are laid only where no recorded crime is held, so a real month is never replaced.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random
from typing import Any

from hawl.demo.choosing import data_of

COLUMNS = (
    "Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location", "LSOA code",
    "LSOA name", "Crime type", "Last outcome category", "Context",
)  # fmt: skip
_FORCE = "Gwent Police"
_TYPES = {
    "burglary_dwelling": "Burglary", "burglary_other": "Burglary", "vehicle_theft": "Vehicle crime",
    "vehicle_interference": "Vehicle crime", "theft_person": "Theft from the person", "theft_other": "Other theft",
    "bicycle_theft": "Bicycle theft", "shoplifting": "Shoplifting", "criminal_damage": "Criminal damage and arson",
    "arson": "Criminal damage and arson", "arson_endanger_life": "Criminal damage and arson",
    "public_order": "Public order", "drugs": "Drugs", "weapons": "Possession of weapons", "robbery": "Robbery",
    "other": "Other crime", "fraud": "Other crime",
}  # fmt: skip
_VIOLENCE = "Violence and sexual offences"
_ASB = "Anti-social behaviour"
# About as many ASB incidents as a third of the crimes, as in Gwent's published months before 2020.
_ASB_SHARE = 0.33


def write_months(rows: Iterable[Mapping[str, Any] | bytes], folder: Path, seed: int) -> int:
    """Write one street file a month into `folder`; the number of rows. Broken rows of the feed are passed over."""
    rng = Random(f"street {seed}")
    names = {each["key"]: each["name"]["en"] for each in data_of("places.yaml")["councils"]}
    months: dict[str, list[tuple[str, ...]]] = {}
    seen: set[str] = set()
    for row in rows:
        line = _line(row, names, rng, seen) if isinstance(row, Mapping) else None
        if line is None:
            continue
        lines = months.setdefault(line[1], [])
        lines.append(line)
        if rng.random() < _ASB_SHARE:
            lines.append(("", *line[1:9], _ASB, "", ""))
    for month, lines in months.items():
        with (folder / f"{month}-gwent-street.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *lines])
    return sum(map(len, months.values()))


def _line(row: Mapping[str, Any], names: Mapping[str, str], rng: Random, seen: set[str]) -> tuple[str, ...] | None:
    """One published row of a crime: each crime once, at no more than its month and neighbourhood."""
    crime = row.get("crime")
    if not isinstance(crime, Mapping) or crime.get("council") not in names or crime.get("ref") in seen:
        return None
    month, code = str(crime.get("reported_on"))[:7], str(crime.get("lsoa") or "")
    if len(month) != 7 or month[4] != "-":
        return None
    seen.add(str(crime["ref"]))
    crime_id = hashlib.sha256(f"invented {crime['ref']}".encode()).hexdigest()
    name = f"{names[crime['council']]} {int(code[-3:]) % 40:03d}{rng.choice('ABCDE')}" if code else ""
    kind = _TYPES.get(str(crime.get("offence")), _VIOLENCE)
    place = "On or near an invented street"
    return (crime_id, month, _FORCE, _FORCE, "", "", place, code, name, kind, "Under investigation", "")
