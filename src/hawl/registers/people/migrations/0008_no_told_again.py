"""A no that comes in after two people decided closes the use again, also where the same was told before."""

from django.db import migrations

# Each no is of a person by the key of who sent them, on a number or address, against one use. Gives what it closed.
# The caller has locked these people, so that nobody proposes or confirms meanwhile.
_TOLD_NO = """
CREATE FUNCTION hawl_told_no(people bytea[], ways bytea[], uses text[])
RETURNS TABLE (closed_person uuid, closed_value bytea, closed_uses text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE fresh record;
BEGIN
  UPDATE people_contactdecision d SET state = 'overtaken', closed_at = now()
  FROM unnest(people, ways, uses) AS told(source, way, against) JOIN people_person p ON p.source_key = told.source
  WHERE d.person_id = p.id AND d.value_key = told.way AND d.use = told.against AND d.state = 'proposed';
  FOR fresh IN
    SELECT d.person_id AS person, d.value_key AS held, array_agg(DISTINCT told.against) AS doubts
    FROM unnest(people, ways, uses) AS told(source, way, against) JOIN people_person p ON p.source_key = told.source
    JOIN people_contact d ON d.person_id = p.id AND d.value_key = told.way
    WHERE d.decided_at IS NOT NULL AND (d.decided_uses IS NULL OR told.against = ANY(d.decided_uses))
      AND 'unsafe' <> CASE told.against
        WHEN 'ring' THEN d.ring WHEN 'text' THEN d.text WHEN 'message' THEN d.message ELSE d.write END
    GROUP BY 1, 2
  LOOP
    RETURN QUERY SELECT * FROM hawl_close_decision(fresh.person, fresh.held, fresh.doubts, 'feed_said');
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION hawl_told_no(bytea[], bytea[], text[]) FROM PUBLIC;
DO $$ DECLARE each name; BEGIN
FOR each IN SELECT rolname FROM pg_roles WHERE rolname IN ('hawl_jobs', current_database() || '_jobs') LOOP
EXECUTE format('GRANT EXECUTE ON FUNCTION hawl_told_no(bytea[], bytea[], text[]) TO %I', each); END LOOP; END $$;
"""


class Migration(migrations.Migration):
    """A function only; no table changes."""

    dependencies = [
        ("people", "0007_plan_by_two"),
    ]

    operations = [
        migrations.RunSQL(sql=_TOLD_NO, reverse_sql="DROP FUNCTION hawl_told_no(bytea[], bytea[], text[]);"),
    ]
