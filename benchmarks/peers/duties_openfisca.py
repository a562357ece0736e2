"""The time-limited duties of the Victims' Code as a tax and benefit system of OpenFisca: an entity for each case.

python duties_openfisca.py EVENTS.csv AS_OF      (prints one line of JSON)

OpenFisca has variables of an entity and no histories, so a case has the first trigger of each kind and the first act
after it: what answers by name, second triggers, closings and declines are left out.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import sys
import time

import numpy as np
from openfisca_core.entities import Entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

# duty: triggers, act, working days standard and enhanced, counted from receipt
RULES = {
    "4.4": (["crime_reported"], "support_referral_made", 2, 2, False),
    "6.1a": (["suspect_arrested"], "victim_informed", 5, 1, False),
    "6.1b": (["suspect_interviewed"], "victim_informed", 5, 1, False),
    "6.1c": (["suspect_released_without_charge"], "victim_informed", 5, 1, False),
    "6.1d": (["suspect_bailed", "suspect_released_under_investigation"], "victim_informed", 5, 1, False),
    "6.2": (["investigation_declined"], "victim_informed", 5, 1, False),
    "6.7": (["out_of_court_disposal_given"], "victim_informed", 5, 1, False),
    "6.8": (["suspect_charged"], "victim_informed", 5, 1, False),
    "8.1a": (["hearing_listed"], "victim_informed", 1, 1, True),
    "9.1": (["case_outcome"], "victim_informed", 1, 1, True),
    "9.2": (["sentence_passed"], "victim_informed", 1, 1, True),
    "12.1": (["complaint_received"], "complaint_acknowledged", 10, 10, False),
}
HOLIDAYS = np.array(
    ["2024-01-01", "2024-03-29", "2024-04-01", "2024-05-06", "2024-05-27", "2024-08-26", "2024-12-25", "2024-12-26",
     "2025-01-01", "2025-04-18", "2025-04-21", "2025-05-05", "2025-05-26", "2025-08-25", "2025-12-25", "2025-12-26",
     "2026-01-01", "2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25", "2026-08-31", "2026-12-25", "2026-12-28"],
    dtype="datetime64[D]",
)  # fmt: skip
NEVER = np.datetime64("9999-12-31", "D")
case_entity = Entity("case", "cases", "A case", "")


def variable(name: str, kind: type, formula: object = None, default: object = None) -> type[Variable]:
    """A variable of a case as it is on a day."""
    held = {"value_type": kind, "entity": case_entity, "definition_period": DateUnit.DAY, "label": name}
    if default is not None:
        held["default_value"] = default
    if formula is not None:
        held["formula"] = formula
    return type(name, (Variable,), held)


def days_of(values: np.ndarray) -> np.ndarray:
    """Days as numpy counts them."""
    return values.astype("datetime64[D]")


def due_formula(key: str, standard: int, enhanced: int) -> object:
    """The formula of a due day."""

    def formula(case, period):
        start = days_of(case(f"start_{key}", period))
        open_ = start != NEVER
        safe = np.where(open_, start, np.datetime64("2024-01-02", "D"))
        first = np.busday_offset(safe, 0, roll="backward", holidays=HOLIDAYS)
        limit = np.where(case("enhanced", period), enhanced, standard)
        return np.where(open_, np.busday_offset(first, limit, holidays=HOLIDAYS), NEVER)

    return formula


def state_formula(key: str, as_of: np.datetime64) -> object:
    """The formula of a state: none, met, met late, pending, overdue."""

    def formula(case, period):
        start, due, done = (days_of(case(f"{part}_{key}", period)) for part in ("start", "due", "done"))
        return np.select(
            [start == NEVER, (done != NEVER) & (done <= due), done != NEVER, due >= as_of], [0, 1, 2, 3], 4
        )

    return formula


def system(as_of: np.datetime64) -> TaxBenefitSystem:
    """The rules as variables, four to a duty."""
    found = TaxBenefitSystem([case_entity])
    found.add_variable(variable("enhanced", bool))
    for key, (_, _, standard, enhanced, _) in named_rules():
        for part in ("start", "done"):
            found.add_variable(variable(f"{part}_{key}", dt.date, default=dt.date(9999, 12, 31)))
        found.add_variable(variable(f"due_{key}", dt.date, due_formula(key, standard, enhanced), dt.date(9999, 12, 31)))
        found.add_variable(variable(f"state_{key}", int, state_formula(key, as_of)))
    return found


def named_rules() -> list[tuple[str, tuple]]:
    """The rules by a name that a variable may have."""
    return [(duty.replace(".", "_"), rule) for duty, rule in RULES.items()]


def inputs(path: str) -> tuple[list[str], dict[str, np.ndarray]]:
    """For each case the first trigger of each duty, the first act on or after it, and the last decision."""
    cases: dict[str, list[tuple[str, str, str, str]]] = {}
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            cases.setdefault(row["case_id"], []).append(
                (row["occurred_on"], row["event"], row["received_on"], row["attributes"])
            )
    ids = sorted(cases)
    found = {f"{part}_{key}": np.full(len(ids), NEVER) for key, _ in named_rules() for part in ("start", "done")}
    found["enhanced"] = np.zeros(len(ids), dtype=bool)
    for place, case_id in enumerate(ids):
        events = sorted(cases[case_id])
        for _, code, _, attributes in events:
            if code == "enhanced_rights_decided":
                found["enhanced"][place] = "true" in attributes
        for key, (triggers, act, _, _, by_receipt) in named_rules():
            start = next(((day, got) for day, code, got, _ in events if code in triggers), None)
            if start is None:
                continue
            found[f"start_{key}"][place] = (start[1] if by_receipt else start[0]) or NEVER
            done = next((day for day, code, _, _ in events if code == act and day >= start[0]), None)
            found[f"done_{key}"][place] = done or NEVER
    return ids, found


def main() -> None:
    """Read, build, calculate, count; the time is of all but the reading of Python's own modules."""
    began = time.perf_counter()
    ids, found = inputs(sys.argv[1])
    as_of = np.datetime64(sys.argv[2], "D")
    read = time.perf_counter()
    builder = SimulationBuilder()
    rules = system(as_of)
    simulation = builder.build_default_simulation(rules, len(ids))
    for name, values in found.items():
        simulation.set_input(name, sys.argv[2], values)
    duties = 0
    for key, _ in named_rules():
        duties += int(np.count_nonzero(simulation.calculate(f"state_{key}", sys.argv[2])))
    ended = time.perf_counter()
    print(json.dumps({"cases": len(ids), "duties": duties, "seconds": ended - began, "calculating": ended - read}))


if __name__ == "__main__":
    main()
