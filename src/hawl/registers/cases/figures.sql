-- Rows without their parent. The database has no foreign keys here (docs/decisions/0011), so `hawl doctor` counts.
CREATE OR REPLACE FUNCTION hawl_orphans_of_events() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT count(*) FROM cases_caseevent e WHERE NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.id = e.case_id) $$;
CREATE OR REPLACE FUNCTION hawl_orphans_of_duties() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT count(*) FROM duties_duty d WHERE NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.id = d.case_id) $$;
CREATE OR REPLACE FUNCTION hawl_orphans_of_contacts() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT count(*) FROM people_contact k WHERE NOT EXISTS (SELECT 1 FROM people_person p WHERE p.id = k.person_id) $$;
-- Whether a person said no in any case of theirs, also in one that the asker does not see: nobody is written to who did.
-- It answers whoever sees the person; of anybody else it says nothing, which counts as a no.
CREATE OR REPLACE FUNCTION hawl_declined(the_person uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS
$declined$
  SELECT EXISTS (SELECT 1 FROM cases_case c WHERE c.person_id = p.id AND c.agreement = 'no') FROM people_person p
  WHERE p.id = the_person AND (session_user = btrim('{jobs}', '"') AND hawl_machine() OR (
    coalesce(p.visible_to && hawl_organisations() OR p.named_users @> ARRAY[hawl_user()]
      OR p.visible_to <> '{}' AND p.id = ANY (hawl_glass()), false)
    AND (p.denied_users IS NULL OR NOT p.denied_users @> ARRAY[hawl_user()])
    AND (p.denied_organisations IS NULL OR NOT p.denied_organisations && hawl_walls())))
$declined$;
