"""An answer of figures as plain JSON and back, and the digest by which it is known again. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, TypeVar

from cattrs import Converter

from hawl.foundations.disclosure import Count, Mark
from hawl.foundations.measures.periods import Period
from hawl.rights.duties.figures import Compliance, Steps
from hawl.rights.duties.recorded import Records

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the page of a quarter shows: a referral stands on paper too beside who was reached and assessed."""

    compliance: Compliance
    records: Records
    steps: Steps


def as_plain(answer: object) -> Any:
    """The answer as dictionaries, lists, numbers and texts; days are ISO, a number that is not shown says so."""
    return _converter().unstructure(answer)


def from_plain(kind: type[Answer], plain: Any) -> Answer:
    """The answer again, of the kind that it was. Raises ValueError where it is not of that kind any more."""
    try:
        return _converter().structure(plain, kind)
    except Exception as wrong:
        raise ValueError(f"What is kept is no {kind.__name__} any more.") from wrong


def sealed(period: Period, as_of: date, rulebooks: Mapping[str, str], answer: Any) -> list[Any]:
    """All that the digest of a paper stands for, in one order."""
    return [*(day.isoformat() for day in (period.since, period.until, as_of)), rulebooks, answer]


def digest_of(kept: Any) -> str:
    """SHA-256 (hexadecimal) of plain JSON: keys in order, no blanks, UTF-8."""
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _converter() -> Converter:
    made = Converter(forbid_extra_keys=True)
    made.register_unstructure_hook(date, date.isoformat)
    made.register_structure_hook(date, lambda text, _kind: date.fromisoformat(text))
    made.register_unstructure_hook(Mark, lambda mark: {"shown_as": mark.value})
    made.register_structure_hook_func(lambda kind: kind == Count, lambda plain, _kind: _count(plain))
    return made


def _count(plain: Any) -> Count:
    return Mark(plain["shown_as"]) if isinstance(plain, dict) else int(plain)
