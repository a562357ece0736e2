"""Breaking the glass and its review: functions that alone write what was broken, and check for themselves who asks."""

from __future__ import annotations

from django.db import migrations

# Refusals come under codes of their own (HG…), which the action turns into words. What is found, sealed, denied or
# not there at all takes the same statements and gives the same answer: an id.
_BREAK = """
CREATE FUNCTION hawl_break_glass(form text, key bytea, reason text, due date, candidates bigint[]) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $glass$
DECLARE
  me bigint := hawl_user(); body int; walls int[] := hawl_walls();
  found uuid[]; subjects uuid[]; two bigint[]; made uuid := gen_random_uuid();
  this_day date := (now() AT TIME ZONE 'Europe/London')::date;
BEGIN
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
  -- Whom the identifiers fit, then of those whom no seal and no denial hides.
  SELECT coalesce(array_agg(DISTINCT who), '{}') INTO found FROM (
    SELECT k.person_id AS who FROM people_contact k WHERE form = 'phone' AND k.value_key = key
    UNION ALL SELECT c.person_id FROM cases_case c WHERE form = 'crime' AND c.crime_key = key
  ) fits;
  SELECT coalesce(array_agg(x.id), '{}') INTO subjects FROM (
    SELECT p.id FROM people_person p WHERE p.id = ANY(found) AND p.visibility <> 'sealed' AND p.visible_to <> '{}'
      AND NOT coalesce(p.denied_users @> ARRAY[me], false) AND NOT coalesce(p.denied_organisations && walls, false)
    UNION ALL
    SELECT c.id FROM cases_case c JOIN people_person p ON p.id = c.person_id
    WHERE p.id = ANY(found) AND p.visibility <> 'sealed' AND p.visible_to <> '{}' AND c.visible_to <> '{}'
      AND NOT coalesce(p.denied_users @> ARRAY[me], false) AND NOT coalesce(p.denied_organisations && walls, false)
  ) x;
  -- Two who review it: not who broke it, and nobody from whom one of these records is kept.
  SELECT coalesce(array_agg(r.id), '{}') INTO two FROM (
    SELECT u.id FROM unnest(candidates) WITH ORDINALITY AS c(id, place) JOIN identity_user u ON u.id = c.id
    WHERE u.id <> me AND u.is_active AND u.roles && ARRAY['steward', 'specialist_lead']::varchar[]
      AND NOT EXISTS (SELECT 1 FROM people_person p WHERE p.id = ANY(found) AND p.denied_users @> ARRAY[u.id])
    ORDER BY c.place LIMIT 2
  ) r;
  IF cardinality(two) < 2 THEN RAISE EXCEPTION 'reviewers' USING ERRCODE = 'HG003'; END IF;
  INSERT INTO access_brokenglass (id, user_id, organisation_id, subjects, reason, broken_at, until, reviewers, reviews)
  VALUES (made, me, body, subjects, reason, now(), now() + interval '60 minutes', two, '{}');
  INSERT INTO protection_glassincident (glass_id, user_id, organisation_id, reason, broken_at, review_due, reviewers)
  VALUES (made, me, body, reason, now(), due, two);
  RETURN made;
END $glass$;
REVOKE ALL ON FUNCTION hawl_break_glass(text, bytea, text, date, bigint[]) FROM PUBLIC;
"""

# A reviewer signs for themselves, once. A steward is no worker with people, so that `hawl_user()` does not know them.
_REVIEW = """
CREATE FUNCTION hawl_review_glass(glass uuid, uphold boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $glass$
DECLARE
  me bigint := nullif(current_setting('hawl.user', true), '')::bigint; held access_brokenglass;
BEGIN
  SELECT * INTO held FROM access_brokenglass g WHERE g.id = glass FOR UPDATE;
  IF me IS NULL OR held.id IS NULL OR me <> ALL (held.reviewers) OR held.user_id = me OR held.reviews ? me::text
    OR NOT EXISTS (SELECT 1 FROM identity_user u WHERE u.id = me AND u.is_active) THEN
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

# The role of the staff site is called after the database (foundations/database/roles.py).
_GRANT = """
DO $$ DECLARE role text; BEGIN
  FOR role IN SELECT rolname FROM pg_roles WHERE rolname = current_database() || '_staff' LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION hawl_break_glass(text, bytea, text, date, bigint[]) TO %I', role);
    EXECUTE format('GRANT EXECUTE ON FUNCTION hawl_review_glass(uuid, boolean) TO %I', role);
  END LOOP;
END $$;
"""

_UNDO = """
DROP FUNCTION hawl_break_glass(text, bytea, text, date, bigint[]);
DROP FUNCTION hawl_review_glass(uuid, boolean);
"""


class Migration(migrations.Migration):
    """Functions over broken glass."""

    dependencies = [
        ("protection", "0002_signatures"),
        ("access", "0001_bodies"),
        ("people", "0003_protected_rows"),
        ("cases", "0003_protected_rows"),
    ]

    operations = [migrations.RunSQL(_BREAK + _REVIEW + _GRANT, _UNDO)]
