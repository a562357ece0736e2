"""Destroying a person's key, and giving what tells where they are a key of its own."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.journal.actions import note
from hawl.foundations.vault import hand
from hawl.foundations.vault.models import DataKey
from hawl.foundations.vault.owners import owner_table
from hawl.foundations.vault.resealing import Keys, reseal_people
from hawl.foundations.vault.sealing import KeyGone, new_key


class NoKey(ValueError):
    """A person without a key of their own: what release 0.1.0 stored, until `hawl keys renew`."""


@transaction.atomic
def destroy_key(*, by: Actor, person_id: uuid.UUID) -> bool:
    """Make all that is sealed of a person unreadable for ever, from the next request on in every process.

    Gives False where they had no key any more. Only the jobs process may (`rules.sql`). The journal keeps that it
    was done, so that a restore does it again. Tokens by which they are found are the caller's to take away.
    """
    with acting_as(by):
        key_id = _key_id(person_id)
        hand.lock_for_renewing()
        gone, _ = DataKey.objects.filter(Q(id=key_id) | Q(beside=key_id)).delete()
        hand.forget(key_id)
        record(action="person.erased", object_kind="person", object_id=str(person_id), keys=gone)
        note(kind="erased", subject=person_id, facts={"key": str(key_id)})
    return gone > 0


@transaction.atomic
def reseal_location(*, by: Actor, person_id: uuid.UUID, named_users: Collection[int]) -> int:
    """Bring what tells where a person is under a key that only `named_users` are handed; gives the values sealed.

    Once there, the users are changed in place, which only one of them may. What `by` does not see of the person stays
    as it is until the key is renewed.
    """
    named = sorted(set(named_users))
    with acting_as(by):
        hand.lock_for_writing()
        key_id = _key_id(person_id)
        if DataKey.objects.filter(beside=key_id).update(named_users=named):
            sealed = 0
        else:
            location, wrapped, kek = new_key()
            kept = DataKey(id=location.id, wrapped=wrapped, kek=kek, named_users=named, beside=key_id)
            DataKey.objects.bulk_create([kept])
            sealed, _ = reseal_people({person_id: Keys(hand.key_of(key_id.bytes), location)}, classes=("C5",))
        hand.forget(key_id)
        record(action="person.location_sealed", object_kind="person", object_id=str(person_id), users=named)
    return sealed


@transaction.atomic
def open_location(*, by: Actor, person_id: uuid.UUID) -> int:
    """Bring what tells where a person is back under the person's own key; gives the values sealed.

    Only one to whom the location key is handed may, since nobody else can open what lies under it: `KeyGone`.
    """
    with acting_as(by):
        hand.lock_for_writing()
        key_id = _key_id(person_id)
        sealed, failed = reseal_people({person_id: Keys(hand.key_of(key_id.bytes))}, classes=("C5",))
        if failed:
            raise KeyGone("What tells where this person is cannot be opened by who asks.")
        DataKey.objects.filter(beside=key_id).delete()
        hand.forget(key_id)
        record(action="person.location_opened", object_kind="person", object_id=str(person_id))
    return sealed


def _key_id(person_id: uuid.UUID) -> uuid.UUID:
    found: uuid.UUID | None = (
        owner_table()._base_manager.filter(pk=person_id).values_list("data_key", flat=True).first()
    )
    if found is None:
        raise NoKey("This person has no key of their own yet: run `hawl keys renew`.")
    return found
