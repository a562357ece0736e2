"""A delivery's rows read once on arrival, so that the sender hears of mistakes at once. Needs no table and no key."""

from __future__ import annotations

from dataclasses import dataclass

from hawl.entrances.partner_api.problems import Problem
from hawl.foundations.clock import today
from hawl.foundations.datafiles import DatafileError
from hawl.work.extracts.finding import NoSuchSource, mapping_of
from hawl.work.extracts.mapping import ExtractMapping
from hawl.work.extracts.reading import read_extract
from hawl.work.extracts.rows import LeftOut
from hawl.work.intake.feed.reading import FeedUnusable
from hawl.work.intake.feed.rows import Refused
from hawl.work.partners.memory_file import memory_file

KINDS = {"csv": "text/csv", "jsonl": "application/x-ndjson"}
MOST_TOLD = 1000
# Five megabytes of it may unpack to a thousand times as much.
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Checked:
    """How many rows there are, are left out by the mapping and are refused; the first refusals by number and reason."""

    rows: int
    left_out: int
    rejected: int
    refused: list[dict[str, int | str]]


def mapping_open(source: str) -> ExtractMapping:
    """The mapping of a source that takes real rows. Raises `Problem`: not-open, also where there is none."""
    try:
        mapping = mapping_of(source)
    except (NoSuchSource, DatafileError):
        raise Problem("not-open") from None
    if not mapping.columns_seen:
        raise Problem("not-open")
    return mapping


def checked(body: bytes, mapping: ExtractMapping, *, content_type: str) -> Checked:
    """Read all rows. Raises `Problem`: wrong-kind, or unusable with what is wrong and how to mend it."""
    if body.startswith(_GZIP):
        raise Problem("unusable", detail="The delivery is packed.", mend="Send it as it is.")
    if content_type.partition(";")[0].strip().lower() != KINDS[mapping.form]:
        raise Problem("wrong-kind", wanted=KINDS[mapping.form])
    rows = left_out = rejected = 0
    refused: list[dict[str, int | str]] = []
    try:
        with memory_file(body) as path:
            for row in read_extract(path, mapping, today=today()):
                rows += 1
                left_out += isinstance(row, LeftOut)
                if isinstance(row, Refused):
                    rejected += 1
                    refused += [{"row": row.row_number, "reason": row.reason}] if len(refused) < MOST_TOLD else []
    except FeedUnusable as fault:
        raise Problem("unusable", detail=fault.what, mend=fault.mend) from None
    return Checked(rows, left_out, rejected, refused)
