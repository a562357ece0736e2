"""`hawl account …`: the accounts of people who sign in."""

from __future__ import annotations

import secrets
import sys

import click

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.commands import Unusable, needs_database, say_json


@click.group()
def account() -> None:
    """Accounts of people who sign in to the staff site."""


@account.command()
@click.argument("email")
@click.option("--name", required=True, help="How the person is called on the pages.")
@click.option("--organisation", required=True, metavar="KEY", help="Key of their organisation (hawl account places).")
@click.option("--role", "roles", required=True, multiple=True, type=click.Choice([r.value for r in Role]))
@click.option("--language", type=click.Choice(["en", "cy"]), default="en", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one line of JSON.")
@needs_database
def put(email: str, name: str, organisation: str, roles: tuple[str, ...], language: str, as_json: bool) -> None:
    """Make the account of EMAIL, or bring it to what is given, with a fresh password.

    At a terminal the password is asked for; elsewhere one is made and printed once.
    """
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from hawl.foundations.identity.actions import put_account
    from hawl.foundations.identity.queries import organisation_id_of

    try:
        validate_email(email)
    except ValidationError as wrong:
        raise Unusable(f"{email!r} is not an e-mail address.") from wrong
    organisation_id = organisation_id_of(organisation)
    if organisation_id is None:
        raise Unusable(f"There is no organisation {organisation!r}.", "`hawl account places` lists their keys.")
    asked = sys.stdin.isatty() and not as_json
    password = (
        click.prompt("Password", hide_input=True, confirmation_prompt=True) if asked else secrets.token_urlsafe(12)
    )
    if len(password) < 12:
        raise Unusable("The password is too short.", "Use at least 12 characters.")
    put_account(
        by=Actor(label="operator:command-line"),
        email=email.lower(),
        display_name=name,
        roles=frozenset(Role(each) for each in roles),
        organisation_id=organisation_id,
        password=password,
        language=language,
    )
    if as_json:
        say_json({"email": email.lower(), "organisation": organisation, "roles": sorted(roles), "password": password})
    else:
        click.echo(f"{email.lower()} can sign in." + ("" if asked else f" The password, shown once: {password}"))


@account.command()
@needs_database
def places() -> None:
    """List the keys of the organisations at which people can have accounts."""
    from hawl.foundations.identity.queries import organisation_keys

    for key in organisation_keys():
        click.echo(key)
