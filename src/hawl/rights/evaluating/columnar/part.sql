-- The events of the part that is worked on: whole cases, so many that what follows from them stays small. They are laid
-- apart, since DuckDB then knows how many they are and joins them the shorter way.
CREATE OR REPLACE TABLE columnar.events AS
SELECT rowid AS n, *
FROM columnar.happened
WHERE case_no >= getvariable('first_case') AND case_no < getvariable('next_case');

-- From which day to before which day a decision settles the tier. Of two on one day the later id rules: the
-- first then holds for no day at all. One that says neither yes nor no decides nothing.
CREATE OR REPLACE TABLE columnar.decisions AS
SELECT
    case_no,
    day AS since,
    coalesce(lead(day) OVER (PARTITION BY case_no ORDER BY n), DATE 'infinity') AS until,
    enhanced
FROM (
    SELECT n, case_no, day, json_extract_string(attributes, decides_by) = 'true' AS enhanced
    FROM columnar.events
    JOIN columnar.kinds USING (code)
    WHERE decides_by IS NOT NULL AND day IS NOT NULL AND json_type(attributes, decides_by) = 'BOOLEAN'
);

-- What ends or moves the clock of some duty: with or without a day that it names, or a number of days.
CREATE OR REPLACE TABLE columnar.marks AS
SELECT events.n, events.case_no, events.event_id, events.day, marking.line, marking.how,
    CASE WHEN marking.path IS NULL THEN NULL ELSE json_type(events.attributes, marking.path) END AS kind,
    CASE WHEN marking.path IS NULL THEN NULL ELSE json_extract_string(events.attributes, marking.path) END AS found
FROM columnar.events
JOIN columnar.marking ON marking.code = events.code
WHERE events.day IS NOT NULL;
