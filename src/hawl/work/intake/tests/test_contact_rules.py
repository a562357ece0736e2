"""Contact safety from a feed: the whole truth table, and that no feed raises anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any, get_args

import pytest

from hawl.work.intake.contact_rules import (
    Safety,
    contact_safety,
)
from hawl.work.intake.facts import RowFacts
from hawl.work.intake.feed.fields import ANSWERS, FLAGS, ROLES
from hawl.work.intake.feed.offences import offences
from hawl.work.intake.feed.rows import Contact
from hawl.work.intake.reasons import reasons
from hawl.work.intake.tests.test_rules import facts

NUMBER = Contact("mobile", "07700 900123", "victim", date(2026, 11, 20), *["yes"] * 4)
STRICTNESS = ("unsafe", "unknown", "first_approach", "safe")


def open_case(**changes: Any) -> RowFacts:
    """An adult's robbery by someone of whom the officer said that no suspect is known."""
    return replace(facts(suspect__known=False, suspect__lives_here=False), **changes)


def test_a_yes_to_ringing_opens_one_first_approach_and_nothing_else() -> None:
    safety = contact_safety(NUMBER, open_case())
    assert (safety.ring, safety.text, safety.message, safety.write) == (
        "first_approach", "unknown", "unknown", "unknown",
    )  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        *({"flags": frozenset({flag})} for flag in FLAGS if flag not in ("hate", "persistently_targeted")),
        *({"offence": offence} for offence in offences().values() if offence.sexual),
        {"offence": offences()["stalking"]},
        {"offence": offences()["modern_slavery"]},
        {"age_at_report": 17},
        {"age_at_offence": 17},
        {"age_at_report": None, "age_at_offence": None},
        {"role": "parent"},
        {"suspect_known": True},
        {"suspect_known": None},
        {"suspect_lives_here": True},
        {"suspect_identified": True},
        {"suspect_police_employee": True},
        {"counter_allegation": True},
        {"deceased": True},
        {"agreement": "no"},
    ],
    ids=str,
)  # fmt: skip
def test_each_danger_alone_keeps_a_yes_unknown(changes: dict[str, Any]) -> None:
    assert contact_safety(NUMBER, open_case(**changes)).ring == "unknown"


@pytest.mark.parametrize(
    "changes",
    [
        {"offence": offences()["fraud"]},
        {"flags": frozenset({"hate"})},
        {"role": "witness"},
        {"age_at_report": 18, "age_at_offence": 18},
        {"suspect_lives_here": None},
        {"kind": "organisation", "age_at_report": None, "age_at_offence": None},
    ],
    ids=str,
)
def test_what_is_no_danger_leaves_the_first_approach_open(changes: dict[str, Any]) -> None:
    assert contact_safety(NUMBER, open_case(**changes)).ring == "first_approach"


@pytest.mark.parametrize(
    ("changes", "ring"),
    [
        ({"kind": "landline"}, "first_approach"),
        ({"kind": "email"}, "unknown"),
        ({"kind": "address"}, "unknown"),
        ({"given_by": "officer"}, "first_approach"),
        ({"given_by": "other"}, "unknown"),
        ({"given_by": None}, "unknown"),
        ({"ring": "not_asked"}, "unknown"),
        ({"ring": "no"}, "unsafe"),
    ],
)
def test_what_is_rung_and_who_gave_it_counts(changes: dict[str, Any], ring: str) -> None:
    assert contact_safety(replace(NUMBER, **changes), open_case()).ring == ring


def test_a_letter_to_a_home_that_a_suspect_shares_is_unsafe_unasked() -> None:
    home = replace(NUMBER, kind="address")
    assert contact_safety(home, open_case(suspect_lives_here=True)).write == "unsafe"
    assert contact_safety(home, open_case()).write == "unknown"


def test_no_combination_at_all_is_safe_and_every_no_is_unsafe() -> None:
    """Every flag, kind of contact, giver, answer and fact of the suspect, person and offence."""
    base = open_case()
    offence_kinds = [offences()[key] for key in ("robbery", "rape", "stalking", "modern_slavery")]
    cases = [
        (
            replace(
                base,
                offence=offence,
                flags=flags,
                role=role,
                age_at_report=age,
                age_at_offence=age,
                suspect_known=known,
                suspect_lives_here=here,
                suspect_police_employee=police,
                counter_allegation=counter,
            ),
            known is False and not here and not police and not counter and age == 40
            and offence.key == "robbery" and role != "parent"
            and flags <= {"hate", "persistently_targeted"},
        )
        for offence, flags, role, age, known, here, police, counter in product(
            offence_kinds,
            [frozenset[str](), *(frozenset({flag}) for flag in FLAGS), frozenset(FLAGS)],
            ROLES,
            (40, 17, None),
            (True, False, None),
            (True, False, None),
            (True, None),
            (True, False),
        )
    ]  # fmt: skip
    contacts = [
        replace(NUMBER, kind=kind, given_by=given_by, ring=ring, text=other, message=other, write=other)
        for kind, given_by, ring, other in product(
            ("mobile", "address"), ("victim", "other"), ANSWERS, ANSWERS
        )
    ]  # fmt: skip
    opened = 0
    for case, may_open in cases:
        for contact in contacts:
            safety = contact_safety(contact, case)
            ways = (safety.ring, safety.text, safety.message, safety.write)
            assert "safe" not in ways
            assert "first_approach" not in ways[1:]
            answers = (contact.ring, contact.text, contact.message, contact.write)
            assert all(w == "unsafe" for w, a in zip(ways, answers, strict=True) if a == "no")
            expected = may_open and contact.ring == "yes" and (contact.kind, contact.given_by) == ("mobile", "victim")
            assert (safety.ring == "first_approach") == expected
            opened += expected
    assert opened > 0


def test_every_safety_has_its_words() -> None:
    assert set(reasons("safety")) == set(get_args(Safety))
