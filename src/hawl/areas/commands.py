"""`hawl area`: load, check and export an area's data."""

from __future__ import annotations

from pathlib import Path

import click

from hawl.areas.reading import Folder, find, mistakes, read_area
from hawl.foundations.commands import Unusable, needs_database, say_json
from hawl.foundations.datafiles import DatafileError

_json = click.option("--json", "as_json", is_flag=True, help="Print the result as one line of JSON.")


@click.group()
def area() -> None:
    """Load, check and export an area's data."""


@area.command()
@click.argument("key_or_folder")
@_json
@needs_database
def load(key_or_folder: str, as_json: bool) -> None:
    """Lay the data of an area into the registers; KEY_OR_FOLDER is a built-in area or a folder.

    Loading the same data again changes nothing.
    """
    from hawl.areas.actions import load_area
    from hawl.foundations.access.actor import Actor

    try:
        read = read_area(_folder(key_or_folder))
        counts = load_area(area=read, by=Actor(label="system:command"))
    except (DatafileError, ValueError) as wrong:
        raise Unusable(str(wrong)) from wrong
    if as_json:
        say_json({"area": read.key, **counts.as_dict()})
    else:
        click.echo(
            f"{read.key}: {counts.added} added, {counts.changed} changed,"
            f" {counts.unchanged} as they were, {counts.removed} taken away"
        )


@area.command()
@click.argument("key_or_folder", metavar="FOLDER")
@_json
def check(key_or_folder: str, as_json: bool) -> None:
    """Tell every mistake in an area's files with its line and its mend. Needs no database."""
    wrong = mistakes(_folder(key_or_folder))
    if as_json:
        told = [{"file": one.file, "line": one.line, "what": one.what, "mend": one.mend} for one in wrong]
        say_json({"mistakes": told})
    for one in wrong:
        click.echo(str(one), err=True)
    if wrong:
        raise Unusable(f"{len(wrong)} to mend.")
    if not as_json:
        click.echo("Nothing to mend.")


@area.command()
@click.argument("key")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder to write.")
@_json
@needs_database
def export(key: str, out: Path, as_json: bool) -> None:
    """Write all of a loaded area in open formats: YAML, CSV and a datapackage.json.

    Another Hawl takes it with `hawl area load FOLDER`.
    """
    from hawl.areas.queries import area_of
    from hawl.areas.writing import write_area
    from hawl.registers.places.queries import NoSuchArea

    try:
        files = write_area(area_of(key), out)
    except NoSuchArea as wrong:
        raise Unusable(str(wrong)) from wrong
    except OSError as wrong:
        raise Unusable(f"{out} cannot be written: {wrong.strerror}.", "Give another folder.") from wrong
    if as_json:
        say_json({"area": key, "folder": str(out), "files": files})
    else:
        click.echo(f"{len(files)} files in {out}")


def _folder(key_or_folder: str) -> Folder:
    folder = find(key_or_folder)
    if not folder.is_dir():
        raise Unusable(
            f"`{key_or_folder}` is neither an area that comes with Hawl nor a folder.",
            "Give `gwent`, or the path of a folder with area.yaml in it.",
        )
    return folder
