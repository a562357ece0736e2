"""Since when a message has said that a suspect works for the police."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """What was said before this release counts as said now: no wall of that time had been ended."""

    dependencies = [("intake", "0003_neutral_reasons")]

    operations = [
        migrations.AddField(
            model_name="feedmessage", name="police_told_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.RunSQL(
            "UPDATE intake_feedmessage SET police_told_at = now() WHERE police_suspect", migrations.RunSQL.noop
        ),
    ]
