"""The versions of a message in every order of arrival: always the same is held, and nothing that protects is lost."""

from __future__ import annotations

import copy
from itertools import pairwise, permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hawl.foundations.access.scope import acting_as
from hawl.registers.cases.models import Case
from hawl.registers.people.models import Contact, Person
from hawl.work.intake import actions
from hawl.work.intake.feed.tests.examples import full_row
from hawl.work.intake.models import FeedRefusal
from hawl.work.intake.tests.importing import EVERYBODY, case_of, claims_on, for_nothing, held, take_in

pytestmark = pytest.mark.django_db
ID = "GWP-000123-V1"
MOBILE, OTHER = "07700 900123", "07700 900456"
GENTLE = {"crime__flags": [], "crime__offence": "bicycle_theft", "person__on_behalf_of": None,
          "suspect": {"known": False, "lives_here": False, "police_employee": False}}  # fmt: skip
SLOW = settings(
    max_examples=40, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


def number(value: str = MOBILE, **answers: str) -> dict[str, Any]:
    return {"kind": "mobile", "value": value, "given_by": "victim", "given_on": "2026-11-20", "ring": "yes", **answers}


def version(n: int, **changes: Any) -> dict[str, Any]:
    """A version of the one message, sent on its own hour, with nothing against a first call."""
    plain = {**copy.deepcopy(GENTLE), "contacts": [number()], "version": n, "sent_at": f"2026-11-21T{n:02}:00:00Z"}
    return full_row(**{**plain, **changes})


def ring_of(value: str = MOBILE) -> set[str]:
    with acting_as(EVERYBODY):
        return {claim.ring for claim in claims_on(value)}


ORDINARY = [
    version(1, person__family_name="Un", contacts=[number(text="no"), number(OTHER)], person__agreement="no"),
    version(2, person__family_name="Dau", contacts=[number(ring="no")], crime__offence="robbery", events=[]),
    version(3, person__family_name="Tri", contacts=[number(), number(OTHER, message="no")], person__risk="standard"),
    version(4, person__family_name="Pedwar", contacts=[number(text="yes")], crime__council="torfaen"),
]
MOVED = [  # each version says that the row is about somebody else
    version(1, person__ref="A", contacts=[number(ring="no")], suspect__police_employee=True),
    version(2, person__ref="B", contacts=[]),
    version(3, person__ref="C", contacts=[number(OTHER)]),
]
NO_TIMES = [version(n, sent_at=None, person__family_name=f"Rhif {n}") for n in (1, 2, 3)]
WRONG_TIMES = [version(n, sent_at=f"2026-11-2{4 - n}T00:00:00Z", person__family_name=f"Rhif {n}") for n in (2, 3, 4)]


HISTORIES = {"ordinary": ORDINARY, "moved": MOVED, "no_times": NO_TIMES, "wrong_times": WRONG_TIMES}


@pytest.mark.parametrize("versions", HISTORIES.values(), ids=HISTORIES.keys())
@pytest.mark.parametrize("apart", [False, True], ids=["one_file", "a_file_each"])
def test_every_order_of_arrival_comes_to_the_same(versions: list[dict[str, Any]], *, apart: bool) -> None:
    found = []
    orders = list(permutations(versions))
    for order in [*orders[:: 3 if apart else 1], orders[-1]]:
        with for_nothing():
            for file in [[each] for each in order] if apart else [order]:
                take_in(file)
            found.append(held())
    assert found[0]["Case"], "something was held"
    for other in found[1:]:
        assert other == found[0]
    family = found[0]["Person"][0]["names"]["family"]
    assert family == versions[-1]["person"]["family_name"]


def _row(draw: Any, person: str, n: int) -> dict[str, Any]:
    flags = draw(st.lists(st.sampled_from(["domestic_abuse", "hate"]), max_size=1))
    answers = st.sampled_from(["yes", "no", "not_asked"])
    numbers = draw(st.lists(st.sampled_from([MOBILE, OTHER]), max_size=2, unique=True))
    others = [each for each in ("A", "B", "C") if each != person]
    suspect = {"known": draw(st.sampled_from([None, False, False, True])),
               "police_employee": draw(st.sampled_from([None, False, False, True])),
               "person_ref": draw(st.sampled_from([None, None, *others]))}  # fmt: skip
    return version(
        n, record_id=f"R-{person}", person__ref=person, crime__ref=f"CR-{person}", crime__flags=flags, suspect=suspect,
        sent_at=f"2026-11-21T{n:02}:00:{ord(person) - 60:02}Z",
        person__born_on=draw(st.sampled_from(["1980-01-01", "2020-05-05"])),
        person__on_behalf_of=draw(st.sampled_from([None, None, *others])),
        person__role=draw(st.sampled_from(["victim", "parent"])),
        person__deceased=draw(st.booleans()), person__agreement=draw(st.sampled_from(["yes", "no", "not_asked"])),
        contacts=[number(each, ring=draw(answers), text=draw(answers)) for each in numbers],
    )  # fmt: skip


@st.composite
def arrivals(draw: Any) -> tuple[list[dict[str, Any]], list[list[dict[str, Any]]]]:
    """Versions of three people's messages, in their order and in some other, cut into files anywhere."""
    rows = [_row(draw, person, n) for person in "ABC" for n in range(1, draw(st.integers(1, 3)) + 1)]
    mixed = draw(st.permutations(rows))
    cuts = sorted(draw(st.sets(st.integers(0, len(mixed)), max_size=4)) | {0, len(mixed)})
    return rows, [mixed[a:b] for a, b in pairwise(cuts)]


@SLOW
@given(arrivals())
def test_people_who_lean_on_each_other_come_to_the_same_in_any_order(
    found: tuple[list[dict[str, Any]], list[list[dict[str, Any]]]],
) -> None:
    rows, files = found
    with for_nothing():
        take_in(rows)
        whole = held()
    with for_nothing():
        for file in files:
            take_in(file)
        apart = held()
    assert apart == whole


@SLOW
@given(arrivals())
def test_no_rows_in_any_order_make_anything_safe(
    found: tuple[list[dict[str, Any]], list[list[dict[str, Any]]]],
) -> None:
    with for_nothing():
        for file in found[1]:
            take_in(file)
            with acting_as(EVERYBODY):
                for claim in Contact.objects.all():
                    assert "safe" not in (claim.ring, claim.text, claim.message, claim.write)
                    assert "first_approach" not in (claim.text, claim.message, claim.write)
                forbidden = set(Case.objects.filter(no_first_call=True).values_list("person_id", flat=True))
                assert not Contact.objects.filter(ring="first_approach", person_id__in=forbidden).exists()


def test_the_same_message_twice_does_nothing() -> None:
    take_in([version(1)])
    before = held()
    again = take_in([version(1), version(1)]).as_dict()
    assert held() == before
    assert again["repeated"] == 2
    assert not any(again[name] for name in ("accepted", "people", "cases", "events", "duties", "routes"))


def test_a_message_stamped_anew_is_the_same_message() -> None:
    take_in([version(1)])
    assert take_in([version(1, sent_at="2026-11-21T09:00:00Z")]).as_dict()["repeated"] == 1


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("later", [False, True])
def test_a_version_seen_before_with_other_content_is_refused(*, apart: bool, later: bool) -> None:
    rows = [version(1), *([version(2)] if later else []), version(1, person__family_name="Arall")]
    done = [take_in([each]) for each in rows] if apart else [take_in(rows)]
    counts = done[-1].as_dict()
    assert counts["rejected"] == 1
    assert [each.reason for each in done[-1].refused] == ["same_version_other_content"]
    assert FeedRefusal.objects.get(run=done[-1].run).reason == "same_version_other_content"
    with acting_as(EVERYBODY):
        assert Person.objects.get().names["family"] == "ap Rhys"


def test_a_yes_of_an_officer_opens_a_first_call_and_nothing_else() -> None:
    take_in([version(1, contacts=[number(text="yes", message="yes", write="yes")])])
    with acting_as(EVERYBODY):
        claim = Contact.objects.get()
    assert (claim.ring, claim.text, claim.message, claim.write) == ("first_approach", "unknown", "unknown", "unknown")


NOES = [version(1, contacts=[number(ring="no")]), version(2, contacts=[]), version(3, contacts=[number()])]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_an_officers_no_holds_also_when_a_version_between_does_not_name_the_number(order: tuple[int, ...]) -> None:
    for n in order:
        take_in([NOES[n]])
    assert ring_of() == {"unsafe"}


def test_a_no_holds_when_no_later_version_names_the_number() -> None:
    take_in([NOES[0]])
    take_in([NOES[1]])
    assert ring_of() == {"unsafe"}


def test_of_a_number_named_twice_in_one_row_the_no_counts() -> None:
    take_in([version(1, contacts=[number(), number(ring="no")])])
    assert ring_of() == {"unsafe"}


@pytest.mark.parametrize(
    "spelled", ["07700900123", "+44 7700 900123", "0044 7700-900123", "(07700) 900 123", "+44 (0)7700.900.123"]
)
def test_a_no_holds_for_the_number_however_it_is_written(spelled: str) -> None:
    take_in([version(1, contacts=[number(spelled, ring="no")])])
    take_in([version(2, contacts=[number()])])
    assert ring_of() == {"unsafe"}


def test_a_no_holds_for_the_number_whatever_kind_it_is_called() -> None:
    take_in([version(1, contacts=[number(ring="no") | {"kind": "landline"}]), version(2)])
    assert ring_of() == {"unsafe"}


DANGERS = {
    "domestic abuse": {"crime__flags": ["domestic_abuse"]},
    "a sexual offence": {"crime__offence": "rape"},
    "stalking": {"crime__offence": "stalking"},
    "honour": {"crime__flags": ["honour_based"]},
    "slavery": {"crime__offence": "modern_slavery"},
    "a child": {"person__born_on": "2012-01-01"},
    "a known suspect": {"suspect__known": True},
    "a suspect in the home": {"suspect__lives_here": True},
    "a suspect of the police": {"suspect__police_employee": True},
    "a suspect with an id": {"suspect__person_ref": "P-9"},
}  # fmt: skip


@pytest.mark.parametrize("changes", DANGERS.values(), ids=DANGERS.keys())
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_danger_once_told_forbids_every_first_call_in_any_order(
    changes: dict[str, Any], order: tuple[int, ...]
) -> None:
    rows = [version(1, **changes), version(2), version(1, record_id="OTHER", contacts=[number(OTHER)])]
    for n in order:
        take_in([rows[n]])
    assert ring_of() | ring_of(OTHER) == {"unknown"}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (2, 0, 1)])
def test_what_was_only_silence_gives_way_to_a_later_answer(order: tuple[int, ...]) -> None:
    rows = [version(1, suspect={}), version(2), version(1, record_id="OTHER", contacts=[number(OTHER)])]
    for n in order:
        take_in([rows[n]])
    assert ring_of() | ring_of(OTHER) == {"first_approach"}


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_the_cut_into_parts_changes_nothing(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [*ORDINARY, version(1, record_id="P", person__ref="P", person__role="parent", person__on_behalf_of="K"),
            version(1, record_id="K", person__ref="K", person__born_on="2022-01-01")]  # fmt: skip
    with for_nothing():
        take_in(rows)
        whole = held()
    monkeypatch.setattr(actions, "ROWS_IN_A_PART", size)
    take_in(rows[::-1])
    assert held() == whole


def test_two_ids_that_differ_in_case_alone_are_two_people() -> None:
    take_in([version(1, record_id="r-a", person__ref="p-a"), version(1, record_id="R-A", person__ref="P-A")])
    with acting_as(EVERYBODY):
        assert (Person.objects.count(), Case.objects.count()) == (2, 2)


def test_counts_of_routes_are_those_of_the_cases_as_they_stand() -> None:
    rows = [version(1), version(2, person__agreement="no"), version(1, record_id="B", person__ref="B")]
    done = take_in(rows).as_dict()
    assert done["routes"] == {"automatic": 1, "declined": 1}
    assert done["cases"] == 2


def test_the_longest_ids_and_codes_that_the_format_takes_are_taken() -> None:
    event = {"event_id": "e" * 120, "event": "written_confirmation_sent", "about": "a" * 120}
    long = version(1, record_id="r" * 100, person__ref="p" * 100, crime__ref="c" * 60, crime__council="c" * 60,
                   person__language="cy-" + "-".join(["abcdefgh"] * 3), events=[event])  # fmt: skip
    assert take_in([long]).as_dict()["accepted"] == 1
    with acting_as(EVERYBODY):
        assert case_of("r" * 100).reference["record_id"] == "r" * 100
