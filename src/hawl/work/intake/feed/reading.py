"""A feed file, CSV or JSON Lines, plain or gzipped, read row by row in bounded memory.

A file that is unusable as a whole raises `FeedUnusable` before the first row is given out, so
that nobody has to take back what a later part of the file made worthless.
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import IO, Any, NoReturn

from hawl.work.intake.feed.checking import Checker, Refusal
from hawl.work.intake.feed.csv_rows import Columns, CsvLines, WrongHeader
from hawl.work.intake.feed.lines import Line, lines_of
from hawl.work.intake.feed.rows import FeedRow, Refused

MOST_UNPACKED = 8 * 1024**3
_GZIP = b"\x1f\x8b"
_UTF8_MARK = b"\xef\xbb\xbf"
_OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_FORMS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_PROBE = 64 * 1024


class FeedUnusable(Exception):
    """A file from which no row can be taken: what is wrong with it, and how to mend it."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what} Mend: {mend}")
        self.what = what
        self.mend = mend


def read_feed(path: Path, *, today: date, known_events: Collection[str] | None = None) -> Iterator[Refused | FeedRow]:
    """Every row of the file in its order: checked, or refused with its line number and reason.

    `today` is the day in Europe/London after which no date may lie; `known_events`, when given,
    the only event codes taken. The form follows the name (.csv, .jsonl, .ndjson, each also .gz).
    Raises FeedUnusable at once for a file that is missing, empty, no text, in another encoding,
    a broken archive, or without our columns. Holds at most a few rows in memory.
    """
    form = _form_of(path)
    checker = Checker(today, known_events)
    stream, probe = stream_of(path)
    try:
        if form == "csv":
            return _csv_rows(stream, checker)
        refuse_other_json(probe)
    except BaseException:
        stream.close()
        raise
    return _json_rows(stream, checker)


def stream_of(path: Path) -> tuple[IO[bytes], bytes]:
    """The bytes of a file of text, unpacked and past their mark, for the caller to close; and the first 64 kB of them.

    Raises FeedUnusable for a file that is missing, empty, no text, in UTF-16 or a broken archive.
    """
    _look_at(path)
    stream = _opened(path)
    try:
        return stream, _probe_of(stream)
    except BaseException:
        stream.close()
        raise


def _form_of(path: Path) -> str:
    name = path.name.lower().removesuffix(".gz")
    for ending, form in _FORMS.items():
        if name.endswith(ending):
            return form
    raise FeedUnusable(
        "The file's name does not say what form it has.",
        "name it .csv, .jsonl or .ndjson, with .gz behind that when it is gzipped.",
    )


def _look_at(path: Path) -> None:
    """Whether there is a file that can be read to its end; reads a gzipped one once through."""
    if not path.exists():
        raise FeedUnusable("There is no such file.", "check the path.")
    if not path.is_file():
        raise FeedUnusable("That is not a file.", "give one file, not a folder or a device.")
    try:
        with path.open("rb") as raw:
            start = raw.read(len(_GZIP))
    except OSError:
        raise FeedUnusable("The file cannot be opened.", "check who may read it.") from None
    if start == _GZIP:
        _read_through(path)
    elif path.name.lower().endswith(".gz"):
        raise FeedUnusable("The file is called .gz and is not gzipped.", "gzip it or rename it.")


def _read_through(path: Path) -> None:
    size = 0
    try:
        with gzip.open(path, "rb") as packed:
            while piece := packed.read(1 << 20):
                size += len(piece)
                if size > MOST_UNPACKED:
                    raise FeedUnusable("The file unpacks to more than 8 GiB.", "send it in several files.")
    except (OSError, EOFError, zlib.error):
        raise FeedUnusable("The gzip archive is cut short or damaged.", "send the whole file again.") from None


def _opened(path: Path) -> IO[bytes]:
    raw = path.open("rb")
    packed = raw.read(len(_GZIP)) == _GZIP
    raw.seek(0)
    if not packed:
        return raw
    return io.BufferedReader(gzip.GzipFile(fileobj=raw, mode="rb"), 1 << 20)


def _probe_of(stream: IO[bytes]) -> bytes:
    """The first 64 kB, without a UTF-8 mark, which is then passed over; the stream stands there."""
    start = stream.read(_PROBE)
    if start.startswith(_OTHER_MARKS):
        raise FeedUnusable("The file is in UTF-16 or UTF-32.", "save it as UTF-8.")
    marked = start.startswith(_UTF8_MARK)
    if marked:
        start = start[len(_UTF8_MARK) :]
    if not start.strip():
        raise FeedUnusable("The file is empty.", "send a header line at least, or no file on a day without rows.")
    # One NUL may be a single bad row; a file of a tenth NULs is not text in UTF-8 at all.
    if start.count(0) * 10 > len(start):
        raise FeedUnusable("The file is not text in UTF-8.", "save it as UTF-8.")
    stream.seek(len(_UTF8_MARK) if marked else 0)
    return start


# --- JSON Lines -------------------------------------------------------------------------------


def refuse_other_json(probe: bytes) -> None:
    """Raises FeedUnusable where a file that begins so is JSON in another form than an object on each line."""
    first = next(line.strip() for line in probe.splitlines() if line.strip())
    if first.startswith(b"["):
        raise FeedUnusable("The file is one JSON list.", "write one object on each line.")
    if first == b"{":
        raise FeedUnusable("An object runs over several lines.", "write one object on each line, without breaks.")
    if not any(line.lstrip().startswith(b"{") for line in probe.splitlines()):
        raise FeedUnusable("The file is not JSON Lines.", "write one JSON object on each line.")


def _json_rows(stream: IO[bytes], checker: Checker) -> Iterator[Refused | FeedRow]:
    with stream:
        for line in lines_of(stream):
            if line.text == "" or (line.text is not None and line.text.isspace()):
                continue
            try:
                yield checker.check(_decoded(line), line.number)
            except Refusal as refusal:
                yield Refused(line.number, refusal.reason)


def _decoded(line: Line) -> Any:
    if line.text is None:
        raise Refusal(line.trouble)
    return from_json(line.text)


def from_json(text: str) -> Any:
    """The JSON value of a text; Refusal `not_json` also for NaN, a key twice, too deep or huge."""
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        raise Refusal("not_json") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key twice could say yes and no to the same question, so the row cannot be trusted."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)


# --- CSV --------------------------------------------------------------------------------------


def _csv_rows(stream: IO[bytes], checker: Checker) -> Iterator[Refused | FeedRow]:
    rows = CsvLines(stream)
    try:
        columns = Columns.of(rows.header())
    except WrongHeader as wrong:
        raise FeedUnusable(wrong.what, wrong.mend) from None
    return _checked_csv(stream, rows, columns, checker)


def _checked_csv(stream: IO[bytes], rows: CsvLines, columns: Columns, checker: Checker) -> Iterator[Refused | FeedRow]:
    with stream:
        for number, cells in rows.records(columns.count):
            try:
                if isinstance(cells, str):
                    raise Refusal(cells)
                yield checker.check(columns.object_of(cells, from_json), number)
            except Refusal as refusal:
                yield Refused(number, refusal.reason)


def counted(rows: Iterable[Refused | FeedRow]) -> tuple[int, int]:
    """How many rows were taken and how many refused; reads to the end."""
    taken = refused = 0
    for row in rows:
        if isinstance(row, Refused):
            refused += 1
        else:
            taken += 1
    return taken, refused
