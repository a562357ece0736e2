-- Whether a sealed record was restricted before, so that it is so again once it is unsealed: to whom sees it now, and not
-- by a broken glass alone.
CREATE OR REPLACE FUNCTION hawl_was_restricted(the_person uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $was$
  SELECT EXISTS (
    SELECT FROM people_person p JOIN access_keptscope k ON k.person_id = p.id
    WHERE p.id = the_person AND k.held_in = 'people_person' AND k.restricted
      AND (session_user = btrim('{jobs}', '"') AND hawl_machine() OR p.id IN (SELECT id FROM people_person WHERE {seen})))
$was$;
