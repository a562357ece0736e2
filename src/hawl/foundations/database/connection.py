"""Where the database is, and as whom this process speaks to it.

A process is one of `staff`, `public`, `partner`, `jobs` (with the command line), `sealer` and `owner` (migrations
only).
Its credential is one 0600 file. `hawl serve` gives each process the path of its own file and no other.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

from hawl.foundations.database import embedded
from hawl.foundations.database.home import InstallationError, home, read_private

PROCESSES = ("staff", "public", "partner", "jobs", "sealer", "owner")
_PAGES = ("staff", "public", "partner")


@dataclass(frozen=True, slots=True)
class Address:
    """Host, port and name of the database; `sslmode` as libpq knows it."""

    host: str
    port: int
    name: str
    sslmode: str = "prefer"

    def as_text(self) -> str:
        """One line that `Address.from_text` reads again; holds no password."""
        return json.dumps([self.host, self.port, self.name, self.sslmode])

    @classmethod
    def from_text(cls, text: str) -> Address:
        """The address that `as_text` wrote."""
        host, port, name, sslmode = json.loads(text)
        return cls(host, int(port), name, sslmode)


@dataclass(frozen=True, slots=True)
class Credential:
    """A database role and its password."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Credential({self.user!r})"


def this_process() -> str:
    """Which process this is, by `HAWL_PROCESS`; the command line counts as `jobs`."""
    named = os.environ.get("HAWL_PROCESS", "jobs")
    if named not in PROCESSES:
        raise InstallationError(f"HAWL_PROCESS is {named!r}.", f"Use one of: {', '.join(PROCESSES)}.")
    return named


def asking(process: str) -> dict[str, Any]:
    """How `process` puts its statements, as options of Django's connection.

    Pages send values beside their statements, so that some can be planned once (`access/preparing.py`). Jobs write the
    values into them: what they ask differs a thousandfold in size, and an import took a sixth longer otherwise.
    """
    return {"server_side_binding": True} if process in _PAGES else {}


def given_url() -> tuple[Address, Credential] | None:
    """Address and owner credential of `DATABASE_URL`; `None` where it is not set."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        return None
    try:
        parts = urlparse(url)
        port = parts.port or 5432
    except ValueError:
        parts, port = None, 0
    if not parts or parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise InstallationError(
            "DATABASE_URL does not name a PostgreSQL database.",
            "Write it as postgresql://user:password@host:5432/name",
        )
    options = parse_qs(parts.query)
    address = Address(
        host=unquote(parts.hostname or options.get("host", ["127.0.0.1"])[0]),
        port=port,
        name=parts.path.strip("/"),
        sslmode=options.get("sslmode", ["prefer"])[0],
    )
    return address, Credential(unquote(parts.username or ""), unquote(parts.password or ""))


def address() -> Address:
    """The database's address: handed down by `hawl serve`, else `DATABASE_URL`, else embedded.

    Starts the embedded server when that is the one and it is down.
    """
    handed = os.environ.get("HAWL_DATABASE_ADDRESS")
    if handed:
        return Address.from_text(handed)
    given = given_url()
    if given:
        return given[0]
    server = embedded.ensure_running(home())
    return Address("127.0.0.1", server.port, "hawl", "disable")


def credential_file(process: str) -> Path:
    """Path of the credential of `process` in this installation."""
    handed = os.environ.get("HAWL_CREDENTIAL_FILE")
    if handed and process == this_process():
        return Path(handed)
    return home() / "credentials" / process


def credential(process: str) -> Credential:
    """Role and password of `process`; `InstallationError` before `hawl prepare` made them."""
    given = given_url()
    if process == "owner" and given:
        return given[1]
    path = credential_file(process)
    try:
        user, password = json.loads(read_private(path))
    except FileNotFoundError as reason:
        raise InstallationError(
            f"There is no database credential for the {process} process at {path}.",
            "Run `hawl prepare` once.",
        ) from reason
    return Credential(user, password)
