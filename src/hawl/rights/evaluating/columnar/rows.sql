-- The rows, in the order in which they are written. Which state a row has is decided as in the engine
-- of one case: data_missing, awaiting_upstream, act done, declined, closed, and only then no_limit, pending, overdue.
CREATE OR REPLACE TABLE columnar.judged AS
WITH answered AS (
    SELECT
        cases.case_id,
        owed.*,
        lines.duty_id,
        lines.by_receipt,
        lines.enforced,
        lines.bearer,
        lines.rulebook,
        CASE WHEN owed.enhanced THEN starting.told_enhanced ELSE starting.told_standard END AS rule_told,
        coalesce(due.told, (SELECT told FROM columnar.spans WHERE begins_on IS NULL)) AS skipped_told,
        due.ends_on AS due_on,
        target.ends_on AS target_on,
        act.declines,
        act.event_id AS act_id,
        CASE WHEN lines.by_receipt THEN owed.received_on ELSE act.day END AS done_on,
        -- A closing counts where nothing else answered, and where a duty can be closed at all.
        CASE
            WHEN NOT owed.missing AND owed.started_on IS NOT NULL AND NOT lines.by_receipt AND act.duty IS NULL
            THEN closings.closes_as
        END AS closed_as,
        closings.event_id AS closing_id
    FROM columnar.owed
    JOIN columnar.starting ON starting.start = owed.start
    JOIN columnar.lines ON lines.line = owed.line
    JOIN columnar.cases ON cases.case_no = owed.case_no
    LEFT JOIN columnar.spans AS due ON due.begins_on = owed.started_on AND due.days = owed.limit_days
    LEFT JOIN columnar.spans AS target ON target.begins_on = owed.started_on AND target.days = owed.target_days
    LEFT JOIN (
        SELECT answers.duty, events.event_id, events.day, answering.declines
        FROM columnar.answers
        JOIN columnar.events ON events.n = answers.answer
        JOIN columnar.answering ON answering.line = answers.line AND answering.code = events.code
    ) AS act ON act.duty = owed.rowid
    LEFT JOIN (
        SELECT closings.n, events.event_id, kinds.closes_as
        FROM columnar.closings
        JOIN columnar.events ON events.n = closings.answer
        JOIN columnar.kinds ON kinds.code = events.code
    ) AS closings ON closings.n = owed.n
),
said AS (
    SELECT
        *,
        CASE
            WHEN by_receipt AND done_on IS NOT NULL THEN 'receipt'
            WHEN declines THEN 'decline'
            WHEN act_id IS NOT NULL THEN 'act'
            WHEN closed_as IS NOT NULL THEN 'closing'
        END AS answered
    FROM answered
)
SELECT
    case_id,
    duty_id,
    event_id AS trigger_event_id,
    started_on,
    due_on,
    target_on,
    CASE
        WHEN missing THEN 'data_missing'
        WHEN started_on IS NULL THEN 'awaiting_upstream'
        WHEN answered = 'decline' THEN 'declined'
        WHEN answered = 'closing' THEN closed_as
        WHEN answered IS NOT NULL THEN CASE WHEN due_on < done_on THEN 'met_late' ELSE 'met' END
        WHEN due_on IS NULL THEN 'no_limit'
        WHEN due_on < getvariable('as_of') THEN 'overdue'
        ELSE 'pending'
    END AS state,
    done_on,
    enhanced,
    enforced,
    bearer,
    rulebook,
    rule_told,
    skipped_told,
    answered,
    CASE answered WHEN 'receipt' THEN event_id WHEN 'closing' THEN closing_id ELSE act_id END AS answered_by
FROM said
ORDER BY case_no, due_on NULLS LAST, line, event_id;
