"""Glass opens also where nobody can review it yet, and where one person is held in many rows."""

from __future__ import annotations

from django.db import migrations, models

# Who reviews: a lead in standing, or a steward, who works with no person and needs an active account alone; either
# while their body is. And how many of those drawn for an opening reviewed it or can.
_MAY = """
CREATE FUNCTION hawl_may_review(who bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (
    SELECT 1 FROM identity_user u JOIN access_body b ON b.organisation_id = u.organisation_id
    WHERE u.id = who AND u.is_active
      AND (b.ended_on IS NULL OR b.ended_on > (now() AT TIME ZONE 'Europe/London')::date)
      AND (u.roles @> ARRAY['steward']::varchar[]
        OR u.roles @> ARRAY['specialist_lead']::varchar[] AND hawl_in_standing(u.id)))
$$;
CREATE FUNCTION hawl_reviewing(glass uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT count(*) FROM access_brokenglass g, unnest(g.reviewers) AS who
  WHERE g.id = glass AND (g.reviews ? who::text OR hawl_may_review(who))
$$;
CREATE FUNCTION hawl_drawn(breaker bigint, besides bigint[], most bigint) RETURNS bigint[]
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce(array_agg(r.id), '{}') FROM (
    SELECT u.id FROM identity_user u
    WHERE u.id <> breaker AND u.id <> ALL (besides) AND u.roles && ARRAY['steward', 'specialist_lead']::varchar[]
      AND hawl_may_review(u.id)
    ORDER BY hawl_walls_of(u.id) && hawl_walls_of(breaker), gen_random_uuid() LIMIT most
  ) r
$$;
REVOKE ALL ON FUNCTION hawl_may_review(bigint), hawl_reviewing(uuid), hawl_drawn(bigint, bigint[], bigint) FROM PUBLIC;
"""

# As in migration 0003, save for who reviews, that nobody who could is no refusal, and who counts as how many people.
_BREAK = """
CREATE OR REPLACE FUNCTION hawl_break_glass(
  form text, key bytea, of_name bigint[], of_birth bigint[], reason text, due date, OUT glass uuid, OUT wide boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $glass$
DECLARE
  me bigint := hawl_user(); body int; walls int[] := hawl_walls();
  people uuid[]; opened uuid[]; two bigint[]; free boolean; several bigint;
  this_day date := (now() AT TIME ZONE 'Europe/London')::date;
BEGIN
  glass := gen_random_uuid();
  IF me IS NULL THEN RAISE insufficient_privilege USING MESSAGE = 'nobody in standing asks'; END IF;
  SELECT u.organisation_id INTO body FROM identity_user u WHERE u.id = me;
  -- One at a time for each account, or three at once would each be the third.
  PERFORM pg_advisory_xact_lock(4715101, hashtext(me::text));
  -- What nobody could review suspends nobody.
  IF EXISTS (SELECT 1 FROM protection_glassincident i
             WHERE i.user_id = me AND i.reviewed_at IS NULL AND i.review_due < this_day
               AND hawl_reviewing(i.glass_id) >= 2) THEN
    RAISE EXCEPTION 'suspended' USING ERRCODE = 'HG002';
  END IF;
  -- After a number or a reference that opened nobody, for whatever reason, one try by the name spends nothing. It rests
  -- on what whoever asks saw already, so that it tells nothing: neither that many fitted nor that one was hidden.
  SELECT form = 'name' AND count(*) FILTER (WHERE i.sought_by IN ('phone', 'crime') AND g.subjects = '{}')
      > count(*) FILTER (WHERE NOT i.counted)
    INTO free FROM protection_glassincident i JOIN access_brokenglass g ON g.id = i.glass_id
    WHERE i.user_id = me AND i.broken_at > now() - interval '60 minutes';
  IF NOT free AND (SELECT count(*) FROM protection_glassincident i
      WHERE i.user_id = me AND i.counted AND i.broken_at > now() - interval '30 days') >= 3
  THEN RAISE EXCEPTION 'quota' USING ERRCODE = 'HG001'; END IF;
  IF due > this_day + 10 THEN RAISE EXCEPTION 'due too late' USING ERRCODE = 'check_violation'; END IF;
  -- Two who review it, by lot, those of another body first. Drawn before anything is looked up: whom a record is kept
  -- from plays no part in it, or the names of the two would tell that there is such a record. Where there are fewer it
  -- opens all the same, and waits for them: what is read at night can save a life.
  two := hawl_drawn(me, '{}', 2);
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
  -- Rows of one name and one day of birth are one person: their own tokens are the same. A row that lacks either is a
  -- person by itself.
  SELECT count(DISTINCT CASE WHEN p.born_on IS NULL THEN p.id::text ELSE coalesce(own.tokens, p.id::text) END)
    INTO several FROM people_person p LEFT JOIN LATERAL (
      SELECT string_agg(n.token::text, ' ' ORDER BY n.token) AS tokens FROM finding_searchtoken n
      WHERE n.person_id = p.id AND n.source_id = p.id) own ON true
    WHERE p.id = ANY(people);
  -- A number that more than three people share is of a place (a refuge, a surgery), and of nobody. Whom a whole name and
  -- the day of birth fit is one person; in fifty rows it is a name that was typed where none was known.
  wide := form <> 'name' AND several > 3 OR cardinality(people) > 50;
  IF wide THEN people := '{}'; END IF;
  SELECT people || coalesce(array_agg(c.id), '{}') INTO opened FROM cases_case c
  WHERE c.person_id = ANY(people) AND c.visible_to <> '{}';
  INSERT INTO access_brokenglass (id, user_id, organisation_id, subjects, reason, broken_at, until, reviewers, reviews)
  VALUES (glass, me, body, opened, reason, now(), now() + interval '60 minutes', two, '{}');
  INSERT INTO protection_glassincident (glass_id, user_id, organisation_id, reason, broken_at, review_due, reviewers, wide,
    sought_by, counted)
  VALUES (glass, me, body, reason, now(), due, two, wide, form, NOT free);
END $glass$;
"""

_REVIEW = """
CREATE OR REPLACE FUNCTION hawl_review_glass(glass uuid, uphold boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $glass$
DECLARE
  me bigint := nullif(current_setting('hawl.user', true), '')::bigint; held access_brokenglass;
BEGIN
  SELECT * INTO held FROM access_brokenglass g WHERE g.id = glass FOR UPDATE;
  IF me IS NULL OR held.id IS NULL OR me <> ALL (held.reviewers) OR held.user_id = me OR held.reviews ? me::text
    OR NOT hawl_may_review(me) THEN
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
"""

# The review catches up: each opening that has fewer than two who reviewed it or can is given others, by lot, and from
# that day the time for it. Whom it was given to before keeps it, should they be back. And how many still wait.
_CATCH_UP = """
CREATE FUNCTION hawl_draw_reviewers(due date) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $glass$
DECLARE held protection_glassincident; drawn bigint[];
BEGIN
  FOR held IN SELECT * FROM protection_glassincident i WHERE i.reviewed_at IS NULL ORDER BY i.broken_at FOR UPDATE LOOP
    CONTINUE WHEN hawl_reviewing(held.glass_id) >= 2;
    drawn := hawl_drawn(held.user_id, held.reviewers, 2 - hawl_reviewing(held.glass_id));
    CONTINUE WHEN drawn = '{}';
    UPDATE access_brokenglass SET reviewers = reviewers || drawn WHERE id = held.glass_id;
    UPDATE protection_glassincident SET reviewers = reviewers || drawn, review_due = greatest(review_due, due)
      WHERE glass_id = held.glass_id;
    UPDATE protection_glassaccount SET named_users = named_users || drawn WHERE glass_id = held.glass_id;
    RETURN NEXT held.glass_id;
  END LOOP;
END $glass$;
CREATE FUNCTION hawl_openings_without_reviewers() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT count(*) FROM protection_glassincident i WHERE i.reviewed_at IS NULL AND hawl_reviewing(i.glass_id) < 2
$$;
REVOKE ALL ON FUNCTION hawl_draw_reviewers(date), hawl_openings_without_reviewers() FROM PUBLIC;
"""

# The roles of processes are called after the database (foundations/database/roles.py).
_GRANT = """
DO $$ DECLARE role text; BEGIN
  FOR role IN SELECT rolname FROM pg_roles
    WHERE rolname IN (current_database() || '_staff', current_database() || '_jobs') LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION hawl_openings_without_reviewers() TO %I', role);
    CONTINUE WHEN role LIKE '%\\_staff';
    EXECUTE format('GRANT EXECUTE ON FUNCTION hawl_draw_reviewers(date), hawl_may_review(bigint) TO %I', role);
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    """Functions over broken glass, again; no way back to those that refused."""

    dependencies = [("protection", "0003_glass"), ("people", "0003_protected_rows"), ("cases", "0003_protected_rows")]

    operations = [
        migrations.AddField("glassincident", "sought_by", models.CharField(blank=True, default="", max_length=10)),
        migrations.AddField("glassincident", "counted", models.BooleanField(default=True)),
        migrations.RunSQL(_MAY + _BREAK + _REVIEW + _CATCH_UP + _GRANT, migrations.RunSQL.noop),
    ]
