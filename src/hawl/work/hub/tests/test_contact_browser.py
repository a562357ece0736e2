"""The pages of how to reach a person and of messages in a real browser: accessible, both widths, both languages."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import now
from hawl.foundations.messages import queries
from hawl.foundations.messages.actions import enqueue
from hawl.foundations.messages.models import ShownMessage
from hawl.registers.cases.tests.makers import DESK, make_case, make_contact, organisation_id
from hawl.registers.people.actions import PlanTold, put_plan
from hawl.registers.people.tests.deciding import decide, decided, two
from hawl.work.hub.tests.test_browser import FLAGS, axe, chromium, playwright, server

__all__ = ["chromium", "server"]
pytestmark = [pytest.mark.browser, pytest.mark.process("staff"), pytest.mark.django_db]


def test_both_pages_are_accessible_and_do_not_scroll_sideways(
    chromium: str, server: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HAWL_DEMO = True
    users = two()
    with acting_as(users[0].actor()) as by:
        case = make_case(desk=organisation_id(DESK))
        mobile = make_contact(case.person, ring="first_approach")
        make_contact(case.person, "1 Stow Hill, NP20 1AA", kind="address", write="unsafe")
        put_plan(by=by, person_id=case.person_id, version=0, told=PlanTold(code_word="crëyr", never="her brother"))
        put_plan(by=users[1].actor(), person_id=case.person_id, version=1, told=PlanTold(voicemail="neutral"))
    held = decided(mobile, users, text="safe")
    decide(users[1], mobile, "message", "safe")
    told = {"date": dt.date(2026, 11, 27), "time": dt.time(10)}
    enqueue(by=users[0].actor(), person_id=case.person_id, contact_id=held.pk, channel="text", template="will_ring",
            told=told)  # fmt: skip
    shown = ShownMessage(message_id=uuid.uuid4(), person_id=case.person_id, channel="text", language="cy",
                         shown_at=now(),
                         to="07700 900123", words="Helo. Byddwn yn eich ffonio ar 27 Tachwedd tua 10:00.")  # fmt: skip
    monkeypatch.setattr(queries, "mailbox", lambda: [shown])
    client = Client()
    client.force_login(users[0])
    folder = os.environ.get("HAWL_SCREENSHOTS")
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        for width in (390, 1280):
            context = browser.new_context(viewport={"width": width, "height": 900})
            context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": server}])
            page = context.new_page()
            for name, path in (("contact", f"/people/{case.person_id}/contact/"), ("messages", "/messages/")):
                for prefix in ("", "/cy"):
                    answer = page.goto(server + prefix + path)
                    assert answer.status == 200
                    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
                    found = axe.Axe().run(page)
                    assert found.violations_count == 0, found.generate_report()
                    if folder:
                        page.screenshot(
                            path=str(Path(folder) / f"{name}{prefix.strip('/')}-{width}.png"), full_page=True
                        )
        browser.close()
