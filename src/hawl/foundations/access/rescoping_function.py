"""The function of the database behind `rescoping`, put together from the scoped tables there are.

Who may is said twice: here, and before it in `work/protection/rules.py` for whoever asks by a page. They say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.apps import apps
from django.db import models

from hawl.foundations.access.actor import Role
from hawl.foundations.access.models import ScopedModel
from hawl.foundations.access.row_conditions import visible_without_glass
from hawl.foundations.access.sight import in_standing
from hawl.foundations.database.roles import KEEPER, role_name

SIGNATURE = "hawl_rescope(uuid, text, bigint[], bigint)"
# What each change makes of a column, save unsealing, which gives each row back; columns that are not named stay.
# `ids` and `person` are the function's own.
_CHANGES: dict[str, dict[str, str]] = {
    "visible_to": {
        "seal": "'{}'",
        "close_to": "array_remove(visible_to, ids[1]::int)",
    },
    "named_users": {
        "seal": "ids",
        "name": "ids",
        "restrict": "ids",
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
        "unrestrict": "'open'",
    },
}
_LOWERS = ("unseal", "unrestrict", "end_deny_user", "end_deny_body")
_KEPT = "access_keptscope"
_FORGET = f"DELETE FROM {_KEPT} WHERE person_id = person"  # noqa: S608 - our own name

_FUNCTION = """
CREATE OR REPLACE FUNCTION hawl_rescope(person uuid, change text, ids bigint[], other bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $rescope$
DECLARE
  told text := coalesce(current_setting('hawl.user', true), '');
  machine boolean := session_user = '{jobs}' AND hawl_machine();
  seen boolean; vouched boolean; of_the_named boolean; touched bigint[]; held bigint[]; opened int[];
  narrow boolean; was_sealed boolean; holders bigint[]; leads bigint[]; all_stay boolean; joined boolean;
BEGIN
  IF change <> ALL ('{{{changes}}}') THEN RAISE EXCEPTION 'no such change: %', change; END IF;
  SELECT named_users, visibility = 'sealed' INTO held, was_sealed FROM {people} WHERE id = person FOR UPDATE;
  IF change IN ('seal', 'name', 'restrict', 'unseal') AND cardinality(ids) = 0 THEN
    RAISE check_violation USING MESSAGE = 'somebody must keep sight of the record';
  END IF;
  IF NOT machine THEN
    -- What is seen by a broken glass is read and not decided over.
    SELECT EXISTS (SELECT 1 FROM {people} WHERE id = person AND ({visible})) INTO seen;
    vouched := other IS NOT NULL AND other::text <> told AND EXISTS ({stands});
    IF change = ANY ('{{{lowers}}}') THEN
      IF NOT vouched THEN
        RAISE insufficient_privilege USING MESSAGE = 'it takes two people to lower protection';
      END IF;
      IF NOT seen THEN
        PERFORM set_config('hawl.user', other::text, true);
        SELECT EXISTS (SELECT 1 FROM {people} WHERE id = person AND ({visible})) INTO seen;
        PERFORM set_config('hawl.user', told, true);
      END IF;
    END IF;
    IF NOT seen THEN RAISE insufficient_privilege USING MESSAGE = 'no such record'; END IF;
    -- Leads in standing of those who hold the record; where none is and nobody named can open it, any lead.
    holders := ARRAY({able} AND {holds});
    leads := ARRAY({able} AND {lead} AND {holds});
    IF leads = '{{}}' AND NOT holders && held THEN leads := ARRAY({able} AND {lead}); END IF;
    all_stay := NOT EXISTS (SELECT 1 FROM unnest(held) AS x WHERE x = ANY (holders) AND x <> ALL (ids));
    -- Where no lead is named, one person seals with a lead of theirs besides, and takes nobody off who can open it.
    joined := change = 'seal' AND NOT was_sealed AND NOT vouched AND NOT leads && held
      AND ids <@ (held || leads) AND all_stay;
    -- Else those named on a record grow fewer by one person's act. To add one takes two, one of them named already.
    of_the_named := told = ANY (held::text[]) OR vouched AND other = ANY (held);
    IF change IN ('seal', 'name', 'restrict') AND held <> '{{}}' THEN
      IF change = 'name' AND NOT of_the_named THEN
        RAISE insufficient_privilege USING MESSAGE = 'who is named is changed by somebody who is named';
      END IF;
      IF NOT ids <@ held AND NOT (vouched AND of_the_named) AND NOT joined THEN
        RAISE insufficient_privilege USING MESSAGE = 'it takes two people, one of them named, to add a name';
      END IF;
    END IF;
    -- What one person raises in danger stays with a lead. Where there is none: with all who are named and can open it,
    -- or with some who hold it, among them another than who acts.
    IF change IN ('seal', 'restrict') AND NOT vouched AND NOT (CASE WHEN leads <> '{{}}' THEN ids && leads
      WHEN holders && held THEN all_stay
      ELSE ids <@ holders AND (ids && array_remove(holders, told::bigint) OR holders <@ ARRAY[told::bigint]) END) THEN
      RAISE check_violation USING MESSAGE = 'a lead in standing of a desk of the record must be named';
    END IF;
    -- Whoever takes names off alone leaves a lead among them where there was one.
    IF change = 'name' AND NOT vouched AND leads && held AND NOT leads && ids THEN
      RAISE check_violation USING MESSAGE = 'a lead in standing of a desk of the record must be named';
    END IF;
    -- Whoever holds the record and would lose it by a denial, in standing today or not.
    touched := ARRAY({there} AND {holds} AND {shut});
  END IF;
{updates}
  IF change = 'close_to' AND EXISTS (
    SELECT 1 FROM {people} p WHERE p.id = person AND p.visible_to = '{{}}' AND p.visibility <> 'sealed') THEN
    RAISE check_violation USING MESSAGE = 'somebody must keep sight of the record';
  END IF;
  IF NOT machine AND (
    change IN ('seal', 'name', 'restrict') AND NOT EXISTS ({able} AND u.id = ANY (ids))
    -- One person shuts out no desk of theirs; nor whoever holds the record, unless another keeps it and, where somebody
    -- named is shut out, a lead who is named. Whoever holds nothing of it is kept out at once.
    OR change IN ('deny_user', 'deny_body') AND (NOT EXISTS ({able} AND {sees}) OR {of_desk}
      OR touched <> '{{}}' AND NOT EXISTS ({able} AND {sees} AND u.id::text <> told)
      OR touched && held AND NOT EXISTS ({able} AND {lead} AND u.id = ANY (held) AND u.id::text <> told))) THEN
    RAISE check_violation USING MESSAGE = 'somebody must keep sight of the record';
  END IF;
END $rescope$;
DO $grant$ BEGIN
  GRANT SELECT ON access_body TO "{keeper}";
  {grants}
  IF to_regclass('public.{kept}') IS NOT NULL THEN
    GRANT SELECT, INSERT, DELETE ON {kept} TO "{keeper}";
  END IF;
END $grant$
"""

# Accounts that no wall keeps from the person, and of them those in standing: `{able} AND …`.
_THERE = (
    "SELECT u.id FROM identity_user u JOIN access_body b ON b.organisation_id = u.organisation_id"
    " LEFT JOIN access_body e ON e.organisation_id = u.employer_id JOIN {people} p ON p.id = person"
    " WHERE NOT coalesce(p.denied_users @> ARRAY[u.id], false)"
    " AND NOT coalesce(p.denied_organisations && b.walls, false)"
    " AND NOT coalesce(p.denied_organisations && e.walls, false)"
)
_ABLE = f"{_THERE} AND {{standing}}"
# Whom the denial at hand keeps out.
_SHUT = (
    "(change = 'deny_user' AND u.id = ids[1]"
    " OR change = 'deny_body' AND ids[1] = ANY (b.walls || coalesce(e.walls, '{}')))"
)
_LEAD = f"u.roles @> ARRAY['{Role.SPECIALIST_LEAD.value}']::varchar[]"
_HOLDS = "(u.organisation_id = ANY (p.visible_to) OR u.id = ANY (held))"
_SEES = "(u.organisation_id = ANY (p.visible_to) OR u.id = ANY (p.named_users))"
# A steward works with no person: an active account is all that is asked of them.
_STANDS = (
    "SELECT FROM identity_user u JOIN access_body b ON b.organisation_id = u.organisation_id WHERE u.id = other"
    f" AND u.is_active AND (u.roles @> ARRAY['{Role.STEWARD.value}']::varchar[] OR {{standing}})"
)


def making(scoped: Sequence[type[ScopedModel]]) -> str:
    """The SQL of the function and of what it needs, over the scoped tables given."""
    people = next(model for model in scoped if model.subject_column == model._meta.pk.column)
    cases = _cases(scoped)
    changes = sorted({"unseal", *(change for made in _CHANGES.values() for change in made)})
    standing = in_standing()
    # Cases first and the person next: what else there is follows them where nothing is known of its own.
    order = [*([cases] if cases else []), people, *(each for each in scoped if each not in (cases, people))]
    table = people._meta.db_table
    kept = [f"  {_keep(model)};" for model in order if len(model._meta.pk_fields) == 1]
    given_back = [f"  {_give_back(model, people, cases)};" for model in order]
    updates = [
        "  IF change = 'seal' THEN", *kept, "  END IF;",
        "  IF change = 'unseal' THEN", f"  {_narrow(table)};", *given_back, f"  {_FORGET};", "  ELSE",
        *(f"  {_update(model)};" for model in order), "  END IF;",
    ]  # fmt: skip
    return _FUNCTION.format(
        jobs=role_name("jobs"),
        keeper=role_name(KEEPER),
        people=table,
        visible=visible_without_glass(people.subject_column),
        changes=",".join(changes),
        lowers=",".join(_LOWERS),
        stands=_STANDS.replace("{standing}", standing),
        able=_ABLE.replace("{standing}", standing).replace("{people}", table),
        there=_THERE.replace("{people}", table),
        shut=_SHUT,
        of_desk=_of_desk(cases),
        lead=_LEAD,
        holds=_HOLDS,
        sees=_SEES,
        kept=_KEPT,
        updates="\n".join(updates),
        grants="\n  ".join(
            f'GRANT SELECT ({column}) ON {model._meta.db_table} TO "{role_name(KEEPER)}";'
            for model in scoped
            for column in ("desk_id", "case_id")
            if column in _columns(model)
        ),
    )


def _columns(model: type[ScopedModel]) -> set[str]:
    return {str(field.column) for field in model._meta.concrete_fields}


def _cases(scoped: Sequence[type[ScopedModel]]) -> type[ScopedModel] | None:
    """The table of cases: that to which rows of a case belong, where it names the desk of each."""
    for model in scoped:
        if model.subject_column == "case_id":
            related = next(each for each in model._meta.concrete_fields if each.column == "case_id").related_model
            found = next((each for each in scoped if each is related), None)
            if found is not None and "desk_id" in _columns(found):
                return found
    return None


def _of_desk(cases: type[ScopedModel] | None) -> str:
    """Whether the body that is denied is the desk of a case of theirs, or what that desk is part of."""
    if cases is None:
        return "false"
    return (
        f"(change = 'deny_body' AND EXISTS (SELECT FROM {cases._meta.db_table} c"
        " JOIN access_body d ON d.organisation_id = c.desk_id WHERE c.person_id = person AND ids[1] = ANY (d.walls)))"
    )


def _keep(model: type[ScopedModel]) -> str:
    """Keep who saw each row, when the record is sealed, also where no body did; what came under a seal has nothing."""
    table, key = model._meta.db_table, model._meta.pk.column
    return (
        f"INSERT INTO {_KEPT} (person_id, held_in, row_key, seen_by, restricted) SELECT person, '{table}', {key}::text,"  # noqa: S608
        f" visible_to, named_users <> '{{}}' FROM {table} WHERE (visible_to <> '{{}}' OR NOT was_sealed)"
        f" AND {_of_person(model)} ON CONFLICT DO NOTHING"
    )


def _narrow(people: str) -> str:
    """What was restricted before it was sealed is so again: its place stays with those who are named now."""
    of_person = f"k.person_id = person AND k.held_in = '{people}' AND k.restricted"
    return f"narrow := EXISTS (SELECT FROM {_KEPT} k WHERE {of_person})"


def _give_back(model: type[ScopedModel], people: type[ScopedModel], cases: type[ScopedModel] | None) -> str:
    """Unseal the rows of a table to those of `ids` who saw them; never to anybody else.

    A row of which nothing was kept, as it is younger than the seal, follows its case, and a case goes to its desk.
    What nobody of `ids` saw, or may have, stays with those who are named on it.
    """
    table, columns = model._meta.db_table, _columns(model)
    kept, is_kept = "'{}'::int[]", "false"
    if len(model._meta.pk_fields) == 1:
        of_row = f"WHERE k.person_id = person AND k.held_in = '{table}' AND k.row_key = t.{model._meta.pk.column}::text"
        is_kept = f"EXISTS (SELECT FROM {_KEPT} k {of_row})"
        kept = f"ARRAY(SELECT x FROM {_KEPT} k, unnest(k.seen_by) AS x {of_row} AND x = ANY (ids) ORDER BY x)"  # noqa: S608
    if model is people:
        # Whoever sees a case of theirs sees the person; where nothing is known of any, all for whom it was opened.
        of_cases = f"SELECT unnest(visible_to) FROM {cases._meta.db_table} WHERE person_id = person" if cases else ""  # noqa: S608
        opened = (
            f"opened := ARRAY(SELECT x FROM {table} t, unnest({kept}) AS x WHERE t.id = person"  # noqa: S608
            f"{' UNION ' + of_cases if of_cases else ''} ORDER BY 1);"
            " IF opened = '{}' THEN opened := ids::int[]; END IF"
        )
        sets = (
            "visible_to = opened, named_users = CASE WHEN narrow THEN named_users ELSE '{}' END,"
            " visibility = CASE WHEN narrow THEN 'restricted' ELSE 'open' END"
        )
        return f"{opened}; UPDATE {table} SET {sets} WHERE id = person"  # noqa: S608
    if model is cases:
        # Where every desk of theirs is kept out, a case that came in sealed is for all for whom it is opened now.
        otherwise = (
            f"CASE WHEN t.desk_id = ANY (ids) THEN ARRAY[t.desk_id] WHEN EXISTS (SELECT FROM {_KEPT} k"  # noqa: S608
            f" WHERE k.person_id = person AND k.held_in = '{table}') OR EXISTS (SELECT FROM {table} c"
            " WHERE c.person_id = person AND c.desk_id = ANY (ids)) THEN '{}' ELSE ids::int[] END"
        )
    elif cases is not None and "case_id" in columns:
        otherwise = f"coalesce((SELECT c.visible_to FROM {cases._meta.db_table} c WHERE c.id = t.case_id), opened)"  # noqa: S608
    else:
        otherwise = "opened"
    given = f"CASE WHEN {is_kept} THEN {kept} ELSE {otherwise} END"
    return (
        f"UPDATE {table} t SET visible_to = {given}, named_users = CASE WHEN narrow OR ({given}) = '{{}}'"  # noqa: S608
        f" THEN t.named_users ELSE '{{}}' END WHERE {_of_person(model, 't.')}"
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


def _of_person(model: type[ScopedModel], alias: str = "") -> str:
    """Rows of the person: directly, or through the case they belong to."""
    if model.subject_column != "case_id":
        return f"{alias}{model.subject_column} = person"
    field = next(each for each in model._meta.concrete_fields if each.column == "case_id")
    if not isinstance(field, models.ForeignKey):
        raise TypeError(f"{model.__name__}.case must name the table of cases.")
    return f"{alias}case_id IN (SELECT c.id FROM {field.related_model._meta.db_table} c WHERE c.person_id = person)"  # noqa: S608
