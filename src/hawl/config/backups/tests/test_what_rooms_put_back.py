"""After a restore: nothing goes out twice or to somebody unsafe, and a withdrawal stands again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

# The fixture is used by its name.
from hawl.config.backups.tests.installations import Installation, contact, person
from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import now, today
from hawl.foundations.journal import replaying, shipping
from hawl.foundations.journal.actions import note
from hawl.foundations.messages.actions import CannotSend, deliver, dispatch_due, print_letter, settle
from hawl.foundations.messages.approved import Approved
from hawl.foundations.messages.gate import Reached
from hawl.foundations.messages.jobs import dispatch_messages
from hawl.foundations.messages.models import Message
from hawl.foundations.messages.providers import Outgoing
from hawl.foundations.messages.rules import Decision
from hawl.registers.agreements.models import SharingAgreement
from hawl.registers.people.models import Person

pytestmark = [pytest.mark.slow]
MACHINE = Actor("system:test", machine=True)


@dataclass
class Carrier:
    """Takes whatever it is handed."""

    taken: list[Outgoing] = field(default_factory=list)
    name: str = "test"

    def carries(self, channel: str) -> bool:
        return channel in ("text", "email")

    def send(self, outgoing: Outgoing) -> str:
        self.taken.append(outgoing)
        return "receipt"


def queued(who: Person, *, channel: str = "text", state: str = "queued") -> Message:
    return Message.objects.create(
        person_id=who.pk, contact_id=uuid4(), channel=channel, template="please_ring", language="en",
        told={"number": "0300 123 2133"}, state=state, queued_at=now(), queued_by=1, visible_to=who.visible_to,
    )  # fmt: skip


@pytest.fixture
def everybody_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate and the approvals say yes to all: what keeps a message back is that it was restored."""
    from hawl.foundations.messages.actions import sending

    monkeypatch.setattr(
        sending, "ask_gate", lambda **_: Reached(Decision(True, "go.safe"), uuid4(), "07700 900123", "A", "en")
    )
    monkeypatch.setattr(sending, "served", lambda _: True)
    # This database knows no area.
    number = {"03001232133": "0300 123 2133"}
    monkeypatch.setattr(sending, "approved_now", lambda: Approved(number))


def lay_outbox() -> list[Message]:
    with acting_as(MACHINE):
        who = person()
        made = [queued(who), queued(who, state="sending"), queued(who, channel="letter"), queued(who, state="sent")]
        dispatch_messages.defer(timestamp=0)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
        return made


def dispatched() -> Carrier:
    carrier = Carrier()
    dispatch_due(by=MACHINE, carriers=(carrier,))
    return carrier


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
        return int(cursor.fetchone()[0])


def test_what_waited_to_be_sent_when_the_copy_was_made_is_left_to_people(
    installation: Installation,
    everybody_may: None,
) -> None:
    made = lay_outbox()
    file = installation.back_up()
    # It went after the backup: the copy does not know.
    assert [each.id for each in dispatched().taken] == [made[0].pk]
    installation.restore(file)
    with acting_as(MACHINE):
        found = dict(Message.objects.values_list("pk", "state"))
        assert [found[each.pk] for each in made] == ["unclear", "unclear", "unclear", "sent"]
        assert Message.objects.filter(rule="restored").count() == 3
    assert jobs() == 0
    assert dispatched().taken == []
    assert deliver(by=MACHINE, message_id=made[0].pk, carriers=(Carrier(),)) == "passed_over"
    worker = Actor("user:1", user_id=1, machine=False, roles=frozenset(), organisations=frozenset())
    for message in made[:3]:
        with pytest.raises((CannotSend, Message.DoesNotExist)):
            print_letter(by=worker, message_id=message.pk)
    with pytest.raises(CannotSend, match="not_allowed"):
        settle(by=worker, message_id=made[0].pk, arrived=True)


def test_without_the_hold_the_same_is_sent_a_second_time(
    installation: Installation,
    everybody_may: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The positive control."""
    made = lay_outbox()
    file = installation.back_up()
    assert len(dispatched().taken) == 1
    monkeypatch.setattr(replaying, "_after", [])
    installation.restore(file)
    assert [each.id for each in dispatched().taken] == [made[0].pk]
    assert jobs() == 1


def test_a_message_queued_anew_after_a_restore_meets_the_gate_and_the_journal(
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A way that became unsafe after the backup is unsafe for whatever is queued after the restore."""
    from hawl.foundations.messages.actions import sending

    monkeypatch.setattr(sending, "served", lambda _: True)
    with acting_as(MACHINE):
        way = contact(person())
        who = way.person
    file = installation.back_up()
    key = {"contact": f"k{bytes(way.value_key).hex()}.text", "uses": ["text"], "word": "unsafe"}
    with acting_as(MACHINE):
        note(kind="contact_unsafe", subject=who.pk, facts=key)
    shipping.ship(shipping.files())
    installation.restore(file)
    with acting_as(MACHINE):
        message = queued(who)
        Message.objects.filter(pk=message.pk).update(contact_id=way.pk)
    assert dispatched().taken == []
    with acting_as(MACHINE):
        assert Message.objects.get(pk=message.pk).state == "stopped"


def test_a_withdrawal_of_after_the_backup_ends_the_agreement_again(
    installation: Installation,
) -> None:
    with acting_as(MACHINE):
        who = person()
        held, other = (_agreement(who, organisation) for organisation in (2, 1))
    file = installation.back_up()
    facts: dict[str, Any] = {
        "agreement": str(held.pk), "organisation": 2, "case": None, "on": today().isoformat(),
    }  # fmt: skip
    with acting_as(MACHINE):
        note(kind="agreement_withdrawn", subject=who.pk, facts=facts)
    shipping.ship(shipping.files())
    done = installation.restore(file)
    assert done.replayed["put_back"] == {"agreement_withdrawn": 1}
    with acting_as(MACHINE):
        held.refresh_from_db()
        other.refresh_from_db()
        who.refresh_from_db()
        assert (held.ended_at is not None, other.ended_at, who.visible_to) == (True, None, [1])


def _agreement(who: Person, organisation: int) -> SharingAgreement:
    return SharingAgreement.objects.create(
        person_id=who.pk, organisation_id=organisation, kinds=["contact"], agreed_on=today() - dt.timedelta(days=3),
        channel="phone", recorded_at=now(), recorded_for=1, visible_to=who.visible_to,
    )  # fmt: skip
