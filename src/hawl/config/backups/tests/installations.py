"""An installation to back up and restore, and people of whom something was decided after its backup."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from hawl.config.backups import copying, restoring
from hawl.config.backups.counting import count
from hawl.config.backups.server import Server
from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.foundations.journal.actions import note
from hawl.registers.people.models import Contact, Person

MACHINE = Actor("system:test", machine=True)
NAME = "Gwenhwyfar ferch Ogrfan Gawr"


@dataclass
class Installation:
    """An installation's own database, journal and backup key."""

    name: str
    where: Server
    folder: Path
    secret: Path
    public: str

    def use(self, name: str) -> None:
        connection.close()
        connection.settings_dict["NAME"] = name

    def back_up(self) -> Path:
        return copying.back_up(self.folder / "backups", [self.public]).file

    def restore(self, file: Path, *, replace_it: bool = True) -> restoring.Restored:
        connection.close()
        return restoring.restore(file, self.secret, replace=replace_it)

    def databases(self) -> list[str]:
        with self.where.connect("postgres") as admin:
            # Not those that another worker of the run makes and drops meanwhile on the same server.
            found = "SELECT datname FROM pg_database WHERE datname !~ '^hawl_own_' OR starts_with(datname, %s)"
            return sorted(row[0] for row in admin.execute(found, [self.name]).fetchall())

    def contents(self) -> dict[str, Any]:
        with self.where.connect() as plain:
            return count(plain)


def person(**changes: Any) -> Person:
    names = {"given": "Gwenhwyfar", "family": NAME}
    return Person.objects.create(names=names, created_at=timezone.now(), visible_to=[1, 2], **changes)


def contact(who: Person) -> Contact:
    return Contact.objects.create(
        person=who, kind="mobile", value="07700900321", value_key=uuid4().bytes, ring="unknown", visible_to=[1, 2]
    )


@dataclass
class Decided:
    """People, each with what was decided about them on the day after the backup; their state is that of before."""

    unsafe: Contact
    sealed: Person
    restricted: Person
    denied: Person
    withdrawn: Person
    erased: Person
    never: Person
    called: Contact

    def note(self) -> None:
        """Note each decision as its room notes it."""
        key = {"contact": f"k{bytes(self.unsafe.value_key).hex()}.ring", "uses": ["ring"], "word": "unsafe"}
        on = {"agreement": None, "organisation": 2, "case": None, "on": today().isoformat()}
        with acting_as(MACHINE):
            note(kind="contact_unsafe", subject=self.unsafe.person_id, facts=key)
            note(kind="sealed", subject=self.sealed.pk, facts={"named": [5, 6]})
            note(kind="restricted", subject=self.restricted.pk, facts={"named": [5]})
            note(kind="denied", subject=self.denied.pk, facts={"user": 77})
            note(kind="agreement_withdrawn", subject=self.withdrawn.pk, facts=on)
            note(kind="erased", subject=self.erased.pk)
            note(kind="never_reach", subject=self.never.pk)
            note(kind="no_first_call", subject=self.called.person_id)

    def stale(self) -> list[str]:
        """Which of the decisions the database does not have."""
        with acting_as(MACHINE), connection.cursor() as cursor:
            rings = Contact.objects.filter(person_id=self.unsafe.person_id, value_key=self.unsafe.value_key)
            sealed = Person.objects.get(pk=self.sealed.pk)
            cursor.execute("SELECT count(*) FROM vault_datakey WHERE id = %s", [self.erased.data_key])
            keys = cursor.fetchone()[0]
            cursor.execute("SELECT count(*) FROM people_contactplan WHERE never_reach")
            found = {
                "unsafe": rings.filter(ring="unsafe").exists()
                and not rings.filter(ring="safe", decided_at=None).exists(),
                "sealed": (sealed.visibility, sealed.visible_to, sorted(sealed.named_users)) == ("sealed", [], [5, 6]),
                "restricted": Person.objects.get(pk=self.restricted.pk).visibility == "restricted",
                "denied": Person.objects.get(pk=self.denied.pk).denied_users == [77],
                "withdrawn": Person.objects.get(pk=self.withdrawn.pk).visible_to == [1],
                "erased": keys == 0,
                "never": cursor.fetchone()[0] == 1,
                "called": Person.objects.get(pk=self.called.person_id).first_call_spent_at is not None,
            }
        return sorted(name for name, well in found.items() if not well)


ALL = sorted(("unsafe", "sealed", "restricted", "denied", "withdrawn", "erased", "never", "called"))


def yesterday() -> Decided:
    with acting_as(MACHINE):
        return Decided(contact(person()), person(), person(), person(), person(), person(), person(), contact(person()))
