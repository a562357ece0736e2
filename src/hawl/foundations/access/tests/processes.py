"""For tests: the connection in the role of another process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from hawl.foundations.database.connection import credential


@contextmanager
def as_process(process: str) -> Iterator[None]:
    """Speak to the same database in the role of `process`; only what was committed is seen."""
    before = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    who = credential(process)
    connection.close()
    connection.settings_dict.update(USER=who.user, PASSWORD=who.password)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)
