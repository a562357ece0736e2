"""Claims on numbers held before are given their case, what they said against a use, and the scope of the case."""

from django.db import migrations

_FILL = """
UPDATE people_contact t SET case_id = m.case_id, claims_no = array_remove(ARRAY[
  CASE WHEN t.message = 'unsafe' THEN 'message' END, CASE WHEN t.ring = 'unsafe' THEN 'ring' END,
  CASE WHEN t.text = 'unsafe' THEN 'text' END, CASE WHEN t.write = 'unsafe' THEN 'write' END], NULL)
FROM intake_feedmessage m WHERE m.key = t.message_key;

UPDATE people_contact t SET
  ring = CASE WHEN w.ring THEN 'unsafe' WHEN w.doubt THEN 'unknown' ELSE t.ring END,
  text = CASE WHEN w.text THEN 'unsafe' ELSE t.text END,
  message = CASE WHEN w.message THEN 'unsafe' ELSE t.message END,
  write = CASE WHEN w.write THEN 'unsafe' ELSE t.write END
FROM (SELECT person_id, value_key, bool_or(ring = 'unsafe') AS ring, bool_or(ring = 'unknown') AS doubt,
  bool_or(text = 'unsafe') AS text, bool_or(message = 'unsafe') AS message, bool_or(write = 'unsafe') AS write
  FROM people_contact WHERE message_key IS NOT NULL GROUP BY 1, 2) w
WHERE t.person_id = w.person_id AND t.value_key = w.value_key AND t.message_key IS NOT NULL;

UPDATE people_contact t SET visible_to = c.visible_to, named_users = c.named_users
FROM cases_case c JOIN people_person p ON p.id = c.person_id
WHERE c.id = t.case_id AND p.visibility <> 'sealed';
"""


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0001_initial'),
        ('people', '0002_claims_of_cases'),
        ('cases', '0002_taken_back'),
    ]

    operations = [
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
    ]
