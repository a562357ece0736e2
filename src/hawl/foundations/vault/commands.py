"""`hawl keys …`: changing, renewing, escrowing and recovering the keys."""

from __future__ import annotations

from pathlib import Path

import click

from hawl.foundations.access.actor import Actor
from hawl.foundations.commands import Progress, Unusable, needs_database, say_json

_OPERATOR = Actor(label="operator:command-line", machine=True)
_json = click.option("--json", "as_json", is_flag=True, help="Print the result as one line of JSON.")


@click.group()
def keys() -> None:
    """The keys under which all that is held of people is sealed."""


@keys.command()
@_json
@needs_database
def rotate(as_json: bool) -> None:
    """Change the wrapping key: each person's key is wrapped anew, values stay. Cut off, call it again."""
    from hawl.foundations.vault import actions

    number, done = actions.rotate(by=_OPERATOR, progress=Progress("Keys").at)
    if as_json:
        say_json({"wrapping_key": number, "keys": done})
    else:
        click.echo(f"{done} keys lie under wrapping key {number}. Now: hawl keys escrow, then hawl keys retire.")


@keys.command()
@_json
@needs_database
def renew(as_json: bool) -> None:
    """Give each person a new key and seal all that is held of them under it. Cut off, call it again."""
    from hawl.foundations.vault import actions

    done, failed = actions.renew(by=_OPERATOR, progress=Progress("People").at)
    if as_json:
        say_json({"people": done, "unreadable": failed})
    else:
        click.echo(f"{done} people have new keys. {failed} values did not open and stay as they are.")


@keys.command()
@_json
@needs_database
def status(as_json: bool) -> None:
    """Which keys are in use and what lies under each."""
    from hawl.foundations.access.scope import acting_as
    from hawl.foundations.vault.escrow import is_escrowed
    from hawl.foundations.vault.queries import standing

    with acting_as(_OPERATOR):
        told = {**standing().as_dict(), "escrowed": is_escrowed()}
    if as_json:
        say_json({**told, "under": {str(number): count for number, count in told["under"].items()}})
        return
    for name, value in told.items():
        click.echo(f"{name.replace('_', ' ')}: {value}")


@keys.command()
@click.argument("number", type=int)
@needs_database
def retire(number: int) -> None:
    """Destroy key NUMBER of the key file. Refused while anything lies under it."""
    from hawl.foundations.vault import actions

    try:
        actions.retire(by=_OPERATOR, number=number)
    except actions.StillNeeded as needed:
        raise Unusable(str(needed)) from needed
    click.echo(f"Key {number} is gone. Backups made before can be opened with an escrow of that time alone.")


@keys.command()
@click.option("--shares", type=click.IntRange(2, 16), default=3, show_default=True)
@click.option("--needed", type=click.IntRange(2, 16), default=2, show_default=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
def escrow(shares: int, needed: int, out: Path) -> None:
    """Write all keys in SHARES files, any NEEDED of which bring them back. Give the files to different people.

    In them: the vault's key file, the safety journal's, and the public halves of the audit's seals.
    """
    from hawl.foundations.vault.escrow import write_shares
    from hawl.foundations.vault.keys import key_ring

    if needed > shares:
        raise Unusable("More shares are needed than written.", "Make --needed at most --shares.")
    key_ring()
    for path in write_shares(out, shares=shares, needed=needed):
        click.echo(str(path))


@keys.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
def recover(files: tuple[Path, ...]) -> None:
    """Put lost keys back from the shares in FILES."""
    from hawl.foundations.vault.escrow import CannotRecover
    from hawl.foundations.vault.escrow import recover as put_back

    try:
        written = put_back(list(files))
    except CannotRecover as reason:
        raise Unusable(str(reason)) from reason
    click.echo(f"Back are: {', '.join(map(str, written))}. Run hawl doctor.")
