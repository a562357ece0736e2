"""`hawl duties summary`: how the duties of a whole file were kept, in rates with their coverage."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import click
import duckdb

from hawl.foundations.commands import Unusable, say_json
from hawl.rights.evaluating.reading import WrongShape
from hawl.rights.evaluating.summing import sum_duties

_PARTS = ("right", "bearer", "month", "tier", "duty")
# What the table on the screen shows, and how wide; the file and the JSON hold everything.
_SHOWN = {"value": 32, "duties": 12, "kept": 12, "late": 12, "overdue": 12, "rate": 7, "coverage": 9}
_LEFT = frozenset({"value"})


@click.command("summary")
@click.option("--duties", "file", required=True, type=click.Path(path_type=Path), help="A file that evaluate wrote.")
@click.option("--by", "parts", multiple=True, type=click.Choice(_PARTS), help="Only this; may be given several times.")
@click.option("--out", type=click.Path(path_type=Path), help="A CSV of the same rows.")
@click.option("--json", "as_json", is_flag=True, help="Write one line of JSON.")
def summary(file: Path, parts: tuple[str, ...], out: Path | None, as_json: bool) -> None:
    """How many duties were kept in time, by right, bearer, month, tier and duty.

    The rate is of what was kept, late or overdue; the coverage says of how many the outcome is known at all, and
    stands beside each rate. Advisory duties are summed apart from those that are enforced.
    """
    if out is not None and out.resolve() == file.resolve():
        raise Unusable("What is read and what is written must be different files.")
    with duckdb.connect() as connection:
        try:
            sum_duties(connection, file)
        except WrongShape as fault:
            raise Unusable(str(fault)) from fault
        # Nothing more is asked of the connection: a summary has a few hundred rows.
        found = connection.execute("FROM summary")
        names = [column[0] for column in found.description or ()]
        wanted = {"all", *(parts or _PARTS)}
        rows = [
            row
            for row in (dict(zip(names, values, strict=True)) for values in found.fetchall())
            if row["part"] in wanted
        ]
    if out is not None:
        _write(out, names, rows)
    if as_json:
        say_json({"duties": sum(row["duties"] for row in rows if row["part"] == "all"), "rows": rows})
    else:
        _show(rows)


def _write(out: Path, names: list[str], rows: list[dict[str, Any]]) -> None:
    try:
        with out.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, names)
            writer.writeheader()
            writer.writerows({**row, "enforced": str(row["enforced"]).lower()} for row in rows)
    except OSError as fault:
        raise Unusable(f"{out} could not be written: {fault.strerror}.") from fault


def _show(rows: list[dict[str, Any]]) -> None:
    if not rows:
        click.echo("The file holds no duties.")
    told: tuple[bool, str] | None = None
    for row in rows:
        here = (row["enforced"], row["part"])
        if row["part"] == "all":
            click.echo(("Enforced duties" if row["enforced"] else "\nAdvisory duties: never a breach").upper())
        if here != told:
            heading = {name: name for name in _SHOWN} | {"value": "" if row["part"] == "all" else row["part"]}
            click.echo("\n" + _line(heading))
        told = here
        cells = {name: _said(row[name], name) for name in _SHOWN}
        click.echo(_line(cells | ({"value": "all duties"} if row["part"] == "all" else {})))


def _said(value: Any, name: str) -> str:
    if value is None:
        return "-"
    if name in ("rate", "coverage"):
        return f"{value:.1f}%"
    return str(value) or "(none)" if isinstance(value, str) else f"{value:,}"


def _line(cells: dict[str, str]) -> str:
    return "".join(f"{cells[n]:<{w}}" if n in _LEFT else f"{cells[n]:>{w}}" for n, w in _SHOWN.items())
