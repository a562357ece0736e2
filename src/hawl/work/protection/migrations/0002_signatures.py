"""Each signs for themselves: the database knows who is signed in and lets nobody sign for another."""

from __future__ import annotations

from django.db import migrations

# What was proposed cannot be altered once it stands; a second person is active, is another, and is the one signed in
# or the steward whose agreement stands in its own row.
_PROPOSAL = """
CREATE OR REPLACE FUNCTION hawl_protection_signed() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE me bigint := nullif(current_setting('hawl.user', true), '')::bigint;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.proposed_by IS DISTINCT FROM me OR NEW.confirmed_by IS NOT NULL OR NEW.closed_by IS NOT NULL THEN
      RAISE EXCEPTION 'A proposal is signed by who is signed in.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.person_id, NEW.kind, NEW.reason, NEW.named, NEW.about_user, NEW.about_organisation, NEW.emergency,
      NEW.proposed_by, NEW.proposed_at) IS DISTINCT FROM
     (OLD.person_id, OLD.kind, OLD.reason, OLD.named, OLD.about_user, OLD.about_organisation, OLD.emergency,
      OLD.proposed_by, OLD.proposed_at) THEN
    RAISE EXCEPTION 'What was proposed stands as it was.' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.confirmed_by IS DISTINCT FROM OLD.confirmed_by THEN
    IF OLD.confirmed_by IS NOT NULL OR OLD.closed_at IS NOT NULL
      OR NOT (NEW.confirmed_by IS NOT DISTINCT FROM me AND me IS NOT NULL OR EXISTS (
        SELECT 1 FROM protection_secondopinion o WHERE o.id = NEW.opinion_id AND o.agreed
          AND o.kind = NEW.kind AND o.asked_by = NEW.proposed_by AND o.decided_by = NEW.confirmed_by))
      OR (SELECT count(*) FROM identity_user u WHERE u.is_active AND u.id IN (NEW.proposed_by, NEW.confirmed_by)) <> 2
    THEN
      RAISE EXCEPTION 'A second person signs for themselves, once.' USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER protection_signed BEFORE INSERT OR UPDATE ON protection_proposal
  FOR EACH ROW EXECUTE FUNCTION hawl_protection_signed();
"""

# One function for the two tables in which one asks and another answers, by the names of their columns.
_ASKED = """
CREATE OR REPLACE FUNCTION hawl_protection_answered() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE me bigint := nullif(current_setting('hawl.user', true), '')::bigint;
  answered text := TG_ARGV[0]; was bigint; says bigint;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.asked_by IS DISTINCT FROM me OR (to_jsonb(NEW) ->> answered) IS NOT NULL THEN
      RAISE EXCEPTION 'Who is signed in asks.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  was := (to_jsonb(OLD) ->> answered)::bigint; says := (to_jsonb(NEW) ->> answered)::bigint;
  IF says IS DISTINCT FROM was AND (was IS NOT NULL OR says IS DISTINCT FROM me) THEN
    RAISE EXCEPTION 'Who is signed in answers, once.' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.asked_by IS DISTINCT FROM OLD.asked_by OR NEW.asked_at IS DISTINCT FROM OLD.asked_at THEN
    RAISE EXCEPTION 'What was asked stands as it was.' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER protection_answered BEFORE INSERT OR UPDATE ON protection_secondopinion
  FOR EACH ROW EXECUTE FUNCTION hawl_protection_answered('decided_by');
CREATE TRIGGER protection_answered BEFORE INSERT OR UPDATE ON protection_renaming
  FOR EACH ROW EXECUTE FUNCTION hawl_protection_answered('agreed_by');
"""

_UNDO = """
DROP TRIGGER protection_signed ON protection_proposal;
DROP TRIGGER protection_answered ON protection_secondopinion;
DROP TRIGGER protection_answered ON protection_renaming;
DROP FUNCTION hawl_protection_signed();
DROP FUNCTION hawl_protection_answered();
"""


class Migration(migrations.Migration):
    """Triggers of the tables in which two people sign."""

    dependencies = [("protection", "0001_ground"), ("identity", "0001_initial")]

    operations = [migrations.RunSQL(_PROPOSAL + _ASKED, _UNDO)]
