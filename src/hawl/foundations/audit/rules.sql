-- Who wrote an entry, when, and in which transaction, is not left to whoever writes it. The staff site writes in the name
-- of who is signed in, and of nobody where nobody is: `anyone` who asks to come in, and the end of a stay. Machines and
-- the command line write by the jobs process.
CREATE OR REPLACE FUNCTION hawl_audit_signed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $signed$
DECLARE told text := nullif(current_setting('hawl.user', true), '');
BEGIN
  NEW.txid := pg_current_xact_id()::text::bigint;
  IF current_user = btrim('{partner}', '"') THEN
    IF NEW.actor NOT LIKE 'partner:%' THEN
      RAISE check_violation USING MESSAGE = 'hawl_audit_signed: the API writes in the name of partners alone.';
    END IF;
    NEW.at := clock_timestamp();
    RETURN NEW;
  END IF;
  IF current_user <> btrim('{staff}', '"') THEN RETURN NEW; END IF;
  IF told IS NULL AND NEW.actor NOT IN ('anyone', 'system:sessions') OR NEW.actor <> 'user:' || told THEN
    RAISE check_violation USING MESSAGE = 'hawl_audit_signed: nobody writes to the audit in the name of another.';
  END IF;
  NEW.at := clock_timestamp();
  RETURN NEW;
END $signed$;
CREATE OR REPLACE TRIGGER hawl_audit_signed BEFORE INSERT ON audit_auditentry
FOR EACH ROW EXECUTE FUNCTION hawl_audit_signed();
