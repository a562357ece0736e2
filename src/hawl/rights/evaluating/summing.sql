-- Sums of evaluated duties by each thing that they are told apart by, in one pass over them.
CREATE OR REPLACE TABLE summary AS
WITH placed AS (
    SELECT
        said.case_id,
        coalesce(lower(said.enforced) = 'true', false) AS enforced,
        coalesce(rights.right_no, said.rulebook, '') AS right_no,
        coalesce(said.bearer, '') AS bearer,
        coalesce(said.started_on[:7], '') AS started_in,
        coalesce(said.tier, '') AS tier,
        said.duty_id,
        counted.kept_as
    FROM said
    JOIN counted ON counted.state = said.state AND counted.timed = (said.due_on IS NOT NULL)
    LEFT JOIN rights ON rights.rulebook = said.rulebook AND rights.duty_id = said.duty_id
),
summed AS (
    SELECT
        enforced,
        CASE 0
            WHEN grouping(right_no) THEN 'right'
            WHEN grouping(bearer) THEN 'bearer'
            WHEN grouping(started_in) THEN 'month'
            WHEN grouping(tier) THEN 'tier'
            WHEN grouping(duty_id) THEN 'duty'
            ELSE 'all'
        END AS part,
        coalesce(right_no, bearer, started_in, tier, duty_id, '') AS value,
        count(*) AS duties,
        {counts}
    FROM placed
    GROUP BY GROUPING SETS (
        (enforced), (enforced, right_no), (enforced, bearer), (enforced, started_in), (enforced, tier), (enforced, duty_id)
    )
)
SELECT
    *,
    round(100 * kept / nullif(kept + late + overdue, 0), 1) AS rate,
    round(
        100 * (kept + late + overdue + closed + done) / nullif(kept + late + overdue + closed + done + unknown, 0), 1
    ) AS coverage
FROM summed
ORDER BY enforced DESC, list_position(['all', 'right', 'bearer', 'month', 'tier', 'duty'], part),
    -- Rights and duties by their numbers, everything else by its text.
    TRY_CAST(regexp_extract(value, '^\d+') AS INTEGER) NULLS LAST, value;

DROP TABLE said;
