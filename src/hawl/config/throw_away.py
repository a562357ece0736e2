"""Installations of a check's, a drill's or a benchmark's own, gone at their end; the caller's is not touched."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def home_of_its_own() -> Iterator[Path]:
    """A folder with `HAWL_HOME` inside it, which need not be there yet; no other setting of the caller's is left."""
    for name in [each for each in os.environ if each.startswith("HAWL_") or each == "DATABASE_URL"]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="hawl-throw-away-") as folder:
        # As root the server runs as a user of its own, who must be able to pass through.
        Path(folder).chmod(0o711)
        os.environ["HAWL_HOME"] = f"{folder}/home"
        os.environ["DJANGO_SETTINGS_MODULE"] = "hawl.config.settings"
        yield Path(folder)


@contextmanager
def prepared(process: str, *, durable: bool = False) -> Iterator[Path]:
    """The same, prepared, for that process's role, with the server running; on a disk that need not be waited for."""
    with home_of_its_own() as folder:
        from hawl.config import prepare
        from hawl.foundations.database import embedded
        from hawl.foundations.database.home import home

        try:
            embedded.ensure_running(home(), durable=durable)
            prepare.prepare(say=False)
            os.environ["HAWL_PROCESS"] = process
            yield folder
        finally:
            embedded.stop_if_last(home())
