"""A database as each kept release stored it is brought to this release with nothing lost."""

from __future__ import annotations

import json
import lzma
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hawl.config import prepare
from hawl.foundations.database import embedded, roles
from hawl.foundations.database.connection import Address, address, credential, given_url
from hawl.foundations.database.home import InstallationError, home
from hawl.foundations.vault import keys
from hawl.foundations.vault.sealing import CannotOpen, unseal

ROOT = Path(__file__).resolve().parents[2]
RELEASES = Path(__file__).parent / "releases"
KEPT = sorted(each.name for each in RELEASES.iterdir() if each.is_dir())
# As the server has them: counting functions belong to a role of their own, which a dump without owners leaves out.
_HAND_OVER = """
DO $$ DECLARE f regprocedure; BEGIN
  GRANT CREATE ON SCHEMA public TO "{figures}";
  FOR f IN SELECT oid::regprocedure FROM pg_proc WHERE prosecdef AND proname LIKE 'hawl\\_%' LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO "{figures}"', f);
  END LOOP;
  REVOKE CREATE ON SCHEMA public FROM "{figures}";
END $$
"""


def releases_not_kept(tags: list[str], kept: list[str]) -> list[str]:
    """Released versions, by their tags, that no test of upgrading starts from."""
    released = [found[1] for tag in tags if (found := re.fullmatch(r"v(\d+\.\d+\.\d+)", tag))]
    return sorted(set(released) - set(kept))


def _connect(where: Address, user: str, password: str, name: str) -> psycopg.Connection[Any]:
    return psycopg.connect(host=where.host, port=where.port, dbname=name, user=user, password=password, autocommit=True)


@pytest.fixture(params=KEPT)
def release(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, Address]]:
    """The folder of a kept release and a database of this test alone that holds it, as yet of that release."""
    where, owner = address(), credential("owner")
    name = f"{where.name}_upgrade_{request.param.replace('.', '_')}"
    here = Address(where.host, where.port, name, where.sslmode)
    given = given_url()
    admin = (given[1].user, given[1].password) if given else ("postgres", embedded.ensure_running(home()).password)
    with _connect(where, *admin, "postgres") as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}" OWNER "{owner.user}" TEMPLATE template0')
        with _connect(where, *admin, name) as fresh:
            roles.fit_database(fresh)
        _load(RELEASES / request.param / "database.sql.xz", here)
        monkeypatch.setenv("HAWL_DATABASE_ADDRESS", here.as_text())
        yield RELEASES / request.param, here
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _load(kept: Path, where: Address) -> None:
    owner = credential("owner")
    text = lzma.decompress(kept.read_bytes()).decode()
    # A setting that PostgreSQL before 17 does not know, and the names of the roles in this installation.
    text = text.replace("SET transaction_timeout = 0;\n", "")
    text = re.sub(r"(?<= TO )hawl_[a-z_, ]+(?= USING)", lambda to: _here(to[0]), text)
    done = subprocess.run(
        [str(embedded.PROGRAMS / "psql"), "-qX", "-v", "ON_ERROR_STOP=1", "-h", where.host, "-p", str(where.port),
         "-U", owner.user, "-d", where.name],
        input=text, env={"PGPASSWORD": owner.password}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-600:]
    with _as_owner(where) as connection:
        connection.execute(_HAND_OVER.replace("{figures}", roles.role_name(roles.FIGURES)))


def _here(names: str) -> str:
    return ", ".join(roles.role_name(each.strip().removeprefix("hawl_")) for each in names.split(","))


def _as_owner(where: Address) -> psycopg.Connection[Any]:
    owner = credential("owner")
    return _connect(where, owner.user, owner.password, where.name)


def _migrate(*more: str) -> None:
    """As `hawl prepare` does it, against the database of the test."""
    prepare._in_process("owner", "django", "migrate", "--no-input", "--verbosity", "0", *more)


@pytest.mark.slow
def test_a_kept_release_is_brought_to_this_one_with_nothing_lost(release: tuple[Path, Address], tmp_path: Path) -> None:
    folder, where = release
    facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    assert facts["counts"]["people_person"] >= 50
    _migrate()
    _migrate("--check")
    with _as_owner(where) as database:
        for table, count in facts["counts"].items():
            assert (table, database.execute(f'select count(*) from "{table}"').fetchone()[0]) == (table, count)
        scoped = database.execute(
            "select c.relname, c.relrowsecurity and c.relforcerowsecurity from pg_class c join pg_attribute a "
            "on a.attrelid = c.oid and a.attname = 'visible_to' "
            "where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace"
        ).fetchall()
        person = facts["person"]
        sealed = database.execute("select names from people_person where id = %s", [person["id"]]).fetchone()[0]
    assert len(scoped) >= 5
    assert [name for name, guarded in scoped if not guarded] == []

    key = tmp_path / "test-key.json"
    shutil.copy(folder / "test-key.json", key)
    key.chmod(0o600)
    opened = unseal(sealed, "people_person", person["id"], "names", keys._read(key))
    assert json.loads(opened) == person["names"]
    with pytest.raises(CannotOpen):  # the run's own key is another
        unseal(sealed, "people_person", person["id"], "names")
    with _connect(where, *_named("staff"), where.name) as staff:  # with nobody named, staff see nobody
        assert staff.execute("select count(*) from people_person").fetchone()[0] == 0


def _named(process: str) -> tuple[str, str]:
    who = credential(process)
    return who.user, who.password


@pytest.mark.slow
def test_a_migration_not_yet_applied_is_told(release: tuple[Path, Address]) -> None:
    _, where = release
    with _as_owner(where) as database:
        database.execute("delete from django_migrations where app = 'sessions'")
    with pytest.raises(InstallationError, match="migrate"):
        _migrate("--check")


def test_every_kept_release_is_small_and_whole() -> None:
    assert KEPT
    for name in KEPT:
        files = {each.name: each.stat().st_size for each in (RELEASES / name).iterdir()}
        assert set(files) == {"database.sql.xz", "facts.json", "test-key.json"}
        assert sum(files.values()) < 300_000


def test_a_release_without_its_fixture_is_found() -> None:
    tags = ["v0.1.0", "v0.2.0", "v1.0.0", "v1.0.0-rc1", "working"]
    assert releases_not_kept(tags, ["0.1.0"]) == ["0.2.0", "1.0.0"]


def test_every_tagged_release_is_kept() -> None:
    """Else nobody knows whether it can be upgraded: run tools/keep_release.py at that release."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("This is no git checkout: there are no tags to look at.")
    told = subprocess.run(["git", "-C", str(ROOT), "tag", "--list"], capture_output=True, text=True, check=True)
    assert releases_not_kept(told.stdout.split(), KEPT) == []
