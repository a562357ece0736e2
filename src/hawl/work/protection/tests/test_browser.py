"""The pages of emergencies and reviews in a real browser: accessible, both widths, both languages."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.test import Client

from hawl.foundations.access.actor import Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.foundations.identity.models import User
from hawl.registers.agreements.actions import Said, record_agreement
from hawl.registers.cases.tests.makers import HUB, account, make_self_referred, organisation_id
from hawl.work.hub.tests.test_browser import FLAGS, axe, chromium, playwright, server
from hawl.work.protection import actions, glass_keys
from hawl.work.protection.tests.desks import Desks, again, desks
from hawl.work.protection.tests.test_glass_by_many import REFUGE, sharing
from hawl.work.protection.tests.test_renaming import asked

__all__ = ["chromium", "server"]
pytestmark = [pytest.mark.browser, pytest.mark.process("staff"), pytest.mark.django_db]


def laid_out(people: Desks) -> list[tuple[str, User, str]]:
    """Something of each kind that waits; gives for each page its name, its reader and its address."""
    asked(people)
    sharing(people, 4)
    with acting_as(again(people.hub_worker)) as by:
        case = make_self_referred(by)
    record_agreement(by=again(people.hub_worker), person_id=case.person_id, kinds=["identity"],
                     organisation_id=organisation_id("gwent-police"),
                     said=Said(on=today(), channel="telephone"))  # fmt: skip
    # Two are left to draw, one of them the steward.
    User.objects.exclude(pk__in=[people.lead.pk, people.steward.pk, people.hub_worker.pk, people.worker.pk]).filter(
        is_active=True
    ).update(is_active=False)
    glass = actions.break_glass(by=again(people.hub_worker), sought=glass_keys.by_phone(REFUGE), reason="missing",
                                account="Her sister rang.")  # fmt: skip
    User.objects.filter(pk=people.hub_lead.pk).update(is_active=True)
    second = account(Role.HUB_WORKER, HUB)
    return [
        ("emergency", people.worker, "/emergency/"), ("reviews-steward", people.steward, "/reviews/"),
        ("reviews-lead", people.hub_lead, "/reviews/"), ("incident", people.steward, f"/emergency/{glass}/"),
        ("person", second, f"/people/{case.person_id}/"),
    ]  # fmt: skip


def session_of(user: User) -> str:
    """Signed in before the browser starts, which lets nothing else near the database."""
    client = Client()
    client.force_login(user)
    return client.cookies["session"].value


def test_the_pages_are_accessible_and_do_not_scroll_sideways(chromium: str, server: str) -> None:
    folder = os.environ.get("HAWL_SCREENSHOTS")
    pages = [(name, session_of(user), path) for name, user, path in laid_out(desks())]
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        for width in (390, 1280):
            for name, session, path in pages:
                context = browser.new_context(viewport={"width": width, "height": 900})
                context.add_cookies([{"name": "session", "value": session, "url": server}])
                page = context.new_page()
                for prefix in ("", "/cy"):
                    assert page.goto(server + prefix + path).status == 200, path
                    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
                    found = axe.Axe().run(page)
                    assert found.violations_count == 0, found.generate_report()
                    if folder:
                        shot = Path(folder) / f"{name}{prefix.strip('/')}-{width}.png"
                        page.screenshot(path=str(shot), full_page=True)
                context.close()
        browser.close()
