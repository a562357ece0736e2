"""An invented caseload of any size as a file of events: ten for each case, the same for the same size."""

from __future__ import annotations

from pathlib import Path

import duckdb

# One row of a case: its place, the days after the report, and what it may be. Codes are what a force and a Witness Care
# Unit send; half of what tells the victim names the event that it answers.
_STEPS = """
    (1, 0, ['crime_reported']),
    (2, 2, ['support_referral_made', 'support_referral_declined', 'needs_assessed', 'support_referral_made']),
    (3, 4, ['enhanced_rights_decided']),
    (4, 9, ['suspect_arrested', 'suspect_interviewed', 'investigation_declined', 'suspect_arrested']),
    (5, 12, ['victim_informed', 'victim_informed', 'victim_informed', 'information_withheld']),
    (6, 20, ['suspect_bailed', 'suspect_released_under_investigation', 'suspect_charged', 'suspect_bailed']),
    (7, 24, ['victim_informed', 'victim_informed', 'victim_informed', 'reason_recorded']),
    (8, 60, ['suspect_charged', 'out_of_court_disposal_given', 'hearing_listed', 'complaint_received']),
    (9, 65, ['victim_informed', 'complaint_acknowledged', 'victim_informed', 'victim_informed']),
    (10, 90, ['case_outcome', 'sentence_passed', 'hearing_listed', 'vps_explained'])
"""
_EVENTS = f"""
    WITH steps(place, after, codes) AS (VALUES {_STEPS}),
    drawn AS (
        SELECT
            c, place, hash(c, place) AS chance,
            codes[1 + CAST(hash(c, place, 'code') % len(codes) AS INTEGER)] AS event,
            DATE '2024-01-01' + after + CAST(hash(c) % 900 + hash(c, place, 'day') % 4 AS INTEGER) AS day
        FROM range($cases) AS cases(c), steps
    )
    SELECT
        'C' || lpad(CAST(hash(c, 'id') % 1000000 AS VARCHAR), 6, '0') || '-' || c AS case_id,
        c || '-' || place AS event_id,
        event,
        CAST(day AS VARCHAR) AS occurred_on,
        CASE WHEN event IN ('hearing_listed', 'case_outcome', 'sentence_passed') AND chance % 8 > 0
            THEN CAST(day + CAST(chance % 5 AS INTEGER) AS VARCHAR) END AS received_on,
        CASE WHEN event IN ('information_withheld', 'reason_recorded') OR (event = 'victim_informed' AND chance % 2 = 0)
            THEN c || '-' || (place - 1) END AS about,
        CASE event
            WHEN 'enhanced_rights_decided'
            THEN CASE WHEN chance % 3 = 0 THEN '{{"enhanced": true}}' ELSE '{{"enhanced": false}}' END
            WHEN 'sentence_passed' THEN
                '{{"custody_months": ' || chance % 30 || ', "hospital_order": false, "violent_or_sexual": '
                || CASE WHEN chance % 2 = 0 THEN 'true' ELSE 'false' END || '}}'
        END AS attributes
    FROM drawn
    ORDER BY hash(c, place, 'order')
"""


def write_caseload(path: Path, cases: int) -> None:
    """Write ten events for each of `cases` cases, in no order, as the ending of `path` says; an old file stays."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f"making-{path.name}")
    kind = {".csv": "FORMAT csv, HEADER true", ".parquet": "FORMAT parquet"}[path.suffix]
    with duckdb.connect(config={"memory_limit": "3GB", "temp_directory": str(path.parent / "spilled")}) as connection:
        connection.execute(f"COPY ({_EVENTS}) TO '{made}' ({kind})", {"cases": cases})
    made.rename(path)
