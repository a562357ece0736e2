"""Finding people: by any one thing known of them, within scope, few opened, the words kept nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.models import AuditEntry
from hawl.foundations.vault.actions import destroy_key
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import (
    DESK,
    OTHER_PROVIDER,
    account,
    make_case,
    make_contact,
    make_person,
    organisation_id,
)
from hawl.registers.finding import laying, queries
from hawl.registers.finding.actions import index_person, reindex, search_people
from hawl.registers.finding.models import SearchToken
from hawl.registers.finding.queries import Asked, find
from hawl.registers.people.models import Contact, Person

pytestmark = pytest.mark.django_db
MACHINE = Actor(label="system:tests", machine=True)


@pytest.fixture
def desk() -> Iterator[int]:
    with acting_as(MACHINE):
        yield organisation_id(DESK)


def known(desk: int, given: str = "Siân", family: str = "ap Rhys", **changes: Any) -> Person:
    """A person with a case and a number, who can be found."""
    person = make_person(desk=desk, given=given, family=family, **changes)
    make_contact(person, "07700 900123")
    make_case(desk=desk, person=person, reference={"crime_ref": "2600123456", "record_id": "GWP-1", "title": ""})
    laying.renew([person.pk])
    return person


def found(asked: Asked) -> list[Any]:
    return [match.person.pk for match in find(asked).matches]


@pytest.mark.parametrize(
    "asked",
    [Asked(name="Sian Price"), Asked(name="Prys, Jane"), Asked(name="rees"), Asked(name="S Rhys"),
     Asked(born_on=date(1987, 3, 1)), Asked(phone="+44 7700 900 123"), Asked(postcode="np201aa"),
     Asked(reference="2600123456"), Asked(reference="gwp 1"), Asked(name="Sian Preece", born_year=1987)],
)  # fmt: skip
def test_a_person_is_found_by_each_thing_that_is_known_of_them(desk: int, asked: Asked) -> None:
    person = known(desk)
    known(desk, "Mohammed", "Khan", born_on=date(1990, 1, 1)) if not (
        asked.phone or asked.reference or asked.postcode
    ) else None
    assert found(asked) == [person.pk]


@pytest.mark.parametrize(
    "asked", [Asked(name="Mohammed Khan"), Asked(phone="07700 900124"), Asked(born_on=date(1987, 3, 2)), Asked()]
)
def test_who_is_not_meant_is_not_found(desk: int, asked: Asked) -> None:
    known(desk)
    assert find(asked) == queries.Found()


def test_the_nearest_comes_first(desk: int) -> None:
    far, near = known(desk, "Sara", "Rees"), known(desk, "Siân", "Rhys")
    assert found(Asked(name="Sian Rees")) == [near.pk, far.pk]


def test_a_search_takes_a_bounded_number_of_statements_however_many_match(desk: int) -> None:
    def taken(people: int) -> int:
        for _ in range(people):
            known(desk)
        with CaptureQueriesContext(connection) as made:
            assert find(Asked(name="Sian Rhys"), most=100).matches
        return len(made)

    assert taken(1) == taken(30)


def test_too_many_are_not_opened_and_one_thing_more_is_asked_for(desk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST_OPENED", 3)
    for year in range(1980, 1985):
        known(desk, "Siân", "Jones", born_on=date(year, 5, 1))
    with CaptureQueriesContext(connection) as made:
        answer = find(Asked(name="Jones"))
    assert (answer.matches, answer.too_many, answer.ask_for) == ([], True, ("born_year", "first_name", "postcode"))
    assert not any("people_person" in each["sql"] for each in made)
    assert len(find(Asked(name="Jones", born_year=1982)).matches) == 1


def test_what_an_actor_may_not_see_is_neither_found_nor_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST_OPENED", 3)
    officer, other = account(Role.SPECIALIST_LEAD, DESK), account(Role.PROVIDER_WORKER, OTHER_PROVIDER)
    with acting_as(MACHINE):
        theirs = known(organisation_id(OTHER_PROVIDER))
        for _ in range(6):
            known(organisation_id(DESK))
        sealed = known(organisation_id(DESK), visible_to=[], named_users=[officer.pk], visibility="sealed")
    with acting_as(other.actor()):
        assert find(Asked(name="Sian Rhys")) == queries.Found([queries.Match(theirs, 1.0, frozenset({"name"}))])
        assert SearchToken.objects.values("person_id").distinct().count() == 1
    with acting_as(officer.actor()):
        assert find(Asked(name="Sian Rhys")).too_many
        assert SearchToken.objects.filter(person_id=sealed.pk).exists()
        monkeypatch.setattr(queries, "MOST_OPENED", 30)
        assert sealed.pk in found(Asked(name="Sian Rhys"))


def test_each_token_goes_where_its_row_goes_and_is_moved_by_nothing_else(desk: int) -> None:
    person = known(desk)
    rows = [(Person, person.pk), (Contact, Contact.objects.get().pk), (Case, Case.objects.get().pk)]
    for number, (model, pk) in enumerate(rows):
        model.objects.filter(pk=pk).update(visible_to=[7, number], denied_users=[number], denied_organisations=[3])
    SearchToken.objects.update(visible_to=[99], denied_users=None)
    fields = ("visible_to", "named_users", "denied_users", "denied_organisations")
    for number, (_, pk) in enumerate(rows):
        scopes = set(map(str, SearchToken.objects.filter(source_id=pk).values_list(*fields)))
        assert scopes == {f"([7, {number}], [], [{number}], [3])"}


def test_where_a_restricted_person_is_finds_them_for_nobody(desk: int) -> None:
    person = known(desk)
    before = SearchToken.objects.count()
    Person.objects.filter(pk=person.pk).update(visibility="restricted", named_users=[99])
    assert not SearchToken.objects.exists(), "what was laid for an open record goes with the change"
    assert index_person(by=MACHINE, person_id=person.pk)
    assert SearchToken.objects.count() == before - 1
    assert found(Asked(postcode="NP20 1AA")) == []
    assert found(Asked(name="Sian Rhys")) == [person.pk]


def test_a_sealed_person_shares_no_token_with_an_open_one(desk: int) -> None:
    one = known(desk)
    other = known(desk, visible_to=[], named_users=[99], visibility="sealed")
    tokens = [
        set(SearchToken.objects.filter(person_id=each.pk).values_list("token", flat=True)) for each in (one, other)
    ]
    assert tokens[0]
    assert tokens[1]
    assert not tokens[0] & tokens[1]


def test_an_erased_person_is_not_found_any_more(desk: int) -> None:
    person = known(desk)
    destroy_key(by=MACHINE, person_id=person.pk)
    assert found(Asked(name="Sian Rhys")) == []
    index_person(by=MACHINE, person_id=person.pk)
    assert not SearchToken.objects.exists()


def test_a_search_is_audited_without_its_words(desk: int) -> None:
    known(desk)
    search_people(by=MACHINE, asked=Asked(name="Sian Canary", phone="07700 900123"))
    entry = AuditEntry.objects.get(action="people.searched")
    assert entry.detail["given"] == ["name", "phone"]
    assert entry.detail["found"] == 1
    assert "anary" not in repr(entry.__dict__)
    assert "900123" not in repr(entry.__dict__)


def test_reindexing_lays_the_same_tokens_again(desk: int) -> None:
    known(desk)
    before = set(SearchToken.objects.values_list("token", flat=True))
    SearchToken.objects.all().delete()
    assert reindex(by=MACHINE) == 1
    assert set(SearchToken.objects.values_list("token", flat=True)) == before
