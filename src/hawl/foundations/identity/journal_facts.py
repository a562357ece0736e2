"""What the safety journal is told of an account: its id, a keyed digest of its address, codes and days."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from hawl.foundations.identity.models import User
from hawl.foundations.journal.actions import note
from hawl.foundations.vault.sealing import blind_index

# The journal names its subjects by UUID; accounts have numbers.
_ACCOUNTS = UUID("5d0a8b64-55c1-4c3b-9a34-0d7c4a5f9a11")


def subject_of(account: int) -> UUID:
    """By which the journal names an account."""
    return uuid5(_ACCOUNTS, str(account))


def digest_of(email: str) -> str:
    """A keyed digest of an address: the number of a lost account may be another's in a copy."""
    return f"e{blind_index('identity.journal', email.casefold()).hex()}"


def note_account(kind: str, user: User, **facts: Any) -> None:
    """Note what was decided about an account, in the transaction in which it takes effect."""
    note(kind=kind, subject=subject_of(user.pk), facts={"account": user.pk, "email": digest_of(user.email), **facts})
