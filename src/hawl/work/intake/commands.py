"""`hawl feed import FILE`."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import click

from hawl.foundations.clock import BeyondCalendar
from hawl.foundations.commands import SOME_ROWS_LISTED, Progress, Unusable, needs_database, say_json
from hawl.work.intake.feed.commands import feed

_LISTED_AT_MOST = 20

__all__ = ["feed"]


@feed.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the result as one line of JSON.")
@needs_database
def import_(file: Path, as_json: bool) -> None:
    """Take a feed FILE in: people, cases, events, routes and the duties owed.

    The same file again changes nothing; an import that was cut off goes on where it stopped. Ends with 0 when
    every row was taken or repeated, 3 when some rows were refused (listed by number and reason), 2 when the file
    cannot be used.
    """
    from hawl.work.intake.actions import FeedBusy, import_feed
    from hawl.work.intake.desks import desk_of_area
    from hawl.work.intake.feed.reading import FeedUnusable
    from hawl.work.intake.models import FeedRefusal

    desk, actor = desk_of_area()
    progress = Progress("Rows taken in")
    try:
        done = import_feed(path=file, by=actor, desk=desk, progress=progress.at)
    except FeedUnusable as unusable:
        raise _unusable(unusable.what, unusable.mend, as_json) from unusable
    except FeedBusy as busy:
        raise _unusable("Another import is running.", "Wait for its end and try again.", as_json) from busy
    except (OSError, EOFError, zlib.error) as broken:
        raise _unusable(
            "The file could not be read to its end.",
            "Import it again when it is whole: what was taken in stays, and is not taken in twice.",
            as_json,
        ) from broken
    except BeyondCalendar as beyond:
        raise _unusable(f"A limit cannot be worked out: {beyond}.", "Bring Hawl up to date.", as_json) from beyond
    progress.done(done.run.rows_done)
    if not desk.outside:
        click.echo(
            "No specialist lead outside the force can open what the force must not see: such records wait.", err=True
        )
    result = done.as_dict()
    refused = FeedRefusal.objects.filter(run=done.run)
    for each in refused[:_LISTED_AT_MOST]:
        click.echo(f"row {each.row_number}: {each.reason}", err=True)
    if result["rejected"] > _LISTED_AT_MOST:
        click.echo(f"… and {result['rejected'] - _LISTED_AT_MOST} more, on the staff page of feeds.", err=True)
    say_json(result) if as_json else _say(result)
    if result["rejected"]:
        click.get_current_context().exit(SOME_ROWS_LISTED)


def _unusable(what: str, mend: str, as_json: bool) -> Unusable:
    if as_json:
        say_json({"error": what, "mend": mend})
    return Unusable(what, mend)


def _say(result: dict[str, Any]) -> None:
    click.echo(
        f"{result['rows']:,} rows: {result['accepted']:,} taken in, {result['repeated']:,} known already, "
        f"{result['rejected']:,} refused."
        + (f" {result['erased']:,} are of people who were erased, and were left out." if result["erased"] else "")
    )
    click.echo(
        f"{result['people']:,} new people, {result['cases']:,} new cases, {result['events']:,} events, "
        f"{result['duties']:,} duties."
    )
    for route, count in result["routes"].items():
        click.echo(f"{count:>8,}  {route}")


@feed.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A file that is not there yet.")
@needs_database
def reopen(file: Path, out: Path) -> None:
    """Open a feed FILE that could not be used and was kept sealed, into a file that only you can read."""
    import os

    from hawl.foundations.vault.sealing import CannotOpen
    from hawl.work.intake.kept_files import reopened

    try:
        with open(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as plain:
            for piece in reopened(file):
                plain.write(piece)
    except FileExistsError as there:
        raise Unusable(f"{out} is there already.", "Name another.") from there
    except CannotOpen as shut:
        out.unlink()
        raise Unusable(
            "The kept file was cut, changed or renamed, or its key is gone.", "Ask the sender again."
        ) from shut
    click.echo(f"Opened into {out}. Take it away when you have seen it.", err=True)
