"""Cases referred on before agreements were kept, for which the person had said yes: each gets the record of it."""

from django.db import migrations

_AGREEMENTS = """
INSERT INTO agreements_sharingagreement (id, person_id, case_id, organisation_id, kinds, agreed_on, channel, said_by,
  explained_in, recorded_at, recorded_for, withdrawn_by_way_of, ended_as, visible_to, named_users, denied_users,
  denied_organisations)
SELECT gen_random_uuid(), c.person_id, c.id, other, '{identity,contact,what_happened,needs,location}',
  coalesce((c.agreement_decided_at AT TIME ZONE 'Europe/London')::date, c.referred_on),
  CASE WHEN c.agreement_decided_at IS NULL THEN 'police_record' ELSE 'not_recorded' END, 'person', '', now(), c.desk_id,
  '', '', c.visible_to, c.named_users, c.denied_users, c.denied_organisations
FROM cases_case c, unnest(c.visible_to) AS other
WHERE c.referred_on IS NOT NULL AND c.route = 'consent_first' AND c.agreement = 'yes' AND other <> c.desk_id
"""


class Migration(migrations.Migration):
    dependencies = [("agreements", "0001_agreements_and_flows"), ("cases", "0003_protected_rows")]

    operations = [migrations.RunSQL(_AGREEMENTS, migrations.RunSQL.noop)]
