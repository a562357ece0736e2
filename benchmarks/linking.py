"""Linking people of a file: ours, plain equality of name and day, and Splink as it comes, by pairs that are known.

python benchmarks/linking.py [PEOPLE]     one line of JSON for each set; the last of so many rows (100,000), ours alone
"""

from __future__ import annotations

import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

from hawl.registers.finding.words import folded
from hawl.registers.linking.people import day_of
from hawl.registers.linking.tests.wales import MAPPING, pairs_of, write_people

FAKE = Path(__file__).resolve().parents[2] / "shared/data/record-linkage/fake_1000.csv"
FAKE_MAPPING = ("first_name=forename", "surname=surname", "dob=dob", "city=address", "email=email")
LARGE = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 100_000
ROWS_OF_WALES, SEED = 5_000, 11
Pairs = set[tuple[str, str]]


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ours(path: Path, id_column: str, mapping: tuple[str, ...]) -> Pairs:
    """What `hawl people link-file` makes of it, called as it is by hand."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "clusters.csv"
        options = [part for one in mapping for part in ("--map", one)]
        subprocess.run(
            [sys.executable, "-c", "from hawl.config.command import main; main()", "people", "link-file", str(path),
             "--id", id_column, *options, "--out", str(out), "--json"],
            check=True, capture_output=True,
        )  # fmt: skip
        return pairs_of([(row["id"], row["cluster_id"]) for row in rows_of(out)])


def equality(path: Path, id_column: str, mapping: tuple[str, ...]) -> Pairs:
    """Rows of one normalised name and day; a row that lacks one of them is of nobody else."""
    column = {role: name for name, role in (one.split("=") for one in mapping)}
    groups: list[tuple[str, object]] = []
    for row in rows_of(path):
        key = (folded(row[column["forename"]]), folded(row[column["surname"]]), day_of(row[column["dob"]]))
        groups.append((row[id_column], key if all(key) else row[id_column]))
    return pairs_of(groups)


def splink_defaults(path: Path, id_column: str, mapping: tuple[str, ...], *, wide: bool) -> Pairs:
    """Splink's own comparisons and steps of its tutorial, clustered at 0.95.

    Rows meet by whole name, day or e-mail; or, `wide`, by any one of forename, surname, day, e-mail, phone, postcode.
    """
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    column = {role: name for name, role in (one.split("=") for one in mapping)}
    made: dict[str, Callable[[str], Any]] = {
        "forename": cl.NameComparison, "surname": cl.NameComparison, "email": cl.EmailComparison,
        "dob": lambda name: cl.DateOfBirthComparison(name, input_is_string=True),
        "postcode": cl.PostcodeComparison, "address": lambda name: cl.ExactMatch(name).configure(
            term_frequency_adjustments=True),
        "phone": cl.ExactMatch, "gender": cl.ExactMatch,
    }  # fmt: skip
    people: list[dict[str, str | None]] = [
        {name: value or None for name, value in row.items() if name in {*column.values(), id_column}}
        for row in rows_of(path)
    ]
    for row in people:
        born = day_of(row[column["dob"]] or "")
        row[column["dob"]] = born.isoformat() if born else None
    names = (column["forename"], column["surname"])
    alone = ("forename", "surname", "dob", "email", "phone", "postcode") if wide else ("dob", "email")
    blocking = [block_on(*names), *(block_on(column[role]) for role in alone if role in column)]
    settings = SettingsCreator(
        link_type="dedupe_only", unique_id_column_name=id_column,
        comparisons=[make(column[role]) for role, make in made.items() if role in column],
        blocking_rules_to_generate_predictions=blocking,
    )  # fmt: skip
    database = DuckDBAPI()
    linker = Linker(database.register(people), settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match([block_on(*names, column["dob"])], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=600_000, seed=SEED)
    for rule in (block_on(*names), block_on(column["dob"])):
        linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=600_000)
    predicted = linker.inference.predict(threshold_match_probability=0.5)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, 0.95)
    found = database.duckdb_con.sql(f"SELECT {id_column}, cluster_id FROM {clusters.physical_name}").fetchall()
    return pairs_of([(str(known_as), which) for known_as, which in found])


def measured(of: Callable[[], Pairs], truth: Pairs) -> dict[str, float | int]:
    """Precision and recall of pairs, and seconds."""
    began = time.perf_counter()
    found = of()
    seconds = time.perf_counter() - began
    right = len(found & truth)
    return {
        "pairs": len(found),
        "precision": round(right / max(len(found), 1), 4),
        "recall": round(right / len(truth), 4),
        "seconds": round(seconds, 1),
    }


def compare(name: str, path: Path, id_column: str, mapping: tuple[str, ...], truth: Pairs, *, peers: bool) -> None:
    """One line of JSON. Peak memory is that of the largest process called so far: ours is called as its own."""
    told: dict[str, Any] = {"benchmark": "linking", "set": name, "rows": len(rows_of(path)), "true_pairs": len(truth)}
    told["ours"] = measured(lambda: ours(path, id_column, mapping), truth)
    told["ours"]["peak_mb"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    if peers:
        told["equal_name_and_day"] = measured(lambda: equality(path, id_column, mapping), truth)
        for which, wide in (("splink_defaults", False), ("splink_defaults_wide", True)):
            told[which] = measured(partial(splink_defaults, path, id_column, mapping, wide=wide), truth)
    print(json.dumps(told), flush=True)


def main() -> None:
    """Each set in turn."""
    warnings.simplefilter("ignore")
    if not FAKE.exists():
        raise SystemExit("The sets are not in ../shared/data/record-linkage.")
    together: dict[str, list[str]] = {}
    for row in rows_of(FAKE):
        together.setdefault(row["cluster"], []).append(row["unique_id"])
    truth = {(min(pair), max(pair)) for ids in together.values() for pair in combinations(ids, 2)}
    compare("fake_1000", FAKE, "unique_id", FAKE_MAPPING, truth, peers=True)
    with tempfile.TemporaryDirectory(prefix="hawl-bench-") as folder:
        for rows, peers in ((ROWS_OF_WALES, True), (LARGE, False)):
            path = Path(folder) / f"wales-{rows}.csv"
            whose = write_people(path, rows, SEED)
            compare(f"wales_{rows}", path, "id", MAPPING, pairs_of(list(whose.items())), peers=peers)


if __name__ == "__main__":
    main()
