"""A delivery from its sending to its being taken in."""

from __future__ import annotations

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from hawl.entrances.partner_api import describing, problems, views
from hawl.entrances.partner_api.tests.sending import HUB, PLACE, as_jobs, body_with_key, call
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.models import AuditEntry
from hawl.foundations.vault.letterbox import open_sealed
from hawl.work.extracts.tests.extracting import MAPPING, bring, row
from hawl.work.intake.tests.importing import EVERYBODY, case_of
from hawl.work.partners import jobs, taking
from hawl.work.partners.models import Delivery

pytestmark = [pytest.mark.process("partner"), pytest.mark.usefixtures("own")]


def written(*rows: dict[str, str]) -> bytes:
    text = io.StringIO()
    out = csv.DictWriter(text, sorted(MAPPING.columns()), restval="")
    out.writeheader()
    out.writerows(rows)
    return text.getvalue().encode()


def shaped(answer: Any, name: str) -> dict[str, Any]:
    """The answer, held against the schema of this name in the description."""
    document = describing.document("http://testserver/")
    jsonschema.validate(answer.told, {**document["components"]["schemas"][name], "components": document["components"]})
    told: dict[str, Any] = answer.told
    return told


def events(name: str) -> list[str]:
    """Codes of what partners' deliveries laid in a victim's case."""
    from hawl.registers.cases.models import CaseEvent

    with acting_as(EVERYBODY):
        found = CaseEvent.objects.filter(case=case_of(f"R-{name}"), asserted_by="extract:tried")
        return sorted(found.values_list("event", flat=True))


def test_a_delivery_becomes_events_and_duties_and_its_sender_hears_of_mistakes_at_once() -> None:
    as_jobs(lambda: bring(("C1", "Ann")))
    body = as_jobs(body_with_key)
    sent = call(body, "POST", PLACE, written(row(1), row(2, what="WHAT"), row(3, what="DIARY")))
    told = shaped(sent, "Delivery")
    found = {"rows": 3, "left_out": 1, "rejected": 1, "refused": [{"row": 3, "reason": "unknown_code"}]}
    assert (told["state"], told["checked"]) == ("waiting", found)
    assert as_jobs(jobs.take_waiting) == 1
    settled = shaped(call(body, "GET", sent.headers["Location"]), "Delivery")
    assert (settled["state"], settled["problem"], settled["checked"]) == ("taken", None, found)
    assert settled["settled_at"] is not None
    assert as_jobs(lambda: events("Ann")) == ["suspect_charged"]
    assert as_jobs(duties_charged) > 0
    assert as_jobs(jobs.take_waiting) == 0


def duties_charged() -> int:
    """Duties of Ann's case that the charge started."""
    from hawl.registers.cases.models import CaseEvent
    from hawl.rights.duties.models import Duty

    with acting_as(EVERYBODY):
        case = case_of("R-Ann")
        charge = CaseEvent.objects.get(case=case, event="suspect_charged")
        return Duty.objects.filter(case=case, trigger_event_id=charge.event_id).count()


def test_no_answer_tells_whether_a_crime_or_a_person_is_known() -> None:
    as_jobs(lambda: bring(("C1", "Ann")))
    body = as_jobs(body_with_key)
    rows = [row(1), row(2, crime="C9"), row(3, victim="P-Ann"), row(4, victim="P-nobody")]
    places = [call(body, "POST", PLACE, written(one), name=f"n{n}").headers["Location"] for n, one in enumerate(rows)]
    as_jobs(jobs.take_waiting)
    answers = [call(body, "GET", place).told for place in places]
    own = ("id", "idempotency_key", "received_at", "settled_at", "address")
    assert {each["state"] for each in answers} == {"taken"}
    first, *others = [{name: value for name, value in each.items() if name not in own} for each in answers]
    assert others == [first] * 3
    assert as_jobs(lambda: len(events("Ann"))) == 2, "only two of the four were placed"


def test_a_delivery_is_sealed_while_it_waits_and_gone_when_it_is_settled() -> None:
    body = as_jobs(body_with_key)
    content = written(row(crime="C-unheard-of"))
    call(body, "POST", PLACE, content)
    (delivery,) = as_jobs(lambda: list(Delivery.objects.all()))
    assert b"C-unheard-of" not in bytes(delivery.sealed)
    assert open_sealed(bytes(delivery.sealed)) == content
    as_jobs(jobs.take_waiting)
    (delivery,) = as_jobs(lambda: list(Delivery.objects.all()))
    assert delivery.sealed is None
    assert "C-unheard-of" not in json.dumps(delivery.checked)


def test_a_delivery_sent_again_under_its_name_is_the_same_delivery() -> None:
    body = as_jobs(body_with_key)
    answers = [call(body, "POST", PLACE, written(row())) for _ in range(2)]
    assert [each.status_code for each in answers] == [202, 200]
    assert answers[0].told["id"] == answers[1].told["id"]
    other = call(body, "POST", PLACE, written(row(2)))
    assert (other.status_code, other.told["type"]) == (422, "urn:hawl:problem:sent-otherwise")
    assert as_jobs(Delivery.objects.count) == 1


def test_a_name_is_a_bodys_own() -> None:
    one, other = as_jobs(body_with_key), as_jobs(lambda: body_with_key(HUB))
    assert [call(each, "POST", PLACE, written(row())).status_code for each in (one, other)] == [202, 202]


def test_a_name_outlives_the_key_it_was_sent_with() -> None:
    old = as_jobs(body_with_key)
    new = as_jobs(body_with_key)
    assert [call(each, "POST", PLACE, written(row())).status_code for each in (old, new)] == [202, 200]


def test_one_delivery_sent_sixteen_times_at_once_is_kept_once() -> None:
    body, content = as_jobs(body_with_key), written(row())

    def send(_: int) -> int:
        try:
            return int(call(body, "POST", PLACE, content).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as many:
        statuses = sorted(many.map(send, range(16)))
    assert statuses == [200] * 15 + [202]
    assert as_jobs(Delivery.objects.count) == 1


def test_another_body_finds_no_delivery_of_this_one() -> None:
    one, other = as_jobs(body_with_key), as_jobs(lambda: body_with_key(HUB))
    sent = call(one, "POST", PLACE, written(row()))
    assert call(other, "GET", sent.headers["Location"]).status_code == 404
    assert call(other, "GET", PLACE).told == {"deliveries": [], "next_cursor": None}
    assert len(shaped(call(one, "GET", PLACE), "Deliveries")["deliveries"]) == 1


def test_the_list_is_paged_from_the_newest_to_the_oldest_and_misses_none() -> None:
    body = as_jobs(body_with_key)
    sent = [call(body, "POST", PLACE, written(row(n)), name=f"n{n}").told["id"] for n in range(7)]
    found, cursor = [], ""
    for _ in range(10):
        page = shaped(call(body, "GET", f"{PLACE}?limit=3{cursor}"), "Deliveries")
        found += [each["id"] for each in page["deliveries"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == sent[::-1]


@pytest.mark.parametrize("question", ["limit=x", "cursor=x", "cursor=%C3%A9", "cursor=MjAyNg=="])
def test_a_list_asked_for_wrongly_is_not_understood(question: str) -> None:
    answer = call(as_jobs(body_with_key), "GET", f"{PLACE}?{question}")
    assert (answer.status_code, answer.told["type"]) == (400, "urn:hawl:problem:not-understood")


def test_checking_keeps_nothing() -> None:
    body = as_jobs(body_with_key)
    answer = call(body, "POST", PLACE.replace("deliveries", "check"), written(row(), row(2, what="WHAT")))
    told = shaped(answer, "Checked")
    assert (told["rows"], told["rejected"]) == (2, 1)
    assert as_jobs(Delivery.objects.count) == 0


@pytest.mark.parametrize(
    ("change", "status", "kind"),
    [
        ({"content": b"nothing,of,the,kind\n1,2,3,4\n"}, 400, "unusable"),
        ({"content": b"\xff\xfe\x00"}, 400, "unusable"),
        ({"content": b"\n"}, 400, "unusable"),
        ({"content": b"\x1f\x8b\x08rest"}, 400, "unusable"),
        ({"name": ""}, 400, "no-name"),
        ({"name": "a b"}, 400, "no-name"),
        ({"name": "x" * 65}, 400, "no-name"),
        ({"kind": "application/json"}, 415, "wrong-kind"),
        ({"kind": "application/x-ndjson"}, 415, "wrong-kind"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_is_kept(change: dict[str, Any], status: int, kind: str) -> None:
    given: dict[str, Any] = {"content": written(row()), **change}
    answer = call(as_jobs(body_with_key), "POST", PLACE, **given)
    assert (answer.status_code, answer.told["type"]) == (status, f"urn:hawl:problem:{kind}")
    shaped(answer, "Problem")
    assert as_jobs(Delivery.objects.count) == 0


def test_a_source_that_nobody_has_seen_an_extract_of_takes_none() -> None:
    body = as_jobs(lambda: body_with_key(scopes=("extracts:unseen", "extracts:nowhere")))
    for source in ("unseen", "nowhere"):
        answer = call(body, "POST", f"/v1/extracts/{source}/deliveries", written(row()))
        assert (answer.status_code, answer.told["type"]) == (409, "urn:hawl:problem:not-open")


@pytest.mark.parametrize(("over", "status"), [(0, 400), (1, 413)])
def test_a_delivery_of_more_than_the_bound_is_refused_and_one_of_it_is_read(over: int, status: int) -> None:
    answer = call(as_jobs(body_with_key), "POST", PLACE, b"x" * (views.MOST_BYTES + over))
    assert answer.status_code == status


def test_a_flood_is_told_to_come_later_and_holds_up_no_other_body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_AN_HOUR", 2)
    one, other = as_jobs(body_with_key), as_jobs(lambda: body_with_key(HUB))
    answers = [call(one, "POST", PLACE, written(row(n)), name=f"n{n}") for n in range(3)]
    assert [each.status_code for each in answers] == [202, 202, 429]
    assert answers[2].headers["Retry-After"] == "300"
    assert call(other, "POST", PLACE, written(row())).status_code == 202


def test_a_fault_of_ours_leaves_the_delivery_waiting_and_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    body = as_jobs(body_with_key)
    ids = [call(body, "POST", PLACE, written(row(n)), name=f"n{n}").told["id"] for n in range(2)]
    right = taking.import_extract

    def wrong(**given: Any) -> Any:
        if str(ids[0]) in given["name"]:
            raise RuntimeError("a fault")
        return right(**given)

    monkeypatch.setattr(taking, "import_extract", wrong)
    with pytest.raises(RuntimeError, match="a fault"):
        as_jobs(jobs.take_waiting)
    states = {each: call(body, "GET", f"{PLACE}/{each}").told["state"] for each in ids}
    assert states == {ids[0]: "waiting", ids[1]: "taken"}
    monkeypatch.setattr(taking, "import_extract", right)
    assert as_jobs(jobs.take_waiting) == 1


def test_however_many_are_kept_out_by_a_fault_the_one_after_them_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    body = as_jobs(body_with_key)
    ids = [call(body, "POST", PLACE, written(row(n)), name=f"n{n}").told["id"] for n in range(25)]
    right = taking.import_extract

    def wrong(**given: Any) -> Any:
        if ids[-1] not in given["name"]:
            raise RuntimeError("a fault")
        return right(**given)

    monkeypatch.setattr(taking, "import_extract", wrong)
    with pytest.raises(RuntimeError, match="a fault"):
        as_jobs(jobs.take_waiting)
    states = [each["state"] for each in call(body, "GET", PLACE).told["deliveries"]]
    assert states == ["taken"] + ["waiting"] * 24


def test_a_source_that_is_closed_meanwhile_leaves_the_delivery_waiting(area: Path) -> None:
    body = as_jobs(body_with_key)
    place = call(body, "POST", PLACE, written(row())).headers["Location"]
    mapping = area / "extracts" / "tried.yaml"
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace("columns_seen: true", "columns_seen: false"), encoding="utf-8")
    with pytest.raises(taking.NotOpen):
        as_jobs(jobs.take_waiting)
    assert call(body, "GET", place).told["state"] == "waiting"
    mapping.write_text(text, encoding="utf-8")
    assert as_jobs(jobs.take_waiting) == 1
    assert call(body, "GET", place).told["state"] == "taken"


def test_a_delivery_sealed_to_another_key_is_said_to_be_unreadable() -> None:
    body = as_jobs(body_with_key)
    sent = call(body, "POST", PLACE, written(row()))
    as_jobs(lambda: Delivery.objects.update(sealed=b"age-encryption.org/v1\nnothing"))
    as_jobs(jobs.take_waiting)
    told = shaped(call(body, "GET", sent.headers["Location"]), "Delivery")
    assert (told["state"], told["problem"]) == ("unusable", "cannot_open")


def test_each_delivery_is_in_the_audit_with_its_key_and_without_its_content() -> None:
    body = as_jobs(body_with_key)
    delivery_id = call(body, "POST", PLACE, written(row(crime="C-secret"))).told["id"]
    as_jobs(jobs.take_waiting)
    entries = as_jobs(lambda: list(AuditEntry.objects.filter(object_id=delivery_id).order_by("action")))
    assert [each.action for each in entries] == ["partner.delivery_received", "partner.delivery_settled"]
    assert entries[0].actor == f"partner:{body.signer.key_id}"
    assert "C-secret" not in json.dumps([each.detail for each in entries])


def test_sending_and_listing_take_as_many_statements_for_one_delivery_as_for_fifty() -> None:
    body = as_jobs(body_with_key)
    counted = []
    for many in (1, 49):
        for _ in range(many - 1):
            n = len(counted) * 100 + _
            call(body, "POST", PLACE, written(row()), name=f"n{n}x")
        with CaptureQueriesContext(connection) as sent:
            call(body, "POST", PLACE, written(*(row(n) for n in range(many))), name=f"many{many}")
        with CaptureQueriesContext(connection) as listed:
            call(body, "GET", PLACE)
        counted.append((len(sent), len(listed)))
    assert counted[0] == counted[1]


def test_what_is_no_address_and_no_method_is_a_problem_too() -> None:
    assert (call(None, "GET", "/v2/").status_code, call(None, "GET", "/v2/").told["type"]) == (
        404, "urn:hawl:problem:not-found",
    )  # fmt: skip
    answer = call(None, "DELETE", PLACE)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, GET")


def test_a_fault_of_ours_is_told_without_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object) -> None:
        raise RuntimeError("Siân Jones")

    monkeypatch.setattr(views, "_list", wrong)
    answer = call(as_jobs(body_with_key), "GET", PLACE)
    assert (answer.status_code, answer.told["type"]) == (500, "urn:hawl:problem:failed")
    assert b"Jones" not in answer.content


def test_no_answer_is_kept_by_a_cache() -> None:
    for place in ("/", "/v1/openapi.json", PLACE):
        assert call(None, "GET", place).headers["Cache-Control"] == "no-store"


def test_the_description_has_every_address_method_and_problem() -> None:
    from hawl.entrances.partner_api.urls import urlpatterns

    document = call(None, "GET", "/v1/openapi.json").told
    described = {place.replace("{source}", "<slug:source>").replace("{delivery_id}", "<uuid:delivery_id>")[1:]
                 for place in document["paths"]}  # fmt: skip
    assert described == {str(each.pattern) for each in urlpatterns} - {"", "v1/openapi.json"}
    assert set(document["components"]["responses"]) == {*problems.KINDS, "delivery", "kept", "kept_before"}
    named = set(_references(document))
    assert {each for each in named if not _found(document, each)} == set()
    assert len(named) > 15
    assert document["servers"] == [{"url": "http://testserver"}]


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [each for value in part.values() for each in _references(value)]
    return [each for value in part for each in _references(value)] if isinstance(part, list) else []


def _found(document: Any, reference: str) -> bool:
    for step in reference.removeprefix("#/").split("/"):
        if step not in document:
            return False
        document = document[step]
    return True
