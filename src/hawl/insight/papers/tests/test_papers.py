"""A paper is what the board was shown: whatever is recorded or corrected afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import ProgrammingError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.foundations.disclosure import Mark
from hawl.foundations.measures.periods import Period, month_end_before, quarter_of, quarters_to, twelve_months_to
from hawl.insight.papers import actions, queries
from hawl.insight.papers.actions import CannotKeep, keep_paper
from hawl.insight.papers.kept import as_plain, digest_of, from_plain
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import DESK, ThreePeople, make_case, organisation_id, three_people
from hawl.rights.duties.actions import recompute
from hawl.rights.duties.figures import CODE_KEPT, Compliance, Kept, compliance, support_steps
from hawl.work.hub.actions import record_act

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]


@pytest.fixture
def people() -> ThreePeople:
    return three_people()


@pytest.fixture
def board(people: ThreePeople) -> Iterator[Actor]:
    with acting_as(people.board.actor()) as actor:
        yield actor


def last_quarter() -> Period:
    """The latest quarter that was over at the end of last month."""
    as_of = month_end_before(today())
    return next(each for each in quarters_to(as_of, 3) if each.until <= as_of)


def cases_of(people: ThreePeople, how_many: int, day: date) -> list[Case]:
    with acting_as(people.officer.actor()) as by:
        made = [make_case(desk=organisation_id(DESK), reported=(today() - day).days) for _each in range(how_many)]
        for case in made:
            recompute(case_id=case.pk, by=by)
    return made


def test_what_is_recorded_and_corrected_afterwards_does_not_alter_the_paper(people: ThreePeople) -> None:
    quarter = last_quarter()
    made = cases_of(people, 12, quarter.since + timedelta(3))
    with acting_as(people.board.actor()) as board:
        shown = compliance(period=quarter, today=today())
        steps = support_steps(period=quarter, today=today())
        paper = keep_paper(by=board, period=quarter)
    with acting_as(people.officer.actor()) as officer:
        for case in made:
            record_act(by=officer, case=case, event="needs_assessed", occurred_on=quarter.since + timedelta(4))
    with acting_as(people.board.actor()):
        assert compliance(period=quarter, today=today()) != shown, "what is live has moved on"
        kept = queries.paper(paper.pk)
        assert queries.answer_of(kept).compliance == shown
        assert queries.answer_of(kept).steps == steps
        assert queries.changed_since(kept) == ()


def test_a_quarter_has_one_paper_and_asking_again_gives_it(board: Actor) -> None:
    first = keep_paper(by=board, period=last_quarter())
    assert keep_paper(by=board, period=last_quarter()).pk == first.pk
    assert [each.pk for each in queries.papers()] == [first.pk]


@pytest.mark.parametrize(
    ("day", "kept"), [("2026-09-30", False), ("2026-10-01", True), ("2026-10-31", True), ("2026-09-01", False)]
)
def test_a_paper_is_of_a_quarter_that_was_over_at_the_end_of_last_month(board: Actor, day: str, kept: bool) -> None:
    with time_machine.travel(f"{day}T12:00:00+00:00", tick=False):
        quarter = quarter_of(date(2026, 7, 1))
        if kept:
            assert keep_paper(by=board, period=quarter).as_of == month_end_before(today())
        else:
            with pytest.raises(CannotKeep, match="not_over"):
                keep_paper(by=board, period=quarter)


def test_other_stretches_than_quarters_are_not_kept(board: Actor) -> None:
    with pytest.raises(CannotKeep, match="no_quarter"):
        keep_paper(by=board, period=twelve_months_to(today()))


def test_who_sees_people_keeps_no_paper_since_their_numbers_are_of_their_own_cases_and_exact(
    people: ThreePeople,
) -> None:
    for who in (people.officer, people.hub_worker, people.stranger):
        with acting_as(who.actor()) as by, pytest.raises(CannotKeep, match="not_yours"):
            keep_paper(by=by, period=last_quarter())


def test_small_numbers_are_hidden_in_what_is_kept_as_they_are_on_the_page(people: ThreePeople) -> None:
    quarter = last_quarter()
    cases_of(people, 3, quarter.since + timedelta(3))
    with acting_as(people.board.actor()) as board:
        paper = keep_paper(by=board, period=quarter)
    assert {"shown_as": "few"} in list(_values(paper.answer))
    assert 3 not in list(_values(paper.answer["compliance"]["enforced"]["counts"]))


def _values(plain: object) -> Iterator[object]:
    yield plain
    parts = plain.values() if isinstance(plain, dict) else plain if isinstance(plain, list) else ()
    for part in parts:
        yield from _values(part)


def test_nobody_at_the_pages_can_alter_or_take_away_a_paper(board: Actor) -> None:
    paper = keep_paper(by=board, period=last_quarter())
    for sql in ("UPDATE papers_paper SET digest = 'x'", "DELETE FROM papers_paper"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert queries.paper(paper.pk).digest == paper.digest


def test_a_paper_that_was_altered_beneath_is_not_shown(board: Actor) -> None:
    paper = keep_paper(by=board, period=last_quarter())
    held = queries.paper(paper.pk)
    held.answer["compliance"]["as_of"] = "2020-01-01"
    with pytest.raises(ValueError, match="not what was kept"):
        queries.answer_of(held)


def test_a_rulebook_that_was_mended_since_is_named(board: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = keep_paper(by=board, period=last_quarter())
    monkeypatch.setattr(queries, "digest_of_file", lambda book_id: f"other than {book_id}")
    assert queries.changed_since(paper) == tuple(sorted(paper.rulebooks))


_COUNTS = st.one_of(st.integers(0, 10**9), st.sampled_from(list(Mark)))


@given(
    st.lists(st.text(max_size=8), max_size=3),
    st.dictionaries(st.text(max_size=8), _COUNTS, max_size=4),
    _COUNTS,
    st.dictionaries(st.text(max_size=8), st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=3),
)
def test_what_is_kept_is_read_back_as_it_was(
    path: list[str], counts: dict[str, int | Mark], total: int | Mark, bounds: dict[str, tuple[int, int]]
) -> None:
    row = Kept(tuple(path), counts, total, bounds)
    assert from_plain(Kept, as_plain(row)) == row
    assert digest_of(as_plain(row)) == digest_of(as_plain(from_plain(Kept, as_plain(row))))


@pytest.mark.parametrize("wrong", [{}, {"path": [], "counts": {"a": {"shown_as": "all"}}, "total": 0}, []])
def test_what_is_no_answer_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="no Kept"):
        from_plain(Kept, wrong)


def test_two_who_press_at_once_keep_one_paper(board: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    answered = CODE_KEPT.answer

    def while_another_keeps_it(**asked: Any) -> Compliance:
        monkeypatch.undo()
        keep_paper(by=board, period=last_quarter())
        return answered(**asked)

    slow = replace(CODE_KEPT, answer=while_another_keeps_it)
    monkeypatch.setattr(actions, "CODE_KEPT", slow)
    made = keep_paper(by=board, period=last_quarter())
    assert [each.pk for each in queries.papers()] == [made.pk]
