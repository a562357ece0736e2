"""`hawl rulebook`: is a rulebook sound, and what does it say. Needs no database and no Django."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import click

from hawl.foundations.commands import Unusable
from hawl.foundations.datafiles import DatafileError
from hawl.rights.rulebook import comparing
from hawl.rights.rulebook.books import Duty, Rulebook
from hawl.rights.rulebook.loading import built_in, load_rulebook
from hawl.rights.rulebook.vocabulary import vocabulary

_UNUSABLE = 2
_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_SHORT = {"working_days": "wd"}


@click.group()
def rulebook() -> None:
    """Look at the rulebooks: the duties that are owed to victims, as dated data."""


@rulebook.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Write one line of JSON.")
def check(file: Path, as_json: bool) -> None:
    """Check a rulebook FILE; a mistake is told with its line and the mend (exit 2)."""
    try:
        book = load_rulebook(file)
    except DatafileError as error:
        if as_json:
            found = {"file": error.file, "sound": False, "line": error.line}
            _write({**found, "what": error.what, "mend": error.mend})
        click.echo(str(error), err=True)
        raise SystemExit(_UNUSABLE) from error
    enforced = sum(book.enforces(duty) for duty in book.duties)
    counts = {"duties": len(book.duties), "enforced": enforced, "rights": len(book.rights)}
    if as_json:
        _write({"file": str(file), "sound": True, "id": book.id, **counts})
    else:
        click.echo(f"{file}: {book.id} is sound: {counts['duties']} duties, {enforced} enforced.")


@rulebook.command()
@click.argument("id_", metavar="[ID]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Write one line of JSON.")
def show(id_: str | None, as_json: bool) -> None:
    """Show the rulebooks, one rulebook's duties, or one duty, by its ID."""
    books = built_in()
    chosen = [book for book in books if id_ in {None, book.id}]
    if chosen:
        _show_books(chosen, as_json)
        return
    for book in books:
        for duty in book.duties:
            if duty.id == id_:
                _show_duty(book, duty, as_json)
                return
    known = ", ".join(book.id for book in books)
    click.echo(f"There is no rulebook or duty {id_}. Rulebooks: {known}.", err=True)
    raise SystemExit(_UNUSABLE)


@rulebook.command()
@click.argument("old")
@click.argument("new")
@click.option("--json", "as_json", is_flag=True, help="Write one line of JSON.")
def compare(old: str, new: str, as_json: bool) -> None:
    """Tell what NEW changes against OLD; each is a rulebook's ID, or a file with one, such as a draft."""
    first, second = _book(old), _book(new)
    found = comparing.compare(first, second)
    if as_json:
        _write({"old": first.id, "new": second.id, "differences": [_difference_as_json(one) for one in found]})
        return
    click.echo(f"{first.id} to {second.id}: {len(found)} of their duties differ.")
    if second.status == "draft":
        click.echo("The second is a draft: it may be compared and tried, and is never enforced.")
    for one in found:
        click.echo(f"{_SIGNS[one.kind]} {one.duty}  {_says(first if one.kind == 'removed' else second, one.duty)}")
        for name, (was, now) in one.parts.items():
            click.echo(f"    {name}: {_told(was)} -> {_told(now)}")


def _difference_as_json(one: comparing.Difference) -> dict[str, Any]:
    parts = {name: {"old": _as_data(was), "new": _as_data(now)} for name, (was, now) in one.parts.items()}
    return {"kind": one.kind, "duty": one.duty, "parts": parts}


def _book(named: str) -> Rulebook:
    for book in built_in():
        if book.id == named:
            return book
    if not Path(named).is_file():
        known = ", ".join(book.id for book in built_in())
        raise Unusable(f"There is no rulebook and no file {named}.", f"Rulebooks: {known}.")
    try:
        return load_rulebook(Path(named))
    except DatafileError as error:
        raise Unusable(str(error)) from error


def _says(book: Rulebook, duty_id: str) -> str:
    return book.duty(duty_id).says.en


def _told(value: Any) -> str:
    data = _as_data(value) if value is not None and not isinstance(value, str | bool | int) else value
    return "none" if data in (None, [], "") else data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)


def _as_data(value: Any) -> Any:
    """A part of a duty as plain JSON: conditions, limits and words by their names."""
    if hasattr(value, "_asdict"):
        return {name: _as_data(part) for name, part in value._asdict().items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _as_data(getattr(value, field.name)) for field in fields(value)}
    return [_as_data(part) for part in value] if isinstance(value, tuple) else value


def _show_books(books: list[Rulebook], as_json: bool) -> None:
    if as_json:
        _write({"rulebooks": [_book_as_json(book) for book in books]})
        return
    for book in books:
        until = f"to {book.in_force_to}" if book.in_force_to else "and still in force"
        click.echo(f"{book.id}: {book.title.en}")
        click.echo(f"  {book.kind}, {book.status}, from {book.in_force_from} {until}")
        for duty in book.duties:
            click.echo(f"  {duty.id:<6} {_limit(duty):<22} {duty.certainty:<9} {duty.says.en}")


def _show_duty(book: Rulebook, duty: Duty, as_json: bool) -> None:
    if as_json:
        _write({"rulebook": book.id, **_duty_as_json(book, duty)})
        return
    click.echo(f"{duty.id} ({book.id}): {duty.says.en}")
    click.echo(f"  Cymraeg ({book.welsh}): {duty.says.cy}")
    for name, value in (
        ("owed by", book.bearers[duty.bearer].en),
        ("starts with", ", ".join(duty.triggers)),
        ("done by", duty.act or duty.done_by),
        ("within", _limit(duty)),
        ("counted from", duty.counts_from),
        ("paragraph", duty.paragraph or "not verified"),
        ("certainty", duty.certainty),
        ("wording", duty.wording),
        ("source", duty.source),
    ):
        click.echo(f"  {name}: {value}")


def _limit(duty: Duty) -> str:
    if duty.within is None:
        return vocabulary().clock(duty, None, duty.triggers[0]).en
    standard, enhanced, unit = duty.within
    unit = _SHORT.get(unit, unit)
    return f"{standard} {unit}" if standard == enhanced else f"{standard} {unit}, enhanced {enhanced}"


def _book_as_json(book: Rulebook) -> dict[str, Any]:
    return {
        "id": book.id,
        "kind": book.kind,
        "status": book.status,
        "in_force_from": book.in_force_from.isoformat(),
        "in_force_to": book.in_force_to.isoformat() if book.in_force_to else None,
        "title": book.title._asdict(),
        "duties": [_duty_as_json(book, duty) for duty in book.duties],
    }


def _duty_as_json(book: Rulebook, duty: Duty) -> dict[str, Any]:
    return {
        "id": duty.id,
        "right": duty.right,
        "bearer": duty.bearer,
        "triggers": list(duty.triggers),
        "act": duty.act,
        "decline": duty.decline,
        "within": duty.within._asdict() if duty.within else None,
        "before": duty.before._asdict() if duty.before else None,
        "every": duty.every._asdict() if duty.every else None,
        "until": list(duty.until),
        "without_delay": duty.without_delay,
        "counts_from": duty.counts_from,
        "certainty": duty.certainty,
        "enforced": book.enforces(duty),
        "paragraph": duty.paragraph,
        "wording": duty.wording,
        "source": duty.source,
        "says": duty.says._asdict(),
        "work": duty.work._asdict(),
    }


def _write(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
