"""Starting the processes of an installation, each with its own role and keys, and ending all on one signal."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import click

from hawl.foundations.audit import seals
from hawl.foundations.database.connection import Address, address, credential_file
from hawl.foundations.database.home import InstallationError, home
from hawl.foundations.journal import keys as journal_keys
from hawl.foundations.vault import letterbox
from hawl.foundations.vault.keys import key_file

_RESTARTS = 5
_GRACE_SECONDS = 8
# What a child may inherit; above all no DATABASE_URL, which names the owner.
_INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "HAWL_AREA", "HAWL_HOSTS", "HAWL_BEHIND_TLS", "HAWL_LOG_LEVEL",
              "HAWL_SITE_NAME_EN", "HAWL_SITE_NAME_CY", "HAWL_LEAVE_TO", "HAWL_PROXIES")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Process:
    """One process: its database role, its port (none for jobs), and whether it holds the vault's keys."""

    name: str
    port: int | None
    holds_keys: bool

    def command(self) -> list[str]:
        """The program and its arguments."""
        if self.name == "sealer":
            return [sys.executable, "-m", "hawl.foundations.audit.sealer"]
        if self.port is None:
            return [sys.executable, "-m", "hawl.config.working"]
        return [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port),
            "--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "warning",
            "--respawn-failed-workers",
            "hawl.config.wsgi:application",
        ]  # fmt: skip

    def environment(self, where: Address) -> dict[str, str]:
        """Only what this process needs: its own credential, and keys where it holds them."""
        given = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        return {
            **given,
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "hawl.config.settings",
            "HAWL_PROCESS": self.name,
            "HAWL_DATABASE_ADDRESS": where.as_text(),
            "HAWL_CREDENTIAL_FILE": str(credential_file(self.name)),
            "HAWL_SECRET_FILE": str(home() / "credentials" / f"signing-{self.name}"),
            "HAWL_KEY_FILE": str(key_file()) if self.holds_keys else "none",
            "HAWL_INBOX": str(home() / "inbox") if self.name == "jobs" else "",
            "HAWL_DEMO": "1" if (home() / "demo.json").exists() else "",
            **(_of_sealer() if self.name == "sealer" else {}),
            **(_of_shipper() if self.name == "jobs" else {}),
            **(_of_provider() if self.name == "staff" else {}),
            **({"HAWL_LETTERBOX": letterbox.recipient()} if self.name == "partner" else {}),
        }


def _of_sealer() -> dict[str, str]:
    """The key of the audit's seals and where its heads are kept: told to this process alone."""
    return {
        "HAWL_SEAL_KEY_FILE": str(seals.key_file()),
        "HAWL_SEAL_FOLDER": str(seals.seal_folder()),
        "HAWL_ANCHORS": os.environ.get("HAWL_ANCHORS", ""),
    }


def _of_provider() -> dict[str, str]:
    """Who else may say who signs in, and the file with our secret there: told to the staff process alone."""
    names = ("HAWL_OIDC_ISSUER", "HAWL_OIDC_CLIENT_ID", "HAWL_OIDC_SECRET_FILE", "HAWL_OIDC_SECOND_FACTOR")
    return {name: os.environ[name] for name in names if name in os.environ}


def _of_shipper() -> dict[str, str]:
    """Where the safety journal lies outside the database, and its key: told to the jobs process alone."""
    return {
        "HAWL_JOURNAL_KEY_FILE": str(journal_keys.key_file()),
        "HAWL_JOURNAL_FOLDERS": os.pathsep.join(str(folder) for folder in journal_keys.folders()),
    }


def processes(staff_port: int, public_port: int, partner_port: int) -> tuple[Process, ...]:
    """All processes of an installation."""
    return (
        Process("staff", staff_port, holds_keys=True),
        Process("public", public_port, holds_keys=False),
        Process("partner", partner_port, holds_keys=False),
        Process("jobs", None, holds_keys=True),
        Process("sealer", None, holds_keys=False),
    )


@dataclass(slots=True)
class _Running:
    process: Process
    child: subprocess.Popen[bytes]
    restarts: int = 0
    started: float = field(default_factory=time.monotonic)


def serve(
    *, staff_port: int = 8000, public_port: int = 8001, partner_port: int = 8002, only: str | None = None
) -> None:
    """Start the processes (or `only` one) and stay until a signal; then end them all.

    A process that dies is started again, up to five times; when one cannot be kept up, all end with an error.
    Raises `InstallationError` for a taken port, or one port given twice.
    """
    wanted = [each for each in processes(staff_port, public_port, partner_port) if only in (None, each.name)]
    ports = [each.port for each in wanted if each.port is not None]
    if len(set(ports)) < len(ports):
        raise InstallationError("Two processes were given the same port.", "Give each a port of its own.")
    for port in ports:
        _refuse_taken(port)
    # Only now: these read tables, and Django is set up by whoever starts.
    from hawl.foundations.journal.shipping import files
    from hawl.foundations.journal.standing import refuse_behind_the_journal

    refuse_behind_the_journal(files())
    _refuse_demo_accounts()
    where = address()
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    running = [_Running(each, _start(each, where)) for each in wanted]
    try:
        _tell(wanted)
        while not ended.wait(0.5):
            for one in running:
                _keep_up(one, where, ended)
    finally:
        _end(running)


def _start(process: Process, where: Address) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches the supervisor alone, which then ends the children in order.
    return subprocess.Popen(
        process.command(), env=process.environment(where), cwd="/", start_new_session=True, stdin=subprocess.DEVNULL
    )


def _keep_up(each: _Running, where: Address, ended: threading.Event) -> None:
    if each.child.poll() is None:
        return
    # A server that was killed leaves its worker behind, which would go on answering on the port.
    _signal(each.child, signal.SIGKILL)
    if time.monotonic() - each.started > 60:
        each.restarts = 0
    each.restarts += 1
    if each.restarts > _RESTARTS:
        raise InstallationError(
            f"The {each.process.name} process does not stay up.", "Run `hawl doctor`; its last words are above."
        )
    click.echo(f"The {each.process.name} process ended ({each.child.returncode}); starting it again.", err=True)
    if ended.wait(min(each.restarts, 5)):
        return
    each.started = time.monotonic()
    each.child = _start(each.process, where)


def _end(running: list[_Running]) -> None:
    for each in running:
        _signal(each.child, signal.SIGTERM)
    deadline = time.monotonic() + _GRACE_SECONDS
    for each in running:
        try:
            each.child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _signal(each.child, signal.SIGKILL)
            each.child.wait()


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """To the whole group: a server's workers end with it."""
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        return


def _refuse_demo_accounts() -> None:
    """Their passwords and codes are printed by a command: no real caseload stands behind such a door."""
    from hawl.foundations.identity.queries import demo_accounts

    found = [] if (home() / "demo.json").exists() else demo_accounts()
    if found:
        raise InstallationError(
            f"This installation was not made by the demo and holds {len(found)} of its accounts.",
            f"End each: hawl account end {found[0]}",
        )


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as reason:
            raise InstallationError(
                f"Port {port} is taken by another program.",
                "End it, or choose others: hawl serve --staff-port 8100 --public-port 8101 --partner-port 8102",
            ) from reason


def _tell(wanted: list[Process]) -> None:
    words = {
        "staff": "Staff site",
        "public": "Public site",
        "partner": "Partners' API",
        "jobs": "Background work",
        "sealer": "Seals of audit",
    }
    for each in wanted:
        place = f"http://127.0.0.1:{each.port}/" if each.port else "running"
        click.echo(f"  {words[each.name]:<16} {place}", err=True)
    click.echo("  Ctrl-C ends all.", err=True)


def inbox() -> Path:
    """The folder in which feed files are left for the jobs process."""
    return Path(os.environ.get("HAWL_INBOX") or home() / "inbox")
