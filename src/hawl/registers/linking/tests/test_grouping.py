"""Links into groups: what is too wide is cut, what is apart stays apart, what could be either joins neither."""

from __future__ import annotations

from hawl.registers.linking import grouping


def test_links_of_a_chain_are_one_group_named_by_its_first_row() -> None:
    assert grouping._joined([(9, 2, 3), (8, 1, 2)], {}) == {1: 1, 2: 1, 3: 1}


def test_the_stronger_link_wins_where_two_are_apart() -> None:
    assert grouping._joined([(9, 2, 3), (8, 1, 2)], {1: {3}, 3: {1}}) == {1: 1, 2: 2, 3: 2}


def test_two_groups_that_hold_rows_apart_are_not_joined_by_a_later_link() -> None:
    links = [(9, 1, 2), (8, 3, 4), (7, 2, 3)]
    assert grouping._joined(links, {1: {4}, 4: {1}}) == {1: 1, 2: 1, 3: 3, 4: 3}


def test_a_row_whose_best_links_are_to_two_that_are_apart_is_undecided_unless_one_is_clearly_stronger() -> None:
    apart = {1: {2}, 2: {1}}
    within = grouping._AS_STRONG
    assert grouping._undecided([(9, 1, 3), (9 - within, 2, 3)], apart) == {3}
    assert grouping._undecided([(9, 1, 3), (8.9 - within, 2, 3)], apart) == set()


def test_what_hangs_together_too_widely_is_cut_at_its_weakest_links() -> None:
    wide = grouping.MOST_TOGETHER
    weak = [(5.0, row, row + 1) for row in range(0, 2 * wide, 2)]
    strong = [(20.0, row, row + 1) for row in range(1, 2 * wide, 2)]
    kept = grouping._cut(sorted(weak + strong, reverse=True))
    assert sorted(kept) == sorted(strong)


def test_what_is_as_wide_as_may_be_is_left_whole() -> None:
    chain = [(5.0, row, row + 1) for row in range(grouping.MOST_TOGETHER - 1)]
    assert len(grouping._cut(chain)) == len(chain)
    assert grouping._cut([*chain, (5.0, grouping.MOST_TOGETHER - 1, grouping.MOST_TOGETHER)]) == []
