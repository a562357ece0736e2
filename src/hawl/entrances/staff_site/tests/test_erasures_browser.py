"""The page of erasures in a real browser: accessible, both widths, both languages, with and without what waits."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client

from hawl.entrances.staff_site import erasures
from hawl.foundations.access.actor import Role
from hawl.foundations.clock import now
from hawl.registers.cases.tests.makers import DESK, account
from hawl.work.erasing.models import Erasure
from hawl.work.hub.tests.test_browser import FLAGS, axe, chromium, playwright, server

__all__ = ["chromium", "server"]
pytestmark = [pytest.mark.browser, pytest.mark.process("staff"), pytest.mark.django_db]


def waiting() -> Erasure:
    """As `hawl_erasures_waiting` gives one, which this role cannot ask for (work/erasing/tests asks it whole)."""
    return Erasure(
        person_id=uuid4(), even_open=True, cases=2, open_cases=1, rows_held=41, asked_at=now(),
        asked_by="operator:gwen",
    )  # fmt: skip


@pytest.mark.parametrize("waits", [True, False])
def test_the_page_is_accessible_and_does_not_scroll_sideways(
    chromium: str, server: str, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, one = os.environ.get("HAWL_SCREENSHOTS"), waiting()
    monkeypatch.setattr(erasures, "waiting_erasures", lambda: [one] if waits else [])
    client = Client()
    client.force_login(account(Role.STEWARD, DESK))
    session = client.cookies["session"].value
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        for width in (390, 1280):
            context = browser.new_context(viewport={"width": width, "height": 900})
            context.add_cookies([{"name": "session", "value": session, "url": server}])
            page = context.new_page()
            for prefix in ("", "/cy"):
                assert page.goto(f"{server}{prefix}/erasures/").status == 200
                assert (str(one.person_id) in page.content()) is waits
                assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
                found = axe.Axe().run(page)
                assert found.violations_count == 0, found.generate_report()
                if folder:
                    shot = Path(folder) / f"erasures{prefix.strip('/')}-{'waits' if waits else 'none'}-{width}.png"
                    page.screenshot(path=str(shot), full_page=True)
            context.close()
        browser.close()
