"""What every command of `hawl` shares: JSON on one line, progress on stderr, exit codes, the way to the database.

Exit codes: 0 all well, 2 unusable input and nothing written, 3 some rows listed and the rest done. No Django.
"""

from __future__ import annotations

import functools
import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

import click

P = ParamSpec("P")
R = TypeVar("R")

SOME_ROWS_LISTED = 3

_boot: list[Callable[[], None]] = []
_serve: list[Callable[[], None]] = []


class Unusable(click.ClickException):
    """Input or installation that cannot be used: says what is wrong and how to mend it, ends with 2."""

    exit_code = 2

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(f"{what} {mend}".strip())

    def show(self, file: Any = None) -> None:
        """To stderr, never to stdout, which belongs to the result."""
        click.echo(f"hawl: {self.message}", err=True)


def fill_ports(*, boot: Callable[[], None], serve: Callable[[], None]) -> None:
    """Ports that `config` fills: what readies the database and Django, and what starts all processes."""
    _boot[:], _serve[:] = [boot], [serve]


def serve_all() -> None:
    """Start all processes of the installation and stay until a signal ends them."""
    for serve in _serve:
        serve()


def needs_database(command: Callable[P, R]) -> Callable[P, R]:
    """Marks a command that needs the database. Without the mark a command runs with none."""

    @functools.wraps(command)
    def ready(*args: P.args, **kwargs: P.kwargs) -> R:
        for boot in _boot:
            boot()
        return command(*args, **kwargs)

    return ready


def say_json(result: Mapping[str, Any]) -> None:
    """The result as exactly one line of JSON on stdout."""
    click.echo(json.dumps(result, ensure_ascii=False, separators=(", ", ": ")))


class Progress:
    """How far long work has come, on stderr: on one line at a terminal, a line every ten seconds elsewhere."""

    def __init__(self, what: str, total: int | None = None) -> None:
        self.what = what
        self.total = total
        self.started = time.monotonic()
        self._last = self.started
        self._live = sys.stderr.isatty()

    def at(self, done: int) -> None:
        """Tell that `done` of the total are done; most calls say nothing."""
        now = time.monotonic()
        if now - self._last < (0.3 if self._live else 10):
            return
        self._last = now
        rate = done / max(now - self.started, 0.001)
        of = f" of {self.total:,}" if self.total else ""
        line = f"{self.what}: {done:,}{of} ({rate:,.0f} a second)"
        click.echo(f"\r{line}\033[K" if self._live else line, err=True, nl=not self._live)

    def done(self, done: int) -> None:
        """Tell the end of the work."""
        seconds = time.monotonic() - self.started
        line = f"{self.what}: {done:,} in {seconds:.1f} s"
        click.echo(f"\r{line}\033[K" if self._live else line, err=True)
