"""Tries are counted before a password is looked at: buckets in PostgreSQL that fill up again by themselves.

A try takes from three buckets: of the account, of the network address, and of all addresses of its part of the network
nobody has signed in from before. Signing in gives back what it took. Tries at an account from a stranger's address
never use up those of the address where its holder works, so that nobody can be locked out from afar; so it is with
codes.
Wrong codes one after another mean that somebody else knows the password: the wait for the next grows to a day.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.db import connection

from hawl.foundations.clock import now
from hawl.foundations.vault.sealing import blind_index


@dataclass(frozen=True, slots=True)
class Size:
    """How many tries a bucket holds, and how many seconds it takes until one more is there."""

    tries: int
    seconds: float


AT_HOME = Size(20, 60)  # one account from an address where it has signed in
ELSEWHERE = Size(10, 180)  # one account from all other addresses together
ADDRESS = Size(50, 12)
STRANGERS = Size(60, 10)  # all addresses of one part of the network from which nobody has signed in
PARTS = {4: 16, 6: 32}  # how many first bits of an address, by its version, name that part
CODES = Size(6, 60)  # one-time codes of one account, after the right password, at one place
RECOVERY_CODES = Size(5, 3600)  # the same while one-time codes are not looked at
# After so many wrong codes one after another the next is looked at a minute later, then two, four, at most a day.
MISSES = 10
LONGEST_WAIT = 24 * 60
# Wrong codes of so long ago count no more.
FORGOTTEN_AFTER = timedelta(days=90)

HASHES = 2
_LOCKS = 0x48617773  # the class of advisory locks under which passwords are hashed
_PATIENCE = 2.0


class Busy(Exception):
    """Too many passwords are being looked at at this moment."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a try took, so that it can be given back; `wait` is how many minutes to wait, 0 when it may go on."""

    buckets: tuple[str, ...] = ()
    wait: int = 0


def place_of(address: str) -> str:
    """A network address as it is kept: a blind index."""
    return blind_index("identity.place", address).hex()


def blind_index_of_account(email: str) -> str:
    """By which an account's buckets are named, whether there is such an account or not."""
    return blind_index("identity.account", email).hex()


def take_sign_in(email: str, address: str) -> Taken:
    """One try at an account from an address. The same statements run whether there is such an account or not."""
    place = place_of(address)
    at_home = _is_known(email, place)
    account = blind_index_of_account(email)
    wanted = [(f"at:{place}", ADDRESS), (f"of:{account}:{place if at_home else ''}", AT_HOME if at_home else ELSEWHERE)]
    if not _anyone_at(place):
        wanted.append((f"strangers:{place_of(_part_of(address))}", STRANGERS))
    return _take(wanted)


def take_place(address: str) -> Taken:
    """One try of any kind from a network address."""
    return _take([(f"at:{place_of(address)}", ADDRESS)])


def take_code(user_id: int, address: str, *, recovery_only: bool = False) -> Taken:
    """One try at a second factor of an account from an address; those elsewhere together are one place."""
    kind, size = ("recovery", RECOVERY_CODES) if recovery_only else ("code", CODES)
    return _take([(f"{kind}:{user_id}:{_place_of_code(user_id, address)}", size)])


def wait_for_code(user_id: int, address: str) -> int:
    """For how many minutes no one-time code from here is looked at; 0 where the next one is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count, last_at FROM identity_missedcodes WHERE user_id = %s AND place = %s",
            [user_id, _place_of_code(user_id, address)],
        )
        row = cursor.fetchone()
    if row is None or row[0] < MISSES or row[1] < now() - FORGOTTEN_AFTER:
        return 0
    minutes: int = min(LONGEST_WAIT, 1 << min(row[0] - MISSES, 20))
    left: float = (row[1] + timedelta(minutes=minutes) - now()).total_seconds()
    return max(0, math.ceil(left / 60))


def note_missed(user_id: int, address: str, *, told: bool = False) -> None:
    """A wrong code was given here, after the right password; `told` where its holder is there and knows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO identity_missedcodes AS m (user_id, place, count, untold, last_at)"
            " VALUES (%(user)s, %(place)s, 1, %(untold)s, %(at)s) ON CONFLICT (user_id, place) DO UPDATE SET"
            " count = CASE WHEN m.last_at < %(old)s THEN 1 ELSE m.count + 1 END,"
            " untold = m.untold + excluded.untold, last_at = excluded.last_at",
            {
                "user": user_id,
                "place": _place_of_code(user_id, address),
                "at": now(),
                "old": now() - FORGOTTEN_AFTER,
                "untold": 0 if told else 1,
            },
        )


def note_right(user_id: int, address: str) -> None:
    """The second factor was given here: no code is missed at this place any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE identity_missedcodes SET count = 0 WHERE user_id = %s AND place = %s",
            [user_id, _place_of_code(user_id, address)],
        )


def take_untold(user_id: int) -> int:
    """How many wrong codes the account's holder was not told of; told from now on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(untold), 0) FROM identity_missedcodes WHERE user_id = %s", [user_id])
        untold = int(cursor.fetchone()[0])
        if untold:
            cursor.execute("UPDATE identity_missedcodes SET untold = 0 WHERE user_id = %s", [user_id])
    return untold


def forget_missed(user_id: int) -> None:
    """The password or the second factors are others now: wrong codes of before count nowhere."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM identity_missedcodes WHERE user_id = %s", [user_id])


def _place_of_code(user_id: int, address: str) -> str:
    """The place, where the account has signed in there; empty for all others together."""
    place = place_of(address)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM identity_knownplace WHERE user_id = %s AND place = %s"
            " AND last_at > %s - interval '90 days')",
            [user_id, place, now()],
        )
        return place if cursor.fetchone()[0] else ""


def _part_of(address: str) -> str:
    """The part of the network that an address is of; what is no address is a part of its own."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(ip_network(f"{found}/{PARTS[found.version]}", strict=False))


def give_back(taken: tuple[str, ...]) -> None:
    """The person signed in: what the tries took is given back. No bucket is made or filled beyond its size."""
    sizes = {key: _size_of(key).tries for key in taken}
    with connection.cursor() as cursor:
        for key in sorted(sizes):
            cursor.execute(
                "UPDATE identity_bucket SET tokens = least(%s, tokens + 1) WHERE key = %s", [sizes[key], key]
            )


def note_place(user_id: int, address: str) -> None:
    """The user has signed in from here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO identity_knownplace (user_id, place, last_at) VALUES (%s, %s, %s)"
            " ON CONFLICT (user_id, place) DO UPDATE SET last_at = excluded.last_at",
            [user_id, place_of(address), now()],
        )


def _size_of(key: str) -> Size:
    kind, _, rest = key.partition(":")
    if kind == "of":
        return ELSEWHERE if rest.endswith(":") else AT_HOME
    return {"at": ADDRESS, "strangers": STRANGERS, "code": CODES, "recovery": RECOVERY_CODES}[kind]


def _is_known(email: str, place: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM identity_knownplace k JOIN identity_user u ON u.id = k.user_id"
            " WHERE k.place = %s AND lower(u.email) = lower(%s) AND k.last_at > %s - interval '90 days')",
            [place, email, now()],
        )
        return bool(cursor.fetchone()[0])


def _anyone_at(place: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM identity_knownplace WHERE place = %s AND last_at > %s - interval '90 days')",
            [place, now()],
        )
        return bool(cursor.fetchone()[0])


# A bucket begins full; later it has filled up again for the seconds gone by.
_ONE_TRY = """
INSERT INTO identity_bucket AS b (key, tokens, at) VALUES (%(key)s, %(tries)s - 1, %(at)s)
ON CONFLICT (key) DO UPDATE SET at = greatest(b.at, excluded.at),
 tokens = least(%(tries)s, b.tokens + greatest(0, extract(epoch FROM excluded.at - b.at)) / %(seconds)s)
  - CASE WHEN least(%(tries)s, b.tokens + greatest(0, extract(epoch FROM excluded.at - b.at)) / %(seconds)s) >= 1
    THEN 1 ELSE 0 END
"""
_LEFT = """
SELECT least(%(tries)s, tokens + greatest(0, extract(epoch FROM %(at)s - at)) / %(seconds)s)
FROM identity_bucket WHERE key = %(key)s
"""


def _take(wanted: list[tuple[str, Size]]) -> Taken:
    """Take one from each bucket, or from none where one is empty."""
    at = now()
    with connection.cursor() as cursor:
        for key, size in wanted:
            values: dict[str, str | float | datetime] = {
                "key": key,
                "tries": size.tries,
                "seconds": size.seconds,
                "at": at,
            }
            cursor.execute(_LEFT, values)
            row = cursor.fetchone()
            if row is not None and row[0] < 1:
                cursor.execute("UPDATE identity_bucket SET refused = refused + 1 WHERE key = %s", [key])
                return Taken(wait=max(1, math.ceil((1 - row[0]) * size.seconds / 60)))
        for key, size in wanted:
            cursor.execute(_ONE_TRY, _values(key, size, at))
    return Taken(buckets=tuple(key for key, _ in wanted))


def _values(key: str, size: Size, at: datetime) -> dict[str, str | float | datetime]:
    return {"key": key, "tries": size.tries, "seconds": size.seconds, "at": at}


@contextmanager
def one_hash() -> Iterator[None]:
    """Hash one password: two at a time over all processes, within the transaction of the request. Raises `Busy`.

    Each takes memory and a core by design, so that without a cap strangers could take the site down by guessing.
    """
    until = time.monotonic() + _PATIENCE
    while not any(_lock(number) for number in range(HASHES)):
        if time.monotonic() > until:
            raise Busy
        time.sleep(0.05)
    yield


def _lock(number: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCKS, number])
        return bool(cursor.fetchone()[0])
