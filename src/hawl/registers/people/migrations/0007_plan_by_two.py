"""What widens a contact plan waits beside it for a second person, and a restore closes what it lost."""

import hawl.foundations.vault.fields
from django.db import migrations, models


_GUARD = """
CREATE FUNCTION hawl_guard_waiting() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.waiting_by IS DISTINCT FROM hawl_user() THEN
    RAISE EXCEPTION 'Nobody proposes in the name of another.' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION hawl_guard_waiting() FROM PUBLIC;
CREATE TRIGGER hawl_guard_waiting BEFORE UPDATE OF waiting_by ON people_contactplan FOR EACH ROW
WHEN (NEW.waiting_by IS NOT NULL AND NEW.waiting_by IS DISTINCT FROM OLD.waiting_by)
EXECUTE FUNCTION hawl_guard_waiting();
CREATE TRIGGER hawl_guard_waiting_first BEFORE INSERT ON people_contactplan FOR EACH ROW
WHEN (NEW.waiting_by IS NOT NULL) EXECUTE FUNCTION hawl_guard_waiting();
CREATE FUNCTION hawl_guard_unsure() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF OLD.waiting_by IS NULL OR hawl_user() IS NULL OR OLD.waiting_by = hawl_user() THEN
    RAISE EXCEPTION 'Lowering protection takes a decision of two people.' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION hawl_guard_unsure() FROM PUBLIC;
CREATE TRIGGER hawl_guard_unsure BEFORE UPDATE ON people_contactplan FOR EACH ROW
WHEN (OLD.unsure_since IS NOT NULL AND NEW.unsure_since IS NULL) EXECUTE FUNCTION hawl_guard_unsure();
"""
_BACK = """
DROP TRIGGER hawl_guard_unsure ON people_contactplan;
DROP FUNCTION hawl_guard_unsure();
DROP TRIGGER hawl_guard_waiting_first ON people_contactplan;
DROP TRIGGER hawl_guard_waiting ON people_contactplan;
DROP FUNCTION hawl_guard_waiting();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0006_kept_for_a_restore'),
    ]

    operations = [
        migrations.AddField(
            model_name='contactplan',
            name='unsure_since',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='contactplan',
            name='waiting',
            field=hawl.foundations.vault.fields.SealedJSON(blank=True, null=True, security_class='C5'),
        ),
        migrations.AddField(
            model_name='contactplan',
            name='waiting_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='contactplan',
            name='waiting_by',
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.RunSQL(sql=_GUARD, reverse_sql=_BACK),
    ]
