"""One neutral reason where a row's own would tell of another; what release 0.1.0 sealed to the force's own leads is walled.

It is open to nobody until the next import gives it to the desk outside the force.
"""

from __future__ import annotations

from django.db import migrations

_NEUTRAL = """
UPDATE cases_case SET route_reason = 'specialist_decides' WHERE route_reason IN ('counter_allegation', 'police_suspect')
"""

_WALLED = """
UPDATE people_person p SET denied_organisations = ARRAY[o.id]::int[], named_users = '{}'
FROM intake_feedmessage m JOIN cases_case c ON c.id = m.case_id JOIN organisations_organisation o ON o.key = c.source
WHERE m.police_suspect AND p.id = c.person_id AND p.visibility = 'sealed';
UPDATE cases_case t SET denied_organisations = p.denied_organisations, named_users = '{}'
FROM people_person p WHERE p.id = t.person_id AND p.denied_organisations IS NOT NULL;
UPDATE people_contact t SET denied_organisations = p.denied_organisations, named_users = '{}'
FROM people_person p WHERE p.id = t.person_id AND p.denied_organisations IS NOT NULL;
UPDATE cases_caseevent t SET denied_organisations = c.denied_organisations, named_users = '{}'
FROM cases_case c WHERE c.id = t.case_id AND c.denied_organisations IS NOT NULL;
UPDATE duties_duty t SET denied_organisations = c.denied_organisations, named_users = '{}'
FROM cases_case c WHERE c.id = t.case_id AND c.denied_organisations IS NOT NULL;
"""


class Migration(migrations.Migration):
    """Reasons and seals kept by release 0.1.0."""

    dependencies = [
        ("intake", "0002_claims_of_cases"),
        ("cases", "0003_protected_rows"),
        ("people", "0003_protected_rows"),
        ("duties", "0002_protected_rows"),
        ("organisations", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(_NEUTRAL, migrations.RunSQL.noop),
        migrations.RunSQL(_WALLED, migrations.RunSQL.noop),
    ]
