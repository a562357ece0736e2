-- What had happened in each case by the day `as_of`: events after it do not exist, nor receipts after it.
-- The events that any rulebook reads, by case, day and id; `n` numbers them in this order, and so tells earlier
-- from later within a case everywhere below. An event without a day stands on the day of the evaluation.

CREATE OR REPLACE TABLE columnar.cases AS
SELECT case_id, CAST(row_number() OVER (ORDER BY case_id) AS INTEGER) AS case_no
FROM (SELECT DISTINCT case_id FROM columnar.given);

CREATE OR REPLACE TABLE columnar.happened AS
SELECT
    cases.case_no,
    given.event_id,
    kinds.code,
    given.occurred_on AS day,
    CASE WHEN given.received_on <= getvariable('as_of') THEN given.received_on END AS received_on,
    nullif(given.about, '') AS about,
    CASE WHEN kinds.asked THEN given.attributes END AS attributes
FROM columnar.given
JOIN columnar.kinds ON kinds.event = given.event
JOIN columnar.cases ON cases.case_id = given.case_id
WHERE given.occurred_on IS NULL OR given.occurred_on <= getvariable('as_of')
ORDER BY cases.case_no, coalesce(given.occurred_on, getvariable('as_of')), given.event_id;

CREATE OR REPLACE VIEW columnar.events AS
SELECT rowid AS n, * FROM columnar.happened;

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

-- Each first day that a clock of any duty may have, with each limit that may run from it.
CREATE OR REPLACE TABLE columnar.wanted AS
SELECT DISTINCT begins_on, limited
FROM (
    SELECT DISTINCT CASE WHEN lines.from_receipt THEN events.received_on ELSE events.day END AS begins_on, starting.line
    FROM columnar.events
    JOIN columnar.starting ON starting.code = events.code
    JOIN columnar.lines ON lines.line = starting.line
)
JOIN (
    SELECT line, standard AS limited FROM columnar.lines UNION SELECT line, enhanced AS limited FROM columnar.lines
) USING (line)
WHERE begins_on IS NOT NULL AND limited IS NOT NULL
ORDER BY begins_on, limited;

-- What ends or moves the clock of some duty: with or without a day that it names, or a number of days.
CREATE OR REPLACE TABLE columnar.marks AS
SELECT events.n, events.case_no, events.event_id, events.day, marking.line, marking.how,
    CASE WHEN marking.path IS NULL THEN NULL ELSE json_type(events.attributes, marking.path) END AS kind,
    CASE WHEN marking.path IS NULL THEN NULL ELSE json_extract_string(events.attributes, marking.path) END AS found
FROM columnar.events
JOIN columnar.marking ON marking.code = events.code
WHERE events.day IS NOT NULL;
