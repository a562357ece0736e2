"""Making and changing the accounts of people who sign in."""

from __future__ import annotations

from django.db import transaction

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.identity.models import User


@transaction.atomic
def put_account(
    *,
    by: Actor,
    email: str,
    display_name: str,
    roles: frozenset[Role],
    organisation_id: int | None,
    password: str,
    language: str = "en",
    is_demo: bool = False,
) -> User:
    """Make the account of `email`, or bring the existing one to what is given."""
    with acting_as(by):
        user = User.objects.filter(email__iexact=email).first() or User(email=email)
        user.display_name = display_name
        user.roles = sorted(role.value for role in roles)
        user.organisation_id = organisation_id
        user.language = language
        user.is_demo = is_demo
        user.set_password(password)
        user.save()
        record(action="account.put", object_kind="user", object_id=str(user.pk), roles=user.roles)
    return user
