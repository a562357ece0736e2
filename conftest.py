"""The test run's own PostgreSQL and installation, thrown away at the end.

Each worker gets a database copied from one template. Tests speak to it as an application role, never as owner
or superuser; `@pytest.mark.process("staff")` chooses which (default `jobs`).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_IS_CONTROLLER = "PYTEST_XDIST_WORKER" not in os.environ

if _IS_CONTROLLER:
    _folder = tempfile.mkdtemp(prefix="hawl-tests-")
    os.chmod(_folder, 0o711)
    os.environ["HAWL_HOME"] = f"{_folder}/home"
os.environ["DJANGO_SETTINGS_MODULE"] = "hawl.config.settings"
os.environ.setdefault("HAWL_PROCESS", "jobs")


def _make_installation() -> None:
    from hawl.config import prepare
    from hawl.foundations.database import embedded
    from hawl.foundations.database.home import home

    if "DATABASE_URL" not in os.environ:
        embedded.ensure_running(home(), durable=False)
    with (Path(os.environ["HAWL_HOME"]).parent / "making.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not prepare.is_prepared():
            prepare.prepare(say=False)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "process(name): the process whose database role the test has")
    config.addinivalue_line("markers", "browser: needs Chromium")
    config.addinivalue_line("markers", "slow: more than a few seconds")
    if not config.option.collectonly:
        _make_installation()
        # The settings read the installation, so Django is made ready only now that there is one.
        import django

        django.setup()
        _hash_quickly()

        from hawl.foundations.identity.tests.signing import force_whole_sign_in

        force_whole_sign_in()


def _hash_quickly() -> None:
    """The same hasher with the least work: a hash costs half a second otherwise, and most tests make four accounts."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1


def pytest_unconfigure(config: pytest.Config) -> None:
    if not _IS_CONTROLLER:
        return
    from hawl.foundations.database import embedded
    from hawl.foundations.database.home import home

    embedded.stop_if_last(home())
    shutil.rmtree(Path(os.environ["HAWL_HOME"]).parent, ignore_errors=True)


def _admin(database: str = "postgres") -> Any:
    """A connection that may make databases."""
    import psycopg

    from hawl.foundations.database import connection, embedded
    from hawl.foundations.database.home import home

    where = connection.address()
    given = connection.given_url()
    user, password = (
        (given[1].user, given[1].password) if given else ("postgres", embedded.ensure_running(home()).password)
    )
    return psycopg.connect(
        host=where.host, port=where.port, user=user, password=password, dbname=database, autocommit=True
    )


@pytest.fixture(scope="session")
def django_db_setup() -> Iterator[None]:
    """One database for this worker, copied from the prepared one."""
    from django.db import connection

    template = connection.settings_dict["NAME"]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"{template}_test_{worker}"
    _copy_database(template, name)
    # Tests of the staff site make their accounts in their own transaction, which the site itself never does. A test's
    # own database (`new_database`) has the grants of an installation.
    with _admin(name) as admin:
        admin.execute("GRANT INSERT, UPDATE ON identity_user TO hawl_staff")
    connection.close()
    connection.settings_dict["NAME"] = name
    os.environ["HAWL_TEST_DATABASE"] = name
    yield
    connection.close()
    _drop_database(name)


def _copy_database(template: str, name: str) -> None:
    from hawl.foundations.database.connection import credential
    from hawl.foundations.database.roles import fit_database

    with (Path(os.environ["HAWL_HOME"]).parent / "making.lock").open("w") as lock, _admin() as admin:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _drop_database(name)
        # The owner's, as the installation's own is: it lays rules down anew in some tests.
        owner = credential("owner").user
        admin.execute(f'CREATE DATABASE "{name}" OWNER "{owner}" TEMPLATE "{template}"')
    # Rights on the database itself are not copied with it.
    with _admin(name) as admin:
        fit_database(admin)
    _no_copy(name)


def _no_copy(name: str) -> None:
    """Commands refuse a database that was copied from another before the safety journal is back in it: this one may."""
    with _admin(name) as admin:
        admin.execute(
            "UPDATE journal_journalstanding SET database = (SELECT oid FROM pg_database WHERE datname = %s)", [name]
        )


def _drop_database(name: str) -> None:
    import psycopg

    with _admin() as admin:
        for wait in (0.2, 1, 5, 20, None):
            try:
                admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
                return
            except psycopg.errors.InsufficientPrivilege:
                # A server of the machine may tidy the database just now, and only its superuser could end that.
                if wait is None:
                    raise
                time.sleep(wait)


@contextmanager
def _own_databases(blocker: Any, kind: str) -> Iterator[Callable[[], str]]:
    """Makes databases, to the last of which the connection speaks; they are gone at the end."""
    from django.db import connection

    shared = connection.settings_dict["NAME"]
    template, _, worker = shared.rpartition("_test_")
    made: list[str] = []

    def make() -> str:
        name = f"{template}_{kind}_{worker}_{len(made)}"
        _copy_database(template, name)
        made.append(name)
        connection.close()
        connection.settings_dict["NAME"] = name
        return name

    with blocker.unblock():
        yield make
        connection.close()
    connection.settings_dict["NAME"] = shared
    for name in made:
        _drop_database(name)


@pytest.fixture
def new_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[[], str]]:
    """Makes databases of the test's own, empty of people, in which commits stay; the connection speaks to the last.

    `hawl.foundations.access.tests.processes.as_process` changes the role in which it does.
    """
    with _own_databases(django_db_blocker, "own") as make:
        yield make


@pytest.fixture(scope="module")
def module_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[..., None]]:
    """One such database for all tests of a module; gives what empties tables of it between them."""
    with _own_databases(django_db_blocker, "module") as make:
        name = make()

        def empty(*tables: str) -> None:
            with _admin(name) as admin:
                admin.execute(f"TRUNCATE {', '.join(tables)} CASCADE")

        yield empty


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give the test the database role, addresses and middleware of the process it names."""
    from django.conf import settings
    from django.urls import clear_url_caches

    from hawl.foundations.access.tests.processes import speak_as

    marker = item.get_closest_marker("process")
    process = marker.args[0] if marker else "jobs"
    speak_as(process)
    from hawl.config.settings import web

    urlconf = web.urlconf_of(process)
    if urlconf != settings.ROOT_URLCONF:
        settings.ROOT_URLCONF = urlconf
        settings.MIDDLEWARE = web.middleware_of(process)
        clear_url_caches()
