"""`hawl person erase`."""

from __future__ import annotations

from uuid import UUID

import click

from hawl.foundations.commands import Unusable, needs_database, say_json

_REFUSED = {
    "not_here": ("There is no such person.", "The id is on the person's page and in the audit."),
    "open_case": ("A case of this person is open.", "Give --even-open where the person is erased all the same."),
    "same_person": ("One person asked and confirmed.", "Two people decide this."),
    "no_steward": ("Neither of the two is a steward.", "One of the two who decide is a steward."),
    "not_in_standing": (
        "One of the two is no specialist lead or steward in standing.", "`hawl account list` shows roles and dates.",
    ),
    "no_key": ("This person has no key of their own yet.", "Run `hawl keys renew`, then erase."),
}  # fmt: skip


@click.group()
def person() -> None:
    """One person held: erase them."""


@person.command()
@click.argument("person_id", type=click.UUID)
@click.option("--asked-by", required=True, metavar="EMAIL", help="The account of who asks for it.")
@click.option(
    "--confirmed-by", required=True, metavar="EMAIL", help="The account of who confirms it; one is a steward."
)
@click.option("--even-open", is_flag=True, help="Also where a case of the person is open.")
@click.option("--dry-run", is_flag=True, help="Count what would go, and erase nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one line of JSON.")
@needs_database
def erase(person_id: UUID, asked_by: str, confirmed_by: str, even_open: bool, dry_run: bool, as_json: bool) -> None:
    """Erase all that is held of PERSON_ID: keys, rows, tokens and marks. Nothing brings it back."""
    from hawl.foundations.access.actor import Actor
    from hawl.work.erasing.actions import CannotErase, erase_person
    from hawl.work.erasing.plan import NoRule

    try:
        done = erase_person(
            by=Actor(label="operator:command-line", machine=True), person_id=person_id, asked_by=asked_by,
            confirmed_by=confirmed_by, even_open=even_open, for_show=dry_run,
        )  # fmt: skip
    except CannotErase as refused:
        raise Unusable(*_REFUSED[refused.code]) from None
    except NoRule as lacking:
        raise Unusable(f"The register of fields is not whole: {lacking}", "Tell the makers.") from None
    if as_json:
        say_json({"erased": not dry_run, "rows": done.rows, "marks": done.marks})
        return
    for table, count in sorted(done.rows.items()):
        click.echo(f"{count:>8,}  {table}")
    click.echo("Nothing was erased." if dry_run else "Erased. Backups of before hold it until they are gone.")
