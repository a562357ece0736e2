"""`hawl people link-file`: which rows of a file are of one person. Needs no database, no keys and no Django."""

from __future__ import annotations

import csv
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hawl.foundations.commands import SOME_ROWS_LISTED, Progress, Unusable, say_json
from hawl.registers.linking.roles import ROLES, WrongMapping, mapping_of

if TYPE_CHECKING:
    from hawl.registers.linking.linking import Linked

_USUAL_THRESHOLD = 0.95


@click.command("link-file")
@click.argument("people_file", metavar="IN", type=click.Path(path_type=Path))
@click.option("--id", "id_column", required=True, metavar="COL", help="The column that names each row.")
@click.option("--map", "given", required=True, multiple=True, metavar="COL=ROLE", help=f"Roles: {', '.join(ROLES)}.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A CSV of id and cluster_id.")
@click.option(
    "--threshold", type=float, default=_USUAL_THRESHOLD, show_default=True, help="How likely two rows must be one."
)
@click.option("--json", "as_json", is_flag=True, help="Write one line of JSON.")
def link_file(
    people_file: Path, id_column: str, given: tuple[str, ...], out: Path, threshold: float, as_json: bool
) -> None:
    """Which rows of a CSV are of one person, by Splink's model, taught by the file itself.

    Rows that cannot be used are told on stderr with their number and the reason, the rest is linked (exit 3). The rows
    stay in memory: nothing but OUT is written. OUT says who is who; keep it as you keep the file.
    """
    mapping = _mapping(given)
    if not 0 < threshold < 1:
        raise Unusable("The threshold is a probability above 0 and below 1.")
    _check_places(people_file, out)
    linked = _link(people_file, id_column, mapping, threshold)
    try:
        _write(linked.clusters, out)
    except OSError as fault:
        raise Unusable(f"{out} cannot be written: {fault.strerror}.") from fault
    _tell(linked, out, as_json=as_json)
    if linked.taken.left_out:
        raise SystemExit(SOME_ROWS_LISTED)


def _mapping(given: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    try:
        return mapping_of(given)
    except WrongMapping as fault:
        raise Unusable(str(fault)) from fault


def _check_places(people_file: Path, out: Path) -> None:
    if people_file.resolve() == out.resolve():
        raise Unusable("What is read and what is written must be different files.")
    if not out.resolve().parent.is_dir():
        raise Unusable(f"There is no folder {out.parent}.")
    if out.is_dir():
        raise Unusable(f"{out} is a folder.")


def _link(people_file: Path, id_column: str, mapping: dict[str, tuple[str, ...]], threshold: float) -> Linked:
    # Splink and DuckDB take a second to load; `--help` needs neither.
    from hawl.registers.linking.linking import NotLinked, Telling, link_people
    from hawl.registers.linking.reading import WrongShape

    _say(f"Reading {people_file.name} …")
    telling = Telling(say=_say, read=Progress("rows read").at, compared=Progress("rows compared").at)
    try:
        linked = link_people(people_file, id_column, mapping, threshold, telling)
    except WrongShape as fault:
        raise Unusable(str(fault)) from fault
    except NotLinked as fault:
        raise Unusable(str(fault), "Give fewer rows at once.") from fault
    if not linked.taken.rows and not linked.taken.left_out:
        raise Unusable(f"{people_file.name} has no rows.")
    return linked


def _write(clusters: list[tuple[str, int]], out: Path) -> None:
    """The file stands whole or not at all, and only who wrote it may read it."""
    handle, made = tempfile.mkstemp(prefix=".hawl-linked-", dir=out.resolve().parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "cluster_id"])
            writer.writerows(clusters)
        Path(made).replace(out)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise


def _say(line: str) -> None:
    click.echo(line, err=True)


def _tell(linked: Linked, out: Path, *, as_json: bool) -> None:
    for left_out in linked.taken.left_out:
        _say(f"row {left_out.row}: {left_out.reason}")
    for role, many in linked.taken.unreadable.items():
        _say(f"{role}: {many:,} values cannot be read and were not compared.")
    if linked.common_keys:
        _say(f"{linked.common_keys:,} values stand in so many rows that they alone brought no rows together.")
    clusters = len({number for _, number in linked.clusters})
    if as_json:
        say_json(
            {
                "rows": linked.taken.rows + len(linked.taken.left_out),
                "linked": linked.taken.rows,
                "left_out": len(linked.taken.left_out),
                "clusters": clusters,
                "unreadable": linked.taken.unreadable,
                "out": str(out),
            }
        )
        return
    click.echo(f"{linked.taken.rows:,} rows are of {clusters:,} people; {len(linked.taken.left_out):,} rows left out.")
    click.echo(f"Written: {out}")
