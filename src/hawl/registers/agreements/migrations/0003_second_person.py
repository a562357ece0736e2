"""Who was the second person to an agreement with the police."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two columns, empty for all that is."""

    dependencies = [
        ("agreements", "0002_agreements_of_before"),
    ]

    operations = [
        migrations.AddField(
            model_name="sharingagreement",
            name="seconded_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="sharingagreement",
            name="seconded_by",
            field=models.BigIntegerField(blank=True, null=True),
        ),
    ]
