"""The statute book: a page for each duty, made from the rulebooks, for readers who open no YAML.

`python -m hawl.rights.rulebook.statute_book ROOT` writes `docs/statute-book/`; a test fails where it is anything else.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from hawl.foundations.clock import england_and_wales
from hawl.rights.rulebook.books import Duty, Rulebook, Words
from hawl.rights.rulebook.conditions import Comparison, Condition
from hawl.rights.rulebook.limits import last_day
from hawl.rights.rulebook.loading import built_in
from hawl.rights.rulebook.vocabulary import vocabulary

FOLDER = "docs/statute-book"
# The Thursday before Easter: what does not count is seen at once.
EXAMPLE = dt.date(2026, 4, 2)
_SURE = {
    "A": "stated for this Code by an official source that was read",
    "A-scheme": "verified for a scheme that the Code points to, which is no part of the Code",
    "B": "likely and not confirmed: advisory, never a breach",
}
_KINDS = {
    "code": "an edition of the Victims' Code",
    "scheme": "a scheme that the Code points to, and no part of it",
    "local": "a target of an area: no right, and it applies only where it is named",
    "reminders": "what a victim may ask for and by when: a reminder, which binds nobody",
}
_STATUSES = {"in_force": "in force", "draft": "a draft: compared and tried, never enforced"}
_CLOSINGS = {
    "excused": "a good reason is recorded",
    "withheld": "information is withheld, with the reason recorded",
    "safe_alternative": "a safer way is used in place of the ordinary one",
}


def pages() -> dict[str, str]:
    """Every page by its path in the folder: one for each duty, and a list of all."""
    found = {"README.md": _list()}
    for book in built_in():
        for duty in book.duties:
            found[_path(book, duty)] = _page(book, duty)
    return found


def _path(book: Rulebook, duty: Duty) -> str:
    return f"{book.id}/{duty.id}.md"


def _list() -> str:
    lines = [
        "# Statute book",
        "",
        "What is owed to victims of crime as Hawl holds it: a page for each duty, made from the rulebooks by",
        "`python -m hawl.rights.rulebook.statute_book .`. The words are ours, not the official text; each page says",
        "how sure its rule is and where it was read. The Welsh awaits a translator.",
    ]
    for book in built_in():
        until = f"to {book.in_force_to}" if book.in_force_to else "on"
        lines += [
            "",
            f"## {book.title.en}",
            "",
            f"{book.title.cy}. It is {_KINDS[book.kind]}; {_STATUSES[book.status]}, from",
        ]
        lines += [f"{book.in_force_from} {until}. Source: <{book.source}>", ""]
        lines += ["| duty | what is owed | by | clock | certainty |", "| --- | --- | --- | --- | --- |"]
        lines += [_row(book, duty) for duty in book.duties]
    return "\n".join(lines) + "\n"


def _row(book: Rulebook, duty: Duty) -> str:
    cells = (
        f"[{duty.id}]({_path(book, duty)})",
        duty.says.en,
        book.bearers[duty.bearer].en,
        _clock(duty).en,
        duty.certainty,
    )
    return f"| {' | '.join(cells)} |"


def _clock(duty: Duty) -> Words:
    limit = duty.within.standard if duty.within else None
    return vocabulary().clock(duty, limit, duty.triggers[0] if len(duty.triggers) == 1 else "")


def _page(book: Rulebook, duty: Duty) -> str:
    right = "" if duty.right is None else f"Right {duty.right}. "
    lines = [f"# {duty.id}: {book.bearers[duty.bearer].en}", "", duty.says.en, "", f"*{duty.says.cy}*", ""]
    lines += [f"{right}{book.title.en}: {_KINDS[book.kind]}; {_STATUSES[book.status]}.", ""]
    lines += [f"- **{name}**: {told}" for name, told in _parts(book, duty)]
    return "\n".join(lines) + "\n"


def _parts(book: Rulebook, duty: Duty) -> Iterator[tuple[str, str]]:
    yield "What to do", f"{duty.work.en} *{duty.work.cy}*"
    yield "Owed by", f"{book.bearers[duty.bearer].en} (*{book.bearers[duty.bearer].cy}*)"
    yield "Starts when", "; ".join(_event(code) for code in duty.triggers)
    if duty.applies_if is not None:
        yield "Only if", _condition(duty.applies_if)
    if duty.not_if is not None:
        yield "Not if", _condition(duty.not_if)
    yield "Done when", _event(duty.act) if duty.act else _done(duty)
    if duty.decline:
        yield "The victim may say no", _event(duty.decline)
    yield "Clock", f"{_clock(duty).en} (*{_clock(duty).cy}*){_sooner(duty)}"
    if duty.within is not None:
        yield "For example", _example(duty)
    if duty.before is not None and duty.before.announced_by:
        yield "The day is known ahead from", "; ".join(_event(code) for code in duty.before.announced_by)
    if duty.until:
        yield "Until", "; ".join(_event(code) for code in duty.until)
    if duty.exceptions:
        yield "Also closed where", "; ".join(_CLOSINGS[each] for each in duty.exceptions)
    yield "A miss is a breach", "yes" if book.enforces(duty) else "no"
    yield "Certainty", f"{duty.certainty}: {_SURE[duty.certainty]}"
    seen = "seen quoted" if duty.paragraph_verified else "worked out from what stands beside it"
    yield "Paragraph", f"{duty.paragraph} ({seen})" if duty.paragraph else "not verified"
    yield "Source", f"{duty.source}; the wording is {'ours' if duty.wording == 'paraphrase' else 'official'}"


def _event(code: str) -> str:
    return f"{vocabulary().events[code].meaning.en} (`{code}`)"


def _done(duty: Duty) -> str:
    return "the next body receives it" if duty.done_by == "receipt" else "kept up until it ends"


def _condition(condition: Condition) -> str:
    if isinstance(condition, Comparison):
        value = (
            " or ".join(map(str, condition.value))
            if isinstance(condition.value, tuple)
            else str(condition.value).lower()
        )
        return f"`{condition.attribute}` {condition.kind.replace('_', ' ')} {value}"
    joined = " and " if condition.kind == "all" else " or "
    return f"({joined.join(_condition(part) for part in condition.parts)})"


def _sooner(duty: Duty) -> str:
    if duty.within is None or duty.within.enhanced == duty.within.standard:
        return ""
    return f"; with enhanced rights {vocabulary().clock(duty, duty.within.enhanced, '').en}"


def _example(duty: Duty) -> str:
    within = duty.within
    if within is None:
        return ""
    ends = [last_day(EXAMPLE, number, within.unit, england_and_wales()) for number in within[:2]]
    told = f"from {EXAMPLE:%A %-d %B %Y}, the Thursday before Easter, until the end of {ends[0]:%A %-d %B %Y}"
    return told if ends[0] == ends[1] else f"{told}; with enhanced rights of {ends[1]:%A %-d %B %Y}"


def main(root: Path) -> None:
    """Write the whole folder anew."""
    folder = root / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in pages().items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
