"""What differs between two rulebooks, duty by duty: an edition and the next, or what is in force and a draft."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any, NamedTuple

from hawl.rights.rulebook.books import Duty, Rulebook


class Difference(NamedTuple):
    """One duty that differs: `kind` is added, removed or changed; `parts` holds what was and what is, by its name."""

    kind: str
    duty: str
    parts: dict[str, tuple[Any, Any]]


def compare(old: Rulebook, new: Rulebook) -> list[Difference]:
    """What `new` adds to `old`, takes away and changes, in the order of `old`, then of what is added.

    Duties answer each other by id without the year of an edition: 12.1-2015 and 12.1 are one duty. Whether a breach
    counts is compared too, as `enforced`, unless one of the two is a draft, of which nothing is enforced.
    """
    before = {_plain(duty.id): duty for duty in old.duties}
    after = {_plain(duty.id): duty for duty in new.duties}
    found = []
    for key, duty in before.items():
        if key not in after:
            found.append(Difference("removed", duty.id, {}))
        elif parts := dict(_changed(old, duty, new, after[key])):
            found.append(Difference("changed", after[key].id, parts))
    return found + [Difference("added", duty.id, {}) for key, duty in after.items() if key not in before]


def _changed(old: Rulebook, was: Duty, new: Rulebook, now: Duty) -> Iterator[tuple[str, tuple[Any, Any]]]:
    for field in fields(Duty):
        pair = getattr(was, field.name), getattr(now, field.name)
        if field.name != "id" and pair[0] != pair[1]:
            yield field.name, pair
    enforced = old.enforces(was), new.enforces(now)
    if enforced[0] != enforced[1] and old.status == new.status:
        yield "enforced", enforced


def _plain(duty_id: str) -> str:
    return duty_id.partition("-")[0]
