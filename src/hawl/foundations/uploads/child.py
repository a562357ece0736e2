"""The process in which a file is opened: limited in time and memory, without a database, keys or environment.

`python -I -m hawl.foundations.uploads.child KIND`: the file on stdin; on stdout a line of JSON and the harmless copy.
"""

from __future__ import annotations

import json
import resource
import sys

from hawl.foundations.uploads.kinds import Kind, Refused

CPU_SECONDS = 10
MOST_MEMORY = 260 * 1024 * 1024  # of its own; with the libraries that it shares it stays under 300 MB
MOST_WRITTEN = 48 * 1024 * 1024


def limit() -> None:
    """Limit this process for good; it may open no further file to write than its own answer."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_WRITTEN, MOST_WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def answer(kind: Kind, content: bytes) -> bytes:
    """Give what is to be written to stdout."""
    try:
        made, left = _anew(kind, content)
    except Refused as refused:
        return json.dumps({"refused": refused.code}).encode() + b"\n"
    except MemoryError:
        return b'{"refused": "too_much_inside"}\n'
    return json.dumps({"left_behind": left}).encode() + b"\n" + made


def _anew(kind: Kind, content: bytes) -> tuple[bytes, list[str]]:
    # Only the library that this file needs is loaded.
    if kind is Kind.PDF:
        from hawl.foundations.uploads import documents

        return documents.anew(content)
    if kind is Kind.TXT:
        from hawl.foundations.uploads import words

        return words.anew(content)
    from hawl.foundations.uploads import pictures

    return pictures.anew(content, kind)


if __name__ == "__main__":
    limit()
    sys.stdout.buffer.write(answer(Kind(sys.argv[1]), sys.stdin.buffer.read()))
