-- The tokens of a person are seen where the person is: whoever moves that, by whatever way, moves them with it.
CREATE OR REPLACE FUNCTION hawl_tokens_follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $follow$
BEGIN
  UPDATE finding_searchtoken SET visible_to = NEW.visible_to, named_users = NEW.named_users,
    denied_users = NEW.denied_users, denied_organisations = NEW.denied_organisations WHERE person_id = NEW.id;
  RETURN NULL;
END $follow$;
REVOKE ALL ON FUNCTION hawl_tokens_follow() FROM PUBLIC;
CREATE OR REPLACE TRIGGER hawl_tokens_follow AFTER UPDATE OF visible_to, named_users, denied_users, denied_organisations
ON people_person FOR EACH ROW WHEN (
  (OLD.visible_to, OLD.named_users, OLD.denied_users, OLD.denied_organisations)
  IS DISTINCT FROM (NEW.visible_to, NEW.named_users, NEW.denied_users, NEW.denied_organisations)
) EXECUTE FUNCTION hawl_tokens_follow();
