"""`hawl access matrix` and `hawl access mutants`."""

from __future__ import annotations

import sys

import click

from hawl.config.prepare import set_up
from hawl.config.throw_away import prepared
from hawl.foundations.commands import Progress, Unusable, say_json


@click.group()
def access() -> None:
    """Who may see what, asked of every layer."""


@access.command()
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one line of JSON.")
@click.option("--plant", metavar="NAME", help="Take one rule, policy or guard away first; it must then show.")
@click.option("--list", "listed", is_flag=True, help="Name what can be planted.")
def matrix(as_json: bool, plant: str | None, listed: bool) -> None:
    """Ask three layers about every cell, in a throw-away database and the role of the staff process.

    Exit code 1 where they do not agree or one lets through what the policy refuses.
    """
    with prepared("staff"):
        set_up(say=False)
        from hawl.config.access_matrix.planting import faults, planted
        from hawl.config.access_matrix.running import Run

        known = faults()
        if listed:
            click.echo("\n".join(known))
            return
        if plant is not None and plant not in known:
            raise Unusable(f"There is nothing called {plant!r} to plant.", "`hawl access matrix --list` names them.")
        run = Run()
        found = run.ask_all()
        if plant is not None:
            found = planted(run, known[plant])
        if as_json:
            say_json(found.as_json())
        else:
            click.echo(
                f"{found.cells:,} cells ({found.roles} roles, {found.actions} actions, {found.objects} objects): "
                f"{found.mismatches} mismatches, {found.leaks} leaks."
            )
            for each in found.examples:
                click.echo(f"  {each}")
    sys.exit(1 if found.leaks or found.mismatches else 0)


@access.command()
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one line of JSON.")
@click.option("--only", metavar="TEXT", default="", help="Plant only faults with this in their name.")
def mutants(as_json: bool, only: str) -> None:
    """Plant every fault in turn; exit code 1 where the matrix does not see one of them."""
    with prepared("staff"):
        set_up(say=False)
        from hawl.config.access_matrix.planting import faults, planted
        from hawl.config.access_matrix.running import Run

        run = Run()
        clean = run.ask_all()
        if clean.leaks or clean.mismatches:
            raise Unusable("The layers do not agree before anything is planted.", "Run `hawl access matrix`.")
        wanted = [fault for name, fault in faults().items() if only in name]
        missed = []
        telling = Progress("faults planted", len(wanted))
        for number, fault in enumerate(wanted, 1):
            found = planted(run, fault)
            if not (found.leaks or found.mismatches):
                missed.append(fault.name)
            telling.at(number)
        after = run.ask_all()
    counts = {
        "planted": len(wanted), "caught": len(wanted) - len(missed), "missed": missed, "cells": clean.cells,
        "left_behind": after.leaks + after.mismatches,
    }  # fmt: skip
    if as_json:
        say_json(counts)
    else:
        click.echo(f"{counts['planted']} faults planted, {counts['caught']} caught. Missed: {missed or 'none'}.")
    sys.exit(1 if missed or counts["left_behind"] else 0)
