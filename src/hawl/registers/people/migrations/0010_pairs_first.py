"""Who shares what with a suspect is found by a part's own people, also where the planner takes them for very many."""

from django.db import migrations

# As in 0009, with the pairs laid aside before it is looked what the two of a pair have both. How many messages name one
# address the planner cannot know: it took a few pairs for seven million, and read all people, messages and contacts of
# the register for each part of a feed. `OFFSET 0` keeps a look-up by key what it is. Raises protection and never lowers
# it; gives what it closed; harmless when repeated.
_PROTECT = """
CREATE OR REPLACE FUNCTION hawl_protect_contacts(people uuid[])
RETURNS TABLE (closed_person uuid, closed_value bytea, closed_uses text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  every constant text[] := ARRAY['message', 'ring', 'text', 'write'];
  ones uuid[];
  others uuid[];
  fresh record;
BEGIN
  -- Who is a suspect in a case of theirs, and who has a case in which one of them is a suspect.
    WITH asked AS (SELECT DISTINCT unnest(people) AS id),
    -- Whom any version of a message named stays named, in whatever order the versions came.
    naming AS (
      SELECT c.person_id, c.suspect_key AS key FROM asked JOIN cases_case c ON c.person_id = asked.id
      WHERE c.suspect_key IS NOT NULL
      UNION
      SELECT c.person_id, unnest(m.suspects) FROM asked JOIN cases_case c ON c.person_id = asked.id
      JOIN intake_feedmessage m ON m.case_id = c.id WHERE m.suspects <> '{}'
    ),
    linked AS (
      SELECT n.person_id AS one, s.id AS other FROM naming n JOIN people_person s ON s.source_key = n.key
      UNION
      SELECT c.person_id, s.id FROM asked JOIN people_person s ON s.id = asked.id
      JOIN cases_case c ON c.suspect_key = s.source_key
      UNION
      SELECT c.person_id, s.id FROM asked JOIN people_person s ON s.id = asked.id
      JOIN intake_feedmessage m ON m.suspects <> '{}' AND m.suspects @> ARRAY[s.source_key]
      JOIN cases_case c ON c.id = m.case_id
    ),
    touched AS (SELECT id FROM asked UNION SELECT one FROM linked UNION SELECT other FROM linked),
    -- What any version of a message gave counts, also what a newer one dropped: every order comes to the same.
    addresses AS (
      SELECT t.id AS person_id, a.value_key FROM touched t
      JOIN people_contact a ON a.person_id = t.id AND a.kind = 'address'
      UNION
      SELECT t.id, unnest(m.addresses) FROM touched t
      JOIN cases_case c ON c.person_id = t.id JOIN intake_feedmessage m ON m.case_id = c.id
    ),
    homes AS (
      SELECT a.person_id AS one, b.person_id AS other FROM addresses a
      JOIN people_contact b ON b.kind = 'address' AND b.value_key = a.value_key AND b.person_id <> a.person_id
      UNION
      SELECT a.person_id, c.person_id FROM addresses a JOIN intake_feedmessage m ON m.addresses @> ARRAY[a.value_key]
      CROSS JOIN LATERAL (SELECT k.person_id FROM cases_case k WHERE k.id = m.case_id OFFSET 0) c
      WHERE c.person_id <> a.person_id
    ),
    -- Of two who live together one is a suspect, in whatever case.
    suspects AS (
      SELECT h.id FROM (SELECT one AS id FROM homes UNION SELECT other FROM homes) h
      CROSS JOIN LATERAL (SELECT p.source_key FROM people_person p WHERE p.id = h.id OFFSET 0) s
      WHERE EXISTS (SELECT 1 FROM cases_case c WHERE c.suspect_key = s.source_key)
        OR EXISTS (SELECT 1 FROM intake_feedmessage m JOIN cases_case c ON c.id = m.case_id
          WHERE m.suspects <> '{}' AND m.suspects @> ARRAY[s.source_key])
    ),
    near AS (
      SELECT one, other FROM homes
      WHERE one IN (SELECT id FROM suspects) OR other IN (SELECT id FROM suspects)
    ),
    pairs AS (
      SELECT one, other FROM linked UNION SELECT other, one FROM linked
      UNION SELECT one, other FROM near UNION SELECT other, one FROM near
    )
  SELECT array_agg(one), array_agg(other) INTO ones, others FROM pairs;
  -- What the two of a pair have both.
  FOR fresh IN
    WITH pairs AS (SELECT p.one, p.other FROM unnest(ones, others) AS p (one, other)),
    both_sides AS (SELECT one AS id FROM pairs UNION SELECT other FROM pairs),
    held AS MATERIALIZED (
      SELECT b.id AS person_id, k.value_key FROM both_sides b JOIN people_contact k ON k.person_id = b.id
      UNION
      SELECT b.id, unnest(m.ways) FROM both_sides b
      JOIN cases_case c ON c.person_id = b.id JOIN intake_feedmessage m ON m.case_id = c.id
    ),
    found AS (
      SELECT DISTINCT a.person_id, a.value_key, pairs.other FROM pairs
      JOIN held a ON a.person_id = pairs.one JOIN held b ON b.person_id = pairs.other AND b.value_key = a.value_key
      WHERE pairs.one <> pairs.other
    ),
    -- `claims_no` is what somebody said against a use; that a way is shared is kept in people_sharedway.
    marked AS (
      UPDATE people_contact t SET ring = 'unsafe', text = 'unsafe', message = 'unsafe', write = 'unsafe'
      FROM found f WHERE t.person_id = f.person_id AND t.value_key = f.value_key AND t.decided_at IS NULL
        AND (t.ring, t.text, t.message, t.write) IS DISTINCT FROM ('unsafe', 'unsafe', 'unsafe', 'unsafe')
      RETURNING t.id
    )
    INSERT INTO people_sharedway (id, person_id, value_key, other_id, found_at, visible_to, named_users)
    SELECT gen_random_uuid(), f.person_id, f.value_key, f.other, now(), '{}', '{}' FROM found f
    ON CONFLICT (person_id, value_key, other_id) DO NOTHING RETURNING people_sharedway.person_id AS person, people_sharedway.value_key AS held
  LOOP
    -- A decision taken without knowledge of it does not stand.
    PERFORM hawl_close_decision(fresh.person, fresh.held, every, 'shared');
    RETURN QUERY SELECT fresh.person, fresh.held, every;
  END LOOP;
  -- A claim that speaks against a use, and was not known when the use was decided.
  FOR fresh IN
    SELECT d.person_id AS person, d.value_key AS held, array_agg(DISTINCT said.word::text) AS doubts
    FROM (SELECT DISTINCT unnest(people) AS id) asked JOIN people_contact d ON d.person_id = asked.id
    JOIN people_contact t ON t.person_id = d.person_id AND t.value_key = d.value_key AND t.decided_at IS NULL
    CROSS JOIN unnest(t.claims_no) AS said(word)
    WHERE d.decided_at IS NOT NULL AND NOT said.word = ANY(d.claims_no)
      AND (d.decided_uses IS NULL OR said.word = ANY(d.decided_uses)) GROUP BY 1, 2
  LOOP
    RETURN QUERY SELECT * FROM hawl_close_decision(fresh.person, fresh.held, fresh.doubts, 'feed_said');
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    """A function only, which does what it did: turning back leaves it."""

    dependencies = [
        ("people", "0009_protected_by_key"),
    ]

    operations = [
        migrations.RunSQL(sql=_PROTECT, reverse_sql=migrations.RunSQL.noop),
    ]
