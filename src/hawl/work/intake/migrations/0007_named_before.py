"""What a version said stays with the person of whom it said it, and silence undoes neither a no nor a death."""

import django.contrib.postgres.fields
import uuid
from django.db import migrations, models

# What is held tells what was said last. Who gave a case its answer at the desk is no feed's to know.
_SAID = """
UPDATE intake_feedmessage m SET answers = jsonb_build_object(
  encode(p.source_key, 'hex'), jsonb_build_array(m.version, CASE c.agreement WHEN 'no' THEN 'no' ELSE 'yes' END))
FROM cases_case c JOIN people_person p ON p.id = c.person_id
WHERE c.id = m.case_id AND c.agreement <> 'not_asked' AND c.agreement_decided_at IS NULL AND p.source_key IS NOT NULL;
UPDATE intake_feedmessage m SET deaths = jsonb_build_object(
  encode(p.source_key, 'hex'), jsonb_build_array(m.version, true, coalesce(p.told_at, p.created_at)))
FROM people_person p WHERE p.deceased AND p.told_by = m.key AND p.source_key IS NOT NULL;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0006_erased_messages'),
        ('people', '0007_plan_by_two'),
        ('cases', '0004_order_of_lists'),
    ]

    operations = [
        migrations.AddField(
            model_name='feedmessage',
            name='answers',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='feedmessage',
            name='deaths',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='feedmessage',
            name='stands',
            field=models.JSONField(default=dict),
        ),
        migrations.CreateModel(
            name='NamedBefore',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('message_key', models.BinaryField()),
                ('person_key', models.BinaryField()),
                ('person_id', models.UUIDField(blank=True, db_index=True, null=True)),
                ('value_key', models.BinaryField()),
                ('uses', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=7), default=list, size=None)),
            ],
            options={
                'indexes': [models.Index(fields=['person_key'], name='intake_named_before')],
                'constraints': [models.UniqueConstraint(fields=('message_key', 'person_key', 'value_key'), name='intake_named_before_once')],
            },
        ),
        migrations.RunSQL(_SAID, migrations.RunSQL.noop),
    ]
