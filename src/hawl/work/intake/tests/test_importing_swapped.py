"""A row that was about somebody, then about somebody else, then about the first again; and one told in two ways."""

from __future__ import annotations

import pytest
from django.apps import apps

from hawl.foundations.access.actor import Role
from hawl.foundations.access.models import ScopedModel
from hawl.foundations.access.rescoping import deny, restrict, seal
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import now
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import DESK, account
from hawl.registers.people.models import Contact, Person
from hawl.work.intake.statements import DONE_FOR_THEM
from hawl.work.intake.tests.importing import EVERYBODY, take_in
from hawl.work.intake.tests.test_importing_versions import number, ring_of, version

SWAPPED = [version(2, person__ref="B", contacts=[]), version(3, person__ref="A", contacts=[number()])]


@pytest.mark.django_db
@pytest.mark.parametrize("one_file", [True, False])
def test_one_who_was_sealed_is_sealed_when_a_later_version_names_them_again(one_file: bool) -> None:
    take_in([version(1, person__ref="A", contacts=[number()])])
    lead, other = account(Role.SPECIALIST_LEAD, DESK), account(Role.VICTIM_CARE_OFFICER, DESK)
    with acting_as(EVERYBODY):
        first = Person.objects.get()
        seal(person_id=first.pk, named_users=[lead.pk])
    for rows in [SWAPPED] if one_file else [[each] for each in SWAPPED]:
        take_in(rows)
    with acting_as(EVERYBODY):
        again = Case.objects.select_related("person").get()
        assert (again.person_id, again.person.visibility) == (first.pk, "sealed")
        assert (again.visible_to, again.named_users) == ([], [lead.pk])
    for user, sees in ((lead, True), (other, False)):
        with acting_as(user.actor()):
            assert Case.objects.exists() is sees
            assert Contact.objects.exists() is sees


@pytest.mark.django_db
def test_from_whom_a_record_was_kept_it_is_kept_when_they_are_named_again() -> None:
    take_in([version(1, person__ref="A", contacts=[number()])])
    denied, other = account(Role.VICTIM_CARE_OFFICER, DESK), account(Role.VICTIM_CARE_OFFICER, DESK)
    with acting_as(EVERYBODY):
        deny(person_id=Person.objects.get().pk, user_id=denied.pk)
    for row in SWAPPED:
        take_in([row])
    for user, sees in ((denied, False), (other, True)):
        with acting_as(user.actor()):
            assert [Case.objects.exists(), Contact.objects.exists()] == [sees, sees]


@pytest.mark.django_db
def test_one_who_was_restricted_is_restricted_when_they_are_named_again() -> None:
    take_in([version(1, person__ref="A", contacts=[number()])])
    lead = account(Role.SPECIALIST_LEAD, DESK)
    with acting_as(EVERYBODY):
        restrict(person_id=Person.objects.get().pk, named_users=[lead.pk])
    for row in SWAPPED:
        take_in([row])
    with acting_as(EVERYBODY):
        again = Case.objects.select_related("person").get()
        assert (again.person.visibility, again.named_users) == ("restricted", [lead.pk])


@pytest.mark.django_db
def test_who_had_their_first_call_gets_no_second_when_they_are_named_again() -> None:
    take_in([version(1, person__ref="A", contacts=[number()])])
    assert ring_of() == {"first_approach"}
    with acting_as(EVERYBODY):
        Person.objects.update(first_call_spent_at=now())
    for row in SWAPPED:
        take_in([row])
    assert ring_of() == {"unknown"}


@pytest.mark.django_db
def test_whom_nothing_names_and_for_whom_nobody_did_anything_is_not_kept() -> None:
    take_in([version(1, person__ref="A", contacts=[number()])])
    take_in(SWAPPED[:1])
    with acting_as(EVERYBODY):
        assert Person.objects.count() == 1


def test_every_table_of_what_is_done_for_a_person_is_asked_before_one_goes() -> None:
    """A new table about people must be put on one side or the other."""
    of_the_feed = {"cases_case", "people_person", "people_contact", "finding_searchtoken", "people_sharedway"}
    # What reviews a look at a record or shows how a message read says nothing of the person's protection.
    aside = {"protection_glassaccount", "protection_lookreview", "messages_shownmessage"}
    tables = {
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, ScopedModel) and model.subject_column != "case_id"
    }
    assert tables - of_the_feed - aside == set(DONE_FOR_THEM)


@pytest.mark.django_db
@pytest.mark.parametrize("strict_first", [True, False])
def test_of_two_rows_under_one_version_what_protects_holds_whichever_comes_first(strict_first: bool) -> None:
    mild = version(1, contacts=[number()])
    strict = version(1, contacts=[number(ring="no", text="no")], suspect__police_employee=True,
                     crime__flags=["domestic_abuse"])  # fmt: skip
    first, second = (strict, mild) if strict_first else (mild, strict)
    assert len(take_in([first]).refused) == 0
    assert [each.reason for each in take_in([second]).refused] == ["same_version_other_content"]
    with acting_as(EVERYBODY):
        assert (Contact.objects.get().ring, Contact.objects.get().text) == ("unsafe", "unsafe")
        assert Case.objects.get().no_first_call
        assert Person.objects.get().visibility == "sealed"
