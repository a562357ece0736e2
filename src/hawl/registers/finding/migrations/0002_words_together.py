from django.db import migrations

_COLUMNS = "(token, person_id, source_id)"
# As the order of the lists of cases has it: who may see a row stands beside its word, so that a search reads the rows of
# one word from the few pages where they lie together, and not one page of the table for each.
_SWAP = """
ALTER TABLE finding_searchtoken DROP CONSTRAINT finding_searchtoken_pkey,
  ADD CONSTRAINT finding_searchtoken_pkey PRIMARY KEY {columns}
"""
_WITH_SCOPE = f"{_COLUMNS} INCLUDE (visible_to, named_users, denied_users, denied_organisations)"


class Migration(migrations.Migration):
    dependencies = [
        ("finding", "0001_tokens"),
    ]

    operations = [
        # Django has no words for a primary key that includes more.
        migrations.RunSQL(_SWAP.format(columns=_WITH_SCOPE), _SWAP.format(columns=_COLUMNS)),
    ]
