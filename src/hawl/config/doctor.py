"""What is wrong with an installation, in plain words, and how to mend it. Reads only."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

import hawl
from hawl.foundations.audit import seals
from hawl.foundations.database import embedded
from hawl.foundations.database.connection import credential, given_url
from hawl.foundations.database.home import InstallationError, home
from hawl.foundations.database.roles import connect_as, role_name
from hawl.foundations.vault.keys import key_file, key_ring

_LEAST_FREE = 1024 * 1024 * 1024
_MOST_SECONDS_APART = 2
_MOST_SECONDS_UNSEALED = 60
_DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "data_checksums": "on"}
# What no seal names among the entries of the last day; `hawl audit verify` looks at all.
_WAITING = (
    "SELECT extract(epoch FROM clock_timestamp() - min(e.at)) FROM audit_auditentry e"
    " WHERE e.at > now() - interval '1 day' AND NOT EXISTS (SELECT FROM (SELECT unnest(s.members) AS id"
    " FROM audit_seal s WHERE s.sealed_at > now() - interval '25 hours') AS sealed WHERE sealed.id = e.id)"
)
Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `mend` says what to do where it is not well; a `warning` stops nothing."""

    code: str
    well: bool
    what: str
    mend: str = ""
    warning: bool = False

    def as_dict(self) -> dict[str, Any]:
        """For `hawl doctor --json`."""
        return {
            "code": self.code, "well": self.well, "warning": self.warning, "what": self.what, "mend": self.mend,
        }  # fmt: skip


def examine() -> list[Finding]:
    """Look at everything; a check that cannot be made is itself a finding, and the others go on."""
    found: list[Finding] = []
    for look in (_python, _folder, _disk, _keys, _seal_key, _credentials, _styles):
        found += _safely(look)
    return found + _safely(_database)


def _safely(look: Callable[[], Iterator[Finding]]) -> list[Finding]:
    made: list[Finding] = []
    try:
        made.extend(look())
    except InstallationError as wrong:
        made.append(Finding(look.__name__.strip("_"), False, wrong.what, wrong.mend))
    except (OSError, psycopg.Error) as wrong:
        kind = type(wrong).__name__
        made.append(
            Finding(look.__name__.strip("_"), False, f"This could not be looked at ({kind}).", "See `hawl prepare`.")
        )
    return made


def _python() -> Iterator[Finding]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding(
        "python",
        sys.version_info >= (3, 11),
        f"Python is {version}.",
        "Install Python 3.11 or newer and run make setup.",
    )


def _folder() -> Iterator[Finding]:
    folder = home()
    if not folder.exists():
        yield Finding("folder", False, f"There is no installation in {folder}.", "Run `hawl prepare`.")
        return
    yield Finding(
        "folder", os.access(folder, os.W_OK), f"The installation is in {folder}.", "Make it writable for you."
    )


def _disk() -> Iterator[Finding]:
    place = home() if home().exists() else home().parent
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    yield Finding(
        "disk", free >= _LEAST_FREE, f"{free / 1024**3:.1f} GB are free for the database.",
        "Free at least 1 GB: a full disk stops PostgreSQL.",
    )  # fmt: skip


def _private(code: str, path: Path) -> Finding:
    if not path.exists():
        mend = "Put back the escrowed key file." if code == "key" and (home() / "prepared.json").exists() else ""
        return Finding(code, False, f"{path} is missing.", mend or "Run `hawl prepare`.")
    mode = stat.S_IMODE(path.stat().st_mode)
    return Finding(code, mode & 0o077 == 0, f"{path} is open to {mode:04o}.", f"Run: chmod 600 {path}")


def _keys() -> Iterator[Finding]:
    yield _private("key", key_file())
    ring = key_ring()
    yield Finding("key", True, f"The vault's key {ring.current} can be used.")


def _seal_key() -> Iterator[Finding]:
    yield _private("seal-key", seals.key_file())
    key = seals.signing_key()
    name = seals.key_id_of(seals.public_of(key))
    yield Finding(
        "seal-key-believed", name in seals.believed_keys(), f"The audit is sealed with the key {name}.",
        f"Add its public half to {seals.public_key_file()}: without it no seal of it is believed.",
    )  # fmt: skip


def _credentials() -> Iterator[Finding]:
    # With a server of one's own the owner's credential is in DATABASE_URL.
    owner = () if given_url() else ("owner",)
    processes = ("staff", "public", "partner", "jobs")
    for name in (*processes, "sealer", *owner, *(f"signing-{process}" for process in processes)):
        yield _private(f"credential-{name}", home() / "credentials" / name)


def _styles() -> Iterator[Finding]:
    css = Path(hawl.__file__).parent / "foundations" / "design" / "static" / "hawl" / "hawl.css"
    built = css.exists()
    what = "The styles of the pages are built." if built else "The styles of the pages are not built."
    yield Finding("styles", built, what, "Run `make setup`, or install the released wheel.")


def _database() -> Iterator[Finding]:
    if not given_url():
        folder = embedded.folder_of(home())
        if not (folder / "data" / "PG_VERSION").exists():
            yield Finding("database", False, "There is no database yet.", "Run `hawl prepare`.")
            return
    with connect_as("jobs", credential("jobs")) as connection:
        yield from _server(connection)
        yield from _rights(connection)
        yield from _tables(connection)
        yield from _copies(connection)


def _one(connection: Connection, sql: str, *values: Any) -> Any:
    row = connection.execute(sql, values).fetchone()
    return row[0] if row else None


def _server(connection: Connection) -> Iterator[Finding]:
    number = int(_one(connection, "show server_version_num"))
    yield Finding(
        "postgresql",
        number >= 150000,
        f"PostgreSQL is {number // 10000}.{number % 10000}.",
        "Use PostgreSQL 15 or newer.",
    )
    for setting, right in _DURABLE.items():
        value = _one(connection, "select current_setting(%s)", setting)
        yield Finding(
            f"durable-{setting}", value == right, f"{setting} is {value}.",
            f"Set {setting} = {right}: as it is, a power cut can lose what was saved."
            + (" It is chosen when the cluster is made: dump, make a new cluster with checksums, load."
               if setting == "data_checksums" else ""),
        )  # fmt: skip
    apart = abs(float(_one(connection, "select extract(epoch from clock_timestamp()) - %s", _now())))
    yield Finding(
        "clock", apart <= _MOST_SECONDS_APART, f"The clocks of this machine and the database are {apart:.1f} s apart.",
        "Set both by network time: dates of duties depend on them.",
    )  # fmt: skip


def _now() -> float:
    import time

    return time.time()


def _rights(connection: Connection) -> Iterator[Finding]:
    for process in ("staff", "public", "partner", "jobs", "sealer"):
        row = connection.execute(
            "select rolsuper, rolbypassrls, rolcreaterole or rolcreatedb from pg_roles where rolname = %s",
            [role_name(process)],
        ).fetchone()
        well, name = row == (False, False, False), role_name(process)
        yield Finding(
            f"role-{process}", well,
            f"The role {name} {'has only its own rights' if well else 'has rights that it must not have'}.",
            f"As administrator: ALTER ROLE {name} NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB;",
        )  # fmt: skip


def _copies(connection: Connection) -> Iterator[Finding]:
    """What restores kept of before them: whoever was erased since is in it, with their key."""
    rows = connection.execute(
        "select datname from pg_database where datname ~ "
        "('^' || regexp_replace(current_database(), '(\\W)', '\\\\\\1', 'g') || '_before_[0-9]{14}$') order by 1"
    ).fetchall()
    names = [str(name) for (name,) in rows]
    yield Finding(
        "copies-of-before", not names, f"Restores left copies that hold people erased since: {', '.join(names)}."
        if names else "No copy of before a restore is left.",
        "When nobody needs them any more: `hawl restore --drop-copies`.", warning=bool(names),
    )  # fmt: skip


def _sealing(connection: Connection) -> Iterator[Finding]:
    waits = float(_one(connection, _WAITING) or 0)
    late = waits > _MOST_SECONDS_UNSEALED
    yield Finding(
        "audit-sealed", not late, f"An entry of the audit has waited {waits:.0f} s for its seal." if late else
        "New entries of the audit are sealed.",
        "Is `hawl serve` running? It starts the sealer; `hawl seal --once` seals now.", warning=late,
    )  # fmt: skip


def _tables(connection: Connection) -> Iterator[Finding]:
    from hawl.config.prepare import is_prepared

    yield Finding(
        "release", is_prepared(), "The tables are those of this release." if is_prepared() else
        "The tables are of another release.", "Run `hawl upgrade`.",
    )  # fmt: skip
    unguarded = [
        row[0]
        for row in connection.execute(
            "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'visible_to' "
            "where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace "
            "and not (c.relrowsecurity and c.relforcerowsecurity) order by 1"
        ).fetchall()
    ]
    yield Finding(
        "row-security", not unguarded, "Every table about people is guarded row by row." if not unguarded else
        f"Not guarded row by row: {', '.join(unguarded)}.", "Run `hawl prepare`.",
    )  # fmt: skip
    orphans = {
        table: int(_one(connection, f"select hawl_orphans_of_{table}()")) for table in ("events", "duties", "contacts")
    }
    lost = {table: count for table, count in orphans.items() if count}
    yield Finding(
        "orphans", not lost, "Every event, duty and contact has its case or person." if not lost else
        f"Without their case or person: {lost}.", "Tell the makers: no act of Hawl leaves such rows.",
    )  # fmt: skip
    yield from _accounts(connection)
    yield from _sealing(connection)
    nobody = int(_one(connection, "select nobody from hawl_protection_counts()"))
    yield Finding(
        "sealed-open-to-nobody", not nobody, "Every sealed record can be opened by somebody who is named." if not nobody
        else f"{nobody} sealed records can be opened by nobody.",
        "A specialist lead asks under Reviews that others be named; records walled off from the force also need a "
        "specialist lead at the desk outside it (`desks: outside` in the area's routing).",
    )  # fmt: skip
    yield from _reviewers(connection)
    leads = _one(
        connection,
        "select count(*) from identity_user where is_active and roles @> array['specialist_lead']::varchar[]",
    )
    yield Finding(
        "specialist-lead", bool(leads), f"{leads} people have the role of specialist lead." if leads else
        "Nobody is specialist lead: a sealed record would be open to nobody.", "Give the role to at least two people.",
    )  # fmt: skip


def _reviewers(connection: Connection) -> Iterator[Finding]:
    """Who could review what is opened in an emergency, which opens also where nobody could."""
    able = int(_one(connection, "select count(*) from identity_user where hawl_may_review(id)"))
    late = int(_one(connection, "select hawl_openings_without_reviewers()"))
    yield Finding(
        "reviewers", able >= 2 and not late,
        f"{late} records opened in an emergency wait for somebody who can review them." if late else
        f"{able} people can review what is opened in an emergency.",
        "Two are needed besides whoever opened it: stewards with an active account, or specialist leads whose vetting "
        "and training hold.", warning=not late,
    )  # fmt: skip


def _accounts(connection: Connection) -> Iterator[Finding]:
    """Accounts of a demo where people are real, and dates that lapse within a month."""
    demo = 0
    if not (home() / "demo.json").exists():
        demo = int(_one(connection, "select count(*) from identity_user where is_demo and is_active"))
    yield Finding(
        "demo-accounts", not demo, f"{demo} accounts of a demo can sign in." if demo else
        "No account of a demo can sign in where it must not.", "`hawl account list` shows them; end each.",
    )  # fmt: skip
    lapsing = int(
        _one(
            connection,
            "select count(*) from identity_user where is_active"
            " and least(vetting_until, training_until) < current_date + 30",
        )
    )
    yield Finding(
        "clearances", not lapsing, f"The vetting or training of {lapsing} people has lapsed or lapses within 30 days."
        if lapsing else "Nobody's vetting or training lapses within 30 days.",
        "`hawl account list` shows the dates; `hawl account put` takes new ones.",
    )  # fmt: skip
