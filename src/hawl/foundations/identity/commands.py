"""`hawl account …`: the accounts of people who sign in."""

from __future__ import annotations

import getpass
import os
import secrets
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.commands import Unusable, needs_database, say_json

if TYPE_CHECKING:
    from hawl.foundations.identity.actions import Asked


@click.group()
def account() -> None:
    """Accounts of people who sign in to the staff site."""


@account.command()
@click.argument("email")
@click.option("--name", required=True, help="How the person is called on the pages.")
@click.option("--organisation", required=True, metavar="KEY", help="Key of their organisation (hawl account places).")
@click.option("--role", "roles", required=True, multiple=True, type=click.Choice([r.value for r in Role]))
@click.option("--vetting-until", type=click.DateTime(["%Y-%m-%d"]), help="Last day on which their vetting holds.")
@click.option("--training-until", type=click.DateTime(["%Y-%m-%d"]),
              help="Last day on which their training in handling information holds.")  # fmt: skip
@click.option("--employer", metavar="KEY", help="Who pays them, where it is another organisation.")
@click.option("--language", type=click.Choice(["en", "cy"]), default="en", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one line of JSON.")
@needs_database
def put(
    email: str,
    name: str,
    organisation: str,
    roles: tuple[str, ...],
    vetting_until: datetime | None,
    training_until: datetime | None,
    employer: str | None,
    language: str,
    as_json: bool,
) -> None:
    """Make the account of EMAIL, or bring it to what is given, with a fresh password; open sessions of it end.

    At a terminal the password is asked for; elsewhere one is made and printed once. A role that sees people needs the
    last day of vetting and the last day of training. With such a role, or as a steward, the account waits, as it is,
    until a steward or a specialist lead says yes on the staff site. At the first sign-in the person sets up a second
    factor.
    """
    from hawl.foundations.identity.actions import NotCleared, NotPermitted, ask_account

    _refuse_no_address(email)
    organisation_id = _organisation(organisation)
    employer_id = _organisation(employer) if employer else None
    asked = sys.stdin.isatty() and not as_json
    password = _password(asked)
    try:
        found = ask_account(
            by=_operator(),
            email=email.lower(),
            display_name=name,
            roles=frozenset(Role(each) for each in roles),
            organisation_id=organisation_id,
            employer_id=employer_id,
            password=password,
            vetting_until=vetting_until.date() if vetting_until else None,
            training_until=training_until.date() if training_until else None,
            language=language,
        )
    except NotCleared as refused:
        raise Unusable(str(refused), "Give --vetting-until DATE and --training-until DATE.") from None
    except NotPermitted as refused:
        raise Unusable(str(refused), "`hawl account list` shows the accounts.") from None
    told = {"email": email.lower(), "organisation": organisation, "roles": sorted(roles), "password": password}
    if as_json:
        say_json({**told, "unapproved": found.unapproved, "anew": found.anew, "waits": found.waits is not None})
        return
    _say_put(found, email.lower())
    if not asked:
        click.echo(f"The password, shown once: {password}")


def _say_put(found: Asked, email: str) -> None:
    if found.waits is not None:
        if found.ended:
            click.echo(f"{email} was ended: the yes of somebody else opens it again.")
        _say_waits(email)
        return
    click.echo(f"{email} can sign in.")
    if found.anew:
        _say_anew(
            "NOBODY ELSE APPROVED THIS ACCOUNT: none of those who could say yes can sign in, so it begins anew alone."
        )
    elif found.unapproved:
        click.secho(
            "NOBODY ELSE APPROVED THIS ACCOUNT: no steward or specialist lead is there yet, so it begins alone.\n"
            "It can approve all others. The audit keeps this among the gravest acts.",
            fg="yellow",
            err=True,
        )


def _refuse_no_address(email: str) -> None:
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    try:
        validate_email(email)
    except ValidationError as wrong:
        raise Unusable(f"{email!r} is not an e-mail address.") from wrong


def _password(asked: bool) -> str:
    found = click.prompt("Password", hide_input=True, confirmation_prompt=True) if asked else secrets.token_urlsafe(12)
    if len(found) < 12:
        raise Unusable("The password is too short.", "Use at least 12 characters.")
    return str(found)


def _say_anew(what: str) -> None:
    """Loudly: what was done with nobody's yes, and who hears of it."""
    click.secho(
        f"{what}\nEverybody is told of it when they next sign in. The audit keeps this among the gravest acts.",
        fg="yellow",
        err=True,
    )


def _say_waits(email: str) -> None:
    """What was asked for takes effect when somebody else says yes; names whom to ask."""
    from hawl.foundations.identity.models import same_address
    from hawl.foundations.identity.queries import WAITS_FOR, approvers

    click.echo(f"{email} waits: nothing changes until somebody else says yes, within {WAITS_FOR.days} days.")
    able = [each.email for each in approvers() if not same_address(each.email, email)]
    if able:
        click.echo(f"On the staff site, at /accounts/, one of these can: {', '.join(able)}.")
    else:
        click.echo("Nobody can yet: make a steward with `hawl account put` first.")


def _organisation(key: str) -> int:
    from hawl.foundations.identity.queries import organisation_id_of

    found = organisation_id_of(key)
    if found is None:
        raise Unusable(f"There is no organisation {key!r}.", "`hawl account places` lists their keys.")
    return found


def _operator() -> Actor:
    """Who gives the command, by the name under which they are signed in to this machine."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        name = str(os.getuid())
    return Actor(label=f"operator:{name[:60]}")


@account.command()
@click.argument("email")
@needs_database
def end(email: str) -> None:
    """End the account of EMAIL: every session of it is refused at its next request. What it did stays recorded."""
    from hawl.foundations.identity.actions import NotPermitted, end_account
    from hawl.foundations.identity.models import User

    try:
        end_account(by=_operator(), email=email)
    except User.DoesNotExist:
        raise Unusable(f"There is no account {email}.", "`hawl account list` lists them.") from None
    except NotPermitted as refused:
        raise Unusable(str(refused)) from None
    click.echo(f"{email.lower()} is ended. Nobody signs in with it.")


@account.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the accounts as one line of JSON.")
@needs_database
def list_accounts(as_json: bool) -> None:
    """List all accounts: roles, the dates to which vetting and training hold, the second factor. No password."""
    from hawl.foundations.identity.factors import has_factor
    from hawl.foundations.identity.queries import all_accounts, key_of_organisation

    rows: list[dict[str, Any]] = [
        {
            "email": user.email,
            "name": user.display_name,
            "active": user.is_active,
            "organisation": key_of_organisation(user.organisation_id),
            "employer": key_of_organisation(user.employer_id),
            "roles": user.roles,
            "vetting_until": user.vetting_until and user.vetting_until.isoformat(),
            "training_until": user.training_until and user.training_until.isoformat(),
            "second_factor": has_factor(user.pk),
            "demo": user.is_demo,
        }
        for user in all_accounts()
    ]
    if as_json:
        say_json({"accounts": rows})
        return
    for row in rows:
        state = "" if row["active"] else "  ended"
        until = f"vetting to {row['vetting_until'] or '-'}, training to {row['training_until'] or '-'}"
        click.echo(f"{row['email']:<36} {row['organisation'] or '-':<24} {' '.join(row['roles'])}  {until}{state}")


@account.command("reset-factor")
@click.argument("email")
@needs_database
def reset_factor(email: str) -> None:
    """Ask that EMAIL may set up a new second factor: 24 hours after a steward or specialist lead says yes.

    Whoever says yes asks the person first. Their pages tell them, and they can stop it. Where EMAIL is the only account
    that could say yes and can sign in, the 24 hours begin at once, and everybody is told of it.
    """
    from hawl.foundations.identity.actions import ask_reset
    from hawl.foundations.identity.models import User

    try:
        asked = ask_reset(by=_operator(), email=email)
    except User.DoesNotExist:
        raise Unusable(f"There is no account {email} in force.", "`hawl account list` lists them.") from None
    if asked.agreed:
        click.echo(f"{asked.email} sets up a new second factor at the first sign-in after 24 hours.")
        _say_anew("NOBODY ELSE APPROVED THIS: nobody besides could say yes and can sign in.")
        return
    _say_waits(asked.email)


@account.command()
@needs_database
def places() -> None:
    """List the keys of the organisations at which people can have accounts."""
    from hawl.foundations.identity.queries import organisation_keys

    for key in organisation_keys():
        click.echo(key)
