-- The rows as they are read. The text of `why` is put together only now: it is most of what is written.

-- What led to the rows makes room for the writing.
DROP TABLE IF EXISTS columnar.events;
DROP TABLE IF EXISTS columnar.happened;
DROP TABLE IF EXISTS columnar.cases;
DROP TABLE IF EXISTS columnar.decisions;
DROP TABLE IF EXISTS columnar.owed;
DROP TABLE IF EXISTS columnar.named;
DROP TABLE IF EXISTS columnar.answers;
DROP TABLE IF EXISTS columnar.acts;
DROP TABLE IF EXISTS columnar.closings;
DROP TABLE IF EXISTS columnar.open;
DROP TABLE IF EXISTS columnar.loose;
DROP TABLE IF EXISTS columnar.earliest;
DROP TABLE IF EXISTS columnar.marks;
DROP TABLE IF EXISTS columnar.bounds;
DROP TABLE IF EXISTS columnar.ends;
DROP TABLE IF EXISTS columnar.turns;

-- All rows in the order in which they are written. They are sorted at once, and not by parts, because DuckDB writes a file
-- of Parquet without moving rows about only where all portions of a table but its last are full.
CREATE OR REPLACE TABLE columnar.sorted AS
SELECT * EXCLUDE (place, line) FROM columnar.judged ORDER BY place, line, trigger_event_id;

DROP TABLE columnar.judged;

-- A text as Python's JSON writes it: DuckDB's own but for six of the signs below the blank, which it numbers in capitals.
CREATE OR REPLACE MACRO columnar.quoted(text) AS CASE
    WHEN contains(to_json(text), '\u00') THEN concat('"', array_to_string(list_transform(
        string_split(text, ''),
        lambda sign: CASE WHEN sign < ' ' THEN lower(to_json(sign)[2:-2]) ELSE to_json(sign)[2:-2] END
    ), ''), '"')
    ELSE to_json(text)
END;

CREATE OR REPLACE VIEW columnar.told AS
SELECT
    case_id,
    CAST(duty_id AS VARCHAR) AS duty_id,
    trigger_event_id,
    started_on,
    due_on,
    target_on,
    CAST(state AS VARCHAR) AS state,
    done_on,
    CASE WHEN enhanced IS NULL THEN 'undetermined' WHEN enhanced THEN 'enhanced' ELSE 'standard' END AS tier,
    enforced,
    CAST(bearer AS VARCHAR) AS bearer,
    CAST(rulebook AS VARCHAR) AS rulebook,
    concat(
        CAST(rule_told AS VARCHAR),
        CAST(skipped_told AS VARCHAR),
        CASE
            WHEN answered IS NULL THEN '"answered": null, "answered_by": null'
            ELSE concat('"answered": "', answered, '", "answered_by": ', columnar.quoted(answered_by))
        END,
        CASE
            WHEN NOT bounded THEN '}'
            WHEN bound_id IS NULL THEN ', "bounded_by": null}'
            ELSE concat(', "bounded_by": ', columnar.quoted(bound_id), '}')
        END
    ) AS why
FROM columnar.sorted;
