"""Seals new audit entries every few seconds, in a process and a database role of its own. No Django.

What is new is found by the transaction that wrote it, never by "after the last one": transactions end in another
order than they begin. At each look the sealer notes the oldest transaction still open; everything older has ended and
was seen, so the next look begins there. On starting, and each hour, it goes through all entries for what no seal
names, such as rows of a restored database.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from hawl.foundations.audit import anchors, seals
from hawl.foundations.audit.canonical import AS_BYTES, FORM, MICROSECONDS
from hawl.foundations.audit.merkle import leaf, root
from hawl.foundations.audit.seals import SealedStatement
from hawl.foundations.database.connection import address, credential
from hawl.foundations.database.home import InstallationError

EVERY_SECONDS = 3.0
MOST_IN_A_SEAL = 4096
_SWEEP_SECONDS = 3600.0
_LOCK = 0x6861776C  # "hawl": one sealer at a time for each database
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Connection = psycopg.Connection[tuple[Any, ...]]
log = logging.getLogger("hawl.audit.sealer")

_NEW = f"""
SELECT e.id, {MICROSECONDS}, {AS_BYTES} FROM audit_auditentry e
WHERE {{since}} NOT EXISTS (
  SELECT FROM (SELECT unnest(s.members) AS id FROM audit_seal s {{recent}}) AS sealed WHERE sealed.id = e.id)
ORDER BY e.txid, e.at, e.id
"""  # noqa: S608 - put together from our own words
_OPEN = (
    "SELECT pg_snapshot_xmin(now)::text::bigint, pg_snapshot_xmax(now)::text::bigint FROM pg_current_snapshot() AS now"
)
_SEAL = (
    "SELECT seq, form, n, merkle_root, prev, key_id, (extract(epoch FROM sealed_at) * 1000000)::bigint,"
    " (extract(epoch FROM first_at) * 1000000)::bigint, (extract(epoch FROM last_at) * 1000000)::bigint, signature"
    " FROM audit_seal "
)
_ADD = (
    "INSERT INTO audit_seal (seq, form, n, merkle_root, prev, key_id, sealed_at, first_at, last_at, members, signature)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


class AnotherSealer(InstallationError):
    """A sealer works on this database already."""


def connect() -> Connection:
    """To the database in the role `sealer`."""
    where, who = address(), credential("sealer")
    return psycopg.connect(
        host=where.host, port=where.port, dbname=where.name, user=who.user, password=who.password,
        sslmode=where.sslmode, connect_timeout=10, application_name="hawl-sealer", autocommit=True,
    )  # fmt: skip


class Sealer:
    """Holds the key and what it knows of the chain; reads over one autocommit connection and adds over another."""

    def __init__(self, writer: Connection, reader: Connection) -> None:
        self.key = seals.signing_key()
        self.key_id = seals.key_id_of(seals.public_of(self.key))
        self.writer, self.reader = writer, reader
        row = writer.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK]).fetchone()
        if not row or not row[0]:
            raise AnotherSealer("Another sealer works on this database.", "End it, or leave the work to it.")
        # The oldest transaction open at the last look; for each look, the transaction that was next and the last seal.
        self._oldest_open: int | None = None
        self._looks: deque[tuple[int, int]] = deque()
        self._swept = 0.0
        self._notice_break()
        self.last, self.signature = self._seal("ORDER BY seq DESC LIMIT 1")

    def _seal(self, which: str, *values: Any) -> tuple[SealedStatement | None, bytes]:
        row = self.writer.execute(sql.SQL(_SEAL + which), values).fetchone()
        if row is None:
            return None, b""
        return SealedStatement(*(*row[:3], bytes(row[3]), bytes(row[4]), *row[5:9])), bytes(row[9])

    def _notice_break(self) -> None:
        """The head kept outside must still be in the chain; a database put back or cut short does not have it."""
        kept = anchors.kept_head()
        if kept is not None:
            held, signature = self._seal("WHERE seq = %s", kept.seq)
            if held is None or held.link(signature).hex() != kept.link:
                anchors.keep_break(kept)

    def seal_new(self) -> int:
        """Seal all that is committed and not yet sealed; gives the number of entries."""
        sweeping = self._oldest_open is None or time.monotonic() - self._swept > _SWEEP_SECONDS
        sealed = 0
        for members, leaves, moments in self._unsealed(sweeping):
            self._add(members, leaves, moments)
            sealed += len(members)
        if self._looks and self.last:
            self._looks[-1] = (self._looks[-1][0], self.last.seq)
        if sealed:
            anchors.keep_head(self.last_anchor())
        return sealed

    def _unsealed(self, sweeping: bool) -> Iterator[tuple[list[UUID], list[bytes], list[int]]]:
        """Batches of entries, each for one seal; never more than one batch in memory.

        Read over the other connection, in one snapshot, while the writer commits seal after seal.
        """
        reader = self.reader
        with reader.transaction():
            reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            row = reader.execute(_OPEN).fetchone()
            oldest_open, following = (int(row[0]), int(row[1])) if row else (0, 0)
            # Rows of transactions older than the oldest one open at the last look were all seen and sealed then.
            since = "" if sweeping else f"e.txid >= {self._oldest_open} AND"
            recent = "" if sweeping else f"WHERE s.seq > {self._first_seal_to_ask()}"
            with reader.cursor("unsealed", binary=True) as rows:
                rows.itersize = MOST_IN_A_SEAL
                rows.execute(sql.SQL(_NEW.format(since=since, recent=recent)))
                while batch := rows.fetchmany(MOST_IN_A_SEAL):
                    yield [one[0] for one in batch], [leaf(one[2]) for one in batch], [one[1] for one in batch]
        self._oldest_open = oldest_open
        self._looks.append((following, self.last.seq if self.last else 0))
        if sweeping:
            self._swept = time.monotonic()

    def _first_seal_to_ask(self) -> int:
        """The last seal of the newest look that can have seen no row of a transaction as young as those asked for."""
        while len(self._looks) > 1 and self._oldest_open is not None and self._looks[1][0] <= self._oldest_open:
            self._looks.popleft()
        following, seal = self._looks[0]
        return seal if self._oldest_open is not None and following <= self._oldest_open else 0

    def _add(self, members: list[UUID], leaves: list[bytes], moments: list[int]) -> None:
        now = max(_microseconds(_now()), self.last.sealed_at if self.last else 0)
        made = SealedStatement(
            seq=(self.last.seq if self.last else 0) + 1,
            form=FORM,
            n=len(members),
            root=root(leaves),
            prev=self.last.link(self.signature) if self.last else seals.first_link(seals.public_of(self.key)),
            key_id=self.key_id,
            sealed_at=now,
            first_at=min(moments),
            last_at=max(moments),
        )
        signature = self.key.sign(made.as_bytes())
        times = [_EPOCH + timedelta(microseconds=each) for each in (now, made.first_at, made.last_at)]
        self.writer.execute(
            _ADD, [made.seq, made.form, made.n, made.root, made.prev, made.key_id, *times, members, signature]
        )
        self.last, self.signature = made, signature

    def last_anchor(self) -> anchors.Anchor:
        """The head of the chain, to be kept outside."""
        if self.last is None:
            raise InstallationError("Nothing is sealed yet.", "Wait for the first entry.")
        return anchors.Anchor.of(self.last, self.signature)


def _now() -> datetime:
    return datetime.now(UTC)


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def run(*, once: bool = False) -> int:
    """Seal every few seconds until a signal; with `once`, one time. Gives the number of entries of the last look.

    A database that is away is waited for. Raises `InstallationError` for a missing key or another sealer.
    """
    ended = threading.Event()
    if not once:

        def end(_signal: int, _frame: FrameType | None) -> None:
            ended.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
    while not ended.is_set():
        try:
            with connect() as writer, connect() as reader:
                sealed = _work(Sealer(writer, reader), ended, once=once)
            if once:
                return sealed
        except (AnotherSealer, psycopg.OperationalError) as away:
            if once:
                raise
            log.warning("The sealer waits (%s).", type(away).__name__)
            ended.wait(EVERY_SECONDS)
    return 0


def _work(worker: Sealer, ended: threading.Event, *, once: bool) -> int:
    while True:
        sealed = worker.seal_new()
        if worker.last is not None:
            anchors.write_daily(worker.last_anchor())
        if once or ended.wait(EVERY_SECONDS):
            return sealed


def main() -> None:
    """The program of the sealer's process."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    try:
        run()
    except InstallationError as wrong:
        print(f"hawl seal: {wrong}", file=sys.stderr)  # noqa: T201 - a process of its own speaks so
        sys.exit(2)


if __name__ == "__main__":
    main()
