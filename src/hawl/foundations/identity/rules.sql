-- Somebody else's yes to what was asked for an account: of who signed in, a moment ago, and may say it.
-- Gives the account; NULL where nothing waits under that id.
CREATE OR REPLACE FUNCTION hawl_decide_account(request uuid, yes boolean) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $decide$
DECLARE
  told text := coalesce(current_setting('hawl.user', true), '');
  today date := (now() AT TIME ZONE 'Europe/London')::date;
  asked identity_accountrequest;
  able bigint[]; account bigint;
BEGIN
  SELECT * INTO asked FROM identity_accountrequest r
    WHERE r.id = request AND r.decided_at IS NULL AND r.asked_at > now() - interval '7 days' FOR UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  SELECT u.id INTO account FROM identity_user u WHERE u.id = asked.user_id FOR UPDATE;
  -- Made meanwhile: nobody was shown what there is now.
  IF account IS NULL AND EXISTS (SELECT FROM identity_user u WHERE lower(u.email) = lower(asked.email)) THEN
    RETURN NULL;
  END IF;
  -- Stewards, and specialist leads in standing; where there is none besides whose account it is, any lead there is.
  able := ARRAY(
    SELECT u.id FROM identity_user u JOIN access_body b ON b.organisation_id = u.organisation_id
    WHERE u.is_active AND u.id IS DISTINCT FROM account AND lower(u.email) <> lower(asked.email)
      AND (b.ended_on IS NULL OR b.ended_on > today) AND (u.roles @> ARRAY['steward']::varchar[]
        OR u.roles @> ARRAY['specialist_lead']::varchar[] AND u.vetting_until >= today AND u.training_until >= today));
  IF able = '{}' THEN
    able := ARRAY(
      SELECT u.id FROM identity_user u WHERE u.is_active AND u.roles @> ARRAY['specialist_lead']::varchar[]
        AND u.id IS DISTINCT FROM account AND lower(u.email) <> lower(asked.email));
  END IF;
  IF NOT EXISTS (
    SELECT FROM identity_staffsession s WHERE s.user_id = ANY (able) AND s.user_id::text = told AND s.ended_at IS NULL
      AND s.factor_at > now() - interval '10 minutes') THEN
    RAISE insufficient_privilege USING MESSAGE = 'another who may say yes, signed in a moment ago, decides this';
  END IF;
  UPDATE identity_accountrequest SET decided_at = now(), decided_by = told::bigint, agreed = yes, password = ''
    WHERE id = request;
  IF NOT yes THEN RETURN coalesce(account, 0); END IF;
  IF asked.kind = 'reset' THEN
    UPDATE identity_user SET factor_reset_from = coalesce(factor_reset_from, now() + interval '24 hours')
      WHERE id = account AND is_active;
  ELSIF account IS NULL THEN
    INSERT INTO identity_user (email, display_name, organisation_id, employer_id, roles, vetting_until, training_until,
      language, password, is_active, is_demo)
    VALUES (asked.email, asked.display_name, asked.organisation_id, asked.employer_id, asked.roles, asked.vetting_until,
      asked.training_until, asked.language, asked.password, true, false) RETURNING id INTO account;
  ELSE
    UPDATE identity_user SET display_name = asked.display_name, organisation_id = asked.organisation_id,
      employer_id = asked.employer_id, roles = asked.roles, vetting_until = asked.vetting_until,
      training_until = asked.training_until, language = asked.language, password = asked.password, is_active = true
      WHERE id = account;
  END IF;
  RETURN account;
END $decide$;
REVOKE ALL ON FUNCTION hawl_decide_account(uuid, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hawl_decide_account(uuid, boolean) TO {staff}, {jobs};
