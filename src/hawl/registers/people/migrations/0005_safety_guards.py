"""What the database itself holds to, whoever asks: protection is lowered by two people only.

The functions run as the owner, so that they see every row whatever the asker may see, with a fixed search path.
"""

from django.db import migrations

# A row may say `safe` only where the last decision on that use says so, taken by two. Feeds, imports, merges and
# restores write these rows too: for them there is no other way.
_CONTACT_GUARD = """
CREATE FUNCTION hawl_guard_contact() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  strictness constant text[] := ARRAY['unsafe', 'unknown', 'first_approach', 'safe'];
  said text[] := ARRAY[NEW.ring, NEW.text, NEW.message, NEW.write];
  held text[] := ARRAY['unknown', 'unknown', 'unknown', 'unknown'];
  uses constant text[] := ARRAY['ring', 'text', 'message', 'write'];
  same boolean := false;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    same := (OLD.person_id, OLD.value_key, OLD.kind) = (NEW.person_id, NEW.value_key, NEW.kind)
      AND OLD.decided_at IS NOT NULL;
    IF same THEN
      held := ARRAY[OLD.ring, OLD.text, OLD.message, OLD.write];
      IF NEW.decided_at IS NULL OR NEW.version < OLD.version
        OR NOT coalesce(NEW.decided_uses, uses) @> coalesce(OLD.decided_uses, uses) THEN
        RAISE EXCEPTION 'A decision on a way of reaching somebody is not taken back.' USING ERRCODE = 'check_violation';
      END IF;
    END IF;
  END IF;
  FOR n IN 1..4 LOOP
    IF said[n] = 'safe' AND NEW.decided_at IS NULL THEN
      RAISE EXCEPTION 'No claim makes a way of reaching somebody safe.' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.decided_at IS NOT NULL AND array_position(strictness, said[n]) > array_position(strictness, held[n])
      AND NOT EXISTS (
        SELECT 1 FROM (
          SELECT d.after, d.version, d.proposed_by, d.confirmed_by FROM people_contactdecision d
          WHERE d.person_id = NEW.person_id AND d.value_key = NEW.value_key AND d.use = uses[n] AND d.state = 'applied'
          ORDER BY d.version DESC LIMIT 1) last
        WHERE last.after = said[n] AND last.version = NEW.version AND last.confirmed_by <> last.proposed_by) THEN
      RAISE EXCEPTION 'Lowering protection takes a decision of two people.' USING ERRCODE = 'check_violation';
    END IF;
  END LOOP;
  RETURN NEW;
END $$;
CREATE TRIGGER hawl_guard_contact BEFORE INSERT OR UPDATE ON people_contact FOR EACH ROW
WHEN (NEW.decided_at IS NOT NULL OR NEW.ring = 'safe' OR NEW.text = 'safe' OR NEW.message = 'safe' OR NEW.write = 'safe')
EXECUTE FUNCTION hawl_guard_contact();
CREATE FUNCTION hawl_guard_undeciding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A decision on a way of reaching somebody is not taken back.' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER hawl_guard_undeciding BEFORE UPDATE ON people_contact FOR EACH ROW
WHEN (OLD.decided_at IS NOT NULL AND NEW.decided_at IS NULL) EXECUTE FUNCTION hawl_guard_undeciding();
"""

# Nobody proposes or confirms in another's name, and nothing that lowers stands at once.
_DECISION_GUARD = """
CREATE FUNCTION hawl_guard_decision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.lowers AND (NEW.state <> 'proposed' OR NEW.confirmed_by IS NOT NULL) THEN
      RAISE EXCEPTION 'What lowers protection is proposed first.' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.lowers AND NEW.proposed_by IS DISTINCT FROM hawl_user() THEN
      RAISE EXCEPTION 'Nobody proposes in the name of another.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (OLD.person_id, OLD.value_key, OLD.use, OLD.before, OLD.after, OLD.lowers, OLD.proposed_by, OLD.kind, OLD.held_by)
    IS DISTINCT FROM
    (NEW.person_id, NEW.value_key, NEW.use, NEW.before, NEW.after, NEW.lowers, NEW.proposed_by, NEW.kind, NEW.held_by)
    OR (OLD.state <> 'proposed' AND (OLD.state, OLD.version, OLD.confirmed_by)
      IS DISTINCT FROM (NEW.state, NEW.version, NEW.confirmed_by)) THEN
    RAISE EXCEPTION 'What was proposed or decided is not rewritten.' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.state = 'proposed' AND NEW.state = 'applied'
    AND (NEW.confirmed_by IS NULL OR NEW.confirmed_by IS DISTINCT FROM hawl_user()) THEN
    RAISE EXCEPTION 'Nobody confirms in the name of another.' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER hawl_guard_decision BEFORE INSERT OR UPDATE ON people_contactdecision FOR EACH ROW
EXECUTE FUNCTION hawl_guard_decision();
"""

# What belongs to the person is seen where the person is: a seal reaches it in the same statement.
_FOLLOW = """
CREATE FUNCTION hawl_plan_follows_person() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE each text;
BEGIN
  FOREACH each IN ARRAY ARRAY['people_contactplan', 'people_contactdecision', 'messages_message', 'messages_shownmessage'] LOOP
    IF to_regclass('public.' || each) IS NOT NULL THEN
      EXECUTE format('UPDATE %I SET visible_to = $1, named_users = $2, denied_users = $3, denied_organisations = $4 '
        'WHERE person_id = $5', each)
      USING CASE WHEN NEW.visibility = 'sealed' THEN '{}' ELSE NEW.visible_to END, NEW.named_users, NEW.denied_users,
        NEW.denied_organisations, NEW.id;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER hawl_plan_follows_person
AFTER UPDATE OF visible_to, named_users, denied_users, denied_organisations, visibility ON people_person FOR EACH ROW
WHEN ((OLD.visible_to, OLD.named_users, OLD.denied_users, OLD.denied_organisations, OLD.visibility)
  IS DISTINCT FROM (NEW.visible_to, NEW.named_users, NEW.denied_users, NEW.denied_organisations, NEW.visibility))
EXECUTE FUNCTION hawl_plan_follows_person();
"""

# Raises protection for these people, and for those with whom they share a number or address, by what claims and cases
# say; never lowers it. Gives what it closed. Harmless when repeated.
_PROTECT = """
CREATE FUNCTION hawl_protect_contacts(people uuid[])
RETURNS TABLE (closed_person uuid, closed_value bytea, closed_uses text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  every constant text[] := ARRAY['message', 'ring', 'text', 'write'];
  fresh record;
BEGIN
  -- Who is a suspect in a case of theirs, and who has a case in which one of them is a suspect.
  FOR fresh IN
    WITH asked AS (SELECT DISTINCT unnest(people) AS id),
    -- Whom any version of a message named stays named, in whatever order the versions came.
    named AS MATERIALIZED (
      SELECT c.person_id, c.suspect_key AS key FROM cases_case c WHERE c.suspect_key IS NOT NULL
      UNION
      SELECT c.person_id, unnest(m.suspects) FROM intake_feedmessage m JOIN cases_case c ON c.id = m.case_id
      WHERE m.suspects <> '{}'
    ),
    linked AS (
      SELECT n.person_id AS one, s.id AS other FROM asked JOIN named n ON n.person_id = asked.id
      JOIN people_person s ON s.source_key = n.key
      UNION
      SELECT n.person_id, s.id FROM asked JOIN people_person s ON s.id = asked.id JOIN named n ON n.key = s.source_key
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
      JOIN cases_case c ON c.id = m.case_id WHERE c.person_id <> a.person_id
    ),
    -- Of two who live together one is a suspect, in whatever case.
    near AS (
      SELECT one, other FROM homes WHERE EXISTS (
        SELECT 1 FROM people_person s JOIN named n ON n.key = s.source_key WHERE s.id IN (one, other))
    ),
    pairs AS (
      SELECT one, other FROM linked UNION SELECT other, one FROM linked
      UNION SELECT one, other FROM near UNION SELECT other, one FROM near
    ),
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

CREATE FUNCTION hawl_close_decision(whose uuid, held bytea, doubts text[], how text)
RETURNS TABLE (closed_person uuid, closed_value bytea, closed_uses text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO people_contactdecision (id, person_id, kind, value_key, use, before, after, lowers, held_by, how_known,
    state, version, proposed_at, closed_at, visible_to, named_users, denied_users, denied_organisations)
  SELECT gen_random_uuid(), t.person_id, t.kind, t.value_key, d.use,
    CASE d.use WHEN 'ring' THEN t.ring WHEN 'text' THEN t.text WHEN 'message' THEN t.message ELSE t.write END,
    'unsafe', false, t.held_by, how, 'applied', t.version + 1, now(), now(),
    t.visible_to, t.named_users, t.denied_users, t.denied_organisations
  FROM people_contact t CROSS JOIN unnest(doubts) AS d(use)
  WHERE t.person_id = whose AND t.value_key = held AND t.decided_at IS NOT NULL;
  UPDATE people_contactdecision p SET state = 'overtaken', closed_at = now()
  WHERE p.person_id = whose AND p.value_key = held AND p.use = ANY(doubts) AND p.state = 'proposed';
  RETURN QUERY
  UPDATE people_contact t SET version = t.version + 1,
    claims_no = ARRAY(SELECT DISTINCT unnest(t.claims_no::text[] || doubts) ORDER BY 1),
    decided_uses = CASE WHEN t.decided_uses IS NULL THEN NULL
      ELSE ARRAY(SELECT DISTINCT unnest(t.decided_uses::text[] || doubts) ORDER BY 1) END,
    ring = CASE WHEN 'ring' = ANY(doubts) THEN 'unsafe' ELSE t.ring END,
    text = CASE WHEN 'text' = ANY(doubts) THEN 'unsafe' ELSE t.text END,
    message = CASE WHEN 'message' = ANY(doubts) THEN 'unsafe' ELSE t.message END,
    write = CASE WHEN 'write' = ANY(doubts) THEN 'unsafe' ELSE t.write END
  WHERE t.person_id = whose AND t.value_key = held AND t.decided_at IS NOT NULL
  RETURNING t.person_id, t.value_key, doubts;
END $$;
REVOKE ALL ON FUNCTION hawl_close_decision(uuid, bytea, text[], text) FROM PUBLIC;
REVOKE ALL ON FUNCTION hawl_protect_contacts(uuid[]) FROM PUBLIC;
DO $$ DECLARE each name; BEGIN
FOR each IN SELECT rolname FROM pg_roles WHERE rolname IN ('hawl_jobs', current_database() || '_jobs') LOOP
EXECUTE format('GRANT EXECUTE ON FUNCTION hawl_protect_contacts(uuid[]) TO %I', each); END LOOP; END $$;
"""

# That nobody may reach a person at all is lifted by a second person, after a first has asked for it.
_PLAN_GUARD = """
CREATE FUNCTION hawl_guard_plan() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF OLD.lift_by IS NULL OR hawl_user() IS NULL OR OLD.lift_by = hawl_user() THEN
    RAISE EXCEPTION 'Lowering protection takes a decision of two people.' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER hawl_guard_plan BEFORE UPDATE ON people_contactplan FOR EACH ROW
WHEN (OLD.never_reach AND NOT NEW.never_reach) EXECUTE FUNCTION hawl_guard_plan();
CREATE FUNCTION hawl_guard_lift() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.lift_by IS DISTINCT FROM hawl_user() THEN
    RAISE EXCEPTION 'Nobody proposes in the name of another.' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER hawl_guard_lift BEFORE INSERT OR UPDATE OF lift_by ON people_contactplan FOR EACH ROW
WHEN (NEW.lift_by IS NOT NULL) EXECUTE FUNCTION hawl_guard_lift();
"""

_BACK = """
DROP TRIGGER hawl_guard_lift ON people_contactplan;
DROP FUNCTION hawl_guard_lift();
DROP TRIGGER hawl_guard_plan ON people_contactplan;
DROP FUNCTION hawl_guard_plan();
DROP FUNCTION hawl_close_decision(uuid, bytea, text[], text);
DROP FUNCTION hawl_protect_contacts(uuid[]);
DROP TRIGGER hawl_plan_follows_person ON people_person;
DROP FUNCTION hawl_plan_follows_person();
DROP TRIGGER hawl_guard_decision ON people_contactdecision;
DROP FUNCTION hawl_guard_decision();
DROP TRIGGER hawl_guard_undeciding ON people_contact;
DROP FUNCTION hawl_guard_undeciding();
DROP TRIGGER hawl_guard_contact ON people_contact;
DROP FUNCTION hawl_guard_contact();
"""


class Migration(migrations.Migration):
    """Triggers and functions; no table changes."""

    dependencies = [
        ("people", "0004_contact_plan"),
    ]

    operations = [
        migrations.RunSQL(sql=_CONTACT_GUARD + _DECISION_GUARD + _FOLLOW + _PROTECT + _PLAN_GUARD, reverse_sql=_BACK),
    ]
