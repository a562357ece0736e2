"""A short list of people as a CSV, linked; who is put with whom."""

from __future__ import annotations

import csv
from pathlib import Path

from hawl.registers.linking.linking import Telling, link_people
from hawl.registers.linking.roles import mapping_of
from hawl.registers.linking.tests.wales import COLUMNS, MAPPING

HOUSE = {"address": "4 Heol y Felin", "postcode": "NP20 1AA", "phone": "01632 960111"}


def row(known_as: str, name: str, dob: str = "", **others: str) -> dict[str, str]:
    """`name` is `Siân|Jones`; what is not given is empty."""
    forename, surname = name.split("|")
    return dict.fromkeys(COLUMNS, "") | {"id": known_as, "forename": forename, "surname": surname, "dob": dob} | others


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def linked(folder: Path, *rows: dict[str, str], threshold: float = 0.95) -> list[set[str]]:
    """The clusters of more than one row."""
    path = write(folder / "people.csv", list(rows))
    clusters: dict[int, set[str]] = {}
    for known_as, number in link_people(path, "id", mapping_of(MAPPING), threshold, Telling()).clusters:
        clusters.setdefault(number, set()).add(known_as)
    return [ids for ids in clusters.values() if len(ids) > 1]
