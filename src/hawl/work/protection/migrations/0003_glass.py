"""Breaking the glass and its review: functions that alone write what was broken, and check for themselves who asks."""

from __future__ import annotations

from django.db import migrations, models

# What every reviewer and every second person needs, whether or not they work with people themselves.
_STANDING = """
CREATE FUNCTION hawl_in_standing(who bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (
    SELECT 1 FROM identity_user u JOIN access_body b ON b.organisation_id = u.organisation_id
    WHERE u.id = who AND u.is_active AND u.vetting_until >= (now() AT TIME ZONE 'Europe/London')::date
      AND u.training_until >= (now() AT TIME ZONE 'Europe/London')::date
      AND (b.ended_on IS NULL OR b.ended_on > (now() AT TIME ZONE 'Europe/London')::date))
$$;
CREATE FUNCTION hawl_walls_of(who bigint) RETURNS int[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT wall), '{}') FROM identity_user u
  JOIN access_body b ON b.organisation_id IN (u.organisation_id, u.employer_id), unnest(b.walls) AS wall WHERE u.id = who
$$;
REVOKE ALL ON FUNCTION hawl_in_standing(bigint), hawl_walls_of(bigint) FROM PUBLIC;
"""

# Refusals come under codes of their own (HG…), which the action turns into words, and all of them come before anything
# is looked up. What is found, sealed, denied, too many or not there at all takes the same statements and gives an id.
_BREAK = """
CREATE FUNCTION hawl_break_glass(
  form text, key bytea, of_name bigint[], of_birth bigint[], reason text, due date, OUT glass uuid, OUT wide boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $glass$
DECLARE
  me bigint := hawl_user(); body int; walls int[] := hawl_walls();
  people uuid[]; opened uuid[]; two bigint[];
  this_day date := (now() AT TIME ZONE 'Europe/London')::date;
BEGIN
  glass := gen_random_uuid();
  IF me IS NULL THEN RAISE insufficient_privilege USING MESSAGE = 'nobody in standing asks'; END IF;
  SELECT u.organisation_id INTO body FROM identity_user u WHERE u.id = me;
  -- One at a time for each account, or three at once would each be the third.
  PERFORM pg_advisory_xact_lock(4715101, hashtext(me::text));
  IF EXISTS (SELECT 1 FROM protection_glassincident i
             WHERE i.user_id = me AND i.reviewed_at IS NULL AND i.review_due < this_day) THEN
    RAISE EXCEPTION 'suspended' USING ERRCODE = 'HG002';
  END IF;
  IF (SELECT count(*) FROM access_brokenglass g WHERE g.user_id = me AND g.broken_at > now() - interval '30 days') >= 3
  THEN RAISE EXCEPTION 'quota' USING ERRCODE = 'HG001'; END IF;
  IF due > this_day + 10 THEN RAISE EXCEPTION 'due too late' USING ERRCODE = 'check_violation'; END IF;
  -- Two who review it, by lot, those of another body first. Drawn before anything is looked up: whom a record is kept
  -- from plays no part in it, or the names of the two would tell that there is such a record.
  SELECT coalesce(array_agg(r.id), '{}') INTO two FROM (
    SELECT u.id FROM identity_user u
    WHERE u.id <> me AND u.roles && ARRAY['steward', 'specialist_lead']::varchar[] AND hawl_in_standing(u.id)
    ORDER BY hawl_walls_of(u.id) && walls, gen_random_uuid() LIMIT 2
  ) r;
  IF cardinality(two) < 2 THEN RAISE EXCEPTION 'reviewers' USING ERRCODE = 'HG003'; END IF;
  -- Whom the identifiers fit, of those whom no seal and no denial hides; nobody who came without the police for police.
  SELECT coalesce(array_agg(p.id), '{}') INTO people FROM people_person p
  WHERE p.id IN (
      SELECT k.person_id FROM people_contact k WHERE form = 'phone' AND k.value_key = key
      UNION SELECT c.person_id FROM cases_case c WHERE form = 'crime' AND c.crime_key = key
      UNION SELECT n.person_id FROM finding_searchtoken n
        JOIN finding_searchtoken b ON b.person_id = n.person_id AND b.token = ANY(of_birth)
        WHERE form = 'name' AND n.token = ANY(of_name))
    AND p.visibility <> 'sealed' AND p.visible_to <> '{}'
    AND NOT coalesce(p.denied_users @> ARRAY[me], false) AND NOT coalesce(p.denied_organisations && walls, false)
    AND NOT (0 = ANY(walls) AND EXISTS (SELECT 1 FROM agreements_camewithoutpolice w WHERE w.person_id = p.id));
  -- A number that more than three share is of a place (a refuge, a surgery), and of nobody.
  wide := cardinality(people) > 3;
  IF wide THEN people := '{}'; END IF;
  SELECT people || coalesce(array_agg(c.id), '{}') INTO opened FROM cases_case c
  WHERE c.person_id = ANY(people) AND c.visible_to <> '{}';
  INSERT INTO access_brokenglass (id, user_id, organisation_id, subjects, reason, broken_at, until, reviewers, reviews)
  VALUES (glass, me, body, opened, reason, now(), now() + interval '60 minutes', two, '{}');
  INSERT INTO protection_glassincident (glass_id, user_id, organisation_id, reason, broken_at, review_due, reviewers, wide)
  VALUES (glass, me, body, reason, now(), due, two, wide);
END $glass$;
REVOKE ALL ON FUNCTION hawl_break_glass(text, bytea, bigint[], bigint[], text, date) FROM PUBLIC;
"""

# A reviewer signs for themselves, once. A steward is no worker with people, so that `hawl_user()` does not know them.
_REVIEW = """
CREATE FUNCTION hawl_review_glass(glass uuid, uphold boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $glass$
DECLARE
  me bigint := nullif(current_setting('hawl.user', true), '')::bigint; held access_brokenglass;
BEGIN
  SELECT * INTO held FROM access_brokenglass g WHERE g.id = glass FOR UPDATE;
  IF me IS NULL OR held.id IS NULL OR me <> ALL (held.reviewers) OR held.user_id = me OR held.reviews ? me::text
    OR NOT hawl_in_standing(me) OR NOT EXISTS (
      SELECT 1 FROM identity_user u WHERE u.id = me AND u.roles && ARRAY['steward', 'specialist_lead']::varchar[]) THEN
    RETURN false;
  END IF;
  held.reviews := held.reviews || jsonb_build_object(me::text, CASE WHEN uphold THEN 'upheld' ELSE 'not_upheld' END);
  UPDATE access_brokenglass SET reviews = held.reviews WHERE id = glass;
  IF (SELECT count(*) FROM jsonb_object_keys(held.reviews)) >= 2 THEN
    UPDATE access_brokenglass SET reviewed_at = now() WHERE id = glass;
    UPDATE protection_glassincident SET reviewed_at = now(),
      upheld = NOT EXISTS (SELECT 1 FROM jsonb_each_text(held.reviews) e WHERE e.value = 'not_upheld')
    WHERE glass_id = glass;
  END IF;
  RETURN true;
END $glass$;
REVOKE ALL ON FUNCTION hawl_review_glass(uuid, boolean) FROM PUBLIC;
"""

# Whether a sealed record of a desk has lost all its people: yes or no, and never which. And who may sign that it be
# given to others: a lead of that desk asks, and a lead of that desk or a steward agrees, both in standing.
_RENAMING = """
CREATE FUNCTION hawl_nobody_left(desk int) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (
    SELECT 1 FROM people_person p
    WHERE p.visibility = 'sealed' AND p.id IN (SELECT c.person_id FROM cases_case c WHERE c.desk_id = desk)
      AND NOT EXISTS (
        SELECT 1 FROM identity_user u WHERE u.id = ANY(p.named_users) AND hawl_in_standing(u.id)
          AND u.roles && ARRAY[{people}]::varchar[] AND NOT coalesce(p.denied_users @> ARRAY[u.id], false)
          AND NOT coalesce(p.denied_organisations && hawl_walls_of(u.id), false)))
$$;
CREATE FUNCTION hawl_renaming_signed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE me bigint := nullif(current_setting('hawl.user', true), '')::bigint; may text[] := ARRAY['specialist_lead'];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF (NEW.organisation_id, NEW.named) IS DISTINCT FROM (OLD.organisation_id, OLD.named) THEN
      RAISE EXCEPTION 'What was asked stands as it was.' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.agreed_by IS NOT DISTINCT FROM OLD.agreed_by THEN RETURN NEW; END IF;
    may := ARRAY['specialist_lead', 'steward'];
  END IF;
  IF NOT hawl_in_standing(me) OR NOT EXISTS (
    SELECT 1 FROM identity_user u WHERE u.id = me AND u.roles && may::varchar[]
      AND ('steward' = ANY(may) AND u.roles @> ARRAY['steward']::varchar[] OR u.organisation_id = NEW.organisation_id)) THEN
    RAISE EXCEPTION 'A lead of that desk, or a steward, signs in standing.' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER protection_renaming_signed BEFORE INSERT OR UPDATE ON protection_renaming
  FOR EACH ROW EXECUTE FUNCTION hawl_renaming_signed();
REVOKE ALL ON FUNCTION hawl_nobody_left(int), hawl_renaming_signed() FROM PUBLIC;
""".replace(
    "{people}", "'victim_care_officer', 'specialist_lead', 'hub_worker', 'provider_worker', 'justice_partner'"
)

# The role of the staff site is called after the database (foundations/database/roles.py).
_GRANT = """
DO $$ DECLARE role text; BEGIN
  FOR role IN SELECT rolname FROM pg_roles
    WHERE rolname IN (current_database() || '_staff', current_database() || '_jobs') LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION hawl_nobody_left(int) TO %I', role);
    CONTINUE WHEN role LIKE '%\\_jobs';
    EXECUTE format(
      'GRANT EXECUTE ON FUNCTION hawl_break_glass(text, bytea, bigint[], bigint[], text, date) TO %I', role);
    EXECUTE format('GRANT EXECUTE ON FUNCTION hawl_review_glass(uuid, boolean) TO %I', role);
  END LOOP;
END $$;
"""

_UNDO = """
DROP TRIGGER protection_renaming_signed ON protection_renaming;
DROP FUNCTION hawl_renaming_signed();
DROP FUNCTION hawl_nobody_left(int);
DROP FUNCTION hawl_break_glass(text, bytea, bigint[], bigint[], text, date);
DROP FUNCTION hawl_review_glass(uuid, boolean);
DROP FUNCTION hawl_walls_of(bigint);
DROP FUNCTION hawl_in_standing(bigint);
"""


class Migration(migrations.Migration):
    """Functions over broken glass, and who signs for re-naming."""

    dependencies = [
        ("protection", "0002_signatures"),
        ("access", "0001_bodies"),
        ("people", "0003_protected_rows"),
        ("cases", "0003_protected_rows"),
    ]

    operations = [
        migrations.AddField("glassincident", "wide", models.BooleanField(default=False)),
        migrations.RunSQL(_STANDING + _BREAK + _REVIEW + _RENAMING + _GRANT, _UNDO),
    ]
