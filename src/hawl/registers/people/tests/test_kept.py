"""A decision on a way of reaching somebody cannot be deleted, by whichever process."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.registers.cases.tests.makers import DESK, make_contact, make_person, organisation_id
from hawl.registers.people.models import Contact

pytestmark = pytest.mark.django_db
MACHINE = Actor("system:test", machine=True)


def test_the_jobs_role_deletes_a_claim_and_never_a_decision() -> None:
    with acting_as(MACHINE):
        person = make_person(desk=organisation_id(DESK))
        claim = make_contact(person)
        held = Contact.objects.create(
            person=person, kind="mobile", value_key=claim.value_key, text="unsafe", decided_at=timezone.now(),
            decided_uses=["text"], claims_no=["text"], version=1, visible_to=person.visible_to,
        )  # fmt: skip
        with pytest.raises(IntegrityError, match="not taken back"), transaction.atomic():
            Contact.objects.filter(pk=held.pk).delete()
        Contact.objects.filter(pk=claim.pk).delete()
        assert Contact.objects.filter(person=person).values_list("pk", flat=True).get() == held.pk
