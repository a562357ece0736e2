"""`hawl partner`: the keys of other bodies' systems; and, for those bodies, making a key and sending a delivery."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from hawl.foundations import clock
from hawl.foundations.commands import Unusable, needs_database, say_json
from hawl.work.extracts.finding import sources_of
from hawl.work.partners import scopes, sending

_MOST_YEARS = 2


@click.group()
def partner() -> None:
    """Systems of other bodies that send by the API: their keys; a delivery sent."""


@partner.command("make-key")
@click.argument("file", type=click.Path(path_type=Path))
def make_key(file: Path) -> None:
    """Make a key pair for signing (Ed25519): the private half in FILE, the public one on the screen to hand over."""
    try:
        public = sending.make_key(file)
    except FileExistsError as fault:
        raise Unusable(f"{file} is there already.", "Name another file.") from fault
    except OSError as fault:
        raise Unusable(f"{file} cannot be written: {fault.strerror}.") from fault
    click.echo(base64.b64encode(public).decode())


@partner.command()
@click.argument("organisation")
@click.option("--public-key", required=True, help="As `hawl partner make-key` told it: 32 bytes in base64.")
@click.option("--scope", "wanted", multiple=True, required=True, help="extracts:SOURCE; may be given several times.")
@click.option(
    "--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The last day; at most two years ahead."
)
@needs_database
def add(organisation: str, public_key: str, wanted: tuple[str, ...], until: dt.datetime) -> None:
    """Believe requests signed with a key as those of ORGANISATION, by its key in the register; prints the key's id."""
    from hawl.foundations.access.actor import Actor
    from hawl.registers.organisations.queries import ids_by_key
    from hawl.work.partners.actions import KeyKnown, add_key

    known = scopes.known(sources_of())
    if unknown := sorted(set(wanted) - set(known)):
        raise Unusable(f"There is no scope {', '.join(unknown)}.", f"Those there are: {', '.join(known) or 'none'}.")
    last = until.date()
    today = clock.today()
    if not today <= last <= today.replace(year=today.year + _MOST_YEARS, day=min(today.day, 28)):
        raise Unusable("The key must hold from today for two years at most.", "Give another --until.")
    body = ids_by_key([organisation]).get(organisation)
    if body is None:
        raise Unusable(f"There is no organisation {organisation}.", "`hawl area export` lists them.")
    try:
        key = add_key(
            by=Actor(label="system:partners", machine=True), organisation_id=body, public_key=_bytes(public_key),
            scopes=wanted, until=last,
        )  # fmt: skip
    except KeyKnown as fault:
        raise Unusable("This key is held already.", "Each body and system makes a key of its own.") from fault
    click.echo(key.pk)


@partner.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
@needs_database
def list_(as_json: bool) -> None:
    """The keys, whose they are, what for, and until when."""
    from hawl.work.partners.queries import keys

    told: list[dict[str, Any]] = [
        {"id": key.pk, "organisation": key.organisation.key, "scopes": key.scopes, "until": key.until.isoformat(),
         "holds": key.holds(clock.today())}
        for key in keys()
    ]  # fmt: skip
    if as_json:
        say_json({"keys": told})
        return
    for each in told:
        state = "" if each["holds"] else "  (no longer believed)"
        click.echo(f"{each['id']}  {each['organisation']}  {' '.join(each['scopes'])}  to {each['until']}{state}")
    if not told:
        click.echo("There is no key.")


@partner.command()
@click.argument("key_id")
@needs_database
def end(key_id: str) -> None:
    """Believe nothing any more that is signed with KEY_ID, from this moment."""
    from hawl.foundations.access.actor import Actor
    from hawl.work.partners.actions import NoSuchKey, end_key

    try:
        end_key(by=Actor(label="system:partners", machine=True), key_id=key_id)
    except NoSuchKey as fault:
        raise Unusable(f"There is no key {key_id} that is believed.", "`hawl partner list` shows them.") from fault
    click.echo(f"{key_id} is no longer believed.")


@partner.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--to", "address", required=True, metavar="ADDRESS", help="Where the API is, such as https://…")
@click.option("--source", required=True, help="Whose mapping reads it.")
@click.option("--key", "key_file", required=True, type=click.Path(path_type=Path), help="The private half.")
@click.option("--key-id", required=True, help="The key's id, as the area told it.")
@click.option("--check", is_flag=True, help="Have it read only; nothing is kept.")
def send(file: Path, address: str, source: str, key_file: Path, key_id: str, check: bool) -> None:
    """For other bodies: sign FILE and send it as a delivery; the same file again is the same delivery."""
    _tell(
        address,
        lambda: sending.send(file, address=address, source=source, signer=_signer(key_id, key_file), check=check),
    )


@partner.command()
@click.argument("delivery")
@click.option("--to", "address", required=True, metavar="ADDRESS", help="Where the API is, such as https://…")
@click.option("--key", "key_file", required=True, type=click.Path(path_type=Path), help="The private half.")
@click.option("--key-id", required=True, help="The key's id, as the area told it.")
def ask(delivery: str, address: str, key_file: Path, key_id: str) -> None:
    """For other bodies: what became of a DELIVERY, by the `address` that the answer to it gave (/v1/…)."""
    if not delivery.startswith("/"):
        raise Unusable(f"{delivery} is no delivery's address.", "Give the `address` of the answer: /v1/extracts/…")
    _tell(address, lambda: sending.ask(address, delivery=delivery, signer=_signer(key_id, key_file)))


def _signer(key_id: str, key_file: Path) -> sending.Signer:
    return sending.Signer(key_id, sending.read_key(key_file))


def _tell(address: str, act: Callable[[], tuple[int, dict[str, Any]]]) -> None:
    """Print the answer, or say in one sentence why there is none."""
    try:
        status, answer = act()
    except OSError as fault:
        raise Unusable(f"{fault.filename or address}: {fault.strerror or 'cannot be reached'}.") from fault
    except ValueError as fault:
        raise Unusable(str(fault)) from fault
    say_json(answer)
    if status >= 300:
        raise Unusable(str(answer.get("title", f"The answer was {status}.")), str(answer.get("mend", "")))


def _bytes(text: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except ValueError:
        found = b""
    if len(found) != 32:
        raise Unusable("The public key is not 32 bytes in base64.", "`hawl partner make-key FILE` prints one.")
    return found
