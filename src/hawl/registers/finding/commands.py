"""`hawl people reindex`."""

from __future__ import annotations

import click

from hawl.foundations.commands import Progress, needs_database, say_json


@click.group()
def people() -> None:
    """The people held, and the people of a file."""


@people.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as one line of JSON.")
@needs_database
def reindex(as_json: bool) -> None:
    """Lay the tokens by which people are found anew, for what an earlier release stored."""
    from hawl.foundations.access.actor import Actor
    from hawl.registers.finding import actions

    progress = Progress("People")
    done = actions.reindex(by=Actor(label="operator:command-line", machine=True), progress=progress.at)
    if as_json:
        say_json({"people": done})
    else:
        click.echo(f"{done} people can be found.")
