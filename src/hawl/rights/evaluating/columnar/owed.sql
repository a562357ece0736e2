-- What was owed: each duty that an event started, with the tier on its day, NULL while undetermined.
-- `limit_days` is how many working days count, `target_days` how many would if rights were enhanced, while that is
-- not decided.
CREATE OR REPLACE TABLE columnar.owed AS
SELECT
    events.n,
    starting.line,
    starting.start,
    events.case_no,
    events.event_id,
    events.day,
    events.received_on,
    decisions.enhanced,
    CASE WHEN lines.from_receipt THEN events.received_on ELSE events.day END AS started_on,
    CASE WHEN decisions.enhanced THEN lines.enhanced ELSE lines.standard END AS limit_days,
    CASE WHEN decisions.enhanced IS NULL THEN lines.enhanced END AS target_days,
    events.day IS NULL OR coalesce(verdicts.missing, false) AS missing
FROM columnar.events
JOIN columnar.starting ON starting.code = events.code
JOIN columnar.lines ON lines.line = starting.line
LEFT JOIN columnar.verdicts ON verdicts.n = events.n AND verdicts.line = starting.line
LEFT JOIN columnar.decisions
    ON decisions.case_no = events.case_no AND decisions.since <= events.day AND decisions.until > events.day
WHERE
    coalesce(events.day, getvariable('as_of')) BETWEEN starting.first_day AND starting.last_day
    AND (NOT starting.conditional OR verdicts.missing OR verdicts.holds);
