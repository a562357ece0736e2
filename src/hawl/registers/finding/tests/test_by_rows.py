"""A search confirms nothing that stands in a row which the searcher does not see: a case, a number, a postcode."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hawl.foundations.access import rescoping
from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.identity.models import User
from hawl.registers.cases import actions as cases
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import (
    DESK,
    HUB,
    ThreePeople,
    account,
    make_case,
    make_contact,
    make_person,
    organisation_id,
    three_people,
)
from hawl.registers.finding import laying, queries
from hawl.registers.finding import tokens as made_of
from hawl.registers.finding.actions import search_people
from hawl.registers.finding.models import SearchToken
from hawl.registers.finding.queries import Asked, find
from hawl.registers.finding.tokens import Described
from hawl.registers.people.models import Contact, Person

pytestmark = pytest.mark.django_db
MACHINE = Actor(label="system:tests", machine=True)
OPENED = [Asked(reference="2600000001"), Asked(reference="R1"), Asked(postcode="NP20 1AA")]
HIDDEN = [Asked(reference="2699999999"), Asked(reference="R2"), Asked(postcode="SA1 1ZZ"), Asked(phone="07700 900999"),
          Asked(email="her@example.org")]  # fmt: skip


def two_cases(desk: int) -> tuple[Person, Case, Case]:
    """A burglary that can be referred on, and another case with a number and an address of its own."""
    person = make_person(desk=desk)
    one = make_case(desk=desk, person=person, reference={"crime_ref": "2600000001", "record_id": "R-1"})
    other = make_case(
        desk=desk, person=person, offence="rape", reference={"crime_ref": "2699999999", "record_id": "R-2"},
        location={"place": "x", "postcode": "SA1 1ZZ", "lsoa": ""},
    )  # fmt: skip
    make_contact(person, "07700 900999", case_id=other.pk)
    make_contact(person, "her@example.org", kind="email", case_id=other.pk)
    make_contact(person, "07700 900123")
    laying.renew([person.pk])
    return person, one, other


def met(user: User, asked: Asked) -> list[list[str]]:
    with acting_as(user.actor()):
        return [sorted(match.met) for match in search_people(by=user.actor(), asked=asked).matches]


@pytest.mark.process("staff")
def test_three_people_meet_what_stands_in_the_rows_that_they_see() -> None:
    who: ThreePeople = three_people()
    with acting_as(who.officer.actor()):
        _, one, _ = two_cases(organisation_id(DESK))
    for asked in OPENED + HIDDEN:
        assert met(who.officer, asked) == [asked.given()], asked
        assert met(who.hub_worker, asked) == met(who.stranger, asked) == [], asked
    cases.open_to(by=who.officer.actor(), case=one, organisation_id=organisation_id(HUB), on=one.reported_on)
    for asked in OPENED:
        assert met(who.hub_worker, asked) == [asked.given()], asked
    for asked in HIDDEN:
        assert met(who.hub_worker, asked) == [], asked
        assert met(who.stranger, asked) == [], asked
    for asked in OPENED + HIDDEN:
        assert met(who.officer, asked) == [asked.given()], asked


@pytest.mark.process("staff")
def test_a_name_with_something_hidden_is_met_by_the_name_alone() -> None:
    who = three_people()
    with acting_as(who.officer.actor()):
        _, one, _ = two_cases(organisation_id(DESK))
    cases.open_to(by=who.officer.actor(), case=one, organisation_id=organisation_id(HUB), on=one.reported_on)
    asked = {"name": "Sian ap Rhys", "phone": "07700 900999", "postcode": "SA1 1ZZ", "reference": "2699999999"}
    assert met(who.hub_worker, Asked(**asked)) == met(who.hub_worker, Asked(**{**asked, "phone": "07700 900000"}))
    with acting_as(who.hub_worker.actor()):
        hidden, absent = (
            find(Asked(**each))
            for each in (asked, {**asked, "phone": "07700 900000", "postcode": "SA1 9ZZ", "reference": "1"})
        )
    assert [match.nearness for match in hidden.matches] == [match.nearness for match in absent.matches]


def test_a_number_in_a_seen_and_a_hidden_row_is_met_and_goes_with_the_seen_one() -> None:
    who = three_people()
    with acting_as(who.officer.actor()):
        person, one, other = two_cases(organisation_id(DESK))
        make_contact(person, "07700 900999", case_id=one.pk)
        laying.renew([person.pk])
        assert SearchToken.objects.count() > len(set(SearchToken.objects.values_list("token", flat=True)))
    cases.open_to(by=who.officer.actor(), case=one, organisation_id=organisation_id(HUB), on=one.reported_on)
    assert met(who.hub_worker, Asked(phone="07700 900999")) == [["phone"]]
    with acting_as(MACHINE):
        Contact.objects.filter(case_id=one.pk).update(denied_users=[who.officer.pk])
    assert met(who.officer, Asked(phone="07700 900999")) == [["phone"]], "the other row still says so"
    with acting_as(MACHINE):
        Contact.objects.filter(case_id=other.pk).update(denied_users=[who.officer.pk])
    assert met(who.officer, Asked(phone="07700 900999")) == []


@pytest.mark.process("staff")
def test_who_lays_tokens_anew_takes_none_away_that_they_do_not_see() -> None:
    who = three_people()
    with acting_as(who.officer.actor()):
        person, one, _ = two_cases(organisation_id(DESK))
        before = set(SearchToken.objects.values_list("pk"))
    cases.open_to(by=who.officer.actor(), case=one, organisation_id=organisation_id(HUB), on=one.reported_on)
    with acting_as(who.hub_worker.actor()):
        laying.renew([person.pk])
    with acting_as(who.officer.actor()):
        assert set(SearchToken.objects.values_list("pk")) == before


@pytest.mark.parametrize("change", ["seal", "deny"])
def test_moving_a_person_moves_every_token_as_its_row(change: str) -> None:
    who, lead = three_people(), account(Role.SPECIALIST_LEAD, DESK)
    with acting_as(who.officer.actor()):
        person, _, _ = two_cases(organisation_id(DESK))
        if change == "seal":
            rescoping.seal(person_id=person.pk, named_users=[lead.pk])
        else:
            rescoping.deny(person_id=person.pk, user_id=who.hub_worker.pk)
    with acting_as(MACHINE):
        scope = ("visible_to", "named_users", "denied_users", "denied_organisations")
        of_rows = {
            row.pk: [getattr(row, each) for each in scope]
            for model in (Person, Contact, Case)
            for row in model.objects.all()
        }
        tokens = list(SearchToken.objects.all())
        assert len({token.source_id for token in tokens}) == len(of_rows)
        for token in tokens:
            assert [getattr(token, each) for each in scope] == of_rows[token.source_id]


def test_one_whose_number_stands_in_many_rows_is_one_and_crowds_nobody_out() -> None:
    with acting_as(MACHINE):
        desk = organisation_id(DESK)
        people = [make_person(desk=desk) for _ in range(2)]
        for _ in range(250):
            make_contact(people[0], "01633 496000", kind="landline")
        make_contact(people[1], "01633 496000", kind="landline")
        laying.renew([person.pk for person in people])
        answer = find(Asked(phone="01633 496000"))
    assert {match.person.pk for match in answer.matches} == {person.pk for person in people}
    assert not answer.more


def test_names_and_the_day_of_birth_stand_in_the_persons_row_alone_and_nothing_else_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A search counts the rows of such a token as people: one person with two of them would crowd somebody out.
    monkeypatch.setattr(made_of, "_token", lambda _secret, kind, text: hash((kind, text)))
    with acting_as(MACHINE):
        person, *_ = two_cases(organisation_id(DESK))
        make_contact(person, "1 High Street, Newport NP20 1AA", kind="address")
        _, held = queries.tokens_held([person.pk])
        kinds = {hash(each): each[0] for each in _told_of(person)}
    of_person = {kinds[token] for row in held if row.source == person.pk for token in row.tokens}
    of_others = {kinds[token] for row in held if row.source != person.pk for token in row.tokens}
    assert of_person == set(made_of._ORDER) - made_of.REPEATED
    assert of_others == made_of.REPEATED


def _told_of(person: Person) -> Iterator[tuple[int, str]]:
    """Each (kind, text) by which anything of this person is found."""
    ways = [(each.kind, each.value) for each in Contact.objects.filter(person_id=person.pk)]
    own = Described(names=made_of.names_of(person.names), born_on=person.born_on, ways=ways)
    for described in (own, *map(queries._of_case, Case.objects.filter(person_id=person.pk))):
        yield from made_of._texts(described, place=True)


def test_who_is_named_to_hundreds_and_walled_from_hundreds_is_found_all_the_same() -> None:
    # Who may see a row stands in the index beside its word, which has no room without end.
    officer = account(Role.SPECIALIST_LEAD, DESK)
    with acting_as(MACHINE):
        person = make_person(
            desk=organisation_id(DESK),
            named_users=[officer.pk, *range(10_000_000_000, 10_000_000_200)],
            denied_organisations=list(range(70_000, 70_200)),
        )
        laying.renew([person.pk])
    assert met(officer, Asked(name="Sian ap Rhys")) == [["name"]]


def test_a_search_reads_who_may_see_a_word_from_its_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef('finding_searchtoken_pkey'::regclass)")
        (index,) = cursor.fetchone()
    assert "INCLUDE (visible_to, named_users, denied_users, denied_organisations)" in index


def test_laying_and_searching_take_as_many_statements_for_one_row_as_for_fifty() -> None:
    def taken(rows: int) -> tuple[int, int]:
        person = make_person(desk=organisation_id(DESK))
        for number in range(rows):
            case = make_case(desk=organisation_id(DESK), person=person)
            make_contact(person, f"07700 9{rows:02}{number:03}", case_id=case.pk)
        with CaptureQueriesContext(connection) as laid:
            laying.renew([person.pk])
        with CaptureQueriesContext(connection) as searched:
            assert find(Asked(phone=f"07700 9{rows:02}000")).matches
        return len(laid), len(searched)

    with acting_as(MACHINE):
        assert taken(1) == taken(50)


def test_a_seal_leaves_no_token_under_the_common_key_of_a_case_that_the_sealer_did_not_see() -> None:
    who, lead = three_people(), account(Role.SPECIALIST_LEAD, HUB)
    with acting_as(who.officer.actor()):
        person, one, other = two_cases(organisation_id(DESK))
        common = set(SearchToken.objects.values_list("token", flat=True))
        assert SearchToken.objects.filter(source_id=other.pk).exists()
    cases.open_to(by=who.officer.actor(), case=one, organisation_id=organisation_id(HUB), on=one.reported_on)
    with acting_as(who.hub_worker.actor()):
        rescoping.seal(person_id=person.pk, named_users=[lead.pk])
    with acting_as(MACHINE):
        laid = set(SearchToken.objects.values_list("token", flat=True))
        assert laid
        assert not laid & common
