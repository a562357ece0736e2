"""Whatever is done to the audit is found; a check that trusts stored hashes misses much of it. `make drill-audit` tries
each kind at a hundred places, this test at three."""

from __future__ import annotations

import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit import anchors, sealer, seals
from hawl.foundations.audit.actions import record
from hawl.foundations.audit.tests.audits import add_entries, connect, sealing
from hawl.foundations.audit.tests.tampering import KINDS
from hawl.foundations.audit.verifying import chain_alone, verify

PLACES = int(os.environ.get("DRILL_PLACES", "3"))
SEALS, ENTRIES_IN_ONE = 24, 8


@pytest.fixture
def drilled(
    new_database: Callable[[], str], seal_folder: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[psycopg.Connection[Any]]:
    """A day's audit, sealed each hour and anchored, and grave acts that no seal has yet; the tamperer's connection."""
    new_database()
    hours = [datetime.now(UTC) - timedelta(hours=SEALS - number) for number in range(SEALS)]
    with connect("owner") as owner:
        owner.execute("TRUNCATE audit_auditentry, audit_seal, audit_gravelink")
        with sealing() as worker:
            for hour in hours:
                add_entries(owner, ENTRIES_IN_ONE, hour.isoformat())
                monkeypatch.setattr(sealer, "_now", lambda hour=hour: hour + timedelta(seconds=2))
                worker.seal_new()
            anchors.write_daily(worker.last_anchor())
        for number in range(5):
            with acting_as(Actor(label="user:1")):
                record(action="glass.broken", object_kind="person", object_id=str(number), grave=True)
        owner.autocommit = False
        yield owner
        owner.rollback()


def test_tampering_of_every_kind_is_found_wherever_it_is_done(drilled: psycopg.Connection[Any]) -> None:
    keys, kept = seals.believed_keys(), anchors.read()
    untouched = verify(drilled, anchors=kept, keys=keys)
    assert (untouched.wrong, untouched.rows, untouched.seals) == ([], SEALS * ENTRIES_IN_ONE, SEALS)
    assert (untouched.unsealed, untouched.grave, untouched.anchors) == (5, 5, 2)
    drilled.rollback()
    found, found_by_stored_hashes = Counter[str](), Counter[str]()
    for tamper in KINDS:
        for place in range(PLACES):
            chance = random.Random(f"{tamper.__name__} {place}")
            tamper(drilled, chance.randint(1, SEALS), chance)
            found[tamper.__name__] += not verify(drilled, anchors=kept, keys=keys).well
            found_by_stored_hashes[tamper.__name__] += bool(chain_alone(drilled, keys))
            drilled.rollback()
    if PLACES > 3:
        told = [f"{kind}: {PLACES} tried, {found[kind]} found, {found_by_stored_hashes[kind]} by stored hashes alone"
                for kind in found]  # fmt: skip
        told.append(f"{len(found)} kinds, {found.total()} of {len(found) * PLACES} found;"
                    f" by stored hashes alone {found_by_stored_hashes.total()}")  # fmt: skip
        sys.stdout.write("\n".join(["", *told, ""]))
    assert found == {kind.__name__: PLACES for kind in KINDS}
    # The control: were the drill blind, this half of a verification would look as good as the whole.
    assert {kind for kind, times in found_by_stored_hashes.items() if times == 0} >= {
        "change_an_entry", "delete_an_entry", "insert_back_dated", "reorder", "swap_between_seals", "truncate",
    }  # fmt: skip
