-- The rows as they are compared: `people`, from `read_rows` and `names_known`.
CREATE TABLE people AS
WITH often AS (
    SELECT given, count(*) AS rows_with FROM read_rows WHERE given IS NOT NULL GROUP BY given
)
SELECT read_rows.*,
    -- A name in its own right is listed, or met more often than one slip of the pen would be.
    coalesce(length(given) > 1 AND (given IN (SELECT name FROM names_known)
        OR rows_with >= greatest(3, (SELECT count(*) FROM read_rows) / 20000)), false) AS given_known,
    strftime(born, '%Y%m%d') AS born_text,
    nullif(regexp_extract(address, '\d+\w?'), '') AS address_number
FROM read_rows LEFT JOIN often USING (given)
ORDER BY row;
DROP TABLE read_rows;
