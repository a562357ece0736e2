"""Keys changed, renewed and destroyed; a key of its own for what tells where a person is."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.journal.actions import note
from hawl.foundations.vault import hand
from hawl.foundations.vault.keys import add_key, drop_key, key_ring
from hawl.foundations.vault.models import DataKey, KeyWork
from hawl.foundations.vault.owners import OWN, owner_table
from hawl.foundations.vault.queries import needed_keys
from hawl.foundations.vault.resealing import Keys, reseal_people, reseal_under_key_file
from hawl.foundations.vault.sealing import KeyGone, new_key, unwrap, wrap


class NoKey(ValueError):
    """A person without a key of their own: what release 0.1.0 stored, until `hawl keys renew`."""


@transaction.atomic
def destroy_key(*, by: Actor, person_id: uuid.UUID, marks: Collection[str] | None = None) -> bool:
    """Make all that is sealed of a person unreadable for ever, from the next request on in every process.

    Gives False where they had no key any more. Only the jobs process may (`rules.sql`). The journal keeps that it
    was done, so that a restore does it again, with the `marks` that the caller gives. Whatever else there is of the
    person is the caller's to take away (`work/erasing`).
    """
    with acting_as(by):
        key_id = _key_id(person_id)
        hand.lock_for_renewing()
        gone, _ = DataKey.objects.filter(Q(id=key_id) | Q(beside=key_id)).delete()
        hand.forget(key_id)
        record(action="person.erased", object_kind="person", object_id=str(person_id), grave=True, keys=gone)
        told = {} if marks is None else {"marks": list(marks)}
        note(kind="erased", subject=person_id, facts={"key": str(key_id), **told})
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
        # Rows that who acts does not see may still lie under it: it is handed to all until the next renewal.
        DataKey.objects.filter(beside=key_id).update(named_users=None)
        hand.forget(key_id)
        record(action="person.location_opened", object_kind="person", object_id=str(person_id))
    return sealed


_WRAPPED_AT_ONCE = 500
_PEOPLE_AT_ONCE = 100
Progress = Callable[[int], None]


class StillNeeded(ValueError):
    """A key that something stored still lies under, or that is in use, is not taken away."""


def rotate(*, by: Actor, progress: Progress = lambda done: None) -> tuple[int, int]:
    """Put a new wrapping key into the key file and wrap every person's key with it; values stay as they are.

    Gives its number and how many keys were wrapped. Cut off, the next call goes on with the same wrapping key.
    """
    with acting_as(by):
        unfinished = DataKey.objects.exclude(kek=key_ring().kek).exists()
        if not unfinished:
            record(action="keys.rotation_started", object_kind="wrapping_key", object_id=str(add_key("wrapping")))
    done = 0
    while more := _wrap_some(by):
        done += more
        progress(done)
    with acting_as(by):
        number = key_ring().kek
        record(action="keys.rotated", object_kind="wrapping_key", object_id=str(number), keys=done)
    return number, done


def _wrap_some(by: Actor) -> int:
    with acting_as(by):
        ring = key_ring()
        rows = list(DataKey.objects.select_for_update().exclude(kek=ring.kek).order_by("pk")[:_WRAPPED_AT_ONCE])
        for row in rows:
            row.wrapped, row.kek = wrap(unwrap(bytes(row.wrapped), row.pk, row.kek, ring), row.pk, ring)
        DataKey.objects.bulk_update(rows, ["wrapped", "kek"])
    return len(rows)


def renew(*, by: Actor, progress: Progress = lambda done: None) -> tuple[int, int]:
    """Give every person a new key and seal all that is held of them under it; what release 0.1.0 stored as well.

    Gives how many people, and how many of their values did not open (they stay as they are). Cut off, the next call
    goes on where the last commit was. What is no person's goes under a new key of the key file.
    """
    with acting_as(by):
        work = KeyWork.objects.filter(finished_at=None).first()
        if work is None:
            number = add_key("data")
            work = KeyWork.objects.create()
            record(action="keys.renewal_started", object_kind="data_key", object_id=str(number))
    failed, last = 0, uuid.UUID(int=0)
    while True:
        people, wrong = _renew_some(by, work, last)
        failed += wrong
        progress(work.done)
        if not people:
            break
        last = people[-1]
    with acting_as(by):
        failed += reseal_under_key_file()
        work.finished_at = work.moved_at = timezone.now()
        work.save(update_fields=["finished_at", "moved_at"])
        record(action="keys.renewed", people=work.done, unreadable=failed)
    return work.done, failed


def _renew_some(by: Actor, work: KeyWork, after: uuid.UUID) -> tuple[list[uuid.UUID], int]:
    """Some people in one transaction, with nobody writing meanwhile: new keys, values sealed, old keys destroyed."""
    with acting_as(by):
        hand.lock_for_renewing()
        table = owner_table()
        older = DataKey.objects.filter(pk=OuterRef(OWN), created_at__lt=work.started_at)
        waiting = table._base_manager.filter(Q(**{OWN: None}) | Exists(older), pk__gt=after).order_by("pk")
        before = dict(waiting.values_list("pk", OWN)[:_PEOPLE_AT_ONCE])
        if not before:
            return [], 0
        old = [key for key in before.values() if key]
        kept = DataKey.objects.filter(beside__in=old, named_users__isnull=False)
        named = dict(kept.values_list("beside", "named_users"))
        fresh, rows = {person: _new_keys(named.get(key) if key else None) for person, key in before.items()}, []
        for _, made in fresh.values():
            rows += made
        DataKey.objects.bulk_create(rows)
        keys = {person: made for person, (made, _) in fresh.items()}
        _, failed = reseal_people(keys)
        _point_to(table, keys)
        DataKey.objects.filter(Q(pk__in=old) | Q(beside__in=old)).delete()
        work.done, work.moved_at = work.done + len(before), timezone.now()
        work.save(update_fields=["done", "moved_at"])
        record(action="keys.people_renewed", people=len(before), unreadable=failed)
    return list(before), failed


def _new_keys(named_users: list[int] | None) -> tuple[Keys, list[DataKey]]:
    key, wrapped, kek = new_key()
    rows = [DataKey(id=key.id, wrapped=wrapped, kek=kek)]
    if named_users is None:
        return Keys(key), rows
    location, wrapped, kek = new_key()
    rows.append(DataKey(id=location.id, wrapped=wrapped, kek=kek, named_users=named_users, beside=key.id))
    return Keys(key, location), rows


def _point_to(table: Any, keys: dict[uuid.UUID, Keys]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{table._meta.db_table}" t SET "{OWN}" = n.key'  # noqa: S608 - the name of our own table
            " FROM unnest(%s::uuid[], %s::uuid[]) AS n (id, key) WHERE t.id = n.id",
            [list(keys), [each.key.id for each in keys.values()]],
        )


def retire(*, by: Actor, number: int) -> None:
    """Take a key out of the key file for good. Raises `StillNeeded` while anything lies under it or it is in use."""
    with acting_as(by):
        ring = key_ring()
        if number in (ring.kek, ring.current):
            raise StillNeeded(f"Key {number} is in use: change it first with `hawl keys rotate` or `hawl keys renew`.")
        if number not in {*ring.wrapping, *ring.ciphers}:
            raise StillNeeded(f"There is no key {number} in the key file.")
        hand.lock_for_renewing()
        if needed := needed_keys().get(number):
            raise StillNeeded(f"{needed} values or keys lie under key {number}: run `hawl keys rotate` and `renew`.")
        record(action="keys.retired", object_kind="key", object_id=str(number))
        drop_key(number)


def _key_id(person_id: uuid.UUID) -> uuid.UUID:
    found: uuid.UUID | None = (
        owner_table()._base_manager.filter(pk=person_id).values_list("data_key", flat=True).first()
    )
    if found is None:
        raise NoKey("This person has no key of their own yet: run `hawl keys renew`.")
    return found
