-- What was owed: each duty that an event started, with the tier on its day, NULL while undetermined.
-- `due_limit` is the limit that counts, `target_limit` the one that would if rights were enhanced, while that is not
-- decided. What falls due again is owed only by what stands in a
-- chain of turns (`clocks.sql`), and where an agreement has no day.
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
    CASE WHEN decisions.enhanced THEN lines.enhanced ELSE lines.standard END AS due_limit,
    CASE WHEN decisions.enhanced IS NULL THEN lines.enhanced END AS target_limit,
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
