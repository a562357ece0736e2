"""Who is believed, and what a signature binds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import requests
import time_machine

from hawl.entrances.partner_api.tests.sending import BY, PLACE, Body, as_jobs, body_with_key, call
from hawl.foundations.audit.models import AuditEntry
from hawl.work.extracts.tests.extracting import MAPPING
from hawl.work.partners import actions
from hawl.work.partners.sending import COVERED_WITH_BODY, Signer

pytestmark = [pytest.mark.process("partner"), pytest.mark.usefixtures("own")]
EMPTY = (",".join(sorted(MAPPING.columns())) + "\n").encode()


def header(name: str, value: str) -> Callable[[requests.PreparedRequest], None]:
    def change(request: requests.PreparedRequest) -> None:
        request.headers[name] = value

    return change


def to(place: str) -> Callable[[requests.PreparedRequest], None]:
    def change(request: requests.PreparedRequest) -> None:
        request.url = f"http://testserver{place}"

    return change


def other_body(request: requests.PreparedRequest) -> None:
    request.body = EMPTY + b"more\n"


def without_signature(request: requests.PreparedRequest) -> None:
    del request.headers["Signature"]


def test_a_signed_delivery_is_kept() -> None:
    body = as_jobs(body_with_key)
    answer = call(body, "POST", PLACE, EMPTY)
    assert (answer.status_code, answer.told["state"]) == (202, "waiting")
    assert call(body, "GET", answer.headers["Location"]).told["id"] == answer.told["id"]


@pytest.mark.parametrize(
    "change",
    [
        other_body,
        to("/v1/extracts/other/deliveries"),
        to(f"{PLACE}?x=1"),
        header("Idempotency-Key", "two"),
        header("Content-Type", "application/x-ndjson"),
        header("Content-Digest", "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"),
        header("Host", "127.0.0.1"),
        header("Signature-Input", "hawl"),
        without_signature,
    ],
    ids=["body", "source", "query", "name", "kind", "digest", "host", "input", "none"],
)
def test_a_request_that_was_changed_after_signing_is_refused(change: Callable[[Any], None]) -> None:
    answer = call(as_jobs(body_with_key), "POST", PLACE, EMPTY, after=change)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Signature")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.told["type"] == "urn:hawl:problem:not-signed"
    assert set(answer.told) == {"type", "title", "status"}, "it never says what was wrong"


@pytest.mark.parametrize("left_out", COVERED_WITH_BODY)
def test_a_signature_that_covers_less_is_refused(left_out: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from hawl.work.partners import sending

    body = as_jobs(body_with_key)
    monkeypatch.setattr(sending, "COVERED_WITH_BODY", [each for each in COVERED_WITH_BODY if each != left_out])
    if left_out == "content-digest":
        # The library adds it where there is a body: a sender who leaves it out signs as if there were none.
        monkeypatch.setattr(sending, "COVERED", [each for each in COVERED_WITH_BODY if each != left_out])
        answer = call(body, "POST", PLACE, EMPTY, before=lambda r: setattr(r, "body", None), after=_put_back)
    else:
        answer = call(body, "POST", PLACE, EMPTY)
    assert answer.status_code == 401


def _put_back(request: requests.PreparedRequest) -> None:
    request.body = EMPTY


def test_an_unsigned_request_and_one_by_an_unknown_key_get_the_same_answer() -> None:
    known = as_jobs(body_with_key)
    stranger = Body(known.organisation_id, Signer("k-000000000000", known.signer.private))
    answers = [call(each, "POST", PLACE, EMPTY) for each in (None, stranger)]
    assert [each.status_code for each in answers] == [401, 401]
    assert answers[0].told == answers[1].told


def test_another_bodys_private_key_under_a_known_id_is_refused() -> None:
    one, other = as_jobs(body_with_key), as_jobs(body_with_key)
    assert (
        call(Body(one.organisation_id, Signer(one.signer.key_id, other.signer.private)), "GET", PLACE).status_code
        == 401
    )


def test_an_ended_key_is_believed_no_more() -> None:
    body = as_jobs(body_with_key)
    assert call(body, "GET", PLACE).status_code == 200
    as_jobs(lambda: actions.end_key(by=BY, key_id=body.signer.key_id))
    assert call(body, "GET", PLACE).status_code == 401
    with pytest.raises(actions.NoSuchKey):
        as_jobs(lambda: actions.end_key(by=BY, key_id=body.signer.key_id))


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        (datetime(2026, 11, 30, 23, 59, tzinfo=UTC), 200),
        (datetime(2026, 12, 1, 0, 1, tzinfo=UTC), 401),
    ],
)
def test_a_key_holds_to_the_end_of_its_last_day(moment: datetime, status: int) -> None:
    body = as_jobs(lambda: body_with_key(until=date(2026, 11, 30)))
    with time_machine.travel(moment, tick=False):
        assert call(body, "GET", PLACE).status_code == status


def test_the_last_day_of_a_key_is_a_day_in_london() -> None:
    body = as_jobs(lambda: body_with_key(until=date(2027, 6, 30)))
    with time_machine.travel(datetime(2027, 6, 30, 22, 59, tzinfo=UTC), tick=False):
        assert call(body, "GET", PLACE).status_code == 200
    with time_machine.travel(datetime(2027, 6, 30, 23, 1, tzinfo=UTC), tick=False):
        assert call(body, "GET", PLACE).status_code == 401


@pytest.mark.parametrize(("later", "status"), [(4, 200), (6, 401), (-6, 401)])
def test_a_signature_is_five_minutes_old_at_most_and_not_of_tomorrow(later: int, status: int) -> None:
    body, at = as_jobs(body_with_key), datetime(2026, 11, 23, 12, tzinfo=UTC)
    with time_machine.travel(at, tick=False) as clock:
        answer = call(body, "GET", PLACE, after=lambda _: clock.move_to(at + timedelta(minutes=later)))
    assert answer.status_code == status


def test_a_key_is_for_its_sources_alone() -> None:
    other = as_jobs(lambda: body_with_key(scopes=("extracts:unseen",)))
    for method, content in (("GET", None), ("POST", EMPTY)):
        answer = call(other, method, PLACE, content)
        assert (answer.status_code, answer.told["type"]) == (403, "urn:hawl:problem:not-yours")
    kept = as_jobs(lambda: list(AuditEntry.objects.filter(object_id=other.signer.key_id, rule="not-yours")))
    assert [(each.actor, each.rule, each.audit_class) for each in kept] == [
        (f"partner:{other.signer.key_id}", "not-yours", "refusal")
    ] * 2


def test_two_bodies_cannot_hold_one_key() -> None:
    body = as_jobs(body_with_key)
    public = body.signer.private.public_key().public_bytes_raw()
    with pytest.raises(actions.KeyKnown):
        as_jobs(
            lambda: actions.add_key(
                by=BY, organisation_id=body.organisation_id, public_key=public, scopes=(), until=date(2027, 1, 1)
            )
        )
