"""`hawl prepare`, `serve`, `doctor`, `upgrade`."""

from __future__ import annotations

import click

from hawl.foundations.commands import Unusable, needs_database, say_json


@click.command()
def prepare() -> None:
    """Make or bring up to date this installation's folder, keys, database roles, tables and area."""
    from hawl.config.prepare import prepare as make_ready
    from hawl.foundations.database.home import home

    make_ready(say=True)
    click.echo(f"Ready in {home()}.")


@click.command()
@click.argument("process", required=False, type=click.Choice(["staff", "public", "partner", "jobs", "sealer"]))
@click.option("--staff-port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--public-port", type=click.IntRange(1, 65535), default=8001, show_default=True)
@click.option("--partner-port", type=click.IntRange(1, 65535), default=8002, show_default=True)
@needs_database
def serve(process: str | None, staff_port: int, public_port: int, partner_port: int) -> None:
    """Start all processes, or one PROCESS alone (one such command for each systemd unit)."""
    from hawl.config.serving import serve as start

    start(staff_port=staff_port, public_port=public_port, partner_port=partner_port, only=process)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one line of JSON.")
def doctor(as_json: bool) -> None:
    """Say in plain words what is wrong with this installation and how to mend it."""
    from hawl.config.doctor import examine

    findings = examine()
    wrong = [each for each in findings if not each.well and not each.warning]
    if as_json:
        say_json({"well": not wrong, "findings": [each.as_dict() for each in findings]})
    else:
        for each in findings:
            mark = "ok   " if each.well else "look " if each.warning else "WRONG"
            click.echo(f"{mark}  {each.what}")
            if not each.well:
                click.echo(f"       {each.mend}")
    if wrong:
        click.get_current_context().exit(2)


@click.command()
def upgrade() -> None:
    """Bring the database of an earlier release to this one; harmless when there is nothing to do."""
    from hawl.config.prepare import is_prepared
    from hawl.config.prepare import prepare as make_ready

    if is_prepared():
        click.echo("Nothing to do: this installation is of this release.")
        return
    make_ready(say=True)
    if not is_prepared():  # pragma: no cover - prepare raises before this can be
        raise Unusable("The upgrade did not finish.", "Run `hawl doctor`.")
    click.echo("Upgraded.")
