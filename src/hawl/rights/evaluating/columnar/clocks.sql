-- Clocks that do not run for a number of days from their start: up to another event, until an end, again and again.

-- Up to another event: the first on or after the trigger's day. While none has come, the day that the last announcement
-- names, unless it lies before the trigger. A day counts only as it is written everywhere else, in full.
CREATE OR REPLACE TABLE columnar.announced AS
SELECT case_no, line, arg_max(day_named, n) AS day, arg_max(event_id, n) AS event_id
FROM (
    SELECT
        case_no, line, n, event_id,
        CASE WHEN kind = 'VARCHAR' AND regexp_full_match(found, '\d{4}-\d{2}-\d{2}') AND found >= '0001'
            THEN TRY_CAST(found AS DATE) END AS day_named
    FROM columnar.marks
    WHERE how = 'announced'
)
WHERE day_named IS NOT NULL
GROUP BY case_no, line;

CREATE OR REPLACE TABLE columnar.bounds AS
SELECT owed.rowid AS duty, coalesce(bound.day, announced.day) AS day, coalesce(bound.event_id, announced.event_id) AS event_id
FROM columnar.owed
JOIN columnar.lines ON lines.line = owed.line
LEFT JOIN (
    SELECT owed.rowid AS duty, arg_min(marks.day, marks.n) AS day, arg_min(marks.event_id, marks.n) AS event_id
    FROM columnar.owed
    JOIN columnar.marks
        ON marks.case_no = owed.case_no AND marks.line = owed.line AND marks.how = 'before' AND marks.day >= owed.day
    GROUP BY owed.rowid
) AS bound ON bound.duty = owed.rowid
LEFT JOIN columnar.announced
    ON announced.case_no = owed.case_no AND announced.line = owed.line AND announced.day >= owed.day
WHERE lines.bounded AND coalesce(bound.day, announced.day) IS NOT NULL;

-- Until an end: the first on or after the trigger's day.
CREATE OR REPLACE TABLE columnar.ends AS
SELECT owed.rowid AS duty, arg_min(marks.day, marks.n) AS day, arg_min(marks.event_id, marks.n) AS event_id
FROM columnar.owed
JOIN columnar.lines ON lines.line = owed.line
JOIN columnar.marks
    ON marks.case_no = owed.case_no AND marks.line = owed.line AND marks.how = 'until' AND marks.day >= owed.day
WHERE lines.goes_on
GROUP BY owed.rowid;

-- Again and again: each act or agreement begins a turn, which whatever comes next brings to its end: an act answers it,
-- anything else takes its place. `agreed` is the last agreement so far, none after an end.
CREATE OR REPLACE TABLE columnar.turns AS
WITH chain AS (
    SELECT
        marks.*,
        last_value(CASE how WHEN 'agreed' THEN n WHEN 'until' THEN -1 END IGNORE NULLS) OVER so_far AS agreed,
        lead(how) OVER in_case AS next_how,
        lead(day) OVER in_case AS next_day,
        lead(event_id) OVER in_case AS next_id
    FROM columnar.marks
    JOIN columnar.lines ON lines.line = marks.line AND lines.recurs
    WINDOW
        in_case AS (PARTITION BY case_no, marks.line ORDER BY n),
        so_far AS (PARTITION BY case_no, marks.line ORDER BY n ROWS UNBOUNDED PRECEDING)
),
counted AS (
    SELECT
        chain.*,
        CASE WHEN agreement.kind IN ('BIGINT', 'UBIGINT', 'HUGEINT') THEN TRY_CAST(agreement.found AS BIGINT) END AS days
    FROM chain
    JOIN columnar.marks AS agreement ON agreement.n = chain.agreed AND agreement.line = chain.line
    WHERE chain.how <> 'until'
)
SELECT
    n, line, next_how, next_day, next_id,
    CASE WHEN days BETWEEN 1 AND getvariable('last_day') - day THEN day + CAST(days AS INTEGER) END AS due_on
FROM counted;
