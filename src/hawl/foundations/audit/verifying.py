"""Is the audit whole: every seal, every entry under it, the chain of grave acts, the anchors. No Django.

Nothing that the database says about hashes is believed: each is worked out again from the entries themselves. Rows
stream, so that memory stays the same for ten thousand and for ten million.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import psycopg

from hawl.foundations.audit import seals
from hawl.foundations.audit.anchors import Anchor
from hawl.foundations.audit.canonical import AS_BYTES, FORM, MICROSECONDS
from hawl.foundations.audit.merkle import leaf, root
from hawl.foundations.audit.restores import Restore, explaining, numbers
from hawl.foundations.audit.seals import SealedStatement

# An entry sealed so long after its own moment, while the sealer was at work in between, was put in behind it.
LATE = 15 * 60 * 1_000_000
# How far the clock of a process that writes may be ahead of the sealer's.
AHEAD = 60 * 1_000_000
MOST_FINDINGS = 1000
_ROWS_AT_ONCE = 20_000
_BY_INDEX = (
    "SET LOCAL work_mem = '64MB'; SET LOCAL enable_hashjoin = {0}; SET LOCAL enable_mergejoin = {0};"
    " SET LOCAL enable_seqscan = {0}"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Connection = psycopg.Connection[tuple[Any, ...]]

_SEALS = (
    "SELECT s.seq, s.form, s.n, s.merkle_root, s.prev, s.key_id, (extract(epoch FROM s.sealed_at) * 1000000)::bigint,"
    " (extract(epoch FROM s.first_at) * 1000000)::bigint, (extract(epoch FROM s.last_at) * 1000000)::bigint,"
    " s.signature, cardinality(s.members) FROM audit_seal s ORDER BY s.seq"
)
_MEMBERS = f"""
SELECT s.seq, {MICROSECONDS}, {AS_BYTES}, e.id IS NULL FROM audit_seal s
CROSS JOIN LATERAL unnest(s.members) WITH ORDINALITY AS m(id, place) LEFT JOIN audit_auditentry e ON e.id = m.id
WHERE s.seq BETWEEN %s AND %s ORDER BY s.seq, m.place
"""  # noqa: S608 - our own words
_UNSEALED = f"""
SELECT e.id, {MICROSECONDS} FROM audit_auditentry e
WHERE NOT EXISTS (SELECT FROM (SELECT unnest(s.members) AS id FROM audit_seal s) AS sealed WHERE sealed.id = e.id)
"""  # noqa: S608 - our own words
_TWICE = (
    "SELECT m.id, min(s.seq), max(s.seq) FROM audit_seal s, unnest(s.members) AS m(id)"
    " GROUP BY m.id HAVING count(*) > 1"
)
_GRAVE = f"""
SELECT g.number, g.hash, {AS_BYTES}, e.id IS NULL, e.audit_class FROM audit_gravelink g
LEFT JOIN audit_auditentry e ON e.id = g.entry_id ORDER BY g.number
"""  # noqa: S608 - our own words
_UNCHAINED = (
    "SELECT e.id FROM audit_auditentry e WHERE e.audit_class = 'grave'"
    " AND NOT EXISTS (SELECT FROM audit_gravelink g WHERE g.entry_id = e.id)"
)


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is not as it was sealed. `kind` is a code, `where` a seal, an entry or an anchor."""

    kind: str
    where: str
    what: str

    def as_dict(self) -> dict[str, str]:
        """For `hawl audit verify --json`."""
        return {"kind": self.kind, "where": self.where, "what": self.what}


@dataclass(slots=True)
class Report:
    """What was looked at and what is wrong. `unsealed_since`: the moment of the oldest entry not yet sealed."""

    seals: int = 0
    rows: int = 0
    gone: int = 0
    unsealed: int = 0
    unsealed_since: datetime | None = None
    grave: int = 0
    anchors: int = 0
    seconds: float = 0.0
    wrong: list[Wrong] = field(default_factory=list)
    # Heads that a stated restore left behind: explained, and no fault.
    explained: list[Wrong] = field(default_factory=list)

    @property
    def well(self) -> bool:
        """Nothing is wrong. Entries of the last seconds wait for their seal; that is not wrong."""
        return not self.wrong

    def as_dict(self) -> dict[str, Any]:
        """For `hawl audit verify --json`."""
        return {
            "well": self.well, "seals": self.seals, "rows": self.rows, "gone": self.gone, "unsealed": self.unsealed,
            "unsealed_since": self.unsealed_since.isoformat() if self.unsealed_since else None,
            "grave": self.grave, "anchors": self.anchors, "seconds": round(self.seconds, 3),
            "rows_per_second": round(self.rows / self.seconds) if self.seconds else 0,
            "wrong": [each.as_dict() for each in self.wrong],
            "explained": [each.as_dict() for each in self.explained],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Held:
    statement: SealedStatement
    signature: bytes
    members: int


def verify(
    connection: Connection, *, anchors: Sequence[Anchor], keys: Mapping[str, bytes], restores: Sequence[Restore] = ()
) -> Report:
    """Everything, recomputed from the rows, within the caller's transaction, which should see one snapshot.

    `keys` are the believed public keys by short name, from outside the database; `restores` are stated ones, which
    explain why heads of before are not in the chain. At most a thousand things that are
    wrong are told; counting goes on.
    """
    began, report = time.monotonic(), Report()
    links: dict[int, tuple[str, str]] = {}
    wanted = {each.seq for each in anchors} | {*numbers(restores)}
    last: _Held | None = None
    # Entries are fetched by their ids, a part at a time: whatever the tables' statistics say, by the index.
    connection.execute(_BY_INDEX.format("off"))
    for batch in _batches(_in_order(connection)):
        _tell(report, _chain(batch, last, keys))
        _tell(report, _contents(connection, batch, last, report))
        for one in batch:
            if one.statement.seq in wanted:
                links[one.statement.seq] = (one.statement.link(one.signature).hex(), one.statement.root.hex())
        last = batch[-1]
    connection.execute(_BY_INDEX.format("on"))
    _tell(report, _unsealed(connection, last, report))
    _tell(report, _twice(connection, report))
    _tell(report, _grave(connection, report))
    left = {each: explaining(each, restores, {seq: link for seq, (link, _) in links.items()}) for each in anchors}
    report.explained += [explained(each, restore) for each, restore in left.items() if restore]
    kept = [each for each in anchors if not left[each]]
    _tell(report, against_anchors(kept, links, last.statement.seq if last else 0))
    report.anchors, report.seconds = len(anchors), time.monotonic() - began
    return report


def explained(head: Anchor, restore: Restore) -> Wrong:
    """What a restore did to a head that had been kept: nothing is wrong with it."""
    return Wrong(
        "restored", f"anchor of {head.at}, seal {head.seq}",
        f"Restored on {restore.at} from the backup of {restore.backup_of}: the chain went back from seal "
        f"{restore.seq_before} to {restore.seq_now}.",
    )  # fmt: skip


def chain_alone(connection: Connection, keys: Mapping[str, bytes]) -> list[Wrong]:
    """The seals among themselves, believing the roots that they hold: what a check by stored hashes would find.

    Half a verification, for the drill that shows what it misses.
    """
    found: list[Wrong] = []
    last: _Held | None = None
    for batch in _batches(_in_order(connection)):
        found += _chain(batch, last, keys)
        last = batch[-1]
    return found


def _tell(report: Report, found: Iterable[Wrong]) -> None:
    for each in found:
        if len(report.wrong) < MOST_FINDINGS:
            report.wrong.append(each)


def _in_order(connection: Connection) -> Iterator[_Held]:
    with connection.cursor("seals", binary=True) as rows:
        rows.itersize = 2000
        rows.execute(_SEALS)
        for row in rows:
            yield _Held(
                SealedStatement(*(*row[:3], bytes(row[3]), bytes(row[4]), *row[5:9])), bytes(row[9]), row[10] or 0
            )


def _batches(held: Iterable[_Held]) -> Iterator[list[_Held]]:
    batch: list[_Held] = []
    rows = 0
    for one in held:
        batch.append(one)
        rows += one.members
        if rows >= _ROWS_AT_ONCE:
            yield batch
            batch, rows = [], 0
    if batch:
        yield batch


def _chain(batch: Sequence[_Held], before: _Held | None, keys: Mapping[str, bytes]) -> Iterator[Wrong]:
    for one in batch:
        told, where = one.statement, f"seal {one.statement.seq}"
        following = before.statement.seq + 1 if before else 1
        if told.seq != following:
            yield Wrong("seal_missing", where, f"The seal before it should be {told.seq - 1}; found {following - 1}.")
        elif before and told.prev != before.statement.link(before.signature):
            yield Wrong("chain_broken", where, "It does not hold on to the seal before it.")
        elif not before and told.prev not in {seals.first_link(public) for public in keys.values()}:
            yield Wrong("chain_broken", where, "It is not the first seal of this installation.")
        if told.form != FORM:
            yield Wrong("unknown_form", where, f"Its form {told.form} is not known to this release.")
        if told.key_id not in keys:
            yield Wrong("unknown_key", where, f"The key {told.key_id} is not one that is believed.")
        elif not seals.is_signed(told, one.signature, keys):
            yield Wrong("signature_wrong", where, "Its signature is not of what it says.")
        if before and told.sealed_at < before.statement.sealed_at:
            yield Wrong("seal_back_dated", where, "It is dated before the seal before it.")
        before = one


def _contents(connection: Connection, batch: Sequence[_Held], before: _Held | None, report: Report) -> Iterator[Wrong]:
    """Entries under each seal, from the rows."""
    by_seq = {one.statement.seq: one for one in batch}
    earlier = [before, *batch]
    sealed_before = {
        one.statement.seq: prior.statement.sealed_at if prior else 0 for prior, one in zip(earlier, batch, strict=False)
    }
    report.seals += len(batch)
    leaves: list[Any] = []
    moments: list[Any] = []
    seq, gone = 0, 0
    for row in _rows(connection, batch[0].statement.seq, batch[-1].statement.seq):
        if row[0] != seq:
            if seq:
                yield from _content(by_seq[seq], leaves, moments, gone, sealed_before[seq])
            seq, leaves, moments, gone = row[0], [], [], 0
        report.rows += 1
        if row[3]:
            gone += 1
            report.gone += 1
        else:
            leaves.append(leaf(row[2]))
            moments.append(row[1])
    if seq:
        yield from _content(by_seq[seq], leaves, moments, gone, sealed_before[seq])
    for one in batch:
        if not one.members:
            yield Wrong("content_changed", f"seal {one.statement.seq}", "It names no entries.")


def _rows(connection: Connection, first: int, last: int) -> Iterator[tuple[Any, ...]]:
    with connection.cursor("members", binary=True) as rows:
        rows.itersize = 5000
        rows.execute(_MEMBERS, [first, last])
        yield from rows


def _content(one: _Held, leaves: list[bytes], moments: list[int], gone: int, sealed_before: int) -> Iterator[Wrong]:
    told, where = one.statement, f"seal {one.statement.seq}"
    if gone:
        yield Wrong("entry_missing", where, f"{gone} of its {told.n} entries are gone.")
    elif told.n != len(leaves):
        yield Wrong("members_changed", where, f"It was made over {told.n} entries and names {len(leaves)}.")
    elif root(leaves) != told.root:
        yield Wrong("content_changed", where, f"Some of its {told.n} entries, or their order, are not as sealed.")
    elif (min(moments), max(moments)) != (told.first_at, told.last_at):
        yield Wrong("content_changed", where, "Its first or last moment is not that of its entries.")
    late = sum(moment < sealed_before - LATE for moment in moments)
    if late:
        yield Wrong("back_dated", where, f"{late} of its entries are dated before a seal that did not have them.")
    if moments and max(moments) > told.sealed_at + AHEAD:
        yield Wrong("dated_ahead", where, "An entry is dated after its own seal.")


def _unsealed(connection: Connection, last: _Held | None, report: Report) -> Iterator[Wrong]:
    oldest: int | None = None
    with connection.cursor("unsealed", binary=True) as rows:
        rows.itersize = 5000
        rows.execute(_UNSEALED)
        for entry, moment in rows:
            report.unsealed += 1
            oldest = moment if oldest is None else min(oldest, moment)
            if last and moment < last.statement.sealed_at - LATE:
                yield Wrong("back_dated", f"entry {entry}", "It is under no seal and dated before a seal.")
    report.unsealed_since = None if oldest is None else _EPOCH + timedelta(microseconds=oldest)


def _twice(connection: Connection, report: Report) -> Iterator[Wrong]:
    """Entries under two seals; looked for only where there are more places under seals than entries for them."""
    row = connection.execute("SELECT count(*) FROM audit_auditentry").fetchone()
    if row and report.rows - report.gone == row[0] - report.unsealed:
        return
    for entry, first, second in connection.execute(_TWICE):
        yield Wrong("sealed_twice", f"entry {entry}", f"It stands under the seals {first} and {second}.")


def _grave(connection: Connection, report: Report) -> Iterator[Wrong]:
    before, following = b"", 1
    for number, stored, content, gone, kind in connection.execute(_GRAVE):
        report.grave += 1
        where = f"grave act {number}"
        if number != following:
            yield Wrong("grave_missing", where, f"The one before it should be {number - 1}; found {following - 1}.")
        if gone or kind != "grave":
            yield Wrong("grave_missing", where, "Its entry is gone, or is called grave no more.")
        elif sha256(before + bytes(content)).digest() != bytes(stored):
            yield Wrong("grave_changed", where, "It, or the act before it, is not as it was chained.")
        before, following = bytes(stored), number + 1
    for (entry,) in connection.execute(_UNCHAINED):
        yield Wrong("grave_missing", f"entry {entry}", "It is a grave act and not in their chain.")


def against_anchors(anchors: Iterable[Anchor], links: Mapping[int, tuple[str, str]], head: int) -> Iterator[Wrong]:
    """Heads kept outside the database against the chain that the database has now."""
    for each in anchors:
        where = f"anchor of {each.at}, seal {each.seq}"
        if each.seq > head:
            yield Wrong("truncated", where, f"The chain ends at seal {head}, before what was anchored.")
        elif each.seq not in links:
            yield Wrong("seal_missing", where, "The anchored seal is gone.")
        elif links[each.seq] != (each.link, each.root):
            yield Wrong("rewritten", where, "The chain up to it is not the one that was anchored.")
