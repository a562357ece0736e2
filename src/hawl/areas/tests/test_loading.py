"""Loading an area into the registers, reading it back, and history."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import ProgrammingError

from hawl.areas.actions import load_area
from hawl.areas.area import Area
from hawl.areas.commands import area as area_commands
from hawl.areas.queries import area_of
from hawl.areas.reading import find, read_area
from hawl.areas.writing import write_area
from hawl.foundations.access.actor import Actor
from hawl.foundations.audit.models import AuditEntry
from hawl.registers.organisations import queries as organisations
from hawl.registers.organisations.actions import KeyTaken
from hawl.registers.places import queries as places
from hawl.registers.services import queries as services
from hawl.registers.services.models import Service

pytestmark = pytest.mark.django_db
BY = Actor(label="system:test")


@pytest.fixture(scope="module")
def gwent() -> Area:
    return read_area(find("gwent"))


def test_loading_twice_changes_nothing(gwent: Area) -> None:
    load_area(area=gwent, by=BY)
    ids = organisations.ids_by_key()
    again = load_area(area=gwent, by=BY)
    assert (again.added, again.changed, again.removed) == (0, 0, 0)
    assert again.unchanged > 200
    assert organisations.ids_by_key() == ids


def test_what_was_loaded_is_read_back_the_same(gwent: Area) -> None:
    load_area(area=gwent, by=BY)
    assert area_of("gwent") == gwent


def test_an_export_loads_into_another_hawl_as_the_same_area(gwent: Area, tmp_path: Path) -> None:
    load_area(area=gwent, by=BY)
    write_area(area_of("gwent"), tmp_path)
    exported = read_area(tmp_path)
    assert exported == gwent
    assert load_area(area=exported, by=BY).changed == 0


def test_csv_tables_hold_every_name_and_the_package_lists_every_file(gwent: Area, tmp_path: Path) -> None:
    files = write_area(gwent, tmp_path)
    with (tmp_path / "body_names.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == sum(len(body.names) for body in gwent.organisations.bodies)
    package = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    assert {one["path"] for one in package["resources"]} == set(files) - {"datapackage.json"}


def _renamed(area: Area) -> Area:
    bodies = list(area.organisations.bodies)
    bodies[0] = dataclasses.replace(bodies[0], names=(dataclasses.replace(bodies[0].names[0], en="Another name"),))
    organisations_ = dataclasses.replace(area.organisations, bodies=tuple(bodies))
    return dataclasses.replace(area, organisations=organisations_)


def test_one_changed_name_is_one_changed_row(gwent: Area) -> None:
    load_area(area=gwent, by=BY)
    counts = load_area(area=_renamed(gwent), by=BY)
    assert (counts.added, counts.changed, counts.removed) == (0, 1, 0)
    name = organisations.name_of(gwent.organisations.bodies[0].key, dt.date(2020, 1, 1))
    assert name is not None
    assert name.en == "Another name"


def test_a_fact_gone_from_the_files_is_taken_away_and_the_body_stays(gwent: Area) -> None:
    load_area(area=gwent, by=BY)
    before = len(organisations.ids_by_key())
    fewer = dataclasses.replace(
        gwent,
        organisations=dataclasses.replace(gwent.organisations, memberships=gwent.organisations.memberships[1:]),
    )
    assert load_area(area=fewer, by=BY).removed == 1
    assert len(organisations.ids_by_key()) == before


def test_a_key_of_another_area_is_refused_and_nothing_is_written(gwent: Area) -> None:
    load_area(area=gwent, by=BY)
    other = dataclasses.replace(gwent, place=dataclasses.replace(gwent.place, key="elsewhere"))
    with pytest.raises(KeyTaken, match="already a key of the area `gwent`"):
        load_area(area=other, by=BY)
    assert places.area_keys() == ["gwent"]


def test_loading_leaves_an_audit_entry(gwent: Area) -> None:
    load_area(area=gwent, by=BY)
    entry = AuditEntry.objects.filter(action="area.loaded").latest("at")
    assert (entry.actor, entry.object_id) == ("system:test", "gwent")


@pytest.mark.parametrize(
    ("day", "called"),
    [
        (dt.date(2014, 12, 31), None),
        (dt.date(2019, 6, 1), "LGBTQ+ support (Umbrella Gwent)"),
        (dt.date(2019, 12, 1), "LGBTQ+ support (Umbrella Cymru)"),
    ],
)
def test_what_a_service_was_called_on_a_day(gwent: Area, day: dt.date, called: str | None) -> None:
    load_area(area=gwent, by=BY)
    name = services.name_of("lgbtq", day)
    assert (name.en if name else None) == called


def test_what_an_organisation_was_called_in_2019(gwent: Area) -> None:
    load_area(area=gwent, by=BY)
    name = organisations.name_of("umbrella-cymru", dt.date(2019, 1, 1))
    assert name is not None
    assert name.cy == "Umbrella Gwent"


def test_the_directory_shows_what_is_live_on_the_day(gwent: Area) -> None:
    load_area(area=gwent, by=BY)
    now = services.live_services("gwent", on_day=dt.date(2026, 11, 22))
    keys = [one.key for one in now]
    assert keys[0] == "connect-gwent"
    assert "idva" not in keys
    assert "idva" in [one.key for one in services.live_services("gwent", on_day=dt.date(2026, 3, 31))]
    moved = next(one for one in now if one.key == "slavery-advocate")
    assert not moved.commissioned
    assert moved.providers == ("modern-slavery-unit",)
    assert all(one.about.cy and one.how.cy and one.name.cy for one in now)
    assert "victim-care-unit" not in [one.key for one in services.live_services("gwent", on_day=dt.date(2021, 7, 11))]


def test_the_directory_can_be_searched_by_need(gwent: Area) -> None:
    load_area(area=gwent, by=BY)
    found = services.live_services("gwent", on_day=dt.date(2026, 11, 22), need="modern-slavery")
    assert [one.key for one in found] == ["slavery-advocate"]


def test_the_directory_takes_the_same_few_statements_for_any_number_of_services(
    gwent: Area, django_assert_num_queries: object
) -> None:
    load_area(area=gwent, by=BY)
    with django_assert_num_queries(5):  # type: ignore[operator]
        services.live_services("gwent")
    with django_assert_num_queries(5):  # type: ignore[operator]
        services.live_services("gwent", need="modern-slavery")


def test_councils_plans_and_routing_are_read_by_area(gwent: Area) -> None:
    load_area(area=gwent, by=BY)
    assert [one.key for one in places.councils_of("gwent")] == [
        "blaenau-gwent",
        "caerphilly",
        "monmouthshire",
        "newport",
        "torfaen",
    ]
    assert places.routing("gwent") == gwent.routing
    plans = organisations.current_plans("gwent", dt.date(2025, 6, 1))
    assert [plan.key for plan in plans] == ["plan-2025-2029", "plan-2021-2025"]
    assert [one.key for one in plans[0].priorities if one.about_victims] == ["victims-first"]


def test_an_area_that_was_not_loaded_is_told_with_the_mend() -> None:
    with pytest.raises(places.NoSuchArea, match="hawl area load nowhere"):
        area_of("nowhere")


@pytest.mark.process("public")
def test_the_public_role_reads_the_directory_and_cannot_write_it() -> None:
    assert isinstance(services.live_services("gwent"), list)
    with pytest.raises(ProgrammingError, match="permission denied"):
        Service.objects.filter(area="gwent").update(kind="hub")


def test_commands_load_and_export_with_one_line_of_json(tmp_path: Path) -> None:
    run = CliRunner()
    loaded = run.invoke(area_commands, ["load", "gwent", "--json"])
    assert loaded.exit_code == 0
    assert json.loads(loaded.stdout)["area"] == "gwent"
    again = json.loads(run.invoke(area_commands, ["load", "gwent", "--json"]).stdout)
    assert (again["added"], again["changed"], again["removed"]) == (0, 0, 0)
    written = run.invoke(area_commands, ["export", "gwent", "--out", str(tmp_path / "out"), "--json"])
    assert written.exit_code == 0
    assert len(written.stdout.splitlines()) == 1
    assert run.invoke(area_commands, ["check", str(tmp_path / "out"), "--json"]).stdout == '{"mistakes": []}\n'


@pytest.mark.parametrize("arguments", [["load", "nowhere"], ["check", "nowhere"], ["export", "nowhere", "--out", "x"]])
def test_an_unknown_area_ends_with_two_and_a_sentence(arguments: list[str]) -> None:
    ended = CliRunner().invoke(area_commands, arguments)
    assert ended.exit_code == 2
    assert ended.stdout == ""
    assert "nowhere" in ended.stderr
