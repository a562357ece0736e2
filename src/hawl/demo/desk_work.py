"""A little work at the desks of a demo, done by the acts of the pages: taken, asked, referred, reached."""

from __future__ import annotations

from datetime import date

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.identity.queries import user_of
from hawl.registers.cases.queries import newest_by_route
from hawl.work.hub.actions import record_act, record_answer, refer_to_hub, take_case
from hawl.work.hub.refusals import Refused

_TAKEN, _ASKED = 40, 12


def work_a_little(officer: str, hub: str, day: date) -> int:
    """Let the officer take and refer on the newest cases, and the hub answer some; how many were referred on.

    What an act refuses (a hold, a missing yes) is passed over, as a worker would.
    """
    at_desk, at_hub = user_of(officer).actor(), user_of(hub).actor()
    referred = _refer(at_desk, "automatic", _TAKEN, day, ask=False)
    referred += _refer(at_desk, "consent_first", _ASKED, day, ask=True)
    _answer(at_hub, day)
    return referred


def _refer(by: Actor, route: str, most: int, day: date, *, ask: bool) -> int:
    with acting_as(by):
        cases = newest_by_route(route, most)
    done = 0
    for place, case in enumerate(cases):
        try:
            take_case(by=by, case=case)
            if ask:
                # Two in three say yes; a no is kept as firmly.
                record_answer(by=by, case=case, agreed=place % 3 != 0, on=day)
            refer_to_hub(by=by, case=case, on=day)
        except Refused:
            continue
        done += 1
    return done


def _answer(by: Actor, day: date) -> None:
    with acting_as(by):
        cases = newest_by_route("automatic", _TAKEN) + newest_by_route("consent_first", _ASKED)
    for place, case in enumerate(cases):
        for step in ("support_referral_received", "support_reached", "support_started")[: place % 4]:
            try:
                record_act(by=by, case=case, event=step, occurred_on=day)
            except Refused:
                break
