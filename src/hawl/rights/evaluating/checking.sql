-- What of `given` can be taken, asked of `numbered`, which has it as numbers. Every row is in `taken` or, with its first
-- fault, in `left_out`; none is in both.

-- A value that a reason may quote, since it has the shape of what should stand there; of anything else, which may be
-- about somebody (columns that are one place off), nothing is quoted.
CREATE OR REPLACE MACRO quoted(value, shape) AS CASE WHEN regexp_full_match(value, shape) THEN ': ' || value ELSE '' END;

-- Each fault that a row has, with its place in the order in which they are told: the first counts. Sound rows, which are
-- nearly all, are looked at and not written anywhere.
CREATE OR REPLACE TABLE faults (row BIGINT, place TINYINT, reason VARCHAR);

INSERT INTO faults
SELECT row, place, reason
FROM (
    SELECT
        g.row,
        CASE
            WHEN NOT g.sound THEN 'The line is no JSON object.'
            WHEN g.case_id IS NULL THEN 'case_id is empty.'
            WHEN g.event_id IS NULL THEN 'event_id is empty.'
            WHEN g.code IS NULL AND g.other_event IS NULL THEN 'event is empty.'
            WHEN g.code IS NULL THEN 'The event is none that is known' || quoted(g.other_event, '[a-z0-9_]{1,40}') || '.'
            WHEN g.other_day IS NOT NULL
                THEN 'occurred_on is no date' || quoted(g.other_day, '[0-9/.:TZ+ -]{1,32}') || '.'
            WHEN g.other_receipt IS NOT NULL
                THEN 'received_on is no date' || quoted(g.other_receipt, '[0-9/.:TZ+ -]{1,32}') || '.'
            WHEN g.receipt < g.day THEN 'received_on lies before occurred_on.'
        END AS first_fault,
        CASE
            WHEN g.attributes IS NULL THEN NULL
            -- The type is asked of sound JSON alone: of anything else the question is an error.
            WHEN CASE WHEN json_valid(g.attributes) THEN json_type(g.attributes) <> 'OBJECT' ELSE true END
                THEN 'attributes is no JSON object.'
            -- Which of the two is meant nobody knows, and readers of JSON differ.
            WHEN len(json_keys(g.attributes)) > len(list_distinct(json_keys(g.attributes))) THEN 'attributes names a key twice.'
        END AS of_attributes,
        unnest([1, 3]) AS place,
        CASE place WHEN 1 THEN first_fault ELSE of_attributes END AS reason
    FROM numbered g
    WHERE first_fault IS NOT NULL OR of_attributes IS NOT NULL
)
WHERE reason IS NOT NULL;

-- Ids that a case has twice. First by a number for each pair, which is quick: nearly always there is none to look at.
CREATE OR REPLACE TABLE repeated AS
SELECT case_id, event_id, min(row) AS first_row
FROM numbered
SEMI JOIN (
    SELECT hash(case_id, event_id) AS pair
    FROM numbered
    WHERE case_id IS NOT NULL AND event_id IS NOT NULL
    GROUP BY pair
    HAVING count(*) > 1
) AS twice ON twice.pair = hash(numbered.case_id, numbered.event_id)
WHERE case_id IS NOT NULL AND event_id IS NOT NULL
GROUP BY case_id, event_id
HAVING count(*) > 1;

INSERT INTO faults
SELECT g.row, 2, 'The case has this event_id in row ' || r.first_row || ' already.'
FROM numbered g
JOIN repeated r ON r.case_id = g.case_id AND r.event_id = g.event_id AND r.first_row < g.row;

-- Events that answer or close, each with what it is about: a file of nothing but triggers has none.
INSERT INTO faults
SELECT
    a.row,
    4,
    CASE
        WHEN t.row IS NULL THEN 'It is about an id that is no event of its case.'
        ELSE 'It is dated before the event that it is about.'
    END
FROM numbered a
LEFT JOIN (FROM numbered ANTI JOIN faults ON faults.row = numbered.row AND faults.place = 2) AS t
    ON t.case_id = a.case_id AND t.event_id = a.about
WHERE
    a.about IS NOT NULL
    AND a.code IN (SELECT code FROM known_codes WHERE answers)
    AND (t.row IS NULL OR a.day < t.day);

CREATE OR REPLACE TABLE left_out AS
SELECT numbered.row, numbered.case_id, numbered.event_id, first.reason
FROM numbered
JOIN (SELECT row, arg_min(reason, place) AS reason FROM faults GROUP BY row) AS first ON first.row = numbered.row
ORDER BY numbered.row;

CREATE OR REPLACE VIEW taken AS
SELECT
    numbered.case_id, numbered.event_id, CAST(numbered.code AS VARCHAR) AS event, numbered.day AS occurred_on,
    numbered.receipt AS received_on, numbered.about, coalesce(numbered.attributes, '{}') AS attributes
FROM numbered
ANTI JOIN left_out ON left_out.row = numbered.row;

DROP TABLE faults;
DROP TABLE repeated;
DROP TABLE known_codes;
