-- The key of what tells where a person is is handed to those named on the person: whoever names others, by whatever way,
-- hands it on with that. Where nobody is named any more, it stays with those who had it until its values are brought back.
CREATE OR REPLACE FUNCTION hawl_location_key_follows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $follow$
BEGIN
  UPDATE vault_datakey SET named_users = NEW.named_users WHERE beside = NEW.data_key AND named_users IS NOT NULL;
  RETURN NULL;
END $follow$;
REVOKE ALL ON FUNCTION hawl_location_key_follows() FROM PUBLIC;
CREATE OR REPLACE TRIGGER hawl_location_key_follows AFTER UPDATE OF named_users ON people_person
FOR EACH ROW WHEN (OLD.named_users IS DISTINCT FROM NEW.named_users AND NEW.named_users <> '{}'
  AND NEW.data_key IS NOT NULL) EXECUTE FUNCTION hawl_location_key_follows();
