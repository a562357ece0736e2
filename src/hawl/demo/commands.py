"""`hawl demo …`: an invented feed file of any size."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import click

from hawl.demo.feed import Broken, make_feed
from hawl.demo.from_crimes import UnusableCrimes, make_feed_from_crimes
from hawl.demo.writing import form_of, write_feed
from hawl.foundations.clock import today as local_today
from hawl.foundations.commands import Progress, Unusable, needs_database, say_json, serve_all


@click.group("demo", invoke_without_command=True)
@click.option("--no-serve", is_flag=True, help="Lay the caseload out and end.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one line of JSON.")
@click.option("--people", type=click.IntRange(50, 100_000), default=3000, show_default=True,
              help="How many people to invent.")  # fmt: skip
@click.pass_context
def demo(context: click.Context, no_serve: bool, as_json: bool, people: int) -> None:
    """An invented caseload to look at; nobody in it exists. Lays it out and opens both sites."""
    if context.invoked_subcommand is None:
        _lay_out_and_serve(people=people, serve=not no_serve, as_json=as_json)


@needs_database
def _lay_out_and_serve(*, people: int, serve: bool, as_json: bool) -> None:
    from hawl.demo.laying_out import NotADemo, lay_out

    try:
        summary = lay_out(people=people)
    except NotADemo as refused:
        raise Unusable(str(refused)) from refused
    if as_json:
        say_json(summary.as_dict())
    else:
        for line in summary.lines():
            click.echo(line)
    if serve:
        serve_all()


# A code that closes sooner is not worth printing.
_LEAST_SECONDS = 8


@demo.command("code")
@click.argument("email")
@needs_database
def code(email: str) -> None:
    """Print the one-time code with which EMAIL, an account of this demo, signs in now."""
    from hawl.demo.accounts import code as code_of
    from hawl.demo.laying_out import is_demo

    if not is_demo():
        raise Unusable("This installation was not made by the demo.", "People use the app on their own telephones.")
    try:
        found, seconds = code_of(email)
        if seconds < _LEAST_SECONDS:  # nobody types it in that time: the next one
            time.sleep(seconds + 1)
            found, seconds = code_of(email)
    except LookupError:
        raise Unusable(f"{email} is no account of this demo.", "`hawl demo` lists them.") from None
    click.echo(found)
    click.echo(f"It opens for another {seconds} seconds, once.", err=True)


@demo.command("feed")
@click.option("--people", type=click.IntRange(1, 5_000_000), help="How many people to invent.")
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same feed.")
@click.option("--out", type=click.Path(path_type=Path), required=True,
              help="File to write: .jsonl or .csv, or these and .gz.")  # fmt: skip
@click.option("--days", type=click.IntRange(1, 3660), default=365, show_default=True,
              help="Over how many days, up to yesterday, people report.")  # fmt: skip
@click.option("--from-crimes", multiple=True, type=click.Path(path_type=Path), metavar="PATH",
              help="Street file of data.police.uk, or a folder of them, to build on; may be repeated.")  # fmt: skip
@click.option("--today", "as_of", type=click.DateTime(["%Y-%m-%d"]), help="Day of the feed.")
@click.option("--force", is_flag=True, help="Write over an existing file.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one line of JSON.")
@click.argument("more_crimes", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]…")
def feed(
    people: int | None,
    seed: int,
    out: Path,
    days: int,
    from_crimes: tuple[Path, ...],
    as_of: datetime | None,
    force: bool,
    as_json: bool,
    more_crimes: tuple[Path, ...],
) -> None:
    """Write an invented police feed; nobody in it exists.

    Either --people N for a feed of invented crimes, or --from-crimes PATH for invented people on
    published crimes. About one row in a hundred of the first is broken as real feeds are.
    """
    started = time.monotonic()
    today = _day(as_of)
    form = _form(out, force)
    broken: Broken = []
    paths = _paths(from_crimes, more_crimes, people)
    progress = Progress("Rows invented")
    try:
        if paths:
            rows = make_feed_from_crimes(paths, seed, today, form=form, broken=broken)
        else:
            rows = make_feed(people or 0, seed, today, days=days, form=form, broken=broken)
        count = write_feed(out, rows, after_row=progress.at)
    except UnusableCrimes as error:
        raise Unusable(str(error)) from None
    except OSError as error:
        raise Unusable(f"{out} cannot be written ({error.strerror}).") from None
    _tell(out, count, broken, time.monotonic() - started, as_json)


def _tell(out: Path, count: int, broken: Broken, seconds: float, as_json: bool) -> None:
    kinds = dict(sorted(Counter(kind for _, kind in broken).items()))
    if as_json:
        summary = {"out": str(out), "rows": count, "unusual": kinds, "seconds": round(seconds, 2)}
        say_json(summary)
        return
    click.echo(f"{out}: {count:,} rows in {seconds:.1f} s.")
    for kind, times in kinds.items():
        click.echo(f"  {times:>5} {kind.replace('_', ' ')}")


def _day(as_of: datetime | None) -> date:
    day = as_of.date() if as_of else local_today()
    if not 2000 <= day.year <= 2100:
        raise Unusable(f"--today {day} is not between 2000 and 2100.")
    return day


def _form(out: Path, force: bool) -> str:
    if out.is_dir():
        raise Unusable(f"{out} is a folder; name a file in it.")
    if out.exists() and not force:
        raise Unusable(f"{out} exists already. Choose another name, or say --force to write over it.")
    if not out.parent.is_dir():
        raise Unusable(f"There is no folder {out.parent} to write into.")
    try:
        return form_of(out)
    except ValueError as error:
        raise Unusable(f"{out}: {error}.") from None


def _paths(from_crimes: tuple[Path, ...], more: tuple[Path, ...], people: int | None) -> list[Path]:
    if more and not from_crimes:
        raise Unusable(f"{more[0]} was not expected. Street files follow --from-crimes.")
    if from_crimes and people is not None:
        raise Unusable("Give --people or --from-crimes, not both: crimes decide how many people.")
    if not from_crimes and people is None:
        raise Unusable("Say how many people, with --people N, or name crimes with --from-crimes PATH.")
    found: list[Path] = []
    for path in (*from_crimes, *more):
        inside = sorted([*path.glob("*street.csv"), *path.glob("*street.csv.gz")])
        if path.is_dir() and not inside:
            raise Unusable(f"There is no street file (…street.csv or .csv.gz) in {path}.")
        found += inside if path.is_dir() else [path]
    return found
