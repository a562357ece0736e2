from __future__ import annotations

import pytest
from django.test import Client

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.identity.actions import put_account
from hawl.registers.organisations.queries import ids_by_key

PASSWORD = "a long enough password"


@pytest.mark.django_db
@pytest.mark.process("staff")
@pytest.mark.parametrize(("language", "home"), [("cy", "/cy/"), ("en", "/")])
def test_each_is_led_to_the_pages_in_the_language_they_work_in(client: Client, language: str, home: str) -> None:
    put_account(
        by=Actor(label="test"),
        email="mari@demo.example",
        display_name="Mari",
        roles=frozenset({Role.VICTIM_CARE_OFFICER}),
        organisation_id=ids_by_key()["victim-care-unit"],
        password=PASSWORD,
        language=language,
    )
    answer = client.post("/sign-in/", {"username": "mari@demo.example", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, home)
