"""Bodies by key and by what they were called, from the Gwent area that every test database holds."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from hawl.registers.organisations.models import Organisation, OrganisationName
from hawl.registers.organisations.queries import ids_by_key, name_of, names_of, organisation

pytestmark = pytest.mark.django_db
BODY = "connect-gwent"


def test_ids_are_those_asked_for_and_unknown_keys_are_left_out() -> None:
    assert ids_by_key([BODY, "nobody"]) == {BODY: organisation(BODY).pk}
    assert ids_by_key([]) == {}
    assert ids_by_key().keys() > {BODY, "victim-care-unit"}


def test_a_body_bears_its_new_name_from_the_day_on_which_it_began() -> None:
    changed = dt.date(2026, 5, 1)
    row = organisation(BODY)
    row.names.all().delete()
    for position, (en, since, until) in enumerate(
        (("Old", None, changed - dt.timedelta(days=1)), ("New", changed, None))
    ):
        OrganisationName.objects.create(
            organisation=row, position=position, en=en, cy=f"{en} (cy)", welsh="draft", certainty="read",
            since=since.isoformat() if since else "", since_on=since,
            until=until.isoformat() if until else "", until_on=until,
        )  # fmt: skip
    called = {day: name_of(BODY, day) for day in (changed - dt.timedelta(days=1), changed)}
    assert [name.en for name in called.values() if name] == ["Old", "New"]


def test_a_body_without_a_name_for_the_day_is_left_out_of_names() -> None:
    organisation(BODY).names.all().delete()
    assert name_of(BODY) is None
    assert BODY not in names_of([BODY, "victim-care-unit"])


def test_names_take_two_statements_for_one_body_and_for_all(django_assert_num_queries: object) -> None:
    for keys in ([BODY], None):
        with django_assert_num_queries(2):  # type: ignore[operator]
            names_of(keys)


@pytest.mark.process("public")
def test_the_public_role_reads_bodies_and_cannot_change_them() -> None:
    assert ids_by_key([BODY])
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Organisation.objects.filter(key=BODY).update(area="gwent")
