-- A token is seen where the row is seen in which the thing stands: whoever moves that, by whatever way, moves it too.
CREATE OR REPLACE FUNCTION hawl_tokens_follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $follow$
BEGIN
  UPDATE finding_searchtoken SET visible_to = NEW.visible_to, named_users = NEW.named_users,
    denied_users = NEW.denied_users, denied_organisations = NEW.denied_organisations
    WHERE person_id = NEW.person_id AND source_id = NEW.id;
  RETURN NULL;
END $follow$;
REVOKE ALL ON FUNCTION hawl_tokens_follow() FROM PUBLIC;
CREATE OR REPLACE TRIGGER hawl_tokens_follow AFTER UPDATE OF visible_to, named_users, denied_users, denied_organisations
ON people_contact FOR EACH ROW WHEN (
  (OLD.visible_to, OLD.named_users, OLD.denied_users, OLD.denied_organisations)
  IS DISTINCT FROM (NEW.visible_to, NEW.named_users, NEW.denied_users, NEW.denied_organisations)
) EXECUTE FUNCTION hawl_tokens_follow();
CREATE OR REPLACE TRIGGER hawl_tokens_follow AFTER UPDATE OF visible_to, named_users, denied_users, denied_organisations
ON cases_case FOR EACH ROW WHEN (
  (OLD.visible_to, OLD.named_users, OLD.denied_users, OLD.denied_organisations)
  IS DISTINCT FROM (NEW.visible_to, NEW.named_users, NEW.denied_users, NEW.denied_organisations)
) EXECUTE FUNCTION hawl_tokens_follow();

-- Nothing that was laid for another visibility is left, not even what stands in rows that the mover does not see.
CREATE OR REPLACE FUNCTION hawl_tokens_follow_person() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $follow$
BEGIN
  DELETE FROM finding_searchtoken WHERE person_id = NEW.id
    AND laid_for <> CASE NEW.visibility WHEN 'open' THEN 0 WHEN 'restricted' THEN 1 ELSE 2 END;
  UPDATE finding_searchtoken SET visible_to = NEW.visible_to, named_users = NEW.named_users,
    denied_users = NEW.denied_users, denied_organisations = NEW.denied_organisations
    WHERE person_id = NEW.id AND source_id = NEW.id;
  RETURN NULL;
END $follow$;
REVOKE ALL ON FUNCTION hawl_tokens_follow_person() FROM PUBLIC;
CREATE OR REPLACE TRIGGER hawl_tokens_follow
AFTER UPDATE OF visible_to, named_users, denied_users, denied_organisations, visibility ON people_person
FOR EACH ROW WHEN (
  (OLD.visible_to, OLD.named_users, OLD.denied_users, OLD.denied_organisations, OLD.visibility)
  IS DISTINCT FROM (NEW.visible_to, NEW.named_users, NEW.denied_users, NEW.denied_organisations, NEW.visibility)
) EXECUTE FUNCTION hawl_tokens_follow_person();

-- Nobody moves a token by itself: what is written over its scope is that of its row, and where that is gone, nobody's.
CREATE OR REPLACE FUNCTION hawl_token_as_its_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $scope$
BEGIN
  SELECT s.visible_to, s.named_users, s.denied_users, s.denied_organisations
    INTO NEW.visible_to, NEW.named_users, NEW.denied_users, NEW.denied_organisations
    FROM (
      SELECT id, visible_to, named_users, denied_users, denied_organisations FROM people_person
      UNION ALL SELECT id, visible_to, named_users, denied_users, denied_organisations FROM people_contact
      UNION ALL SELECT id, visible_to, named_users, denied_users, denied_organisations FROM cases_case
    ) s WHERE s.id = NEW.source_id;
  NEW.visible_to := coalesce(NEW.visible_to, '{}'); NEW.named_users := coalesce(NEW.named_users, '{}');
  RETURN NEW;
END $scope$;
REVOKE ALL ON FUNCTION hawl_token_as_its_row() FROM PUBLIC;
CREATE OR REPLACE TRIGGER hawl_token_as_its_row
BEFORE UPDATE OF visible_to, named_users, denied_users, denied_organisations ON finding_searchtoken
FOR EACH ROW EXECUTE FUNCTION hawl_token_as_its_row();
