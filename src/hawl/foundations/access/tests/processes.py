"""For tests: the connection in the role of another process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from hawl.foundations.database.connection import asking, credential


def speak_as(process: str) -> None:
    """From the next statement on, in the role of `process` and as it asks."""
    who = credential(process)
    settings = connection.settings_dict
    if settings["USER"] != who.user:
        connection.close()
        kept = {name: value for name, value in settings["OPTIONS"].items() if name != "server_side_binding"}
        settings.update(USER=who.user, PASSWORD=who.password, OPTIONS={**kept, **asking(process)})
        connection.features.__dict__.pop("uses_server_side_binding", None)  # which Django remembers


@contextmanager
def as_process(process: str) -> Iterator[None]:
    """Speak to the same database as `process` does; only what was committed is seen."""
    before = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD", "OPTIONS")}
    connection.close()
    speak_as(process)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)
