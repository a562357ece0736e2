"""A search for a way round the rules of broken glass: openings, reviews, seals, denials and time in any order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hawl.foundations.access.actor import Role
from hawl.foundations.clock import england_and_wales
from hawl.work.protection import rules
from hawl.work.protection.rules import Opening, Party, Record

WORKER = Party(1, frozenset({Role.HUB_WORKER}))


class Glass(RuleBasedStateMachine):
    """One worker, one record, two reviewers; the machine keeps its own book of what was done and when."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 11, 22, 10, tzinfo=UTC)
        self.openings: list[Opening] = []
        self.reviews: list[set[int]] = []
        self.level = "open"
        self.party = WORKER

    @rule(minutes=st.sampled_from([1, 29, 59, 60, 61, 24 * 60, 4 * 24 * 60, 31 * 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(form=st.sampled_from(["phone", "crime", "name"]), nobody=st.booleans(), reviewers=st.integers(0, 2))
    def breaks(self, form: str, nobody: bool, reviewers: int) -> None:
        refusal = rules.why_no_glass(self.party, self.openings, self.now, self.now.date(), form)
        recent = [each for each in self.openings if self.now - each.broken_at < timedelta(days=30) and each.counted]
        late = [
            each for each in self.openings
            if not each.reviewed and each.review_due < self.now.date() and each.reviewers == 2
        ]  # fmt: skip
        free = rules.spends_nothing(form, self.openings, self.now)
        assert (refusal is None) is ((free or len(recent) < 3) and not late and not self.party.lapsed)
        if refusal is None:
            due = england_and_wales().add_working_days(self.now.date(), rules.REVIEW_WITHIN)
            made = Opening(1, self.now, due, form=form, opened_nobody=nobody, counted=not free, reviewers=reviewers)
            self.openings.append(made)
            self.reviews.append(set())

    @precondition(lambda self: self.openings)
    @rule(who=st.sampled_from([2, 3]), which=st.integers(0, 5))
    def reviews_one(self, who: int, which: int) -> None:
        at = which % len(self.openings)
        self.reviews[at].add(who)
        self.openings[at] = replace(self.openings[at], reviewed=len(self.reviews[at]) >= 2)

    @rule(level=st.sampled_from(["open", "restricted", "sealed"]))
    def protection_changes(self, level: str) -> None:
        self.level = level

    @rule(shut=st.booleans())
    def denial_changes(self, shut: bool) -> None:
        self.party = replace(self.party, shut_out=shut)

    @rule(code=st.sampled_from(["", "", "vetting_lapsed", "not_active"]))
    def standing_changes(self, code: str) -> None:
        self.party = replace(self.party, lapsed=code)

    @invariant()
    def nothing_is_seen_past_the_hour_a_seal_a_denial_or_lost_standing(self) -> None:
        record = Record(self.level)  # type: ignore[arg-type]
        seen = [each for each in self.openings if rules.opened_by(each, record, self.party, self.now)]
        if seen:
            assert self.level != "sealed"
            assert not self.party.shut_out
            assert not self.party.lapsed
            assert all(self.now - each.broken_at < timedelta(minutes=60) for each in seen)
        month = [each for each in self.openings if self.now - each.broken_at < timedelta(days=30)]
        # Three are opened at the most: each try that is not counted stands for one that opened nobody.
        assert sum(each.counted for each in month) <= 3
        assert sum(not each.opened_nobody for each in month) <= 3


TestGlass = Glass.TestCase
TestGlass.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
