"""`hawl feed check FILE`: what a file would do, without a database and without writing rows."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TextIO

import click

from hawl.foundations import clock
from hawl.work.intake.feed.reading import FeedUnusable, read_feed
from hawl.work.intake.feed.rows import Refused

UNUSABLE = 2
SOME_REFUSED = 3


@dataclass
class Tally:
    """How many rows were taken, and how many refused for each reason."""

    accepted: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def rejected(self) -> int:
        """All refused rows."""
        return self.reasons.total()

    def as_json(self) -> str:
        """One line of JSON: rows, accepted, rejected, reasons."""
        return json.dumps(
            {
                "rows": self.accepted + self.rejected,
                "accepted": self.accepted,
                "rejected": self.rejected,
                "reasons": dict(sorted(self.reasons.items())),
            }
        )


def tally(path: Path, *, today: date, listing: TextIO) -> Tally:
    """Reads the whole file; writes `line TAB reason` of each refused row to `listing`.

    Raises FeedUnusable. Neither a value of a row nor its id is written.
    """
    found = Tally()
    for row in read_feed(path, today=today):
        if isinstance(row, Refused):
            found.reasons[row.reason] += 1
            listing.write(f"{row.row_number}\t{row.reason}\n")
        else:
            found.accepted += 1
    return found


@click.group()
def feed() -> None:
    """The police feed: check a file or import it."""


@feed.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one line of JSON.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the refused rows here (line number, tab, reason) and not to standard error.",
)
@click.pass_context
def check(context: click.Context, file: Path, as_json: bool, out: Path | None) -> None:
    """Count the rows of FILE that can be taken and list the others by line and reason.

    Ends with 0 when every row can be taken, 3 when some cannot, 2 when the file is unusable.
    """
    try:
        with _listing(out) as listing:
            found = tally(file, today=clock.today(), listing=listing)
    except FeedUnusable as unusable:
        _say_unusable(unusable.what, unusable.mend, as_json)
        context.exit(UNUSABLE)
    except OSError as error:
        _say_unusable(f"{error.strerror or 'Reading or writing failed'}.", "try again.", as_json)
        context.exit(UNUSABLE)
    if as_json:
        click.echo(found.as_json())
    else:
        click.echo(f"{found.accepted} of {found.accepted + found.rejected} rows can be taken.")
        for reason, count in found.reasons.most_common():
            click.echo(f"{count:>8}  {reason}")
    context.exit(SOME_REFUSED if found.rejected else 0)


def _say_unusable(what: str, mend: str, as_json: bool) -> None:
    click.echo(f"{what} Mend: {mend}", err=True)
    if as_json:
        click.echo(json.dumps({"error": what, "mend": mend}))


@contextmanager
def _listing(out: Path | None) -> Iterator[TextIO]:
    """Where refused rows are listed; a file appears only once it is whole."""
    if out is None:
        yield sys.stderr
        return
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as listing:
            yield listing
        Path(name).replace(out)
    finally:
        Path(name).unlink(missing_ok=True)
