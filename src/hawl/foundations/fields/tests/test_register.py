"""The register is what the models and the database have, and its pages are what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.apps import apps
from django.db import connection, models

from hawl.foundations.datafiles import DatafileError
from hawl.foundations.fields.reading import Registered, processing, read_fields, register, retention, terms

_OURS = "hawl."


def models_of_today() -> dict[tuple[str, str], type[models.Model]]:
    """Room and table as the register names them, with the model."""
    found: dict[tuple[str, str], type[models.Model]] = {}
    for model in apps.get_models(include_auto_created=True):
        parts = model.__module__.split(".")
        if model.__module__.startswith(_OURS):
            if "tests" in parts:
                continue
            found[".".join(parts[1 : parts.index("models")]), model.__name__] = model
        else:
            found["libraries", model._meta.label] = model
    return found


def differences(rows: list[Registered], known: dict[tuple[str, str], type[models.Model]]) -> list[str]:
    """What the register lacks, has too much, or says of another class than the model."""
    told: list[str] = []
    by_table: dict[tuple[str, str], dict[str, Registered]] = {}
    for row in rows:
        by_table.setdefault((row.room, row.table), {})[row.field] = row
    for key in known.keys() - by_table.keys():
        told.append(f"{'.'.join(key)}: no entry")
    for key in by_table.keys() - known.keys():
        told.append(f"{'.'.join(key)}: no such table")
    for key, model in known.items():
        held = by_table.get(key, {})
        concrete: dict[str, Any] = {field.name: field for field in model._meta.concrete_fields}
        told += [f"{'.'.join(key)}.{name}: no entry" for name in concrete.keys() - held.keys() if held]
        told += [f"{'.'.join(key)}.{name}: no such field" for name in held.keys() - concrete.keys()]
        for name in held.keys() & concrete.keys():
            sealed = getattr(concrete[name], "sealed", False)
            if sealed and concrete[name].security_class != held[name].security_class:
                told.append(f"{'.'.join(key)}.{name}: sealed as {concrete[name].security_class}")
            if not sealed and held[name].security_class in ("C4", "C5"):
                told.append(f"{'.'.join(key)}.{name}: {held[name].security_class} and not sealed")
    return sorted(told)


def test_every_field_of_every_table_is_registered_as_it_is() -> None:
    assert differences(register(), models_of_today()) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda rows: rows[:-1], "no entry"),
        (lambda rows: [row for row in rows if row.table != "Person"], "registers.people.Person: no entry"),
        (lambda rows: [*rows, _like(rows[0], field="gone")], "gone: no such field"),
        (lambda rows: [*rows, _like(rows[0], table="Gone")], "Gone: no such table"),
        (lambda rows: [_like(r, security_class="C3") if r.field == "location" else r for r in rows], "sealed as C5"),
        (lambda rows: [_like(r, security_class="C5") if r.field == "offence" else r for r in rows], "not sealed"),
    ],
)
def test_what_differs_is_found(change: Any, told: str) -> None:
    assert any(told in each for each in differences(change(register()), models_of_today()))


def _like(row: Registered, **changes: str) -> Registered:
    from dataclasses import replace

    return replace(row, **changes)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_every_table_of_the_database_belongs_to_a_registered_model() -> None:
    known = {model._meta.db_table for model in models_of_today().values()}
    # Which migrations were run: made by Django beside its models.
    assert set(connection.introspection.table_names()) - known <= {"django_migrations"}


def test_what_a_person_told_or_where_they_are_is_never_kept_by_a_scrub_and_goes_with_the_key() -> None:
    for row in register():
        if row.security_class in ("C4", "C5"):
            assert row.scrub in ("invent", "empty", "drop"), row
            assert row.erasure == "key" or row.retention in ("audit", "session"), row


def test_every_rule_and_word_is_used_and_known() -> None:
    rows, rules = register(), retention()
    named = {rule for activity in processing() for rule in activity["retention"]}
    assert {row.retention for row in rows} | named == set(rules)
    for kind, name in (("access", "access"), ("erasure", "erasure"), ("scrub", "scrub"), ("owners", "owner")):
        assert {getattr(row, name) for row in rows} == set(terms()[kind])


def test_no_rule_is_called_decided_that_nobody_decided() -> None:
    assert [rule.key for rule in retention().values() if rule.decided] == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{class: C9, access: give, erasure: key, scrub: keep, of: [a]}", "C9"),
        ("{class: C3, access: maybe, erasure: key, scrub: keep, of: [a]}", "maybe"),
        ("{class: C3, access: give, erasure: key, scrub: keep, of: [a, a]}", "twice"),
        ("{class: C3, access: give, erasure: key, of: [a]}", "scrub"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_line(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "fields.yaml"
    path.write_text(
        f"format: 1\ntables:\n  Person:\n    owner: recorder\n    retention: person_file\n    fields:\n      - {text}\n"
    )
    with pytest.raises(DatafileError, match=what) as told:
        list(read_fields(path, "x"))
    assert told.value.line == 7


@pytest.mark.parametrize("page", ["register", "processing"])
def test_the_page_in_the_repository_is_what_the_code_prints(page: str) -> None:
    from hawl.config.fields_commands import page_text

    root = Path(__file__).resolve().parents[5]
    assert (root / "docs" / "data-protection" / f"{page}.md").read_text(encoding="utf-8") == page_text(page)


def test_a_folder_given_for_a_page_is_refused_in_words_and_left_alone(tmp_path: Path) -> None:
    from hawl.config.fields_commands import fields_document

    result = CliRunner().invoke(fields_document, ["--out", str(tmp_path)])
    assert (result.exit_code, list(tmp_path.iterdir())) == (2, [])
    assert "is a directory" in result.output
    assert CliRunner().invoke(fields_document, ["--out", str(tmp_path / "register.md")]).exit_code == 0
