"""One rule, policy or guard taken away at a time: each must show as a leak or a mismatch.

RULE is of the pure policy, GUARD of the managers and the guard on rows, POLICY of row-level security and what it asks.
Names are `KIND:what`. A fault that the matrix does not see is a hole in the matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest import mock

from hawl.config.access_matrix.counting import Matrix
from hawl.config.access_matrix.running import Run, owner_does, rules_as_declared
from hawl.foundations.access import models, policy, row_conditions, seen, sight
from hawl.foundations.access.actor import PERMISSIONS, Standing
from hawl.foundations.access.models import ScopedModel
from hawl.foundations.access.rescoping_function import making, scoped_models
from hawl.foundations.database.roles import role_name


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault to be planted, and which layers must be asked anew for it to show."""

    name: str
    plant: Callable[[], AbstractContextManager[Any]]
    layers: tuple[str, ...]
    # Of the database only this table need be asked; empty: all of them.
    table: str = ""


def faults() -> dict[str, Fault]:
    """Every fault by its name."""
    found = [*_rules(), *_guards(), *_policies()]
    return {fault.name: fault for fault in found}


def planted(run: Run, fault: Fault) -> Matrix:
    """What the matrix comes to with the fault in it; afterwards nothing of it is left."""
    kept = {layer: getattr(run, layer) for layer in ("guard", "managers", "database")}
    with fault.plant():
        for layer in fault.layers:
            if layer == "database":
                run.ask_database(fault.table)
            else:
                getattr(run, f"ask_{layer}")()
        found = run.compared()
    for layer, answers in kept.items():
        setattr(run, layer, answers)
    return found


# --- the pure policy ------------------------------------------------------------------------------------------------


def _rules() -> Iterator[Fault]:
    for rule in policy.DENIALS:
        yield Fault(f"RULE:{rule}", partial(_without, policy.DENIALS, rule), ())
    for rule in policy.GROUNDS:
        yield Fault(f"RULE:ground_{rule}", partial(_without, policy.GROUNDS, rule), ())
    yield Fault("RULE:place_shown_to_all", partial(mock.patch.object, policy, "WITHOUT_PLACE", policy.ALL_CLASSES), ())
    yield Fault("RULE:glass_on_any_subject", partial(_changed, policy.GROUNDS, "broken_glass", _any_glass), ())
    yield Fault("RULE:glass_decides", partial(mock.patch.object, policy, "BEYOND_GLASS", frozenset()), ())
    yield Fault("RULE:wall_without_employer", partial(_changed, policy.DENIALS, "employer_wall", _force_alone), ())
    yield Fault("RULE:denials_after_being_named", _named_first, ())
    yield Fault("RULE:everyone_has_standing", partial(mock.patch.object, Standing, "lapsed", _in_standing), ())


@contextmanager
def _without(rules: dict[str, Any], rule: str) -> Iterator[None]:
    kept = dict(rules)
    del rules[rule]
    try:
        yield
    finally:
        rules.clear()
        rules.update(kept)


@contextmanager
def _changed(rules: dict[str, Any], rule: str, to: Any) -> Iterator[None]:
    kept = rules[rule]
    rules[rule] = to
    try:
        yield
    finally:
        rules[rule] = kept


def _force_alone(actor: Any, _action: Any, resource: Any, *_: Any) -> bool:
    """A wall that forgets who pays a worker."""
    return bool(actor.organisations & resource.denied_organisations)


def _any_glass(actor: Any, _resource: Any) -> bool:
    return bool(actor.glass)


@contextmanager
def _named_first() -> Iterator[None]:
    """Who is named is let in before any denial is asked."""
    decide = policy.decide

    def named_first(actor: Any, action: Any, resource: Any, *more: Any) -> policy.Decision:
        if actor.user_id in resource.named_users:
            return policy.Decision(True, "named", policy.ALL_CLASSES)
        return decide(actor, action, resource, *more)

    with mock.patch("hawl.config.access_matrix.layers.decide", named_first):
        yield


# --- managers and the guard on rows ---------------------------------------------------------------------------------


def _guards() -> Iterator[Fault]:
    patched = partial(mock.patch.object, models)
    yield Fault("GUARD:rows_as_they_come", partial(patched, "guards_rows", _asks_nothing), ("guard",))
    yield Fault("GUARD:rows_as_they_are_added", partial(patched, "check_new", _asks_nothing), ("managers",))
    yield Fault("GUARD:rows_taken_away", partial(patched, "check_erasing", _asks_nothing), ("managers",))
    yield Fault("GUARD:place", partial(mock.patch.object, ScopedModel, "shows_place", _always), ("managers",))
    without = partial(mock.patch.dict, clear=True)
    yield Fault("GUARD:no_walls", partial(without, seen.WALLS, {}), ("managers",))
    every_row = {"every_row": ("(true OR %s IS NULL)", "user_id")}
    yield Fault("GUARD:every_row_is_ones_business", partial(without, seen.GROUNDS, every_row), ("managers",))
    for kind, conditions in (("", seen.WALLS), ("without_", seen.GROUNDS)):
        for name in conditions:
            others = {other: told for other, told in conditions.items() if other != name}
            yield Fault(f"GUARD:{kind}{name}", partial(without, conditions, others), ("managers",))
    yield Fault(
        "GUARD:no_filter", partial(mock.patch.object, models.ScopedQuerySet, "visible", lambda s: s), ("managers",)
    )
    yield Fault("GUARD:standing_not_asked", _no_standing_in_managers, ("managers",))
    yield Fault("GUARD:role_not_asked", partial(patched, "WORKS_WITH_PEOPLE", frozenset(PERMISSIONS)), ("managers",))
    yield Fault("GUARD:within_forgets_denials", _within_forgets, ("managers",))


def _asks_nothing(*_: Any) -> None:
    """A guard that is not one."""


def _as_they_are(rows: Any) -> Any:
    return rows


def _always(*_: Any) -> bool:
    return True


def _in_standing(*_: Any) -> str:
    return ""


@contextmanager
def _no_standing_in_managers() -> Iterator[None]:
    """The policy keeps its own `lapsed`: answers of the policy are asked after the managers' are in."""
    plain = models.ScopedQuerySet.visible

    def planted(rows: Any) -> Any:
        with mock.patch.object(Standing, "lapsed", _in_standing):
            return plain(rows)

    with mock.patch.object(models.ScopedQuerySet, "visible", planted):
        yield


@contextmanager
def _within_forgets() -> Iterator[None]:
    within = models._within

    def planted(actor: Any, row: Any) -> bool:
        free = mock.Mock(wraps=row, visible_to=row.visible_to, named_users=row.named_users, denied_users=None)
        free.denied_organisations, free.subject_column = None, "subject"
        free.subject = getattr(row, row.subject_column)
        return within(actor, free)

    with mock.patch.object(models, "_within", planted):
        yield


# --- row-level security ---------------------------------------------------------------------------------------------


def _policies() -> Iterator[Fault]:
    database = ("database",)
    for name in row_conditions.GROUNDS:
        yield Fault(f"POLICY:ground_{name}", partial(_laid_with, row_conditions.GROUNDS, name, "false"), database)
    for name in row_conditions.WALLS:
        yield Fault(f"POLICY:{name}", partial(_laid_with, row_conditions.WALLS, name, "true"), database)
    for name in sight.STANDING:
        yield Fault(f"POLICY:standing_{name}", partial(_laid_with, sight.STANDING, name, "true"), database)
    for name, was, becomes in (
        ("walls_forget_the_employer", "IN (u.organisation_id, u.employer_id)", "= u.organisation_id"),
        ("walls_forget_the_organisation", "IN (u.organisation_id, u.employer_id)", "= u.employer_id"),
        ("glass_never_runs_out", "g.until > now()", "true"),
        ("glass_of_anybody", "g.user_id = u.id", "true"),
    ):
        yield Fault(f"POLICY:{name}", partial(_sight_with, was, becomes), database)
    opens_more = partial(_laid_with, row_conditions.GROUNDS, "broken_glass", _GLASS)
    yield Fault("POLICY:glass_opens_what_is_sealed", opens_more, database)
    staff = role_name("staff")
    for model in scoped_models():
        if "staff" not in model.readers:
            continue
        table = model._meta.db_table
        for name, statements in (
            ("no_row_security", [f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY']),
            ("open_policy", [f'CREATE POLICY planted ON "{table}" TO "{staff}" USING (true) WITH CHECK (true)']),
            ("no_policy", [f'DROP POLICY hawl_scope ON "{table}"']),
        ):
            yield Fault(f"POLICY:{table}:{name}", partial(_done_to_tables, statements), database, table)
        if "staff" in model.writers and "staff" not in model.erasers:
            granted = [f'GRANT DELETE ON "{table}" TO "{staff}"']
            yield Fault(f"POLICY:{table}:delete_granted", partial(_done_to_tables, granted), database, table)
    yield Fault("POLICY:location_keys_for_all", partial(_done_to_tables, _open_keys(staff)), database, "people_contact")
    yield Fault("POLICY:anyone_moves_scope", _anyone_moves_scope, database)
    yield Fault("POLICY:glass_moves_scope", _glass_moves_scope, database)


_GLASS = "{subject} = ANY((SELECT hawl_glass())::uuid[])"


def _open_keys(staff: str) -> list[str]:
    return [f'CREATE POLICY planted ON vault_datakey FOR SELECT TO "{staff}" USING (true)']


@contextmanager
def _laid_with(rules: dict[str, str], name: str, planted: str) -> Iterator[None]:
    """Everything laid down with one condition changed."""
    with _changed(rules, name, planted):
        rules_as_declared()
    try:
        yield
    finally:
        rules_as_declared()


@contextmanager
def _sight_with(was: str, planted: str) -> Iterator[None]:
    functions = [making for _, making in sight.sight_functions()]
    planted_ones = [making.replace(was, planted) for making in functions if was in making]
    owner_does(planted_ones)
    try:
        yield
    finally:
        owner_does(functions)


@contextmanager
def _done_to_tables(statements: list[str]) -> Iterator[None]:
    owner_does(statements)
    try:
        yield
    finally:
        owner_does([
            f'DROP POLICY IF EXISTS planted ON "{table}"'
            for table in (*(model._meta.db_table for model in scoped_models()), "vault_datakey")
        ])  # fmt: skip
        rules_as_declared()


@contextmanager
def _anyone_moves_scope() -> Iterator[None]:
    whole = making(list(scoped_models()))
    owner_does([whole.replace("IF NOT seen THEN RAISE", "IF false THEN RAISE")])
    try:
        yield
    finally:
        owner_does([whole])


@contextmanager
def _glass_moves_scope() -> Iterator[None]:
    whole = making(list(scoped_models()))
    own, any_sight = row_conditions.visible_without_glass("id"), row_conditions.visible("id")
    # That somebody must keep sight would hide it here: nobody works at the body of a record under glass.
    owner_does([whole.replace(own, any_sight).replace("change IN ('deny_user', 'deny_body') AND", "false AND")])
    try:
        yield
    finally:
        owner_does([whole])
