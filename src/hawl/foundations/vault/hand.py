"""The keys that the current transaction holds.

Ids of keys are noted while rows are read; the first opening loads every noted key in one statement, so that fifty
rows cost no more statements than one. Nothing outlives the transaction: a key that was destroyed opens nothing at
the next request, in whichever process.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from operator import attrgetter
from threading import local
from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F
from django.db.models.expressions import RawSQL
from django.utils import timezone

from hawl.foundations.vault.keys import key_ring
from hawl.foundations.vault.models import DataKey, KeyWork
from hawl.foundations.vault.owners import OWN, owner_table, path_to_key
from hawl.foundations.vault.sealing import Key, KeyGone, new_key, unwrapped

# A long reading lets go of all keys it holds, or of the oldest ids it noted, beyond this.
MOST_HELD = 5_000
Row = TypeVar("Row", bound=models.Model)
# For so long after a renewal moved on, a page may still hold values under keys that were replaced meanwhile.
_RENEWING = timedelta(minutes=10)
_LOCK = "hawl.keys"
_KEYS = "SELECT id, wrapped, kek FROM vault_datakey WHERE id = ANY(%s::uuid[])"
# The same of one row's key, in the statement that reads the row: the number of the wrapping key before the wrapped one.
_ALONG = "(SELECT int4send(k.kek) || k.wrapped FROM vault_datakey k WHERE k.id = {table}.{column})"


class _Mark:
    """Stands while what was done when it was made has not been rolled back: Django forgets it with its savepoint."""

    def __init__(self) -> None:
        transaction.on_commit(self._nothing)
        self._place = len(connection.run_on_commit) - 1

    def _nothing(self) -> None:
        return

    def stands(self) -> bool:
        waiting = connection.run_on_commit
        return self._place < len(waiting) and waiting[self._place][1] == self._nothing


class _Hand:
    """Keys by their ids (None: looked for and not there), ids noted and not looked for yet."""

    def __init__(self, ours: BaseDatabaseWrapper) -> None:
        self.ours = ours
        self.let_go()

    def let_go(self) -> None:
        """At the end of the transaction, and before the first."""
        self.keys: dict[bytes, Key | None] = {}
        self.noted: dict[bytes, None] = {}
        # Location keys that stand beside a person's key, looked for before.
        self.beside: dict[uuid.UUID, uuid.UUID | None] = {}
        # Keys made in this transaction, and its lock, while no savepoint took them back.
        self.fresh: dict[bytes, _Mark] = {}
        self.locked: _Mark | None = None
        self.renewing: bool | None = None
        # While rows are read whose keys come along with them, nothing is noted.
        self.coming = False
        self.place = -1


_thread = local()


def _hand() -> _Hand | None:
    """The hand of this transaction; None outside one, where nothing is held.

    Django forgets what is to be done on commit when a transaction is rolled back: where our own letting go is not
    there any more, the transaction in which we took the keys is over.
    """
    hand: _Hand | None = getattr(_thread, "hand", None)
    # A thread keeps its connection, and asking Django for it at each of a page's values costs more than opening one.
    ours = connections[DEFAULT_DB_ALIAS] if hand is None else hand.ours
    if not ours.in_atomic_block:
        return None
    if hand is None:
        hand = _thread.hand = _Hand(ours)
    waiting = ours.run_on_commit
    if not (0 <= hand.place < len(waiting) and waiting[hand.place][1] == hand.let_go):
        hand.let_go()
        transaction.on_commit(hand.let_go)
        hand.place = len(ours.run_on_commit) - 1
    return hand


def note(key_id: bytes | None) -> None:
    """A value under this key was read: it may be opened in this transaction."""
    last: _Hand | None = getattr(_thread, "hand", None)
    # Most rows hold several values. Were this the hand of a transaction that is over, the opening would find it out.
    if last is not None and (last.coming or key_id in last.noted or key_id in last.keys):
        return
    if key_id is None or (hand := _hand()) is None or key_id in hand.keys:
        return
    if len(hand.noted) >= MOST_HELD:
        del hand.noted[next(iter(hand.noted))]
    hand.noted[key_id] = None


def key_of(key_id: bytes) -> Key:
    """The key of a value; `KeyGone` where it is not there or not handed to who asks."""
    hand = _hand()
    if hand is None:
        found = _load([key_id])
    else:
        if key_id in hand.fresh and not hand.fresh[key_id].stands():
            hand.keys.pop(key_id, None)
            del hand.fresh[key_id]
        if key_id not in hand.keys:
            if len(hand.keys) + len(hand.noted) > MOST_HELD:
                hand.keys.clear()
            wanted = [*hand.noted, key_id]
            hand.noted.clear()
            hand.keys.update(dict.fromkeys(wanted))
            hand.keys.update(_load(wanted))
        found = hand.keys
    key = found.get(key_id)
    if key is None:
        raise KeyGone("The key of this value is not there: erased, or not for who asks.")
    return key


def forget(key_id: uuid.UUID) -> None:
    """A key that was just destroyed or replaced opens nothing any more in this transaction either."""
    if (hand := _hand()) is not None:
        hand.keys.pop(key_id.bytes, None)
        hand.beside.clear()


def hold(key: Key) -> None:
    """A key that was just made is at hand."""
    if (hand := _hand()) is not None:
        hand.keys[key.id.bytes] = key
        hand.fresh[key.id.bytes] = _Mark()


def with_keys(rows: models.QuerySet[Row]) -> list[Row]:
    """These rows of a table about people, each read together with its person's key, as far as it is handed out.

    The rows bring their person along (`select_related`). For a list of which every row is opened: one statement less
    than reading first and loading then. A value that lies under another key (where a restricted person is) is loaded
    by itself.
    """
    hand, ring = _hand(), key_ring()
    if hand is None or len(hand.keys) >= MOST_HELD:
        return list(rows)
    hand.coming = True
    try:
        found = list(rows.annotate(key_along=RawSQL(_key_along(), ())))  # noqa: S611 - names of our own
    finally:
        hand.coming = False
    key_id_of_row = attrgetter(str(path_to_key(rows.model)).replace("__", "."))
    for row in found:
        key_id, key = key_id_of_row(row), row.__dict__.pop("key_along")
        if key is not None and key_id.bytes not in hand.keys:
            hand.keys[key_id.bytes] = unwrapped(key_id, key[4:], int.from_bytes(key[:4], "big"), ring)
        elif key_id is not None:
            hand.keys.setdefault(key_id.bytes, None)  # looked for and not there: not asked for row by row
    return found


@cache
def _key_along() -> str:
    return _ALONG.format(table=owner_table()._meta.db_table, column=OWN)


def _load(ids: Iterable[bytes]) -> dict[bytes, Key | None]:
    ring = key_ring()
    with connection.cursor() as cursor:
        cursor.execute(_KEYS, [[each.hex() for each in ids]])
        rows = cursor.fetchall()
    return {key_id.bytes: unwrapped(key_id, bytes(wrapped), kek, ring) for key_id, wrapped, kek in rows}


def made() -> Key:
    """A fresh key of a person, stored; its wrapping key is not retired before the transaction ends."""
    lock_for_writing()
    key, wrapped, kek = new_key()
    DataKey.objects.bulk_create([DataKey(id=key.id, wrapped=wrapped, kek=kek)])
    hold(key)
    return key


def location_key_beside(key_id: uuid.UUID) -> Key | None:
    """The location key of a restricted person, as far as it is handed to who asks."""
    hand = _hand()
    if hand is None or key_id not in hand.beside:
        # One that is handed to named users alone before one that was handed to all since.
        beside = DataKey.objects.filter(beside=key_id).order_by(F("named_users").asc(nulls_last=True))
        found = beside.values_list("id", flat=True).first()
        if hand is None:
            return key_of(found.bytes) if found else None
        hand.beside[key_id] = found
    held = hand.beside[key_id]
    return key_of(held.bytes) if held else None


def lock_for_writing() -> None:
    """Until the end of the transaction no renewal replaces the keys that are written under; once is enough.

    A renewal may have come between what was read so far and now: keys held are looked for anew.
    """
    hand = _hand()
    if hand is None or (hand.locked and hand.locked.stands()):
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext(%s))", [_LOCK])
    hand.locked = _Mark()
    hand.keys = {key_id: key for key_id, key in hand.keys.items() if key_id in hand.fresh}
    hand.beside.clear()


def lock_for_renewing() -> None:
    """Wait for all who write, and let nobody write until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [_LOCK])


def may_have_been_replaced() -> bool:
    """Do keys change just now, so that a value may have been read before and its key looked for after."""
    hand = _hand()
    if hand is not None and hand.renewing is not None:
        return hand.renewing
    found = KeyWork.objects.filter(moved_at__gt=timezone.now() - _RENEWING).exists()
    if hand is not None:
        hand.renewing = found
    return found
