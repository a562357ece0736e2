"""`hawl crime`: recorded crime and ASB from data.police.uk."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hawl.foundations.commands import SOME_ROWS_LISTED, Progress, Unusable, needs_database, say_json

if TYPE_CHECKING:
    from hawl.registers.demand.actions import Imported
    from hawl.registers.demand.layout import BadLine


@click.group()
def crime() -> None:
    """Recorded crime and ASB from data.police.uk."""


@crime.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one line of JSON.")
@needs_database
def import_(paths: tuple[Path, ...], as_json: bool) -> None:
    """Take in street files as downloaded: files, folders, gzipped or in a ZIP.

    A file of the same force and month replaces the earlier one. Ends with 2 and writes nothing if a file cannot
    be used, and with 3 if single rows were refused and the rest taken.
    """
    from hawl.foundations.access.actor import Actor
    from hawl.registers.demand.actions import import_street_files
    from hawl.registers.demand.sources import UnusableFile
    from hawl.registers.places.queries import NoSuchArea

    telling = _Telling()
    try:
        done = import_street_files(
            paths=paths, by=Actor(label="system:command"), progress=telling.at, refused=_tell_refused
        )
    except UnusableFile as wrong:
        raise Unusable(wrong.what, wrong.mend) from wrong
    except NoSuchArea as wrong:
        raise Unusable(str(wrong)) from wrong
    telling.done(done.rows)
    _tell_files(done)
    counts = {"files": done.files, "rows": done.rows, **done.held.as_dict()}
    if as_json:
        say_json(counts)
    else:
        click.echo(_in_words(counts))
    if done.refused:
        click.echo(f"{done.refused:,} rows were refused, each listed above; the rest was taken.", err=True)
        sys.exit(SOME_ROWS_LISTED)


class _Telling:
    """Progress over the two readings of all files."""

    def __init__(self) -> None:
        self._stage = ""
        self._at: Progress | None = None

    def at(self, stage: str, rows: int) -> None:
        if stage != self._stage:
            self._stage, self._at = stage, Progress(f"Rows {stage}")
        if self._at:
            self._at.at(rows)

    def done(self, rows: int) -> None:
        if self._at:
            self._at.done(rows)


def _tell_refused(name: str, line: BadLine) -> None:
    click.echo(f"{name}, row {line.number:,}: {line.reason}", err=True)


def _tell_files(done: Imported) -> None:
    from hawl.registers.demand.queries import held_months

    for left in done.left_out:
        click.echo(f"Left out: {left.name} ({left.reason}).", err=True)
    wanted = set(done.months)
    for one in held_months():
        if (one.force, one.month) in wanted:
            click.echo(
                f"{one.force} {one.month:%Y-%m}: {one.rows:,} rows, {one.without_id:,} without an id,"
                f" {one.out_of_area:,} outside the area, {one.no_location:,} without a place,"
                f" areas of census {one.lsoa_vintage}",
                err=True,
            )


def _in_words(counts: dict[str, int]) -> str:
    return (
        f"{counts['rows']:,} rows of {counts['files']:,} files read; {counts['kept']:,} now held of these months:"
        f" {counts['without_id']:,} without an id, {counts['out_of_area']:,} outside the area,"
        f" {counts['no_location']:,} without a place. Months on areas of census 2011: {counts['lsoa_2011']:,},"
        f" of 2021: {counts['lsoa_2021']:,}."
    )
