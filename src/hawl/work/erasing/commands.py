"""`hawl person erase`."""

from __future__ import annotations

import getpass
import os
from uuid import UUID

import click

from hawl.foundations.commands import Unusable, needs_database, say_json

_REFUSED = {
    "not_here": ("There is no such person.", "The id is on the person's page and in the audit."),
    "open_case": ("A case of this person is open.", "Give --even-open where the person is erased all the same."),
    "no_key": ("This person has no key of their own yet.", "Run `hawl keys renew`, then erase."),
}  # fmt: skip


@click.group()
def person() -> None:
    """One person held: erase them."""


@person.command()
@click.argument("person_id", type=click.UUID)
@click.option("--even-open", is_flag=True, help="Also where a case of the person is open.")
@click.option("--dry-run", is_flag=True, help="Count what would go, and ask for nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one line of JSON.")
@needs_database
def erase(person_id: UUID, even_open: bool, dry_run: bool, as_json: bool) -> None:
    """Erase all that is held of PERSON_ID: keys, rows, tokens and marks. Nothing brings it back.

    Given once, it asks: two people, one of them a steward, say yes on the staff site, at /erasures/, within 7 days.
    Given again after both did, it erases.
    """
    from hawl.foundations.access.actor import Actor
    from hawl.work.erasing.actions import CannotErase, ask_erasure, count_person, erase_person
    from hawl.work.erasing.plan import NoRule

    by = Actor(label="operator:command-line", machine=True)
    try:
        asked = None
        if not dry_run:
            asked = ask_erasure(by=by, person_id=person_id, even_open=even_open, operator=_operator())
        if asked is not None and asked.second_by is None:
            _say_waits(first=asked.first_by is not None, as_json=as_json)
            return
        done = count_person(by=by, person_id=person_id) if dry_run else erase_person(by=by, person_id=person_id)
    except CannotErase as refused:
        raise Unusable(*_REFUSED[refused.code]) from None
    except NoRule as lacking:
        raise Unusable(f"The register of fields is not whole: {lacking}", "Tell the makers.") from None
    if as_json:
        say_json({"erased": not dry_run, "waits": False, "rows": done.rows, "marks": done.marks})
        return
    for table, count in sorted(done.rows.items()):
        click.echo(f"{count:>8,}  {table}")
    click.echo("Nothing was erased." if dry_run else "Erased. Backups of before hold it until they are gone.")


def _operator() -> str:
    """Who gives the command, by the name under which they are signed in to this machine."""
    try:
        return f"operator:{getpass.getuser()[:60]}"
    except (OSError, KeyError):
        return f"operator:{os.getuid()}"


def _say_waits(*, first: bool, as_json: bool) -> None:
    if as_json:
        say_json({"erased": False, "waits": True, "first_yes": first})
        return
    click.echo(
        "Nothing was erased: it waits for two people to say yes on the staff site, at /erasures/, within 7 days."
    )
    click.echo("One has." if first else "Stewards and specialist leads can; one of the two is a steward.")
    click.echo("Then give this command again.")
