-- The rows of a part, in no order. Which state a row has is decided as in the engine of one case:
-- data_missing, awaiting_upstream, act done or its time over, declined, closed, its turn over, and only then the rest.
INSERT INTO columnar.judged
WITH answered AS (
    SELECT
        cases.case_id,
        owed.*,
        lines.duty_id,
        lines.by_receipt,
        lines.bounded,
        lines.goes_on,
        lines.reminds,
        lines.enforced,
        lines.bearer,
        lines.rulebook,
        CASE WHEN owed.enhanced THEN starting.told_enhanced ELSE starting.told_standard END AS rule_told,
        coalesce(due.told, (SELECT told FROM columnar.spans WHERE begins_on IS NULL)) AS skipped_told,
        coalesce(due.ends_on, bounds.day, turns.due_on) AS due_on,
        target.ends_on AS target_on,
        act.declines,
        act.event_id AS act_id,
        ends.event_id AS end_id,
        bounds.event_id AS bound_id,
        turns.next_how,
        turns.next_day,
        turns.next_id,
        CASE
            WHEN lines.by_receipt THEN owed.received_on
            WHEN turns.next_how = 'act' THEN turns.next_day
            ELSE coalesce(act.day, ends.day)
        END AS done_on,
        -- A closing counts where nothing else answered, and where a duty can be closed at all.
        CASE
            WHEN NOT owed.missing AND NOT coalesce(lines.recurs AND turns.due_on IS NULL, false)
                AND owed.started_on IS NOT NULL AND NOT lines.by_receipt
                AND act.duty IS NULL AND ends.duty IS NULL AND coalesce(turns.next_how <> 'act', true)
            THEN closings.closes_as
        END AS closed_as,
        lines.recurs AND turns.due_on IS NULL AS unknown,
        closings.event_id AS closing_id
    FROM columnar.owed
    JOIN columnar.starting ON starting.start = owed.start
    JOIN columnar.lines ON lines.line = owed.line
    JOIN columnar.cases ON cases.case_no = owed.case_no
        AND cases.case_no >= getvariable('first_case') AND cases.case_no < getvariable('next_case')
    LEFT JOIN columnar.spans AS due ON due.begins_on = owed.started_on AND due.limited = owed.due_limit
    LEFT JOIN columnar.spans AS target ON target.begins_on = owed.started_on AND target.limited = owed.target_limit
    LEFT JOIN columnar.bounds ON bounds.duty = owed.rowid
    LEFT JOIN columnar.ends ON ends.duty = owed.rowid
    LEFT JOIN columnar.turns ON turns.n = owed.n AND turns.line = owed.line
    LEFT JOIN columnar.acts AS act ON act.duty = owed.rowid
    LEFT JOIN columnar.closings ON closings.n = owed.n
    WHERE NOT lines.recurs OR turns.n IS NOT NULL OR (owed.day IS NULL AND starting.agrees)
),
said AS (
    SELECT
        *,
        CASE
            WHEN by_receipt AND done_on IS NOT NULL THEN CAST('receipt' AS columnar.answered)
            WHEN declines THEN CAST('decline' AS columnar.answered)
            WHEN act_id IS NOT NULL OR next_how = 'act' THEN CAST('act' AS columnar.answered)
            WHEN end_id IS NOT NULL THEN CAST('end' AS columnar.answered)
            WHEN closed_as IS NOT NULL THEN CAST('closing' AS columnar.answered)
            WHEN next_how IS NOT NULL THEN CAST('replaced' AS columnar.answered)
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
        WHEN missing OR unknown THEN CAST('data_missing' AS columnar.state)
        WHEN started_on IS NULL THEN CAST('awaiting_upstream' AS columnar.state)
        WHEN answered = 'decline' THEN CAST('declined' AS columnar.state)
        WHEN answered = 'closing' THEN closed_as
        WHEN answered = 'end' THEN CAST('ended' AS columnar.state)
        WHEN answered = 'replaced' THEN CASE WHEN due_on < next_day THEN CAST('missed' AS columnar.state) ELSE CAST('superseded' AS columnar.state) END
        WHEN answered IS NOT NULL THEN CASE WHEN due_on < done_on THEN CAST('met_late' AS columnar.state) ELSE CAST('met' AS columnar.state) END
        WHEN goes_on THEN CAST('continuing' AS columnar.state)
        WHEN due_on IS NULL THEN CAST('no_limit' AS columnar.state)
        WHEN due_on >= getvariable('as_of') THEN CAST('pending' AS columnar.state)
        WHEN reminds THEN CAST('lapsed' AS columnar.state)
        ELSE CAST('overdue' AS columnar.state)
    END AS state,
    done_on,
    enhanced,
    enforced,
    bearer,
    rulebook,
    rule_told,
    skipped_told,
    answered,
    CASE answered
        WHEN 'receipt' THEN event_id
        WHEN 'closing' THEN closing_id
        WHEN 'end' THEN end_id
        ELSE coalesce(act_id, next_id)
    END AS answered_by,
    bounded,
    bound_id,
    (CAST(case_no AS BIGINT) << 32) + (coalesce(due_on, getvariable('last_day')) - DATE '0001-01-01') * 256
    + CASE WHEN due_on IS NULL THEN 1 ELSE 0 END AS place,
    line
FROM said;
