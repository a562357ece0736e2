"""Backup and restore on real databases: yesterday's copy, today's decisions, and no half of anything."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from django.db import connection

from hawl.config.backups import commands, restoring, sealed_file
from hawl.config.backups.counting import count
from hawl.config.backups.replaying import replay_here
from hawl.config.backups.sealed_file import BackupUnusable
from hawl.config.backups.server import server
from hawl.config.backups.tests.installations import (
    ALL,
    MACHINE,
    NAME,
    Installation,
    person,
    yesterday,
)
from hawl.config.doctor import _copies
from hawl.foundations.access.scope import acting_as
from hawl.foundations.database.home import InstallationError
from hawl.foundations.journal import shipping
from hawl.foundations.journal.actions import note, replay
from hawl.foundations.journal.models import JournalEntry, JournalStanding
from hawl.foundations.journal.put_back import CannotReplay
from hawl.foundations.journal.standing import DoorsShut, refuse_behind_the_journal, refuse_without_standing
from hawl.registers.people.models import Person

pytestmark = [pytest.mark.slow]
COUNCIL = "known-plain-word-xyzzy"


def test_a_restore_of_yesterday_has_no_stale_protection(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the rooms' own handlers: what was decided after the backup stands once it is restored."""
    decided = yesterday()
    with installation.where.connect() as plain:
        # Safe by a decision of before, laid without the two people whom the guards would ask for.
        plain.execute("SET session_replication_role = replica")
        plain.execute(
            "UPDATE people_contact SET ring = 'safe', decided_at = now(), version = 1, decided_uses = '{ring}' "
            "WHERE id = %s",
            [decided.unsafe.pk],
        )
    file = installation.back_up()
    decided.note()
    shipping.ship(shipping.files())
    before = installation.contents()
    done = installation.restore(file)
    assert sum(done.replayed["put_back"].values()) == len(ALL), done.replayed
    assert decided.stale() == []
    refuse_behind_the_journal(shipping.files())
    # What was before is kept, and closed to the processes.
    assert done.old_database in installation.databases()
    with replace(installation.where, where=installation.where.called(done.old_database)).connect() as old:
        assert count(old) == before
        assert old.execute("SELECT has_database_privilege('hawl_jobs', current_database(), 'connect')").fetchone() == (
            False,
        )
    # New entries are numbered after those that were put back.
    with acting_as(MACHINE):
        note(kind="no_first_call", subject=decided.sealed.pk)
    numbers = list(JournalEntry.objects.values_list("number", flat=True))
    assert len(numbers) == len(set(numbers)) == len(ALL) + 1
    # The positive control: with the journal skipped, each of them is stale, and the doors stay shut.
    nothing = {"newest_number": 0, "outside": 0, "put_back": {}, "unplaced": []}
    monkeypatch.setattr(restoring, "_replay", lambda where: nothing)
    shipping.ship(shipping.files())
    installation.restore(file)
    assert decided.stale() == ALL
    with pytest.raises(DoorsShut, match=f"{len(ALL) + 1} entries that this database lacks"):
        refuse_behind_the_journal(shipping.files())


def test_copies_of_before_a_restore_are_told_of_and_taken_away(
    installation: Installation, handlers: dict[str, Any]
) -> None:
    """Of this database alone: what another installation of the server left is not ours."""
    yesterday()
    kept = [installation.restore(installation.back_up()).old_database]
    stranger = installation.where.make("trial")
    with installation.where.connect("postgres") as admin:
        for name in (f"{installation.name}_beforehand_20260101000000", f"x{installation.name}_before_20260101000000"):
            admin.execute(f'ALTER DATABASE "{stranger}" RENAME TO "{name}"')
            assert installation.where.copies() == kept
            stranger = name
    with installation.where.connect() as plain:
        (told,) = _copies(plain)
    assert (told.well, told.warning, kept[0] in told.what) == (False, True, True)
    run = CliRunner().invoke(commands.restore, ["--drop-copies", "--json"])
    assert json.loads(run.output) == {"dropped": kept}
    assert installation.where.copies() == []
    assert installation.name in installation.databases()
    with installation.where.connect() as plain:
        assert next(_copies(plain)).well
    assert CliRunner().invoke(commands.restore, ["x", "--drop-copies"]).exit_code == 2
    assert CliRunner().invoke(commands.restore, []).exit_code == 2
    with installation.where.connect("postgres") as admin:
        admin.execute(f'DROP DATABASE "{stranger}"')


def test_a_copy_loaded_by_other_means_opens_no_door_until_the_journal_is_replayed(
    installation: Installation, handlers: dict[str, Any]
) -> None:
    decided = yesterday()
    installation.back_up()
    refuse_without_standing()
    connection.close()
    name = installation.where.make("copy")
    with installation.where.connect("postgres") as admin:
        admin.execute(f'DROP DATABASE "{name}"')
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{installation.name}"')
    installation.use(name)
    with pytest.raises(DoorsShut, match="copy of another"):
        refuse_without_standing()
    with replace(installation.where, where=installation.where.called(name)).connect() as plain:
        plain.execute("DELETE FROM journal_journalstanding")
        with pytest.raises(DoorsShut, match="was restored"):
            refuse_without_standing()
        restoring.give_standing(plain, replay_here())
    refuse_without_standing()
    assert decided.stale() == ALL
    assert JournalStanding.objects.get().put_back == 0


def test_a_backup_holds_no_known_word_in_the_open_and_no_key(installation: Installation) -> None:
    with acting_as(MACHINE):
        person(language=COUNCIL)
    file = installation.back_up()
    data = file.read_bytes()
    for word in (NAME, COUNCIL, "Gwenhwyfar", "people_person", "07700900321"):
        assert word.encode() not in data
    with installation.where.connect() as plain:
        # The positive control: in the database one of the words lies open.
        assert plain.execute("SELECT count(*) FROM people_person WHERE language = %s", [COUNCIL]).fetchone() == (1,)
    assert file.stat().st_mode & 0o077 == 0
    assert [each for each in file.parent.iterdir() if each.name.endswith(".part")] == []


def test_a_backup_is_verified_by_restoring_it_beside(installation: Installation) -> None:
    yesterday()
    file = installation.back_up()
    before = installation.databases()
    found = restoring.verify(file, installation.secret)
    assert found.differences == []
    assert found.tables > 20
    assert installation.databases() == before


def test_a_cut_or_changed_backup_or_another_key_is_refused_and_nothing_is_touched(installation: Installation) -> None:
    yesterday()
    file = installation.back_up()
    whole, before, databases = file.read_bytes(), installation.contents(), installation.databases()
    other = installation.folder / "other.txt"
    sealed_file.make_key(other)
    with pytest.raises(BackupUnusable):
        restoring.restore(file, other, replace=True)
    for damaged in (whole[:-1], whole[: len(whole) // 2], whole[:9000] + b"x" + whole[9001:], b""):
        file.write_bytes(damaged)
        with pytest.raises(BackupUnusable):
            installation.restore(file)
    assert installation.contents() == before
    assert installation.databases() == databases


def test_a_restored_table_that_differs_is_refused(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    yesterday()
    file = installation.back_up()
    counting = restoring.count

    def one_row_less(plain: Any, tell: Any = None) -> Any:
        plain.execute("DELETE FROM people_contact")
        return counting(plain, tell)

    monkeypatch.setattr(restoring, "count", one_row_less)
    with pytest.raises(BackupUnusable, match="people_contact has 0 rows instead of 2"):
        restoring.verify(file, installation.secret)

    def without_force(plain: Any, tell: Any = None) -> Any:
        plain.execute("ALTER TABLE people_person NO FORCE ROW LEVEL SECURITY")
        return counting(plain, tell)

    monkeypatch.setattr(restoring, "count", without_force)
    with pytest.raises(BackupUnusable, match="people_person has lost its row security"):
        restoring.verify(file, installation.secret)

    def one_word(plain: Any, tell: Any = None) -> Any:
        plain.execute("UPDATE people_contact SET ring = 'unsafe'")
        return counting(plain, tell)

    monkeypatch.setattr(restoring, "count", one_word)
    with pytest.raises(BackupUnusable, match="people_contact has other content"):
        restoring.verify(file, installation.secret)


def test_an_installation_that_is_not_empty_is_not_replaced_unless_told(installation: Installation) -> None:
    yesterday()
    file = installation.back_up()
    with pytest.raises(InstallationError, match="not empty"):
        installation.restore(file, replace_it=False)


def test_a_restore_is_refused_while_a_process_uses_the_database(installation: Installation) -> None:
    yesterday()
    file = installation.back_up()
    connection.close()
    with installation.where.connect(), pytest.raises(InstallationError, match="1 processes use the database"):
        restoring.restore(file, installation.secret, replace=True)


def test_a_process_that_just_ended_is_waited_for(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    where = server()
    monkeypatch.setattr(restoring.time, "sleep", lambda _: ending.close())
    ending = where.connect()
    connection.close()
    restoring._refuse_in_use(where)
    assert ending.closed


def test_a_journal_whose_end_was_taken_away_is_not_replayed(
    installation: Installation, handlers: dict[str, Any]
) -> None:
    decided = yesterday()
    decided.note()
    file = installation.back_up()
    before = installation.contents()
    outside = shipping.files()[0].path
    lines = outside.read_bytes().splitlines(keepends=True)
    outside.write_bytes(b"".join(lines[:-1]))
    with pytest.raises(CannotReplay, match="lacks 1 entries"):
        installation.restore(file)
    outside.write_bytes(b"".join([*lines[:2], *lines[3:]]))
    with pytest.raises(InstallationError, match="damaged"):
        installation.restore(file)
    outside.unlink()
    with pytest.raises(CannotReplay, match="lacks 8 entries"):
        installation.restore(file)
    assert installation.contents() == before


def test_a_kind_that_no_room_puts_back_keeps_everything_as_it_was(
    installation: Installation, handlers: dict[str, Any]
) -> None:
    decided = yesterday()
    file = installation.back_up()
    decided.note()
    shipping.ship(shipping.files())
    del handlers["denied"]
    before = installation.contents()
    with pytest.raises(CannotReplay, match="denied"):
        installation.restore(file)
    assert installation.contents() == before


def test_what_lowers_comes_back_only_after_a_raise_that_the_journal_holds(
    installation: Installation, handlers: dict[str, Any]
) -> None:
    with acting_as(MACHINE):
        raised, only_lowered, other = person(), person(), person()
        note(kind="restricted", subject=other.pk)
    file = installation.back_up()
    with acting_as(MACHINE):
        note(kind="sealed", subject=raised.pk)
        note(kind="unsealed", subject=raised.pk)
        note(kind="unsealed", subject=only_lowered.pk)
        note(kind="denied", subject=other.pk, facts={"user": 1})
        note(kind="denial_ended", subject=other.pk, facts={"user": 2})
        # Its raise is in the backup and in the journal: the lowering was decided after it.
        note(kind="unrestricted", subject=other.pk)
    shipping.ship(shipping.files())
    done = installation.restore(file)
    assert done.replayed["left_lower"] == {"unsealed": 1, "denial_ended": 1}
    assert handlers["called"] == ["sealed", "unsealed", "denied", "unrestricted"]


def test_a_lowering_that_no_room_puts_back_stays_undone(installation: Installation, handlers: dict[str, Any]) -> None:
    with acting_as(MACHINE):
        who = person()
    file = installation.back_up()
    with acting_as(MACHINE):
        note(kind="sealed", subject=who.pk)
        note(kind="unsealed", subject=who.pk)
    shipping.ship(shipping.files())
    del handlers["unsealed"]
    done = installation.restore(file)
    assert (done.replayed["put_back"], done.replayed["left_lower"]) == ({"sealed": 1}, {"unsealed": 1})


def test_replaying_twice_is_harmless_and_people_not_in_the_copy_are_told(
    installation: Installation, handlers: dict[str, Any]
) -> None:
    file = installation.back_up()
    decided = yesterday()
    decided.note()
    shipping.ship(shipping.files())
    done = installation.restore(file)
    assert len(done.replayed["unplaced"]) == len(ALL)
    outside = shipping.files()[0].entries()
    again = replay(by=MACHINE, outside=outside)
    assert again.total() == 0
    assert JournalEntry.objects.count() == len(ALL)


KILLED = """
    import os, sys
    from pathlib import Path
    import django
    django.setup()
    from dataclasses import replace
    from hawl.config.backups import copying, restoring
    from hawl.config.backups.server import server
    own = server()
    own = replace(own, where=own.called(sys.argv[1]))
    copying.server = restoring.server = lambda: own
    print("go", flush=True)
    restoring.restore(Path(sys.argv[2]), Path(sys.argv[3]), replace=True)
    print("done", flush=True)
"""


def test_a_restore_killed_at_any_moment_leaves_what_was(installation: Installation) -> None:
    decided = yesterday()
    file = installation.back_up()
    with acting_as(MACHINE):
        Person.objects.filter(pk=decided.sealed.pk).update(language="now")
    before = installation.contents()
    connection.close()
    ended = 0
    for wait in (0.05, 0.3, 0.6, 1.0, 1.6, 2.4, 3.5, 5.0):
        program = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(KILLED), installation.name, str(file), str(installation.secret)],
            env={**os.environ}, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        assert program.stdout
        assert program.stdout.readline() == "go\n"
        time.sleep(wait)
        os.killpg(program.pid, signal.SIGKILL)
        ended += "done" in program.stdout.read()
        program.wait()
        program.stdout.close()
        if ended:
            break
        for _ in range(50):
            try:
                assert installation.contents() == before, wait
                break
            except psycopg.OperationalError:
                time.sleep(0.1)
    assert ended == 0 or wait > 1
