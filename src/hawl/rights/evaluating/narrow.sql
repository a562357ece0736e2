-- What was read, as it was written. `narrow` holds known events and days as numbers, a third of the room of their texts,
-- and in other_ whatever is neither. Rows lie in it as they stand in the file; `sound` is NULL of a line without signs.
CREATE OR REPLACE VIEW numbered AS
SELECT rowid + 1 AS row, * FROM narrow WHERE sound IS NOT NULL;

CREATE OR REPLACE VIEW given AS
SELECT
    row, case_id, event_id,
    coalesce(CAST(code AS VARCHAR), other_event) AS event,
    coalesce(CAST(day AS VARCHAR), other_day) AS occurred_on,
    coalesce(CAST(receipt AS VARCHAR), other_receipt) AS received_on,
    about, attributes, sound
FROM numbered;
