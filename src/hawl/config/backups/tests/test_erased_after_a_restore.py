"""Whoever was erased since the backup is erased again by a restore, and is not brought back by a feed."""

from __future__ import annotations

import pytest
from django.db import connection

from hawl.config.backups import restoring
from hawl.config.backups.tests.installations import Installation
from hawl.foundations.access.actor import Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.journal import shipping
from hawl.foundations.vault.models import DataKey
from hawl.registers.cases.tests.makers import DESK, account
from hawl.registers.people.models import Person
from hawl.work.erasing.actions import erase_person
from hawl.work.erasing.models import ErasedCount
from hawl.work.erasing.plan import steps
from hawl.work.erasing.tests.agreeing import agreed
from hawl.work.intake.models import ErasedMessage
from hawl.work.intake.tests.importing import EVERYBODY, case_of, take_in
from hawl.work.intake.tests.test_importing_versions import version

pytestmark = [pytest.mark.slow]
EARLY, LATE, KEPT = "R-early", "R-late", "R-kept"


def row(record: str, n: int = 1) -> dict[str, object]:
    return version(n, record_id=record, person__ref=f"P-{record}", crime__ref=f"26{record}")


def whose(record: str) -> Person:
    with acting_as(EVERYBODY):
        return case_of(record).person


def test_a_restore_erases_again(
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steward, lead = account(Role.STEWARD, DESK), account(Role.SPECIALIST_LEAD, DESK)
    take_in([row(EARLY), row(KEPT)])
    file = installation.back_up()
    take_in([row(LATE)])
    early, late, kept = (whose(each) for each in (EARLY, LATE, KEPT))
    for person in (early, late):
        agreed(person.pk, lead, steward)
        erase_person(by=EVERYBODY, person_id=person.pk)
    shipping.ship(shipping.files())
    done = installation.restore(file)
    assert (done.replayed["put_back"]["erased"], done.replayed["unplaced"]) == (2, [])
    with acting_as(EVERYBODY):
        assert set(Person.objects.values_list("pk", flat=True)) == {kept.pk}
        for step in steps():
            if not step.by_case:
                assert not step.model._base_manager.filter(**{step.way: early.pk}).exists(), step.table
        assert list(DataKey.objects.values_list("pk", flat=True)) == [kept.data_key]
        assert sum(ErasedCount.objects.values_list("n", flat=True)) == 1
    # Neither is brought back by the feeds of the days since, not even one who came in after the backup.
    again = take_in([row(EARLY, 2), row(LATE), row(KEPT, 2)]).as_dict()
    assert (again["erased"], again["accepted"], again["people"]) == (2, 1, 0)
    # The positive control: with the journal skipped she is there again.
    nothing = {"newest_number": 0, "outside": 0, "put_back": {}, "unplaced": []}
    monkeypatch.setattr(restoring, "_replay", lambda where: nothing)
    connection.close()
    installation.restore(file)
    with acting_as(EVERYBODY):
        assert Person.objects.filter(pk=early.pk).exists()
        assert not ErasedMessage.objects.exists()
