"""The function of the database behind `rescoping`, put together from the scoped tables there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.apps import apps
from django.db import models

from hawl.foundations.access.models import ScopedModel
from hawl.foundations.access.row_conditions import visible_without_glass
from hawl.foundations.database.roles import role_name

SIGNATURE = "hawl_rescope(uuid, text, bigint[], bigint)"
# What each change makes of a column; columns that are not named stay. `ids` and `person` are the function's own.
_CHANGES: dict[str, dict[str, str]] = {
    "visible_to": {
        "seal": "'{}'",
        "unseal": "ids::int[]",
        "close_to": "array_remove(visible_to, ids[1]::int)",
    },
    "named_users": {
        "seal": "ids",
        "name": "ids",
        "restrict": "ids",
        "unseal": "'{}'",
        "unrestrict": "'{}'",
    },
    "denied_users": {
        "deny_user": "array_append(array_remove(denied_users, ids[1]), ids[1])",
        "end_deny_user": "nullif(array_remove(denied_users, ids[1]), '{}')",
    },
    "denied_organisations": {
        "deny_body": "array_append(array_remove(denied_organisations, ids[1]::int), ids[1]::int)",
        "end_deny_body": "nullif(array_remove(denied_organisations, ids[1]::int), '{}')",
    },
    "visibility": {
        "seal": "'sealed'",
        "restrict": "'restricted'",
        "unseal": "'open'",
        "unrestrict": "'open'",
    },
}
_LOWERS = ("unseal", "unrestrict", "end_deny_user", "end_deny_body")

_FUNCTION = """
CREATE OR REPLACE FUNCTION hawl_rescope(person uuid, change text, ids bigint[], other bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $rescope$
DECLARE
  told text := coalesce(current_setting('hawl.user', true), '');
  machine boolean := session_user = '{jobs}' AND hawl_machine();
  seen boolean;
BEGIN
  IF change <> ALL ('{{{changes}}}') THEN RAISE EXCEPTION 'no such change: %', change; END IF;
  PERFORM 1 FROM {people} WHERE id = person FOR UPDATE;
  IF NOT machine THEN
    SELECT EXISTS (SELECT 1 FROM {people} WHERE id = person AND ({visible})) INTO seen;
    IF change = ANY ('{{{lowers}}}') THEN
      IF other IS NULL OR other::text = told OR NOT EXISTS (
        SELECT 1 FROM identity_user u WHERE u.id = other AND u.is_active) THEN
        RAISE insufficient_privilege USING MESSAGE = 'it takes two people to lower protection';
      END IF;
      IF NOT seen THEN
        PERFORM set_config('hawl.user', other::text, true);
        SELECT EXISTS (SELECT 1 FROM {people} WHERE id = person AND ({visible})) INTO seen;
        PERFORM set_config('hawl.user', told, true);
      END IF;
    END IF;
    IF NOT seen THEN RAISE insufficient_privilege USING MESSAGE = 'no such record'; END IF;
  END IF;
  IF change IN ('seal', 'name', 'restrict', 'unseal') AND cardinality(ids) = 0 THEN
    RAISE check_violation USING MESSAGE = 'somebody must keep sight of the record';
  END IF;
{updates}
  IF change = 'close_to' AND EXISTS (
    SELECT 1 FROM {people} p WHERE p.id = person AND p.visible_to = '{{}}' AND p.visibility <> 'sealed') THEN
    RAISE check_violation USING MESSAGE = 'somebody must keep sight of the record';
  END IF;
END $rescope$
"""


def making(scoped: Sequence[type[ScopedModel]]) -> str:
    """The SQL of the function, over the scoped tables given."""
    people = next(model for model in scoped if model.subject_column == model._meta.pk.column)
    changes = sorted({change for made in _CHANGES.values() for change in made})
    return _FUNCTION.format(
        jobs=role_name("jobs"),
        people=people._meta.db_table,
        visible=visible_without_glass(people.subject_column),
        changes=",".join(changes),
        lowers=",".join(_LOWERS),
        updates="\n".join(f"  {_update(model)};" for model in scoped),
    )


def scoped_models() -> Iterator[type[ScopedModel]]:
    """Every scoped table that is."""
    return (model for model in apps.get_models() if issubclass(model, ScopedModel))


def moved_columns(model: type[ScopedModel]) -> list[str]:
    """The columns of a table that a change of scope may move."""
    return [column for column in _CHANGES if column in {field.column for field in model._meta.concrete_fields}]


def _update(model: type[ScopedModel]) -> str:
    sets = []
    for column in moved_columns(model):
        whens = " ".join(f"WHEN '{change}' THEN {made}" for change, made in _CHANGES[column].items())
        sets.append(f"{column} = CASE change {whens} ELSE {column} END")
    return f"UPDATE {model._meta.db_table} SET {', '.join(sets)} WHERE {_of_person(model)}"  # noqa: S608 - our own names


def _of_person(model: type[ScopedModel]) -> str:
    """Rows of the person: directly, or through the case they belong to."""
    if model.subject_column != "case_id":
        return f"{model.subject_column} = person"
    field = next(each for each in model._meta.concrete_fields if each.column == "case_id")
    if not isinstance(field, models.ForeignKey):
        raise TypeError(f"{model.__name__}.case must name the table of cases.")
    return f"case_id IN (SELECT c.id FROM {field.related_model._meta.db_table} c WHERE c.person_id = person)"  # noqa: S608
