-- Which event answers what was owed.

-- Events that say what they are about, and are not before it.
CREATE OR REPLACE TABLE columnar.named AS
SELECT event.n AS answer, event.code, trigger.n
FROM columnar.events AS event
JOIN columnar.events AS trigger ON trigger.case_no = event.case_no AND trigger.event_id = event.about
WHERE event.about IS NOT NULL AND event.day IS NOT NULL AND (trigger.day IS NULL OR trigger.day <= event.day);

CREATE OR REPLACE TABLE columnar.closings AS
SELECT closing.n, events.event_id, kinds.closes_as
FROM (
    SELECT named.n, min(named.answer) AS answer
    FROM columnar.named
    JOIN columnar.kinds ON kinds.code = named.code
    WHERE kinds.closes_as IS NOT NULL
    GROUP BY named.n
) AS closing
JOIN columnar.events ON events.n = closing.answer
JOIN columnar.kinds ON kinds.code = events.code;

-- Acts about a trigger come first; the earliest act goes before any decline.
CREATE OR REPLACE TABLE columnar.answers AS
WITH about AS MATERIALIZED (
    SELECT owed.rowid AS duty, owed.line, named.answer, named.code
    FROM columnar.owed
    JOIN columnar.named ON named.n = owed.n
)
SELECT
    about.duty,
    about.line,
    coalesce(
        min(about.answer) FILTER (WHERE NOT answering.declines),
        min(about.answer) FILTER (WHERE answering.declines)
    ) AS answer
FROM about
JOIN columnar.answering ON answering.code = about.code AND answering.line = about.line
GROUP BY about.duty, about.line;

-- The rest go by day and id, each to the earliest trigger still open that is not after it. First, for each trigger,
-- the earliest that could answer it: where no two triggers of a duty share one, it does.
CREATE OR REPLACE TABLE columnar.open AS
SELECT owed.rowid AS duty, owed.line, owed.case_no, owed.n, owed.day
FROM columnar.owed
ANTI JOIN columnar.answers ON answers.duty = owed.rowid
WHERE owed.day IS NOT NULL;

CREATE OR REPLACE TABLE columnar.loose AS
SELECT events.n, events.case_no, events.code, events.day
FROM columnar.events
JOIN columnar.kinds ON kinds.code = events.code
WHERE kinds.answers AND events.about IS NULL AND events.day IS NOT NULL;

-- Triggers are multiplied by the few codes that answer each, and not acts by the many duties that each may answer.
CREATE OR REPLACE TABLE columnar.earliest AS
WITH awaited AS MATERIALIZED (
    SELECT open.duty, open.line, open.case_no, open.day, answering.code
    FROM columnar.open
    JOIN columnar.answering ON answering.line = open.line
)
SELECT awaited.duty, awaited.line, awaited.case_no, min(loose.n) AS answer
FROM awaited
JOIN columnar.loose
    ON loose.case_no = awaited.case_no AND loose.code = awaited.code AND loose.day >= awaited.day
GROUP BY awaited.duty, awaited.line, awaited.case_no;

CREATE OR REPLACE TABLE columnar.shared AS
SELECT DISTINCT case_no, line
FROM (SELECT case_no, line FROM columnar.earliest GROUP BY case_no, line, answer HAVING count(*) > 1);

INSERT INTO columnar.answers
SELECT earliest.duty, earliest.line, earliest.answer
FROM columnar.earliest
ANTI JOIN columnar.shared ON shared.case_no = earliest.case_no AND shared.line = earliest.line;

-- Where they do share, triggers stand in a queue and each act takes the first. `waiting` counts triggers less acts,
-- `idle` (0 or less) how far it had ever fallen below none: so many acts found nobody waiting. An act that did not
-- make it fall further answers the trigger whose place in the queue is the act's own place less the idle ones.
INSERT INTO columnar.answers
WITH queue AS (
    SELECT case_no, line, day, 0 AS turn, n, duty
    FROM columnar.open
    SEMI JOIN columnar.shared ON shared.case_no = open.case_no AND shared.line = open.line
    UNION ALL
    SELECT loose.case_no, shared.line, loose.day, 1 AS turn, loose.n, NULL AS duty
    FROM columnar.shared
    JOIN columnar.answering ON answering.line = shared.line
    JOIN columnar.loose ON loose.case_no = shared.case_no AND loose.code = answering.code
),
counted AS (
    SELECT
        *,
        sum(CASE turn WHEN 0 THEN 1 ELSE -1 END) OVER in_turn AS waiting,
        row_number() OVER (PARTITION BY case_no, line, turn ORDER BY day, n) AS place
    FROM queue
    WINDOW in_turn AS (PARTITION BY case_no, line ORDER BY day, turn, n ROWS UNBOUNDED PRECEDING)
),
fallen AS (
    SELECT *, least(0, min(waiting) OVER in_turn) AS idle
    FROM counted
    WINDOW in_turn AS (PARTITION BY case_no, line ORDER BY day, turn, n ROWS UNBOUNDED PRECEDING)
),
compared AS (
    SELECT *, lag(idle, 1, 0) OVER (PARTITION BY case_no, line ORDER BY day, turn, n) AS idle_before
    FROM fallen
)
SELECT trigger.duty, trigger.line, act.n AS answer
FROM compared AS act
JOIN compared AS trigger
    ON trigger.case_no = act.case_no AND trigger.line = act.line AND trigger.place = act.place + act.idle
WHERE act.turn = 1 AND trigger.turn = 0 AND act.idle = act.idle_before;

CREATE OR REPLACE TABLE columnar.acts AS
SELECT answers.duty, events.event_id, events.day, answering.declines
FROM columnar.answers
JOIN columnar.events ON events.n = answers.answer
JOIN columnar.answering ON answering.line = answers.line AND answering.code = events.code;
