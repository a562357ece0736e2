"""How well people are linked, on sets in which it is known who is who; `benchmarks/linking.py` compares with others."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from hawl.registers.finding.words import folded
from hawl.registers.linking.linking import Telling, link_people
from hawl.registers.linking.people import day_of
from hawl.registers.linking.roles import mapping_of
from hawl.registers.linking.tests.wales import MAPPING, NAMES, pairs_of, write_people

FAKE = NAMES.parent / "fake_1000.csv"
FAKE_MAPPING = ("first_name=forename", "surname=surname", "dob=dob", "city=address", "email=email")
HERE = pytest.mark.skipif(not FAKE.exists(), reason="../shared/data/record-linkage is not here")
Pairs = set[tuple[str, str]]


def found_in(path: Path, id_column: str, mapping: tuple[str, ...]) -> Pairs:
    return pairs_of(link_people(path, id_column, mapping_of(mapping), 0.95, Telling()).clusters)


def equal_in(path: Path, id_column: str, *columns: str) -> Pairs:
    """Rows of one name and day, as they are written but for marks and case."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row[id_column], [row[column] for column in columns]) for row in csv.DictReader(file)]
    keys = [(known_as, (folded(given), folded(family), day_of(dob))) for known_as, (given, family, dob) in rows]
    return pairs_of([(known_as, key) for known_as, key in keys if all(key)])


def right_and_whole(found: Pairs, truth: Pairs) -> tuple[float, float]:
    return len(found & truth) / len(found), len(found & truth) / len(truth)


@HERE
def test_of_splinks_own_thousand_no_pair_is_wrong_and_five_times_as_many_are_found_as_by_equality() -> None:
    with FAKE.open(encoding="utf-8", newline="") as file:
        truth = pairs_of([(row["unique_id"], row["cluster"]) for row in csv.DictReader(file)])
    precision, recall = right_and_whole(found_in(FAKE, "unique_id", FAKE_MAPPING), truth)
    _, by_equality = right_and_whole(equal_in(FAKE, "unique_id", "first_name", "surname", "dob"), truth)
    assert precision >= 0.995
    assert recall >= 0.84
    assert recall >= 5 * by_equality


@HERE
def test_of_households_of_wales_few_pairs_are_wrong_and_twice_as_many_are_found_as_by_equality(tmp_path: Path) -> None:
    path = tmp_path / "wales.csv"
    truth = pairs_of(list(write_people(path, 3_000, seed=7).items()))
    found = found_in(path, "id", MAPPING)
    precision, recall = right_and_whole(found, truth)
    _, by_equality = right_and_whole(equal_in(path, "id", "forename", "surname", "dob"), truth)
    assert precision >= 0.99
    assert recall >= 0.94
    assert recall >= 1.9 * by_equality
    assert found_in(path, "id", MAPPING) == found, "the same file gives other clusters"
