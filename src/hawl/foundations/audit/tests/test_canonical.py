"""The bytes that are sealed: what PostgreSQL makes of a row is what is worked out without it, whatever its settings."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hawl.foundations.audit import merkle
from hawl.foundations.audit.canonical import AS_BYTES, AS_TEXT, canonical
from hawl.foundations.audit.models import AuditEntry
from hawl.foundations.audit.seals import SealedStatement

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
details = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
rows = st.fixed_dictionaries(
    {
        "id": st.uuids(), "at": st.integers(0, 4 * 10**15), "actor": texts,
        "organisation_id": st.none() | st.integers(0, 10**6),
        "action": texts, "audit_class": st.just("read"), "object_kind": texts, "object_id": texts,
        "objects": st.none() | st.lists(st.uuids(), max_size=3), "request_id": texts, "rule": texts, "purpose": texts,
        "detail": st.dictionaries(texts, details, max_size=4),
    }
)  # fmt: skip


def as_sealed(row: dict[str, Any], *, before: str = "") -> bytes:
    held = {**row, "at": EPOCH + timedelta(microseconds=row["at"])}
    held["objects_shown"] = held.pop("objects")
    AuditEntry.objects.bulk_create([AuditEntry(**held)])
    with connection.cursor() as cursor:
        if before:
            cursor.execute(before)
        cursor.execute(f"SELECT {AS_BYTES} FROM audit_auditentry e WHERE id = %s", [row["id"]])
        return bytes(cursor.fetchone()[0])


def without_database(row: dict[str, Any]) -> bytes:
    ids = None if row["objects"] is None else [str(each) for each in row["objects"]]
    return canonical({**row, "id": str(row["id"]), "objects": ids})


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows)
def test_the_database_and_we_agree_on_every_byte(row: dict[str, Any]) -> None:
    assert as_sealed({**row, "id": (fresh := uuid.uuid4())}) == without_database({**row, "id": fresh})


# Worked out once and written down: a release, a server or a setting that gives other bytes breaks every seal.
KNOWN = {
    "id": uuid.UUID("5d2f0f0e-0000-4000-8000-00000000c0de"), "at": 1_795_350_245_123_456, "actor": "user:12",
    "organisation_id": None, "action": "person.read", "audit_class": "read", "object_kind": "person",
    "object_id": "8a1f0f0e-0000-4000-8000-00000000beef", "objects": [uuid.UUID(int=7)], "request_id": "ab\\\"\n",
    "rule": "worker", "purpose": "cefnogaeth ŵ", "detail": {"b": 1, "aa": [True, None, "ŷ"], "a": {}},
}  # fmt: skip
KNOWN_LEAF = "abb5d0ab97bc18fdba77be7a6fdeefccd12886116798b305225433589e17d138"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "setting",
    [
        "SET LOCAL TimeZone = 'Pacific/Apia'",
        "SET LOCAL TimeZone = 'Europe/London'",
        "SET LOCAL bytea_output = 'escape'",
        "SET LOCAL DateStyle = 'SQL, DMY'",
        "SET LOCAL IntervalStyle = 'sql_standard'",
        "SET LOCAL extra_float_digits = 0",
    ],
)  # fmt: skip
def test_no_setting_changes_them(setting: str) -> None:
    assert merkle.leaf(as_sealed(KNOWN, before=setting)).hex() == KNOWN_LEAF


def test_the_known_row_without_a_database() -> None:
    assert merkle.leaf(without_database(KNOWN)).hex() == KNOWN_LEAF


def test_the_chain_of_grave_acts_is_made_of_the_same_bytes() -> None:
    from pathlib import Path

    import hawl.foundations.audit as room

    assert AS_TEXT in (Path(room.__file__).parent / "figures.sql").read_text(encoding="utf-8")


def test_the_tree_tells_leaves_from_nodes_and_one_order_from_another() -> None:
    a, b, c = (merkle.leaf(each) for each in (b"a", b"b", b"c"))
    trees = [[a], [a, b], [b, a], [a, b, c], [a, c, b], [a, b, c, c], [merkle.root([a, b]), c]]
    assert len({merkle.root(each) for each in trees}) == len(trees) - 1  # the last is the tree of three
    assert merkle.root([a, b, c]) == merkle.root([merkle.root([a, b]), c])
    assert merkle.leaf(a + b) != merkle.root([a, b])
    with pytest.raises(ValueError, match="at least one"):
        merkle.root([])


def test_what_is_signed_tells_every_part_from_every_other() -> None:
    whole = SealedStatement(1, 1, 2, b"r", b"p", "k", 3, 4, 5)
    for name, other in {
        "seq": 2,
        "form": 2,
        "n": 3,
        "root": b"x",
        "prev": b"x",
        "key_id": "x",
        "sealed_at": 4,
        "first_at": 5,
        "last_at": 6,
    }.items():
        parts = {each: getattr(whole, each) for each in SealedStatement.__slots__} | {name: other}
        assert SealedStatement(**parts).as_bytes() != whole.as_bytes()
    assert whole.link(b"1") != whole.link(b"2")
