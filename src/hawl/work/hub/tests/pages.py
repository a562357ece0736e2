"""Cases as a desk has them, and its pages as a test reads them."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hawl.foundations.access.scope import acting_as
from hawl.foundations.identity.models import User
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import (
    DESK,
    ThreePeople,
    make_case,
    organisation_id,
)
from hawl.rights.duties.actions import recompute


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def owed_case(people: ThreePeople, **changes: Any) -> Case:
    """A case as the desk has it, with what is owed worked out."""
    with acting_as(people.officer.actor()) as by:
        case = make_case(desk=organisation_id(DESK), **changes)
        recompute(case_id=case.pk, by=by)
    return case


def soup(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def text(response: Any) -> str:
    return " ".join(soup(response).get_text(" ").split())


def statements(client: Client, address: str) -> int:
    client.get(address)  # what is read once a day is read now
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    return len(seen)
