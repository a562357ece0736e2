"""What is recorded of giving a password; no typed address is."""

from __future__ import annotations

from django.db import transaction

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record


@transaction.atomic
def password_was_given(*, by: Actor, user_id: int) -> None:
    """The right password: the second factor is asked for next."""
    with acting_as(by):
        record(action="session.password_given", object_kind="user", object_id=str(user_id))


@transaction.atomic
def password_was_refused(*, by: Actor, why: str) -> None:
    """A wrong password or an unknown address, which are recorded alike; or a provider that vouched for nobody."""
    with acting_as(by):
        record(action="session.sign_in_failed", object_kind="user", why=why)


@transaction.atomic
def provider_vouched(*, by: Actor, user_id: int, with_factor: bool) -> None:
    """The OpenID Connect provider says who it is, and whether it saw a second factor that counts here."""
    with acting_as(by):
        record(action="session.provider_vouched", object_kind="user", object_id=str(user_id), factor=with_factor)
