-- What the database itself keeps to, whoever writes. Laid down by `guards.py`, which fills in one line for each table
-- about people. The functions run with the owner's rights and are called by the application's roles.

-- Only who sees the person by more than a broken glass, and the machine, may have anything of them closed or opened.
CREATE OR REPLACE FUNCTION hawl_must_see(the_person uuid) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF right(session_user, 5) = '_jobs' AND hawl_machine() THEN RETURN; END IF;
  IF NOT EXISTS (SELECT FROM people_person WHERE id = the_person AND ({visible})) THEN
    RAISE insufficient_privilege USING MESSAGE = 'no such record';
  END IF;
END $$;

-- Somebody who came without the police, while no agreement that stands, and to which two people signed, names a police
-- body.
CREATE OR REPLACE FUNCTION hawl_hidden_from_police(the_person uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM agreements_camewithoutpolice w WHERE w.person_id = the_person) AND NOT EXISTS (
    SELECT FROM agreements_sharingagreement a JOIN access_body b ON b.organisation_id = a.organisation_id AND b.police
    WHERE a.person_id = the_person AND a.ended_at IS NULL AND a.seconded_at IS NOT NULL)
$$;

-- Police bodies that nothing agreed names.
CREATE OR REPLACE FUNCTION hawl_police_not_agreed(the_person uuid) RETURNS int[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(b.organisation_id), '{}') FROM access_body b WHERE b.police AND NOT EXISTS (
    SELECT FROM agreements_sharingagreement a
    WHERE a.person_id = the_person AND a.organisation_id = b.organisation_id AND a.ended_at IS NULL
      AND a.seconded_at IS NOT NULL)
$$;

-- After every insert and update of a table about people: `TG_ARGV[0]` is the column of its subject, and `TG_ARGV[1]` how
-- one comes from there to the person. What is added to somebody hidden bears the wall; what would put a police body or
-- account on it, or take the wall away, does not happen.
CREATE OR REPLACE FUNCTION hawl_no_police() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE whose text; wrong boolean; bare uuid[];
BEGIN
  IF NOT EXISTS (SELECT FROM agreements_camewithoutpolice) THEN RETURN NULL; END IF;
  whose := CASE TG_ARGV[1]
    WHEN 'case' THEN format('JOIN cases_case c ON c.id = f.%I JOIN agreements_camewithoutpolice w ON w.person_id = c.person_id', TG_ARGV[0])
    ELSE format('JOIN agreements_camewithoutpolice w ON w.person_id = f.%I', TG_ARGV[0]) END;
  -- The agreement that has just ended is closed with all else, by `hawl_close_sight`, in the same transaction.
  IF TG_TABLE_NAME = 'agreements_sharingagreement' THEN
    whose := whose || ' AND NOT (f.ended_at IS NOT NULL AND f.visible_to @> ARRAY[f.organisation_id])';
  END IF;
  EXECUTE 'SELECT EXISTS (SELECT FROM fresh f ' || whose || ' WHERE f.visible_to && hawl_police_not_agreed(w.person_id)'
    ' OR EXISTS (SELECT FROM identity_user u WHERE u.id = ANY(f.named_users)'
    '   AND ARRAY[u.organisation_id, u.employer_id] && hawl_police_not_agreed(w.person_id)))' INTO wrong;
  IF wrong THEN
    RAISE check_violation USING MESSAGE = 'hawl_no_police: somebody who came without the police, and has not agreed.';
  END IF;
  EXECUTE format('SELECT array_agg(f.%I) FROM fresh f ', TG_ARGV[0]) || whose || ' WHERE hawl_hidden_from_police(w.person_id)'
    ' AND NOT coalesce(f.denied_organisations, ''{}'') @> ARRAY[0]' INTO bare;
  IF bare IS NULL THEN RETURN NULL; END IF;
  IF TG_OP = 'UPDATE' THEN
    RAISE check_violation USING MESSAGE = 'hawl_no_police: the wall stays while nothing agreed names the police.';
  END IF;
  EXECUTE format('UPDATE %I t SET denied_organisations = array_append(t.denied_organisations, 0)'
    ' WHERE t.%I = ANY($1) AND NOT coalesce(t.denied_organisations, ''{}'') @> ARRAY[0]',
    TG_TABLE_NAME, TG_ARGV[0]) USING bare;
  RETURN NULL;
END $$;

-- The wall against all police on every row of a person, and its end, which `hawl_no_police` lets through only while
-- something agreed names a police body.
CREATE OR REPLACE FUNCTION hawl_lay_wall(the_person uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE not_agreed int[] := hawl_police_not_agreed(the_person);
BEGIN
{wall}
END $$;

-- An organisation loses sight of a person, save of the cases for which it has another ground: its own, those told to it
-- by a desk in `free_desks` on the `automatic` route (no agreement needed) after which nobody said no, and those of an
-- agreement that still stands. Gives whether anything of the person stays open to it.
CREATE OR REPLACE FUNCTION hawl_close_sight(the_person uuid, the_body int, free_desks int[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE shut_cases uuid[]; still_some boolean;
BEGIN
  PERFORM hawl_must_see(the_person);
  SELECT coalesce(array_agg(c.id), '{}') INTO shut_cases FROM cases_case c
  WHERE c.person_id = the_person AND c.desk_id <> the_body
    AND NOT (c.route = 'automatic' AND c.agreement <> 'no' AND c.desk_id = ANY(free_desks))
    AND NOT EXISTS (
      SELECT FROM agreements_sharingagreement a WHERE a.person_id = the_person AND a.organisation_id = the_body
        AND a.ended_at IS NULL AND (a.case_id IS NULL OR a.case_id = c.id));
  still_some := EXISTS (
      SELECT FROM cases_case c WHERE c.person_id = the_person AND c.visible_to @> ARRAY[the_body] AND NOT c.id = ANY(shut_cases))
    OR EXISTS (
      SELECT FROM agreements_camewithoutpolice w WHERE w.person_id = the_person AND w.organisation_id = the_body)
    OR EXISTS (
      SELECT FROM agreements_sharingagreement a WHERE a.person_id = the_person AND a.organisation_id = the_body
        AND a.ended_at IS NULL AND a.case_id IS NULL);
  -- Who came without the police is walled off from them again, in one statement for each table.
  IF hawl_hidden_from_police(the_person) THEN PERFORM hawl_lay_wall(the_person); END IF;
{close}
  RETURN still_some;
END $$;

-- The wall against the police falls by the hands of two different people who see the person by more than a broken glass:
-- `hawl.user` and, beside them, who recorded the agreement. That one is named on the record makes no difference, since one
-- person names whom they like. Gives whether it fell.
DROP FUNCTION IF EXISTS hawl_unwall_police(uuid);
CREATE OR REPLACE FUNCTION hawl_unwall_by_two(agreement uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE me bigint := hawl_user(); held agreements_sharingagreement; the_person uuid;
BEGIN
  SELECT * INTO held FROM agreements_sharingagreement a WHERE a.id = agreement FOR UPDATE;
  the_person := held.person_id;
  PERFORM hawl_must_see(the_person);
  IF me IS NULL OR held.ended_at IS NOT NULL OR held.seconded_at IS NOT NULL
    OR NOT EXISTS (SELECT FROM agreements_camewithoutpolice w WHERE w.person_id = the_person AND w.matching = 'finished')
    OR NOT EXISTS (SELECT FROM access_body b WHERE b.organisation_id = held.organisation_id AND b.police) THEN
    RETURN false;
  END IF;
  IF NOT (held.recorded_by IS DISTINCT FROM me AND EXISTS (
    SELECT FROM identity_user u WHERE u.id = held.recorded_by AND u.is_active
      AND least(u.vetting_until, u.training_until) >= (now() AT TIME ZONE 'Europe/London')::date
      AND u.vetting_until IS NOT NULL AND u.training_until IS NOT NULL)) THEN
    RETURN false;
  END IF;
  UPDATE agreements_sharingagreement SET seconded_by = me, seconded_at = now() WHERE id = agreement;
{unwall}
  UPDATE agreements_sharingagreement SET visible_to = array_append(array_remove(visible_to, held.organisation_id), held.organisation_id)
  WHERE id = agreement AND visible_to <> '{}';
  RETURN true;
END $$;

-- Each signs an agreement for themselves: who is signed in records it, and nobody writes the second signature or alters
-- with whom it is, but the function above.
CREATE OR REPLACE FUNCTION hawl_agreement_signed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE me bigint := nullif(current_setting('hawl.user', true), '')::bigint;
BEGIN
  IF right(current_user, 6) <> '_staff' THEN RETURN NEW; END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.recorded_by IS DISTINCT FROM me OR NEW.seconded_by IS NOT NULL OR NEW.seconded_at IS NOT NULL THEN
      RAISE check_violation USING MESSAGE = 'hawl_agreement_signed: who is signed in records it, and another seconds it.';
    END IF;
  ELSIF (NEW.person_id, NEW.organisation_id, NEW.recorded_by, NEW.seconded_by, NEW.seconded_at)
    IS DISTINCT FROM (OLD.person_id, OLD.organisation_id, OLD.recorded_by, OLD.seconded_by, OLD.seconded_at) THEN
    RAISE check_violation USING MESSAGE = 'hawl_agreement_signed: what was agreed stands as it was signed.';
  END IF;
  RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS hawl_agreement_signed ON agreements_sharingagreement;
CREATE TRIGGER hawl_agreement_signed BEFORE INSERT OR UPDATE ON agreements_sharingagreement
  FOR EACH ROW EXECUTE FUNCTION hawl_agreement_signed();

-- Who came without the police is opened once, after matching: to the hub, or, where a sealed record is of the same person,
-- to those who are named there.
CREATE OR REPLACE FUNCTION hawl_finish_matching(the_person uuid, sealed_match uuid, leads bigint[])
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE new_seen int[]; new_named bigint[] := '{}'; new_level text := 'open';
BEGIN
  PERFORM hawl_must_see(the_person);
  SELECT ARRAY[w.organisation_id] INTO new_seen FROM agreements_camewithoutpolice w
  WHERE w.person_id = the_person AND w.matching = 'waiting' FOR UPDATE;
  IF new_seen IS NULL THEN RETURN; END IF;
  IF EXISTS (SELECT FROM people_person p WHERE p.id = sealed_match AND p.visibility = 'sealed') THEN
    new_seen := '{}'; new_level := 'sealed';
    -- Those named there, without the police; where none is left, the hub's own leads.
    SELECT array_agg(who) INTO new_named FROM people_person p, unnest(p.named_users) AS who
    WHERE p.id = sealed_match AND NOT EXISTS (
      SELECT FROM identity_user u JOIN access_body b ON b.police AND b.organisation_id IN (u.organisation_id, u.employer_id)
      WHERE u.id = who);
    new_named := coalesce(new_named, leads);
  END IF;
  UPDATE agreements_camewithoutpolice SET matching = 'finished', matched_at = now() WHERE person_id = the_person;
{open}
END $$;
