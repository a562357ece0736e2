-- What the role `figures` does for the audit: it chains grave acts, and shows entries to those who may read them.
-- Nothing here gives a name or what was read; of an entry it gives ids and codes.

-- Hangs one entry on the chain of grave acts, in the transaction that wrote it. Whoever comes second waits.
CREATE OR REPLACE FUNCTION hawl_audit_chain(which uuid) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  content bytea;
  last audit_gravelink;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('hawl_audit_chain'));
  SELECT convert_to(jsonb_build_array(e.id::text, (extract(epoch FROM e.at) * 1000000)::bigint, e.actor, e.organisation_id, e.action, e.audit_class, e.object_kind, e.object_id, e.objects::text[], e.request_id, e.rule, e.purpose, e.detail)::text, 'UTF8')
    INTO STRICT content FROM audit_auditentry e WHERE e.id = which AND e.audit_class = 'grave';
  SELECT * INTO last FROM audit_gravelink ORDER BY number DESC LIMIT 1;
  INSERT INTO audit_gravelink (number, entry_id, hash)
    VALUES (coalesce(last.number, 0) + 1, which, sha256(coalesce(last.hash, ''::bytea) || content));
  RETURN coalesce(last.number, 0) + 1;
END $$;

-- Entries as the signed-in reader may see them, newest first. A steward sees all; who sees a person's record sees who
-- looked at it (`about`). Left out is what is about somebody from whom the reader's body is walled off; a reader of
-- the police sees only what is about no person, or about one whom a police body sees. Arguments that are NULL ask
-- for everything.
CREATE OR REPLACE FUNCTION hawl_audit_entries(about uuid, account text, act text, kind text, since timestamptz, until timestamptz, most int, beyond int)
RETURNS TABLE (id uuid, at timestamptz, actor text, organisation_id int, action text, audit_class text,
               object_kind text, object_id text, people uuid[], rule text, purpose text, request_id text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  reader bigint := nullif(current_setting('hawl.user', true), '')::bigint;
  walls int[] := hawl_walls();
  of_police boolean := 0 = ANY(hawl_walls());
  police int[] := (SELECT coalesce(array_agg(b.organisation_id), '{}') FROM access_body b WHERE b.police);
  of_person uuid[];
BEGIN
  IF NOT EXISTS (SELECT FROM identity_user u JOIN access_body b ON b.organisation_id = u.organisation_id
                 WHERE u.id = reader AND u.is_active AND u.roles @> ARRAY['steward']::varchar[]
                   AND (b.ended_on IS NULL OR b.ended_on > (now() AT TIME ZONE 'Europe/London')::date))
     AND (about IS NULL OR NOT EXISTS (
       SELECT FROM people_person p WHERE p.id = about
         AND (p.visible_to && hawl_organisations() OR p.named_users @> ARRAY[hawl_user()])
         AND (p.denied_users IS NULL OR NOT p.denied_users @> ARRAY[reader])))
  THEN RETURN; END IF;
  IF about IS NOT NULL THEN
    of_person := ARRAY[about] || ARRAY(SELECT c.id FROM cases_case c WHERE c.person_id = about)
                              || ARRAY(SELECT c.id FROM people_contact c WHERE c.person_id = about);
  END IF;
  RETURN QUERY
  SELECT e.id, e.at, e.actor::text, e.organisation_id, e.action::text, e.audit_class::text, e.object_kind::text,
         e.object_id::text, shown.people, e.rule::text, e.purpose::text, e.request_id::text
  FROM audit_auditentry e
  CROSS JOIN LATERAL (
    SELECT CASE WHEN e.object_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN e.object_id::uuid END AS object
  ) AS named
  CROSS JOIN LATERAL (
    SELECT coalesce((SELECT p.id FROM people_person p WHERE p.id = named.object),
                    (SELECT c.person_id FROM cases_case c WHERE c.id = named.object),
                    (SELECT c.person_id FROM people_contact c WHERE c.id = named.object)) AS person
  ) AS known
  CROSS JOIN LATERAL (
    SELECT array_agg(each ORDER BY each) AS people FROM unnest(e.objects) AS each
    WHERE EXISTS (SELECT FROM people_person p WHERE p.id = each
            AND (p.denied_organisations IS NULL OR NOT p.denied_organisations && walls)
            AND (p.denied_users IS NULL OR NOT p.denied_users @> ARRAY[reader])
            AND (NOT of_police OR p.visible_to && police))
       OR (NOT of_police AND NOT EXISTS (SELECT FROM people_person p WHERE p.id = each))
  ) AS shown
  WHERE (of_person IS NULL OR e.object_id = ANY(of_person::text[]) OR shown.people @> ARRAY[about])
    AND (of_person IS NULL OR e.object_id = ANY(of_person::text[]) OR e.objects && ARRAY[about])
    AND (account IS NULL OR e.actor = account)
    AND (act IS NULL OR e.action = act)
    AND (kind IS NULL OR e.audit_class = kind)
    AND (since IS NULL OR e.at >= since)
    AND (until IS NULL OR e.at < until)
    -- The object itself, or whom it belongs to, is not behind a wall.
    AND NOT EXISTS (
      SELECT FROM people_person p WHERE p.id = known.person
        AND (p.denied_organisations && walls OR p.denied_users @> ARRAY[reader]
             OR (of_police AND NOT p.visible_to && police)))
    -- To the police, an object that belongs to nobody known may be somebody's whom they must not know.
    AND (NOT of_police OR known.person IS NOT NULL OR shown.people IS NOT NULL OR e.object_kind IN (
      '', 'area', 'audit', 'body', 'feed_run', 'job_failure', 'key', 'list', 'organisation', 'page', 'service',
      'street_file', 'template', 'user', 'wrapping_key'))
    -- Nor is an entry shown of which nothing but people behind a wall would be left.
    AND (e.objects IS NULL OR e.objects = '{}' OR shown.people IS NOT NULL)
  ORDER BY e.at DESC, e.id
  LIMIT most OFFSET beyond;
END $$;
