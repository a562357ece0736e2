"""`hawl agreements`: close what has lapsed."""

from __future__ import annotations

import click

from hawl.foundations.commands import needs_database, say_json


@click.group()
def agreements() -> None:
    """What people agreed to."""


@agreements.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as one line of JSON.")
@needs_database
def close(as_json: bool) -> None:
    """Close the agreements whose last day is past; the background work does so by itself each night."""
    from hawl.registers.agreements.actions import end_lapsed_agreements
    from hawl.registers.agreements.jobs import MACHINE

    closed = end_lapsed_agreements(by=MACHINE)
    if as_json:
        say_json({"closed": closed})
    else:
        click.echo(f"{closed} closed")
