-- The rows, as narrow as they can be: what many share is a number until it is written. `place` is case and due day as one
-- number, as in `history.sql`, those without a day last.
CREATE TYPE columnar.answered AS ENUM ('receipt', 'decline', 'act', 'end', 'closing', 'replaced');

CREATE OR REPLACE TABLE columnar.judged (
    case_id VARCHAR, duty_id columnar.word, trigger_event_id VARCHAR, started_on DATE, due_on DATE, target_on DATE,
    state columnar.state, done_on DATE, enhanced BOOLEAN, enforced BOOLEAN, bearer columnar.word,
    rulebook columnar.word, rule_told columnar.rule, skipped_told columnar.skipped, answered columnar.answered,
    answered_by VARCHAR, bounded BOOLEAN, bound_id VARCHAR, place BIGINT, line SMALLINT
);
