"""`hawl extract`: events by a daily extract; check a mapping, take a file in, say what waits."""

from __future__ import annotations

import zlib
from collections import Counter
from pathlib import Path
from typing import Any, NoReturn

import click

from hawl.foundations import clock
from hawl.foundations.commands import SOME_ROWS_LISTED, Progress, Unusable, needs_database, say_json
from hawl.foundations.datafiles import DatafileError
from hawl.work.extracts.finding import NoSuchSource, mapping_of, sources_of
from hawl.work.extracts.mapping import ExtractMapping, read_mapping
from hawl.work.extracts.reading import read_extract
from hawl.work.extracts.rows import LeftOut
from hawl.work.intake.feed.reading import FeedUnusable
from hawl.work.intake.feed.rows import Refused

_LISTED_AT_MOST = 20


@click.group()
def extract() -> None:
    """Events of police, witness care, courts and probation, by a daily extract."""


@extract.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--from", "source", required=True, metavar="SOURCE", help="Whose mapping reads the file.")
@click.option("--unseen", is_flag=True, help="Try a mapping whose columns nobody has seen in a real extract.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one line of JSON.")
@needs_database
def import_(file: Path, source: str, unseen: bool, as_json: bool) -> None:
    """Take an extract FILE in: events of cases, and the duties that follow.

    The same file again changes nothing; an import that was cut off goes on where it stopped. A row whose crime is not
    known yet waits, sealed, and is taken by itself once the feed brings the crime. Ends with 0 when every row was taken
    or left out, 3 when some rows were refused or wait (listed by number and reason), 2 when the file or the mapping
    cannot be used.
    """
    from hawl.work.extracts.actions import OtherIds, import_extract
    from hawl.work.extracts.desks import desk_of_source
    from hawl.work.intake.actions import FeedBusy

    mapping = _mapping(source, as_json)
    if not (mapping.columns_seen or unseen):
        mend = "Compare it with a real extract and set `columns_seen: true`; `--unseen` is for trying it."
        _refuse("The mapping is an example: nobody has seen these columns in a real extract.", mend, as_json)
    desk, actor = desk_of_source(mapping.source)
    progress = Progress("Rows taken in")
    try:
        done = import_extract(path=file, mapping=mapping, by=actor, desk=desk, progress=progress.at)
    except FeedUnusable as unusable:
        _refuse(unusable.what, unusable.mend, as_json)
    except OtherIds as other:
        _refuse(f"The mapping's ids are those of {other}, whose feed is not taken here.", "Mend `ids_of`.", as_json)
    except FeedBusy:
        _refuse("Another import is running.", "Wait for its end and try again.", as_json)
    except (OSError, EOFError, zlib.error):
        mend = "Import it again when it is whole: what was taken in stays, and is not taken in twice."
        _refuse("The file could not be read to its end.", mend, as_json)
    except clock.BeyondCalendar as beyond:
        _refuse(f"A limit cannot be worked out: {beyond}.", "Bring Hawl up to date.", as_json)
    progress.done(done.run.rows_done)
    _list(done.refused)
    result = done.as_dict()
    say_json(result) if as_json else _say(result)
    if done.refused or result["rejected"] or result["waiting"]:
        click.get_current_context().exit(SOME_ROWS_LISTED)


@extract.command()
@click.argument("source", metavar="SOURCE|FILE")
@click.option("--rows", type=click.Path(path_type=Path), help="An extract: count its rows too, without a database.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one line of JSON.")
def check(source: str, rows: Path | None, as_json: bool) -> None:
    """Check the mapping of a SOURCE of the area, or of a FILE; with --rows also an extract against it.

    Ends with 0 when all is well, 3 when rows would be refused (listed by number and reason), 2 when the mapping or the
    extract cannot be used. Which crimes are known is asked at the import alone.
    """
    mapping = _mapping(source, as_json)
    if not mapping.columns_seen:
        click.echo("An example: nobody has seen these columns and codes in a real extract.", err=True)
    result: dict[str, Any] = {
        "source": mapping.source,
        "columns_seen": mapping.columns_seen,
        "codes": len(mapping.codes),
        "events": len({code.event for code in mapping.codes.values() if code.event}),
    }
    refused: list[Refused] = []
    if rows is not None:
        try:
            refused = _checked(rows, mapping, result)
        except FeedUnusable as unusable:
            _refuse(unusable.what, unusable.mend, as_json)
    if as_json:
        say_json(result)
    else:
        click.echo(f"{mapping.source}: {result['codes']} codes of {result['events']} events, no mistake.")
        if rows is not None:
            click.echo(
                f"{result['accepted']:,} of {result['rows']:,} rows can be taken, {result['left_out']:,} left out."
            )
    if refused:
        click.get_current_context().exit(SOME_ROWS_LISTED)


def _checked(path: Path, mapping: ExtractMapping, result: dict[str, Any]) -> list[Refused]:
    """Count the rows of an extract into `result`; gives those that are refused."""
    counts: Counter[str] = Counter()
    refused = []
    for row in read_extract(path, mapping, today=clock.today()):
        counts["rows"] += 1
        if isinstance(row, Refused):
            refused.append(row)
        else:
            counts["left_out" if isinstance(row, LeftOut) else "accepted"] += 1
    reasons = Counter(each.reason for each in refused)
    result |= {name: counts[name] for name in ("rows", "accepted", "left_out")}
    result |= {"rejected": len(refused), "reasons": dict(sorted(reasons.items()))}
    _list(refused)
    return refused


@extract.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as one line of JSON.")
@needs_database
def waiting(as_json: bool) -> None:
    """How many rows of each source wait for their crime, and since when."""
    from hawl.foundations.access.actor import Actor
    from hawl.foundations.access.scope import acting_as
    from hawl.work.extracts import queries

    with acting_as(Actor(label="system:extracts", machine=True)):
        found = queries.waiting()
    if as_json:
        say_json({each.source: {"rows": each.rows, "oldest": each.oldest.isoformat()} for each in found})
    elif not found:
        click.echo("No row waits.")
    else:
        for each in found:
            click.echo(f"{each.rows:>8,}  {each.source}, the oldest told on {each.oldest:%Y-%m-%d}")


def _mapping(source: str, as_json: bool) -> ExtractMapping:
    try:
        path = Path(source)
        return read_mapping(path) if path.suffix == ".yaml" or path.is_file() else mapping_of(source)
    except DatafileError as mistake:
        if as_json:
            say_json({"error": mistake.what, "mend": mistake.mend, "file": mistake.file, "line": mistake.line})
        raise Unusable(str(mistake)) from mistake
    except NoSuchSource as missing:
        known = ", ".join(sources_of()) or "none"
        mend = f"Put one into the folder `extracts` of the area; there are: {known}."
        raise _unusable(f"The area has no mapping called {missing}.", mend, as_json) from missing


def _list(refused: list[Refused]) -> None:
    for each in refused[:_LISTED_AT_MOST]:
        click.echo(f"row {each.row_number}: {each.reason}", err=True)
    if len(refused) > _LISTED_AT_MOST:
        click.echo(f"… and {len(refused) - _LISTED_AT_MOST:,} more.", err=True)


def _unusable(what: str, mend: str, as_json: bool) -> Unusable:
    if as_json:
        say_json({"error": what, "mend": mend})
    return Unusable(what, mend)


def _refuse(what: str, mend: str, as_json: bool) -> NoReturn:
    raise _unusable(what, mend, as_json)


def _say(result: dict[str, Any]) -> None:
    click.echo(
        f"{result['rows']:,} rows: {result['accepted']:,} taken in, {result['repeated']:,} known already, "
        f"{result['outdated']:,} older than what stands, {result['left_out']:,} left out, {result['erased']:,} of the "
        f"erased, {result['waiting']:,} wait, {result['rejected']:,} refused."
    )
    click.echo(
        f"{result['events']:,} new events, {result['corrected']:,} corrected, {result['withdrawn']:,} taken back; "
        f"{result['duties']:,} duties written of {result['cases_touched']:,} cases."
    )
