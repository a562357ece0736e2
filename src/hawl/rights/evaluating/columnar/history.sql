-- What had happened in each case by the day `as_of`: events after it do not exist, nor receipts after it.
-- The events that any rulebook reads, by case, day and id; `n` numbers them in this order, and so tells earlier
-- from later within a case everywhere below. An event without a day stands on the day of the evaluation.
-- Case and day are sorted as one number, whose last byte is empty: so both are in the first bytes that are compared,
-- and an id is looked at only among events of one day.

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
ORDER BY
    (CAST(cases.case_no AS BIGINT) << 32) + (coalesce(given.occurred_on, getvariable('as_of')) - DATE '0001-01-01') * 256,
    given.event_id;

-- Each first day that a clock of any duty may have, with each limit that may run from it.
CREATE OR REPLACE TABLE columnar.wanted AS
SELECT DISTINCT begins_on, limited
FROM (
    SELECT DISTINCT CASE WHEN lines.from_receipt THEN happened.received_on ELSE happened.day END AS begins_on, starting.line
    FROM columnar.happened
    JOIN columnar.starting ON starting.code = happened.code
    JOIN columnar.lines ON lines.line = starting.line
)
JOIN (
    SELECT line, standard AS limited FROM columnar.lines UNION SELECT line, enhanced AS limited FROM columnar.lines
) USING (line)
WHERE begins_on IS NOT NULL AND limited IS NOT NULL
ORDER BY begins_on, limited;
