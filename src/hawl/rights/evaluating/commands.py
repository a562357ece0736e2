"""`hawl duties`: files of events held against the rulebooks. Needs no database, no keys and no Django."""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click
import duckdb
from duckdb import DuckDBPyConnection

from hawl.foundations.clock import BeyondCalendar
from hawl.foundations.commands import SOME_ROWS_LISTED, Progress, Unusable, say_json
from hawl.rights.evaluating.checking import check_events
from hawl.rights.evaluating.columnar import evaluate_columnar
from hawl.rights.evaluating.one import evaluate_one_by_one
from hawl.rights.evaluating.reading import WrongShape, forget_events, read_events
from hawl.rights.evaluating.spark import LOCAL, SparkUnusable, evaluate_on_spark, look_for_spark
from hawl.rights.evaluating.summary_command import summary
from hawl.rights.evaluating.writing import ENDINGS, write_duties
from hawl.rights.rulebook import Rulebook, applying, built_in

# Beyond it DuckDB goes on in files beside the output, which are gone at the end.
_MEMORY = "3GB"
_LISTED_AT_ONCE = 10_000


@click.group()
def duties() -> None:
    """What was owed in whole files of cases, by when, and how it was kept."""


duties.add_command(summary)


@duties.command("evaluate")
@click.option("--events", required=True, type=click.Path(path_type=Path), help="CSV, JSON Lines or Parquet.")
@click.option("--as-of", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day, at whose end it stood so.")
@click.option("--rulebook", "chosen", multiple=True, metavar="ID", help="Only this one; may be given several times.")
@click.option("--engine", type=click.Choice(["one", "columnar", "spark"]), default="columnar", show_default=True)
@click.option("--master", metavar="ADDRESS", help=f"Where Spark is; without it this machine's cores ({LOCAL}).")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="CSV, JSON Lines or Parquet.")
@click.option("--problems", type=click.Path(path_type=Path), help="A CSV of the rows that were left out.")
@click.option("--json", "as_json", is_flag=True, help="Write one line of JSON.")
def evaluate_file(
    events: Path,
    as_of: dt.datetime,
    chosen: tuple[str, ...],
    engine: str,
    master: str | None,
    out: Path,
    problems: Path | None,
    as_json: bool,
) -> None:
    """Every duty that the events of a file started, as it stood on a day.

    Rows that cannot be taken are told on stderr with their number and the reason, the rest is evaluated (exit 3).
    """
    books = _rulebooks(chosen)
    _check_places(events, out, problems)
    if master and engine != "spark":
        raise Unusable("--master is the address of Spark.", "Add --engine spark, or leave it out.")
    if engine == "spark":
        _check_spark()
    try:
        with tempfile.TemporaryDirectory(prefix=".hawl-duties-", dir=out.resolve().parent) as folder:
            spilled = f"{folder}/spilled"
            with duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": spilled}) as connection:
                _read(connection, events)
                judge = partial(_evaluate, connection, books, as_of.date(), engine, Path(folder), master or LOCAL)
                told = {"engine": engine, "as_of": as_of.date().isoformat(), "rulebooks": [book.id for book in books]}
                told |= _run(connection, judge)
                _say(f"Writing {out.name} …")
                write_duties(connection, out, Path(folder))
                left_out = _tell_left_out(connection, problems)
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as fault:
        raise Unusable(f"The work could not go on beside {out}: {str(fault).splitlines()[0]}") from fault
    _tell(told | {"left_out": left_out, "out": str(out)}, as_json=as_json)
    if left_out:
        raise SystemExit(SOME_ROWS_LISTED)


def _check_places(events: Path, out: Path, problems: Path | None) -> None:
    if out.suffix.lower() not in ENDINGS:
        raise Unusable(f"{out.name} is of no kind that is written.", f"Let its name end in {', '.join(ENDINGS)}.")
    files = [path.resolve() for path in (events, out, problems) if path is not None]
    if len(set(files)) < len(files):
        raise Unusable("The events, what is written and the problems must be different files.")
    for path in files[1:]:
        if not path.parent.is_dir():
            raise Unusable(f"There is no folder {path.parent}.")


def _check_spark() -> None:
    """Before anything is read, which may take long."""
    try:
        look_for_spark()
    except SparkUnusable as fault:
        raise Unusable(str(fault)) from fault


def _rulebooks(chosen: Sequence[str]) -> list[Rulebook]:
    books = built_in()
    unknown = [one for one in chosen if one not in {book.id for book in books}]
    if unknown:
        raise Unusable(
            f"There is no rulebook {', '.join(unknown)}.", f"Those there are: {', '.join(book.id for book in books)}."
        )
    return [book for book in books if book.id in chosen] if chosen else list(applying())


def _read(connection: DuckDBPyConnection, events: Path) -> None:
    _say(f"Reading {events.name} …")
    try:
        for name in read_events(connection, events):
            _say(f"The column {name} is not read.")
    except WrongShape as fault:
        raise Unusable(str(fault)) from fault
    _say("Looking through the rows …")
    check_events(connection)


def _run(connection: DuckDBPyConnection, judge: Callable[[Callable[[int], None]], None]) -> dict[str, Any]:
    ((taken, cases),) = connection.execute("SELECT count(*), count(DISTINCT case_id) FROM taken").fetchall()
    _say(f"Evaluating {taken:,} events of {cases:,} cases …")
    progress = Progress("events", taken)
    try:
        judge(progress.at)
    except (BeyondCalendar, SparkUnusable) as fault:
        raise Unusable(str(fault)) from fault
    progress.done(taken)
    # What was read makes room for the writing.
    forget_events(connection)
    states = dict(connection.execute("SELECT state, count(*) FROM evaluated GROUP BY state ORDER BY state").fetchall())
    return {"taken": taken, "cases": cases, "duties": sum(states.values()), "states": states}


def _evaluate(
    connection: DuckDBPyConnection,
    books: list[Rulebook],
    as_of: dt.date,
    engine: str,
    folder: Path,
    master: str,
    tell: Callable[[int], None],
) -> None:
    if engine == "one":
        evaluate_one_by_one(connection, books, as_of, tell=tell)
    elif engine == "spark":
        evaluate_on_spark(connection, books, as_of, folder, master=master, tell=tell)
    else:
        evaluate_columnar(connection, books, as_of)


def _say(line: str) -> None:
    click.echo(line, err=True)


def _tell_left_out(connection: DuckDBPyConnection, problems: Path | None) -> int:
    """Each row that was left out, on stderr and where asked in a file; how many they are."""
    reading = connection.cursor()
    reading.execute("SELECT row, case_id, event_id, reason FROM left_out ORDER BY row")
    many = 0
    file = problems.open("w", encoding="utf-8", newline="") if problems else None
    try:
        writer = csv.writer(file) if file else None
        if writer:
            writer.writerow(["row", "case_id", "event_id", "reason"])
        while rows := reading.fetchmany(_LISTED_AT_ONCE):
            many += len(rows)
            _say("\n".join(f"row {row}: {reason}" for row, _, _, reason in rows))
            if writer:
                writer.writerows(rows)
    finally:
        if file:
            file.close()
    return many


def _tell(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json({"events": told["taken"] + told["left_out"], **told})
        return
    states = ", ".join(f"{count:,} {state}" for state, count in told["states"].items())
    click.echo(f"{told['duties']:,} duties in {told['cases']:,} cases: {states or 'none'}.")
    click.echo(f"{told['taken']:,} events taken, {told['left_out']:,} left out. Written: {told['out']}")
