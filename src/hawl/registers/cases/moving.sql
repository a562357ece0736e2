-- What the gate of a referral rests on; all else that the keeper reads is granted with the scope.
GRANT SELECT (route, agreement) ON cases_case TO {keeper};
-- A referral: a case, its events, its person and the ways of reaching them that it told are opened to one more body. By
-- whom the case is seen at its own desk, and not by a broken glass alone; nothing sealed is opened, and nothing to the
-- police, to whom two people open. What belongs to the person and no case (a decision) goes along. Of rows that the asker
-- does not see, none is touched.
CREATE OR REPLACE FUNCTION hawl_open_to(the_case uuid, the_body int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $open$
DECLARE
  machine boolean := session_user = btrim('{jobs}', '"') AND hawl_machine();
  whose uuid;
BEGIN
  SELECT person_id INTO whose FROM cases_case WHERE id = the_case AND visible_to <> '{}'
    AND (machine OR desk_id = ANY (hawl_organisations()) AND ({seen})) FOR UPDATE;
  -- The gate of a referral (work/intake/rules.py, may_leave_police_side), asked here too: a no is no to every body.
  IF NOT machine AND EXISTS (SELECT FROM cases_case WHERE id = the_case
    AND (agreement = 'no' OR NOT (route = 'automatic' OR route = 'consent_first' AND agreement = 'yes'))) THEN
    RAISE insufficient_privilege USING MESSAGE = 'nothing of this case may be referred on';
  END IF;
  IF whose IS NULL OR NOT EXISTS (
    SELECT FROM people_person WHERE id = whose AND visibility <> 'sealed' AND visible_to <> '{}' AND (machine OR ({seen})))
  THEN
    RAISE insufficient_privilege USING MESSAGE = 'no such case at a desk of yours';
  END IF;
  IF NOT EXISTS (
    SELECT FROM access_body b WHERE b.organisation_id = the_body AND (machine OR NOT b.police)
      AND (b.ended_on IS NULL OR b.ended_on > (now() AT TIME ZONE 'Europe/London')::date)) THEN
    RAISE insufficient_privilege USING MESSAGE = 'no such body to refer to';
  END IF;
  UPDATE cases_case SET visible_to = array_append(visible_to, the_body)
    WHERE id = the_case AND NOT visible_to @> ARRAY[the_body];
  UPDATE cases_caseevent SET visible_to = array_append(visible_to, the_body)
    WHERE case_id = the_case AND visible_to <> '{}' AND NOT visible_to @> ARRAY[the_body] AND (machine OR ({seen}));
  UPDATE people_contact SET visible_to = array_append(visible_to, the_body)
    WHERE person_id = whose AND (case_id = the_case OR case_id IS NULL) AND visible_to <> '{}'
      AND NOT visible_to @> ARRAY[the_body] AND (machine OR ({seen}));
  UPDATE people_person SET visible_to = array_append(visible_to, the_body)
    WHERE id = whose AND NOT visible_to @> ARRAY[the_body];
END $open$;
