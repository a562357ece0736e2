"""Ways of tampering with the audit as one who owns the tables, or the whole server, would: each at a chosen place.

Each takes a connection with all rights and the number of a seal in the middle, and leaves the tables as the tamperer
would. Some come with the attacker's own key, since nobody but the sealer has the real one.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hawl.foundations.audit import seals
from hawl.foundations.audit.canonical import AS_BYTES
from hawl.foundations.audit.merkle import leaf, root
from hawl.foundations.audit.seals import SealedStatement

Session = psycopg.Connection[Any]
Tamper = Callable[[Session, int, random.Random], None]

_COLUMNS = (
    "seq, form, n, merkle_root, prev, key_id, (extract(epoch FROM sealed_at) * 1000000)::bigint,"
    " (extract(epoch FROM first_at) * 1000000)::bigint, (extract(epoch FROM last_at) * 1000000)::bigint, signature"
)
_MOMENT = "timestamptz 'epoch' + %s * interval '1 microsecond'"
_CHANGES = (
    "actor = 'user:999'", "action = 'person.listed'", "audit_class = 'write'", "object_id = gen_random_uuid()::text",
    "at = at + interval '1 microsecond'", "organisation_id = coalesce(organisation_id, 0) + 1", "rule = rule || 'x'",
    "purpose = ''", "request_id = 'x'",
    "detail = detail || '{\"x\": 1}'",
    "objects = array_append(objects, gen_random_uuid())", "object_kind = 'case'",
)  # fmt: skip


def _member(session: Session, seq: int, chance: random.Random) -> Any:
    members = session.execute("SELECT members FROM audit_seal WHERE seq = %s", [seq]).fetchone()[0]
    return chance.choice(members)


def _last(session: Session) -> int:
    return int(session.execute("SELECT max(seq) FROM audit_seal").fetchone()[0])


def change_an_entry(session: Session, seq: int, chance: random.Random) -> None:
    """Another column each time."""
    entry = _member(session, seq, chance)
    session.execute(f"UPDATE audit_auditentry SET {chance.choice(_CHANGES)} WHERE id = %s", [entry])


def delete_an_entry(session: Session, seq: int, chance: random.Random) -> None:
    session.execute("DELETE FROM audit_auditentry WHERE id = %s", [_member(session, seq, chance)])


def delete_an_entry_and_its_place(session: Session, seq: int, chance: random.Random) -> None:
    entry = _member(session, seq, chance)
    session.execute("DELETE FROM audit_auditentry WHERE id = %s", [entry])
    session.execute("UPDATE audit_seal SET members = array_remove(members, %s), n = n - 1 WHERE seq = %s", [entry, seq])


def insert_under_a_seal(session: Session, seq: int, chance: random.Random) -> None:
    made = _forge(session, _member(session, seq, chance))
    session.execute("UPDATE audit_seal SET members = members || %s, n = n + 1 WHERE seq = %s", [made, seq])


def insert_back_dated(session: Session, seq: int, chance: random.Random) -> None:
    """Under no seal, dated like an entry of an earlier hour. (What is dated now looks like any new entry.)"""
    _forge(session, _member(session, min(seq, _last(session) - 1), chance))


def reorder(session: Session, seq: int, chance: random.Random) -> None:
    members = session.execute("SELECT members FROM audit_seal WHERE seq = %s", [seq]).fetchone()[0]
    a, b = chance.sample(range(len(members)), 2)
    members[a], members[b] = members[b], members[a]
    session.execute("UPDATE audit_seal SET members = %s WHERE seq = %s", [members, seq])


def swap_between_seals(session: Session, seq: int, chance: random.Random) -> None:
    other = seq - 1 if seq > 1 else seq + 1
    a, b = _member(session, seq, chance), _member(session, other, chance)
    for which, gone, come in ((seq, a, b), (other, b, a)):
        session.execute(
            "UPDATE audit_seal SET members = array_replace(members, %s, %s) WHERE seq = %s", [gone, come, which]
        )


def replay(session: Session, seq: int, chance: random.Random) -> None:
    """An old seal once more at the end, with its entries, its signature and all."""
    session.execute(
        "INSERT INTO audit_seal SELECT %s, form, n, merkle_root, prev, key_id, sealed_at, first_at, last_at, members,"
        " signature FROM audit_seal WHERE seq = %s",
        [_last(session) + 1, seq],
    )


def remove_a_seal(session: Session, seq: int, chance: random.Random) -> None:
    """With its entries; the numbers after it move up by half the chance."""
    session.execute(
        "DELETE FROM audit_auditentry WHERE id IN (SELECT unnest(members) FROM audit_seal WHERE seq = %s)", [seq]
    )
    session.execute("DELETE FROM audit_seal WHERE seq = %s", [seq])
    if chance.random() < 0.5:
        for number in range(seq + 1, _last(session) + 1):
            session.execute("UPDATE audit_seal SET seq = %s WHERE seq = %s", [number - 1, number])


def truncate(session: Session, seq: int, chance: random.Random) -> None:
    """Everything from a seal to the end, so that what is left is a whole chain."""
    session.execute(
        "DELETE FROM audit_auditentry WHERE id IN (SELECT unnest(members) FROM audit_seal WHERE seq >= %s)", [seq]
    )
    session.execute("DELETE FROM audit_seal WHERE seq >= %s", [seq])


def forge_a_seal(session: Session, seq: int, chance: random.Random) -> None:
    """An entry changed, and its seal made anew under the name of the real key."""
    change_an_entry(session, seq, chance)
    _seal_anew(session, seq, Ed25519PrivateKey.generate(), own_name=False)


def sign_with_another_key(session: Session, seq: int, chance: random.Random) -> None:
    """An entry changed, and every seal from there to the end made anew with the attacker's key."""
    change_an_entry(session, seq, chance)
    key = Ed25519PrivateKey.generate()
    for number in range(seq, _last(session) + 1):
        _seal_anew(session, number, key, own_name=True)


def rewrite_all(session: Session, seq: int, chance: random.Random) -> None:
    """Everything from the first seal on, with one act taken out: a chain without a flaw, of another key."""
    delete_an_entry_and_its_place(session, seq, chance)
    key = Ed25519PrivateKey.generate()
    for number in range(1, _last(session) + 1):
        _seal_anew(session, number, key, own_name=True)


def back_date_a_seal(session: Session, seq: int, chance: random.Random) -> None:
    session.execute("UPDATE audit_seal SET sealed_at = sealed_at - interval '2 days' WHERE seq = %s", [seq])


def change_a_grave_act(session: Session, seq: int, chance: random.Random) -> None:
    """Before it was sealed: nothing but the chain of grave acts knows of it."""
    entry = _grave(session, chance)
    session.execute(f"UPDATE audit_auditentry SET {chance.choice(_CHANGES[:2])} WHERE id = %s", [entry])


def delete_a_grave_act(session: Session, seq: int, chance: random.Random) -> None:
    """Entry and link, or the entry alone, before it was sealed."""
    entry = _grave(session, chance)
    session.execute("DELETE FROM audit_auditentry WHERE id = %s", [entry])
    last = session.execute("SELECT entry_id FROM audit_gravelink ORDER BY number DESC LIMIT 1").fetchone()[0]
    if entry != last and chance.random() < 0.5:
        session.execute("DELETE FROM audit_gravelink WHERE entry_id = %s", [entry])


KINDS: tuple[Tamper, ...] = (
    change_an_entry, delete_an_entry, delete_an_entry_and_its_place, insert_under_a_seal, insert_back_dated, reorder,
    swap_between_seals, replay, remove_a_seal, truncate, forge_a_seal, sign_with_another_key, rewrite_all,
    back_date_a_seal, change_a_grave_act, delete_a_grave_act,
)  # fmt: skip


def _grave(session: Session, chance: random.Random) -> Any:
    rows = session.execute("SELECT entry_id FROM audit_gravelink ORDER BY number").fetchall()
    return chance.choice(rows)[0]


def _forge(session: Session, like: Any) -> Any:
    return session.execute(
        "INSERT INTO audit_auditentry (id, at, actor, organisation_id, action, audit_class, object_kind, object_id,"
        " objects, request_id, rule, purpose, detail) SELECT gen_random_uuid(), at, actor, organisation_id, action,"
        " audit_class, object_kind, object_id, objects, request_id, rule, purpose, detail FROM audit_auditentry"
        " WHERE id = %s RETURNING id",
        [like],
    ).fetchone()[0]


def _seal_anew(session: Session, seq: int, key: Ed25519PrivateKey, *, own_name: bool) -> None:
    held = _statement(session.execute(f"SELECT {_COLUMNS} FROM audit_seal WHERE seq = %s", [seq]).fetchone())[0]
    rows = session.execute(
        f"SELECT {AS_BYTES} FROM audit_seal s CROSS JOIN LATERAL unnest(s.members) WITH ORDINALITY AS m(id, place)"
        " JOIN audit_auditentry e ON e.id = m.id WHERE s.seq = %s ORDER BY m.place",
        [seq],
    ).fetchall()
    before = session.execute(f"SELECT {_COLUMNS} FROM audit_seal WHERE seq = %s", [seq - 1]).fetchone()
    prev = held.prev
    if own_name:
        prev = seals.first_link(seals.public_of(key)) if before is None else _linked(before)
    key_id = seals.key_id_of(seals.public_of(key)) if own_name else held.key_id
    made = SealedStatement(
        seq, held.form, len(rows), root([leaf(bytes(row[0])) for row in rows]), prev, key_id, held.sealed_at,
        held.first_at, held.last_at,
    )  # fmt: skip
    session.execute(
        "UPDATE audit_seal SET n = %s, merkle_root = %s, prev = %s, key_id = %s, signature = %s WHERE seq = %s",
        [made.n, made.root, made.prev, made.key_id, key.sign(made.as_bytes()), seq],
    )


def _statement(row: Any) -> tuple[SealedStatement, bytes]:
    return SealedStatement(*row[:3], bytes(row[3]), bytes(row[4]), *row[5:9]), bytes(row[9])


def _linked(row: Any) -> bytes:
    told, signature = _statement(row)
    return told.link(signature)
