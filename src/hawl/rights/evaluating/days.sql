-- A day of the calendar that Python's dates know too, as it is written in full: whatever else can be understood as a day
-- reads otherwise when it is written again.
CREATE OR REPLACE MACRO day_of(value) AS CASE
    WHEN CAST(try_cast(value AS DATE) AS VARCHAR) = value
        AND try_cast(value AS DATE) BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'
        THEN try_cast(value AS DATE)
END;
