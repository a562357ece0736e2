"""A restore is told from a cut: by its signed statement, and by nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from hawl.config.backups.server import server
from hawl.foundations.audit import anchors, restores, seals
from hawl.foundations.audit.commands import _report
from hawl.foundations.audit.tests.audits import add_entries, sealing
from hawl.foundations.audit.verifying import Report

pytestmark = pytest.mark.slow
BACKUP_OF = "2026-11-21T02:00:00+00:00"


@pytest.fixture
def owner(new_database: Callable[[], str], seal_folder: Path) -> Iterator[psycopg.Connection[Any]]:
    new_database()
    with server().connect(connection.settings_dict["NAME"]) as plain:
        yield plain


def seal_some(owner: psycopg.Connection[Any], seals_made: int) -> None:
    for _ in range(seals_made):
        add_entries(owner, 5)
        with sealing() as sealer:
            sealer.seal_new()
            anchors._append(seals.seal_folder() / "anchors.jsonl", sealer.last_anchor().as_json())


def cut(owner: psycopg.Connection[Any], to: int) -> tuple[int, str]:
    """The chain and its entries end at that seal, as in a copy of that moment; gives its head."""
    owner.execute("SET session_replication_role = replica")
    owner.execute(
        "DELETE FROM audit_auditentry WHERE id IN (SELECT unnest(members) FROM audit_seal WHERE seq > %s)", [to]
    )
    owner.execute("DELETE FROM audit_seal WHERE seq > %s", [to])
    owner.execute("SET session_replication_role = DEFAULT")
    from hawl.foundations.audit.queries import links_of_seals

    return to, links_of_seals(owner, [to]).get(to, "")


def verified() -> Report:
    return _report(anchors.read(), ())


def kinds(report: Report) -> set[str]:
    return {each.kind for each in report.wrong}


def test_a_cut_is_found_and_a_stated_restore_is_explained_by_name(owner: psycopg.Connection[Any]) -> None:
    seal_some(owner, 5)
    assert verified().well
    head = cut(owner, 3)
    assert kinds(verified()) == {"truncated"}
    restores.state(backup_of=BACKUP_OF, now=head)
    found = verified()
    assert (found.wrong, {each.kind for each in found.explained}) == ([], {"restored"})
    assert "from the backup of 2026-11-21" in found.explained[0].what
    # The sealer notes the break, goes on, and that stays explained.
    seal_some(owner, 4)
    assert list(anchors.breaks())
    found = verified()
    assert (found.wrong, bool(found.explained)) == ([], True)


def test_a_cut_after_a_restore_is_found_whatever_the_statement_says(
    owner: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    seal_some(owner, 5)
    restores.state(backup_of=BACKUP_OF, now=cut(owner, 3))
    statements = seals.seal_folder() / "restores.json"
    told = json.loads(statements.read_text())
    seal_some(owner, 4)
    # Heads of after the restore, whatever the second in which they were kept.
    later = anchors.read()[-1]
    after = replace(later, at="2999-01-01T00:00:00+00:00")
    for to in (6, 5, 4, 3, 2):
        cut(owner, to)
        assert "truncated" in {each.kind for each in _report([*anchors.read(), after], ()).wrong}
    assert told["seq_now"] == 3


def test_a_statement_that_was_not_signed_here_or_was_changed_explains_nothing(owner: psycopg.Connection[Any]) -> None:
    seal_some(owner, 5)
    restores.state(backup_of=BACKUP_OF, now=cut(owner, 3))
    path = seals.seal_folder() / "restores.json"
    whole = json.loads(path.read_text())
    cut(owner, 2)
    for changes in ({"seq_now": 2}, {"seq_now": 0, "link_now": ""}, {"seq_before": 99}, {"signature": "00" * 64}):
        path.write_text(json.dumps({**whole, **changes}) + "\n")
        assert "truncated" in kinds(verified()), changes
    path.write_text(json.dumps(whole) + "\n")
    # A chain that does not even reach the copy of the statement is a cut.
    assert "truncated" in kinds(verified())


def test_a_restore_of_before_a_restore_is_explained_too(owner: psycopg.Connection[Any]) -> None:
    seal_some(owner, 5)
    restores.state(backup_of=BACKUP_OF, now=cut(owner, 4))
    seal_some(owner, 3)
    restores.state(backup_of=BACKUP_OF, now=cut(owner, 2))
    assert verified().wrong == []
    cut(owner, 1)
    assert "truncated" in kinds(verified())
