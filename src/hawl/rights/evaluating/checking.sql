-- What of `given` can be taken. Every row is in `taken` or, with its first fault, in `left_out`; none is in both.

-- A value that a reason may quote, since it has the shape of what should stand there; of anything else, which may be
-- about somebody (columns that are one place off), nothing is quoted.
CREATE OR REPLACE MACRO quoted(value, shape) AS CASE WHEN regexp_full_match(value, shape) THEN ': ' || value ELSE '' END;

-- A day of the calendar that Python's dates know too, whose first year is 1.
CREATE OR REPLACE MACRO day_of(value) AS
    CASE WHEN regexp_full_match(value, '\d{4}-\d{2}-\d{2}') AND value >= '0001' THEN try_cast(value AS DATE) END;

CREATE OR REPLACE TABLE repeated AS
SELECT case_id, event_id, min(row) AS first_row
FROM given
WHERE case_id IS NOT NULL AND event_id IS NOT NULL
GROUP BY case_id, event_id
HAVING count(*) > 1;

CREATE OR REPLACE TABLE dated AS
SELECT g.*,
    day_of(g.occurred_on) AS occurred,
    day_of(g.received_on) AS received,
    r.first_row
FROM given g
LEFT JOIN repeated r ON r.case_id = g.case_id AND r.event_id = g.event_id AND r.first_row < g.row;

-- Events that answer or close, each with what it is about: a file of nothing but triggers has none.
CREATE OR REPLACE TABLE pointing AS
SELECT a.row, t.row IS NULL AS nowhere, coalesce(a.occurred < t.occurred, false) AS before
FROM dated a
LEFT JOIN dated t ON t.case_id = a.case_id AND t.event_id = a.about AND t.first_row IS NULL
WHERE a.about IS NOT NULL AND a.event IN (SELECT code FROM known_codes WHERE answers);

CREATE OR REPLACE TABLE judged AS
SELECT d.*,
    CASE
        WHEN NOT sound THEN 'The line is no JSON object.'
        WHEN d.case_id IS NULL THEN 'case_id is empty.'
        WHEN d.event_id IS NULL THEN 'event_id is empty.'
        WHEN d.event IS NULL THEN 'event is empty.'
        WHEN k.code IS NULL THEN 'The event is none that is known' || quoted(d.event, '[a-z0-9_]{1,40}') || '.'
        WHEN d.occurred_on IS NOT NULL AND d.occurred IS NULL THEN 'occurred_on is no date' || quoted(d.occurred_on, '[0-9/.:TZ+ -]{1,32}') || '.'
        WHEN d.received_on IS NOT NULL AND d.received IS NULL THEN 'received_on is no date' || quoted(d.received_on, '[0-9/.:TZ+ -]{1,32}') || '.'
        WHEN d.received < d.occurred THEN 'received_on lies before occurred_on.'
        WHEN d.first_row IS NOT NULL THEN 'The case has this event_id in row ' || d.first_row || ' already.'
        -- The type is asked of sound JSON alone: of anything else the question is an error.
        WHEN CASE WHEN json_valid(d.attributes) THEN json_type(d.attributes) <> 'OBJECT' ELSE d.attributes IS NOT NULL END
            THEN 'attributes is no JSON object.'
        -- Which of the two is meant nobody knows, and readers of JSON differ.
        WHEN len(json_keys(d.attributes)) > len(list_distinct(json_keys(d.attributes))) THEN 'attributes names a key twice.'
        WHEN p.nowhere THEN 'It is about an id that is no event of its case.'
        WHEN p.before THEN 'It is dated before the event that it is about.'
    END AS reason
FROM dated d
LEFT JOIN known_codes k ON k.code = d.event
LEFT JOIN pointing p ON p.row = d.row;

CREATE OR REPLACE TABLE left_out AS
SELECT row, case_id, event_id, reason FROM judged WHERE reason IS NOT NULL ORDER BY row;

CREATE OR REPLACE TABLE taken AS
SELECT case_id, event_id, event, occurred AS occurred_on, received AS received_on, about, coalesce(attributes, '{}') AS attributes
FROM judged
WHERE reason IS NULL;

DROP TABLE judged;
DROP TABLE pointing;
DROP TABLE dated;
DROP TABLE repeated;
DROP TABLE given;
