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
