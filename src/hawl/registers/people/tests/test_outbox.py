"""The outbox from end to end: what the gate stops, at most once, decided anew as it goes, neutral words only."""

from __future__ import annotations

import datetime as dt
import os
import signal
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.access.tests.processes import as_process
from hawl.foundations.clock.present import LONDON
from hawl.foundations.identity.models import User
from hawl.foundations.messages.actions import (
    CannotSend,
    approve_template,
    deliver,
    dispatch_due,
    enqueue,
    print_letter,
    sending,
    settle,
    withdraw,
)
from hawl.foundations.messages.models import Message, ShownMessage
from hawl.foundations.messages.providers import NotAsked, NotTaken, Outgoing
from hawl.foundations.messages.providers.local import Local
from hawl.foundations.messages.providers.smtp import email_of
from hawl.foundations.messages.rules import too_late
from hawl.foundations.messages.templates import templates
from hawl.foundations.vault.sealing import KeyGone
from hawl.registers.cases.tests.makers import DESK, make_contact, make_person, organisation_id
from hawl.registers.people.actions import PlanTold, put_plan
from hawl.registers.people.models import Contact, Person
from hawl.registers.people.tests.deciding import decide, decided, two

MACHINE = Actor(label="system:dispatch", machine=True)
# A Wednesday, in office hours.
NOON = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


@dataclass
class Carrier:
    """Remembers what it was handed; does `then` after it took it."""

    taken: list[Outgoing] = field(default_factory=list)
    then: Callable[[Outgoing], None] = lambda _: None
    name: str = "test"

    def carries(self, channel: str) -> bool:
        return channel in ("text", "email")

    def send(self, outgoing: Outgoing) -> str:
        self.taken.append(outgoing)
        self.then(outgoing)
        return "receipt"


@dataclass
class Laid:
    """One person with one number that two people found safe for texts."""

    users: tuple[User, User]
    contact: Contact

    def text(self, **changes: Any) -> Message:
        values = {"template": "will_ring", "told": {"date": dt.date(2026, 11, 27), "time": dt.time(10)}, **changes}
        return enqueue(
            by=self.users[0].actor(), person_id=self.contact.person_id, contact_id=self.contact.pk,
            channel=values.pop("channel", "text"), **values,
        )  # fmt: skip


def lay(**words: str) -> Laid:
    users = two()
    with acting_as(users[0].actor()):
        contact = make_contact(make_person(desk=organisation_id(DESK)))
    for user in users:
        for each in templates().values():
            approve_template(by=user.actor(), template=each.key, digest=each.digest)
    return Laid(users, decided(contact, users, **(words or {"text": "safe"})))


@pytest.fixture
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=True):
        yield


@pytest.fixture
def laid(noon: None, new_database: Callable[[], str]) -> Iterator[Laid]:
    new_database()
    with as_process("staff"):
        yield lay()


def dispatch(*carriers: Any) -> dict[str, int]:
    with as_process("jobs"):
        return dict(dispatch_due(by=MACHINE, carriers=carriers))


def state_of(message: Message) -> tuple[str, str]:
    with as_process("jobs"), acting_as(MACHINE):
        held = Message.objects.get(pk=message.pk)
        return held.state, held.rule


def test_a_text_goes_once_with_neutral_words_and_no_more(laid: Laid) -> None:
    message, carrier = laid.text(), Carrier()
    assert dispatch(carrier) == {"sent": 1}
    assert dispatch(carrier) == {}
    (outgoing,) = carrier.taken
    assert (outgoing.to, outgoing.id) == ("07700 900123", message.pk)
    assert outgoing.words == "Helo. Byddwn yn eich ffonio ar 27 Tachwedd tua 10:00."
    assert state_of(message) == ("sent", "go.safe")
    assert "900123" not in repr(outgoing)


def test_the_same_is_not_said_twice(laid: Laid) -> None:
    first = laid.text(once="appointment.1")
    assert laid.text(once="appointment.1").pk == first.pk
    assert dispatch(Carrier()) == {"sent": 1}
    assert laid.text(once="appointment.1").pk == first.pk
    assert dispatch(Carrier()) == {}


def test_what_was_queued_while_safe_is_stopped_when_it_is_not(laid: Laid) -> None:
    message, carrier = laid.text(), Carrier()
    decide(laid.users[1], laid.contact, "text", "unsafe")
    assert dispatch(carrier) == {"stopped": 1}
    assert (carrier.taken, state_of(message)) == ([], ("stopped", "stop.unsafe"))
    with pytest.raises(CannotSend, match=r"stop\.unsafe"):
        laid.text()


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"deceased": True}, "stop.deceased"),
        ({"born_on": dt.date(2012, 1, 1)}, "go.safe"),
        ({"visibility": "sealed", "visible_to": []}, "stop.sealed"),
    ],
)
def test_what_becomes_of_the_person_counts_at_the_moment_of_sending(
    change: dict[str, Any], rule: str, laid: Laid
) -> None:
    message = laid.text()
    with as_process("jobs"), acting_as(MACHINE):
        person = Person.objects.get()
        for name, value in change.items():
            setattr(person, name, value)
        person.save()
    dispatch(Carrier())
    assert state_of(message)[1] == rule


def test_never_reach_stops_what_was_queued(laid: Laid) -> None:
    message = laid.text()
    put_plan(by=laid.users[0].actor(), person_id=laid.contact.person_id, version=0, told=PlanTold(never_reach=True))
    dispatch(Carrier())
    assert state_of(message) == ("stopped", "stop.never_reach")


def test_out_of_hours_it_waits_until_the_hour(laid: Laid) -> None:
    message, carrier = laid.text(), Carrier()
    with time_machine.travel(dt.datetime(2026, 11, 25, 20, tzinfo=dt.UTC)):
        assert dispatch(carrier) == {"queued": 1}
        assert dispatch(carrier) == {}
    with time_machine.travel(dt.datetime(2026, 11, 26, 9, 1, tzinfo=dt.UTC)):
        assert dispatch(carrier) == {"sent": 1}
    assert state_of(message)[0] == "sent"


def stop(error: Exception) -> Callable[[Outgoing], None]:
    def then(_: Outgoing) -> None:
        raise error

    return then


@pytest.mark.parametrize(
    ("error", "state"),
    [(NotTaken("status_400"), "failed"), (NotAsked(), "queued"), (TimeoutError(), "unclear"), (OSError(), "unclear")],
)
def test_what_a_carrier_answers_decides_what_becomes_of_it(error: Exception, state: str, laid: Laid) -> None:
    message, carrier = laid.text(), Carrier(then=stop(error))
    assert dispatch(carrier) == {state: 1}
    assert dispatch(carrier) == {}
    assert len(carrier.taken) == 1
    assert state_of(message)[0] == state


def test_an_unclear_message_is_settled_by_a_person_and_never_sent_again(laid: Laid) -> None:
    message = laid.text()
    dispatch(Carrier(then=stop(TimeoutError())))
    assert settle(by=laid.users[0].actor(), message_id=message.pk, arrived=False).state == "failed"
    carrier = Carrier()
    assert (dispatch(carrier), carrier.taken) == ({}, [])
    with pytest.raises(CannotSend, match="too_late"):
        settle(by=laid.users[0].actor(), message_id=message.pk, arrived=True)


def test_a_message_is_withdrawn_before_it_goes(laid: Laid) -> None:
    message, carrier = laid.text(), Carrier()
    withdraw(by=laid.users[1].actor(), message_id=message.pk)
    assert dispatch(carrier) == {}
    assert carrier.taken == []


def test_a_dispatcher_killed_after_the_carrier_took_it_sends_no_second(laid: Laid, tmp_path: Path) -> None:
    message, log = laid.text(), tmp_path / "taken"

    def take_and_die(outgoing: Outgoing) -> None:
        with log.open("a") as file:
            file.write(f"{outgoing.id}\n")
            file.flush()
            os.fsync(file.fileno())
        os.kill(os.getpid(), signal.SIGKILL)

    with as_process("jobs"):
        child = os.fork()
        if child == 0:
            deliver(by=MACHINE, message_id=message.pk, carriers=(Carrier(then=take_and_die),))
            os._exit(1)
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
    assert state_of(message)[0] == "sending"
    carrier = Carrier()
    # The server needs a moment to notice that the session ended.
    for _ in range(50):
        if dispatch(carrier) == {"unclear": 1}:
            break
    assert state_of(message) == ("unclear", "fell_while_sending")
    assert dispatch(carrier) == {}
    assert (carrier.taken, log.read_text().split()) == ([], [str(message.pk)])


def test_closing_a_way_waits_for_what_is_just_going_out_and_stops_the_next(laid: Laid) -> None:
    first, second = laid.text(), laid.text(template="please_ring", told={"number": "0300 123 2133"})
    order: list[str] = []

    def close() -> None:
        try:
            decide(laid.users[1], laid.contact, "text", "unsafe")
            order.append("closed")
        finally:
            connection.close()

    closing: list[threading.Thread] = []

    def then(_: Outgoing) -> None:
        thread = threading.Thread(target=close)
        thread.start()
        closing.append(thread)
        thread.join(0.5)
        order.append("taken")

    with as_process("jobs"):
        # The other thread has a connection of its own, in the role of staff; ours is open already.
        connection.ensure_connection()
        with _staff_in_threads():
            assert deliver(by=MACHINE, message_id=first.pk, carriers=(Carrier(then=then),)) == "sent"
            closing[0].join()
        assert order == ["taken", "closed"]
        assert deliver(by=MACHINE, message_id=second.pk, carriers=(Carrier(),)) == "stopped"


class _staff_in_threads:
    """Connections that threads open are those of the staff's role."""

    def __enter__(self) -> None:
        from django.db import connections

        from hawl.foundations.database.connection import credential

        who = credential("staff")
        self.before = {name: connections.settings["default"][name] for name in ("USER", "PASSWORD", "NAME")}
        connections.settings["default"].update(
            USER=who.user, PASSWORD=who.password, NAME=connection.settings_dict["NAME"]
        )

    def __exit__(self, *_: object) -> None:
        from django.db import connections

        connections.settings["default"].update(self.before)


def test_the_local_mailbox_keeps_what_would_have_gone(laid: Laid) -> None:
    laid.text()
    assert dispatch(Local()) == {"sent": 1}
    with acting_as(laid.users[0].actor()):
        (shown,) = ShownMessage.objects.all()
        assert (shown.to, shown.words) == (
            "07700 900123", "Helo. Byddwn yn eich ffonio ar 27 Tachwedd tua 10:00."
        )  # fmt: skip


def test_trying_again_does_not_make_a_message_young(laid: Laid) -> None:
    """A carrier that is never reached: after three days the words are old, whatever the last try was."""
    message, carrier = laid.text(template="please_ring", told={"number": "0300 123 2133"}), Carrier()
    for day in range(4):
        with time_machine.travel(NOON + dt.timedelta(days=day, minutes=-1 if day == 3 else 0), tick=True):
            dispatch(Carrier(then=stop(NotAsked())))
    assert state_of(message)[0] == "queued"
    with time_machine.travel(NOON + dt.timedelta(days=5), tick=True):
        dispatch(carrier)
    assert (carrier.taken, state_of(message)) == ([], ("stopped", "stop.stale"))


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (dt.datetime(2026, 11, 27, 9, 59, tzinfo=dt.UTC), "sent"),
        (dt.datetime(2026, 11, 27, 10, 0, 30, tzinfo=dt.UTC), "stopped"),
        (dt.datetime(2026, 11, 28, 0, 0, 30, tzinfo=dt.UTC), "stopped"),
    ],
)
def test_what_speaks_of_a_moment_does_not_go_after_it(at: dt.datetime, state: str, laid: Laid) -> None:
    message, carrier = laid.text(), Carrier()
    dispatch(Carrier(then=stop(NotAsked())))
    with time_machine.travel(at):
        assert dispatch(carrier) == {state: 1}
    assert state_of(message)[1] == ("go.safe" if state == "sent" else "stop.date_passed")


def test_what_could_only_go_after_its_day_is_not_queued_or_stopped_at_once(laid: Laid) -> None:
    tuesday = ({"days": [1], "start": "10:00", "end": "11:00"},)
    message = laid.text()
    put_plan(by=laid.users[0].actor(), person_id=laid.contact.person_id, version=0, told=PlanTold(windows=tuesday))
    assert dispatch(Carrier()) == {"stopped": 1}
    assert state_of(message) == ("stopped", "stop.date_passed")
    with pytest.raises(CannotSend, match="date_passed"):
        laid.text()
    with pytest.raises(CannotSend, match="date_passed"):
        laid.text(told={"date": dt.date(2026, 11, 24), "time": dt.time(10)})


@pytest.mark.parametrize("night", [dt.date(2026, 10, 25), dt.date(2027, 3, 28)])
def test_the_day_ends_by_the_clock_on_the_wall_also_when_it_is_changed(night: dt.date) -> None:
    midnight = dt.datetime.combine(night + dt.timedelta(days=1), dt.time(), tzinfo=LONDON).astimezone(dt.UTC)
    told = {"date": night}
    due = midnight - dt.timedelta(hours=30)
    assert too_late("text", told, due, midnight - dt.timedelta(seconds=1)) == ""
    assert too_late("text", told, due, midnight) == "stop.date_passed"
    assert too_late("text", {}, due, due + dt.timedelta(days=3)) == ""
    assert too_late("text", {}, due, due + dt.timedelta(days=3, seconds=1)) == "stop.stale"
    assert too_late("letter", {}, due, due + dt.timedelta(days=30)) == ""
    assert too_late("letter", told, due, midnight) == "stop.date_passed"


def test_a_message_speaks_the_language_of_the_plan_on_the_day_on_which_it_goes(laid: Laid) -> None:
    laid.text()
    put_plan(by=laid.users[0].actor(), person_id=laid.contact.person_id, version=0, told=PlanTold(language="en"))
    carrier = Carrier()
    assert dispatch(carrier) == {"sent": 1}
    assert carrier.taken[0].words == "Hello. We will ring you on 27 November at about 10:00."
    assert (carrier.taken[0].language, carrier.taken[0].subject) == ("en", "A short message")


def test_one_message_that_cannot_be_decided_keeps_no_other_back(laid: Laid, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = laid.text(), laid.text(template="please_ring", told={"number": "0300 123 2133"})
    whole, error = sending.ask_gate, [RuntimeError("a key")]

    def fails(**told: Any) -> Any:
        with acting_as(MACHINE):
            first = Message.objects.filter(pk=bad.pk, state="sending").exists()
        if first:
            raise error[0]
        return whole(**told)

    monkeypatch.setattr(sending, "ask_gate", fails)
    carrier = Carrier()
    assert dispatch(carrier) == {"queued": 1, "sent": 1}
    assert [each.id for each in carrier.taken] == [good.pk]
    assert state_of(bad) == ("queued", "error.RuntimeError")
    error[0] = KeyGone("gone")
    with time_machine.travel(NOON + dt.timedelta(minutes=6), tick=True):
        assert dispatch(carrier) == {"stopped": 1}
    assert state_of(bad) == ("stopped", "stop.key_gone")


def test_what_breaks_after_the_carrier_was_asked_is_unclear_and_told_at_the_end(
    laid: Laid, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = laid.text(), laid.text(template="please_ring", told={"number": "0300 123 2133"})
    carrier, whole = Carrier(), sending.record

    def fails(**told: Any) -> None:
        if told["action"] == "message.sent" and told["object_id"] == str(bad.pk):
            raise OSError("no disk")
        whole(**told)

    monkeypatch.setattr(sending, "record", fails)
    with pytest.raises(sending.DispatchBroken) as broken:
        dispatch(carrier)
    assert broken.value.became == {"broken": 1, "sent": 1}
    assert (state_of(bad)[0], state_of(good)[0]) == ("sending", "sent")
    monkeypatch.setattr(sending, "record", whole)
    assert dispatch(carrier) == {"unclear": 1}
    assert len(carrier.taken) == 2


def test_a_letter_is_printed_once_and_only_while_it_may(noon: None, new_database: Callable[[], str]) -> None:
    new_database()
    with as_process("staff"):
        users = two()
        with acting_as(users[0].actor()):
            home = make_contact(make_person(desk=organisation_id(DESK)), "1 Stow Hill, NP20 1AA", kind="address")
        for user in users:
            for each in templates().values():
                approve_template(by=user.actor(), template=each.key, digest=each.digest)
        laid = Laid(users, decided(home, users, write="safe"))
        told = {"number": "0300 123 2133", "first_line": "Annwyl Siân"}
        letters = [laid.text(channel="letter", template="letter_please_ring", told=told) for _ in range(2)]
        printed = print_letter(by=users[0].actor(), message_id=letters[0].pk)
        assert (printed.name, printed.address) == ("Siân ap Rhys", "1 Stow Hill, NP20 1AA")
        with pytest.raises(CannotSend, match="too_late"):
            print_letter(by=users[0].actor(), message_id=letters[0].pk)
        with time_machine.travel(NOON + dt.timedelta(days=91)), pytest.raises(CannotSend, match="verify_again"):
            print_letter(by=users[0].actor(), message_id=letters[1].pk)


def test_words_that_two_people_did_not_approve_are_not_served(noon: None, new_database: Callable[[], str]) -> None:
    new_database()
    with as_process("staff"):
        users = two()
        with acting_as(users[0].actor()):
            contact = make_contact(make_person(desk=organisation_id(DESK)))
        laid = Laid(users, decided(contact, users, text="safe"))
        template = templates()["will_ring"]
        for n, user in enumerate((users[0], users[0], users[1])):
            with pytest.raises(CannotSend, match="not_approved"):
                laid.text()
            assert approve_template(by=user.actor(), template=template.key, digest=template.digest) == (1, 1, 2)[n]
        assert laid.text().state == "queued"
        with pytest.raises(CannotSend, match="changed"):
            approve_template(by=users[0].actor(), template=template.key, digest="other")


def test_an_e_mail_has_one_recipient_and_gives_nothing_away() -> None:
    outgoing = Outgoing(uuid.uuid4(), uuid.uuid4(), "email", "en", "a@example.org", "A short message", "Hello.")
    made = email_of(outgoing, "post@example.org")
    assert made["To"] == "a@example.org"
    assert (made["Cc"], made["Bcc"], made.get_content_type()) == (None, None, "text/plain")
