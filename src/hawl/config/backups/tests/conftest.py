"""An installation of the test's own, and stand-ins for what rooms put back."""

# What needs settings is imported in the fixtures: they stand only once the test run has made its installation.
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from hawl.config.backups.tests.installations import Installation
    from hawl.foundations.journal.kinds import Entry


@pytest.fixture
def installation(
    new_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    from django.db import connection

    from hawl.config.backups import copying, restoring, sealed_file
    from hawl.config.backups.replaying import replay_here
    from hawl.config.backups.server import server
    from hawl.config.backups.tests.installations import Installation

    name = new_database()
    own = server()
    own = replace(own, where=own.called(name))
    for module in (copying, restoring):
        monkeypatch.setattr(module, "server", lambda: own)
    monkeypatch.setenv("HAWL_JOURNAL_FOLDERS", str(tmp_path / "journal"))
    secret = tmp_path / "offline" / "secret.txt"
    made = Installation(name, own, tmp_path, secret, sealed_file.make_key(secret))
    with own.connect() as plain:
        plain.execute("DELETE FROM journal_journalstanding")
        restoring.give_standing(plain, {"newest_number": 0, "outside": 0, "put_back": {}, "unplaced": []})

    def in_this_process(where: Any) -> dict[str, Any]:
        # The rooms' own handlers are tried where they are written; here each stands for one kind of decision.
        made.use(where.name)
        try:
            return replay_here()
        finally:
            made.use(name)

    monkeypatch.setattr(restoring, "_replay", in_this_process)
    yield made
    made.use(name)
    connection.close()
    with own.connect("postgres") as admin:
        left = [d for d in made.databases() if d.startswith(f"{name}_")]
        for each in left:
            admin.execute(f'DROP DATABASE IF EXISTS "{each}" WITH (FORCE)')


@pytest.fixture
def handlers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[Entry], bool | None]]:
    """Stand-ins that keep in what order they were called, and know whether the person is there."""
    from hawl.foundations.journal import replaying
    from hawl.foundations.journal.kinds import KINDS
    from hawl.registers.people.models import Person

    called: list[str] = []

    def one(entry: Entry) -> bool:
        called.append(entry.kind)
        return Person.objects.filter(pk=entry.subject).exists()

    made: dict[str, Any] = dict.fromkeys(KINDS, one)
    made["called"] = called
    monkeypatch.setattr(replaying, "_handlers", made)
    monkeypatch.setattr(replaying, "_after", [])
    return made
