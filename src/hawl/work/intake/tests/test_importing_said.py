"""What was said stays said, and of whom: silence undoes neither a no nor a death, and no no passes to somebody else."""

from __future__ import annotations

from itertools import pairwise, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawl.foundations.access.scope import acting_as
from hawl.registers.cases.models import Case
from hawl.registers.people.models import Contact, Person
from hawl.work.intake import keys
from hawl.work.intake.models import NamedBefore
from hawl.work.intake.tests.importing import EVERYBODY, case_of, desk, for_nothing, held, take_in
from hawl.work.intake.tests.test_importing_versions import MOBILE, OTHER, SLOW, number, ring_of, version

pytestmark = pytest.mark.django_db
ORDERS = list(permutations(range(3)))


def silent(n: int, **changes: Any) -> dict[str, Any]:
    """A version that leaves out whether the person has died."""
    row = version(n, **changes)
    row["person"].pop("deceased")
    return row


def person(ref: str) -> Person:
    """Call it inside `acting_as`."""
    where, _ = desk()
    return Person.objects.get(source_key=keys.person_key(where.source, ref, where.ring))


def take_in_order(rows: list[dict[str, Any]], order: tuple[int, ...]) -> None:
    for n in order:
        take_in([rows[n]])


# --- a no to being referred -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    ("said", "route"),
    [
        (("no", "not_asked", "not_asked"), "declined"),
        (("yes", "no", "not_asked"), "declined"),
        (("no", "not_asked", "yes"), "automatic"),
        (("no", "yes", "not_asked"), "automatic"),
        (("not_asked", "not_asked", "not_asked"), "automatic"),
    ],
)
def test_a_no_to_being_referred_gives_way_to_a_later_yes_alone(
    said: tuple[str, ...], route: str, order: tuple[int, ...]
) -> None:
    take_in_order([version(n, person__agreement=each) for n, each in enumerate(said, 1)], order)
    with acting_as(EVERYBODY):
        case = Case.objects.get()
        assert (case.route, case.agreement == "no") == (route, route == "declined")
    assert ring_of() == {"unknown" if route == "declined" else "first_approach"}


def test_of_two_rows_under_one_version_the_no_to_being_referred_counts() -> None:
    take_in([version(1, person__agreement="yes"), version(1, person__agreement="no")])
    with acting_as(EVERYBODY):
        assert Case.objects.get().route == "declined"


def test_the_answer_of_one_is_not_that_of_another_whom_a_later_version_names() -> None:
    take_in([version(1, person__ref="A", person__agreement="no")])
    take_in([version(2, person__ref="B")])
    with acting_as(EVERYBODY):
        assert Case.objects.get().route == "automatic"
    take_in([version(3, person__ref="A")])
    with acting_as(EVERYBODY):
        assert Case.objects.get().route == "declined"


# --- a death --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    ("told", "dead"), [((True, None, None), True), ((False, True, None), True), ((True, False, None), False),
                       ((None, None, None), False)],
)  # fmt: skip
def test_a_death_once_told_is_undone_by_a_later_correction_alone(
    told: tuple[bool | None, ...], order: tuple[int, ...], *, dead: bool
) -> None:
    rows = [silent(n) if each is None else version(n, person__deceased=each) for n, each in enumerate(told, 1)]
    take_in_order(rows, order)
    with acting_as(EVERYBODY):
        assert Person.objects.get().deceased is dead
        assert Case.objects.get().route_reason == ("no_spokesperson" if dead else "no_hold")
    assert ring_of() == {"unknown" if dead else "first_approach"}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("corrected", [False, True])
def test_a_message_silent_on_a_death_that_another_told_makes_nobody_live(
    order: tuple[int, int], *, corrected: bool
) -> None:
    other = {"record_id": "OTHER", "crime__ref": "C2", "contacts": [number(OTHER)]}
    later = version(9, person__deceased=False, **other) if corrected else silent(9, **other)
    take_in_order([version(1, person__deceased=True), later], order)
    with acting_as(EVERYBODY):
        assert Person.objects.get().deceased is not corrected
    assert ring_of() == {"unknown"}
    assert corrected or ring_of(OTHER) == {"unknown"}


def test_a_row_that_leaves_the_death_out_is_the_same_row_as_in_the_release_before() -> None:
    take_in([version(1, person__deceased=False)])
    assert take_in([silent(1)]).as_dict()["repeated"] == 1
    assert take_in([version(1, person__deceased=True)]).as_dict()["rejected"] == 1
    with acting_as(EVERYBODY):
        assert Person.objects.get().deceased


def test_a_death_that_one_version_told_of_another_person_stays_with_that_one() -> None:
    rows = [
        silent(1, record_id="A2", person__ref="A", crime__ref="C2"),
        version(1, person__ref="A", person__deceased=True),
        silent(2, person__ref="B"),
    ]
    for order in ORDERS:
        with for_nothing():
            take_in_order(rows, order)
            with acting_as(EVERYBODY):
                assert (person("A").deceased, person("B").deceased) == (True, False)


# --- whose no it is -------------------------------------------------------------------------------------------------

HERS = [
    version(1, record_id="R1", person__ref="A", contacts=[number(ring="no", text="no")]),
    version(2, record_id="R1", person__ref="B", contacts=[number()]),
    version(1, record_id="R2", person__ref="A", crime__ref="C2", contacts=[number()]),
]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("one_file", [False, True])
def test_the_no_of_one_stays_with_them_when_their_case_becomes_anothers(
    order: tuple[int, ...], *, one_file: bool
) -> None:
    if one_file:
        take_in([HERS[n] for n in order])
    else:
        take_in_order(HERS, order)
    with acting_as(EVERYBODY):
        a, b = person("A"), person("B")
        assert case_of("R1").person_id == b.pk
        assert {(c.ring, c.text) for c in Contact.objects.filter(person_id=a.pk)} == {("unsafe", "unsafe")}
        assert {(c.ring, c.text) for c in Contact.objects.filter(person_id=b.pk)} == {("first_approach", "unknown")}
        assert set(NamedBefore.objects.values_list("person_id", flat=True)) == {a.pk}
    # And is theirs again with the case.
    take_in([version(3, record_id="R1", person__ref="A", contacts=[number()])])
    with acting_as(EVERYBODY):
        assert {(c.ring, c.text) for c in Contact.objects.filter(person_id=a.pk)} == {("unsafe", "unsafe")}


@pytest.mark.parametrize("first", [{"suspect__known": True}, {"person__agreement": "no"}])
@pytest.mark.parametrize("order", ORDERS)
def test_what_forbade_a_first_call_forbids_it_when_the_case_becomes_anothers(
    first: dict[str, Any], order: tuple[int, ...]
) -> None:
    rows = [version(1, record_id="R1", person__ref="A", contacts=[], **first),
            version(2, record_id="R1", person__ref="B", contacts=[]), HERS[2]]  # fmt: skip
    take_in_order(rows, order)
    assert ring_of() == {"unknown"}


def _moving(draw: Any, record: str, n: int) -> dict[str, Any]:
    answers = st.sampled_from(["yes", "no", "not_asked"])
    make = draw(st.sampled_from([silent, version]))
    changes: dict[str, Any] = {} if make is silent else {"person__deceased": draw(st.booleans())}
    ways = [number(each, ring=draw(answers), text=draw(answers)) for each in (MOBILE, OTHER)]
    row: dict[str, Any] = make(
        n, record_id=record, person__ref=draw(st.sampled_from(["A", "B"])), crime__ref=f"CR-{record}", contacts=ways,
        sent_at=f"2026-11-21T{n:02}:00:{ord(record):02}Z", person__agreement=draw(answers),
        crime__flags=draw(st.sampled_from([[], [], ["domestic_abuse"]])), **changes,
    )  # fmt: skip
    return row


@st.composite
def moves(draw: Any) -> tuple[list[dict[str, Any]], list[list[dict[str, Any]]]]:
    """Versions of three messages about two people, each naming whom it will, in two orders."""
    rows = [_moving(draw, record, n) for record in "123" for n in range(1, draw(st.integers(1, 4)) + 1)]
    mixed = draw(st.permutations(rows))
    cuts = sorted(draw(st.sets(st.integers(0, len(mixed)), max_size=5)) | {0, len(mixed)})
    return rows, [mixed[a:b] for a, b in pairwise(cuts)]


@SLOW
@given(moves())
def test_cases_that_go_from_one_to_another_come_to_the_same_in_any_order(
    found: tuple[list[dict[str, Any]], list[list[dict[str, Any]]]],
) -> None:
    with for_nothing():
        take_in(found[0])
        whole = _but_for_whence(held())
    with for_nothing():
        for file in found[1]:
            take_in(file)
        apart = _but_for_whence(held())
    assert apart == whole


def _but_for_whence(found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Without which message told the particulars of somebody, which stay theirs when it names another."""
    for each in found["Person"]:
        del each["told_at"], each["told_by"]
    return found
