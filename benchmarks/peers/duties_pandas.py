"""What an analyst would write: the time-limited duties of the Victims' Code over an extract of events, in pandas.

python duties_pandas.py EVENTS.csv AS_OF      (prints one line of JSON)
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import pandas as pd

# England and Wales; the analyst copied the list for the years of the extract.
HOLIDAYS = np.array(
    ["2025-01-01", "2025-04-18", "2025-04-21", "2025-05-05", "2025-05-26", "2025-08-25", "2025-12-25", "2025-12-26",
     "2026-01-01", "2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25", "2026-08-31", "2026-12-25", "2026-12-28",
     "2027-01-01", "2027-03-26", "2027-03-29", "2027-05-03", "2027-05-31", "2027-08-30", "2027-12-27", "2027-12-28"],
    dtype="datetime64[D]",
)  # fmt: skip
# duty: triggers, act, working days standard and enhanced
RULES = {
    "3.1": (["crime_reported"], "written_confirmation_sent", None, None),
    "4.1": (["crime_reported"], "needs_assessed", None, None),
    "4.4": (["crime_reported"], "support_referral_made", 2, 2),
    "7.1": (["crime_reported"], "vps_explained", None, None),
    "6.1a": (["suspect_arrested"], "victim_informed", 5, 1),
    "6.1b": (["suspect_interviewed"], "victim_informed", 5, 1),
    "6.1c": (["suspect_released_without_charge"], "victim_informed", 5, 1),
    "6.1d": (["suspect_bailed", "suspect_released_under_investigation", "bail_conditions_changed", "bail_cancelled"],
             "victim_informed", 5, 1),
    "6.2": (["investigation_declined"], "victim_informed", 5, 1),
    "6.7": (["out_of_court_disposal_given"], "victim_informed", 5, 1),
    "6.8": (["suspect_charged"], "victim_informed", 5, 1),
    "12.1": (["complaint_received"], "complaint_acknowledged", 10, 10),
}  # fmt: skip
CLOSINGS = {
    "reason_recorded": "excused",
    "information_withheld": "withheld",
    "safe_alternative_used": "safe_alternative",
}


def evaluate(events: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """One row a duty: case, rule, due day, state."""
    events = events[~(events.occurred_on > as_of)]
    tier = events[events.event == "enhanced_rights_decided"].copy()
    tier["enhanced"] = tier.attributes.str.contains("true")
    closed = events[events.event.isin(CLOSINGS)].assign(closing=lambda frame: frame.event.map(CLOSINGS))
    closed = closed.sort_values("occurred_on").drop_duplicates(["case_id", "about"])[["case_id", "about", "closing"]]
    found = []
    for duty, (triggers, act, standard, enhanced) in RULES.items():
        owed = events[events.event.isin(triggers)][["case_id", "event_id", "occurred_on"]].copy()
        acts = events[events.event == act].sort_values("occurred_on")
        about = acts[acts.about.notna()].drop_duplicates(["case_id", "about"])
        owed = owed.merge(about[["case_id", "about", "occurred_on"]].rename(columns={"occurred_on": "done_on"}),
                          how="left", left_on=["case_id", "event_id"], right_on=["case_id", "about"])  # fmt: skip
        loose = acts[acts.about.isna()].drop_duplicates("case_id")[["case_id", "occurred_on"]]
        owed = owed.merge(loose.rename(columns={"occurred_on": "loose_on"}), how="left", on="case_id")
        owed["done_on"] = owed.done_on.where(owed.done_on.notna(), owed.loose_on)
        owed = owed.merge(closed, how="left", left_on=["case_id", "event_id"], right_on=["case_id", "about"],
                          suffixes=("", "_closed"))  # fmt: skip
        if duty == "4.4":
            owed["declined"] = owed.case_id.isin(events[events.event == "support_referral_declined"].case_id)
        else:
            owed["declined"] = False
        dated = owed[owed.occurred_on.notna()].copy()
        latest = pd.merge_asof(dated.sort_values("occurred_on"),
                               tier.sort_values("occurred_on")[["case_id", "occurred_on", "enhanced"]],
                               on="occurred_on", by="case_id")  # fmt: skip
        if standard is None:
            latest["due_on"] = pd.Series(pd.NaT, index=latest.index, dtype="datetime64[s]")
        else:
            days = np.where(latest.enhanced.fillna(False).astype(bool), enhanced, standard)
            start = latest.occurred_on.to_numpy().astype("datetime64[D]")
            first = np.busday_offset(start, 0, roll="backward", holidays=HOLIDAYS)
            latest["due_on"] = pd.to_datetime(np.busday_offset(first, days.astype(int), holidays=HOLIDAYS))
        latest["state"] = np.select(
            [
                latest.done_on.notna() & (latest.due_on.isna() | (latest.done_on <= latest.due_on)),
                latest.done_on.notna(),
                latest.declined,
                latest.closing.notna(),
                latest.due_on.isna(),
                latest.due_on >= as_of,
            ],
            ["met", "met_late", "declined", latest.closing.fillna(""), "no_limit", "pending"],
            "overdue",
        )
        missing = owed[owed.occurred_on.isna()].assign(state="data_missing", due_on=pd.NaT)
        found.append(pd.concat([latest, missing]).assign(duty=duty)[["case_id", "duty", "due_on", "state"]])
    return pd.concat(found)


def main() -> None:
    """Read, evaluate, count."""
    events = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=True)
    events["occurred_on"] = pd.to_datetime(events.occurred_on)
    as_of = pd.Timestamp(sys.argv[2])
    began = time.perf_counter()
    duties = evaluate(events, as_of)
    seconds = time.perf_counter() - began
    counts = (duties.duty + " " + duties.state).value_counts()
    print(json.dumps({"duties": len(duties), "seconds": seconds, "found": {k: int(v) for k, v in counts.items()}}))


if __name__ == "__main__":
    main()
