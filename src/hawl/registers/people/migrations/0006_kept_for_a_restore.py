"""What the database does itself, so that no writer forgets it: the journal knows people by the key of who sent them."""

from django.db import migrations

# A person who came in after the backup comes in again under another id; by this key the journal's entries find them.
# An erasure keeps none: nothing of an erased person is looked for again.
_SOURCE = """
CREATE FUNCTION hawl_journal_source() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE known bytea;
BEGIN
  SELECT source_key INTO known FROM people_person WHERE id = NEW.subject;
  IF known IS NOT NULL THEN
    NEW.facts := NEW.facts || jsonb_build_object('source', 's' || encode(known, 'hex'));
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION hawl_journal_source() FROM PUBLIC;
CREATE TRIGGER hawl_journal_source BEFORE INSERT ON journal_journalentry FOR EACH ROW
WHEN (NEW.kind <> 'erased' AND NOT NEW.facts ? 'source') EXECUTE FUNCTION hawl_journal_source();
"""

_KEPT = """
CREATE FUNCTION hawl_guard_deleting() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM people_person WHERE id = OLD.person_id) THEN
    RAISE EXCEPTION 'A decision on a way of reaching somebody is not taken back.' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$;
REVOKE ALL ON FUNCTION hawl_guard_deleting() FROM PUBLIC;
CREATE TRIGGER hawl_guard_deleting BEFORE DELETE ON people_contact FOR EACH ROW
WHEN (OLD.decided_at IS NOT NULL) EXECUTE FUNCTION hawl_guard_deleting();
"""

_BACK = """
DROP TRIGGER hawl_guard_deleting ON people_contact;
DROP FUNCTION hawl_guard_deleting();
DROP TRIGGER hawl_journal_source ON journal_journalentry;
DROP FUNCTION hawl_journal_source();
"""


class Migration(migrations.Migration):
    """Triggers only; no table changes."""

    dependencies = [
        ("people", "0005_safety_guards"),
        ("journal", "0002_left"),
    ]

    operations = [
        migrations.RunSQL(sql=_SOURCE + _KEPT, reverse_sql=_BACK),
    ]
