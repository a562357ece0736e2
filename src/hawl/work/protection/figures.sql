-- Records that nobody can open any more, and what was raised in danger and waits for a second person. Numbers only.
CREATE OR REPLACE FUNCTION hawl_protection_counts() RETURNS TABLE (nobody bigint, unconfirmed bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT
    (SELECT count(*) FROM people_person p WHERE p.visibility = 'sealed' AND NOT EXISTS (
      SELECT 1 FROM identity_user u JOIN access_body b ON b.organisation_id = u.organisation_id
      LEFT JOIN access_body e ON e.organisation_id = u.employer_id
      WHERE u.id = ANY(p.named_users) AND u.is_active
        AND u.vetting_until >= (now() AT TIME ZONE 'Europe/London')::date
        AND u.training_until >= (now() AT TIME ZONE 'Europe/London')::date
        AND (b.ended_on IS NULL OR b.ended_on > (now() AT TIME ZONE 'Europe/London')::date)
        AND NOT coalesce(p.denied_users @> ARRAY[u.id], false)
        AND NOT coalesce(p.denied_organisations && b.walls, false)
        AND NOT coalesce(p.denied_organisations && e.walls, false))),
    (SELECT count(*) FROM protection_proposal r WHERE r.emergency AND r.confirmed_at IS NULL AND r.closed_at IS NULL
      AND r.proposed_at < now() - interval '1 day')
$$;;
-- Has a sealed record of a desk lost all who were named on it, or all but one who would hold it alone. Yes or no, never
-- which. It takes the place of that of migration 0003.
CREATE OR REPLACE FUNCTION hawl_nobody_left(desk int) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (
    SELECT 1 FROM people_person p
    WHERE p.visibility = 'sealed' AND p.id IN (SELECT c.person_id FROM cases_case c WHERE c.desk_id = desk)
      AND 1 >= (
        SELECT count(*) FROM identity_user u JOIN access_body b ON b.organisation_id = u.organisation_id
        LEFT JOIN access_body e ON e.organisation_id = u.employer_id
        WHERE u.id = ANY(p.named_users) AND u.is_active
          AND u.roles && ARRAY['victim_care_officer', 'specialist_lead', 'hub_worker', 'provider_worker',
            'justice_partner']::varchar[]
          AND u.vetting_until >= (now() AT TIME ZONE 'Europe/London')::date
          AND u.training_until >= (now() AT TIME ZONE 'Europe/London')::date
          AND (b.ended_on IS NULL OR b.ended_on > (now() AT TIME ZONE 'Europe/London')::date)
          AND NOT coalesce(p.denied_users @> ARRAY[u.id], false)
          AND NOT coalesce(p.denied_organisations && b.walls, false)
          AND NOT coalesce(p.denied_organisations && e.walls, false)))
$$
