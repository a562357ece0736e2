"""For tests: an audit of its own with entries made by SQL, a sealer on it, and a hand that tampers as its owner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from hawl.foundations.audit import seals
from hawl.foundations.audit.sealer import Sealer
from hawl.foundations.database.connection import address, credential

ENTRIES = """
INSERT INTO audit_auditentry (id, at, actor, organisation_id, action, audit_class, object_kind, object_id, objects,
                              request_id, rule, purpose, detail)
SELECT gen_random_uuid(), %s + n * interval '1 millisecond', 'user:' || n %% 40, n %% 12, 'person.read', 'read',
       'person', gen_random_uuid()::text,
       CASE WHEN n %% 10 = 0 THEN ARRAY[gen_random_uuid(), gen_random_uuid()] END, md5(n::text), 'worker', 'support',
       CASE WHEN n %% 4 = 0 THEN '{"count": 3, "kind": "mobile"}'::jsonb ELSE '{}' END
FROM generate_series(1, %s) AS n
"""


def connect(process: str) -> psycopg.Connection[Any]:
    """A plain autocommit connection to the test's database in the role of a process."""
    where, who = address(), credential(process)
    return psycopg.connect(
        host=where.host, port=where.port, dbname=connection.settings_dict["NAME"], user=who.user,
        password=who.password, autocommit=True,
    )  # fmt: skip


@pytest.fixture
def seal_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A key and a folder of heads of the test's own."""
    monkeypatch.setenv("HAWL_SEAL_KEY_FILE", str(tmp_path / "keys" / "audit-seal.pem"))
    monkeypatch.setenv("HAWL_SEAL_FOLDER", str(tmp_path / "audit"))
    monkeypatch.delenv("HAWL_ANCHORS", raising=False)
    seals.make_key_file()
    return tmp_path / "audit"


@contextmanager
def sealing() -> Iterator[Sealer]:
    """A sealer on the test's database, in its own role."""
    with connect("sealer") as writer, connect("sealer") as reader:
        yield Sealer(writer, reader)


def add_entries(owner: psycopg.Connection[Any], many: int, at: str = "now") -> None:
    """Entries as a serving process would add them; `at` is a moment that PostgreSQL understands."""
    owner.execute(ENTRIES, [owner.execute("SELECT %s::timestamptz", [at]).fetchone()[0], many])
