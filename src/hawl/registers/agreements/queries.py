"""Reading agreements, and why information may pass from body to body."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from hawl.foundations.access.models import Body
from hawl.foundations.clock import now, today
from hawl.registers.agreements import rules
from hawl.registers.agreements.entries import ProcessingEntry
from hawl.registers.agreements.models import CameWithoutPolice, Matching, ProcessingActivity, SharingAgreement
from hawl.registers.dated.columns import entry_of, held_on
from hawl.registers.organisations.models import Organisation


def agreements_of(person_id: uuid.UUID) -> list[SharingAgreement]:
    """All agreements of a person that the actor may see, those that stand first, the newest before; one statement."""
    rows = SharingAgreement.objects.filter(person_id=person_id)
    return sorted(rows, key=lambda row: (row.ended_at is not None, -row.agreed_on.toordinal(), str(row.pk)))


def agreement(agreement_id: uuid.UUID) -> SharingAgreement:
    """One agreement. Raises `SharingAgreement.DoesNotExist` also where it is hidden."""
    return SharingAgreement.objects.get(pk=agreement_id)


def standing_agreements(*, person_id: uuid.UUID, organisation_id: int, on: date) -> list[SharingAgreement]:
    """The agreements with an organisation that hold on a day (Europe/London), as far as the actor may see."""
    rows = SharingAgreement.objects.filter(person_id=person_id, organisation_id=organisation_id, ended_at=None)
    return [
        row
        for row in rows
        if rules.holds_on(on, agreed_on=row.agreed_on, until=row.until, withdrawn_on=row.withdrawn_on)
    ]


def lapsed(day: date) -> list[uuid.UUID]:
    """Agreements whose last day is past on `day` and that still stand; the oldest first."""
    rows = SharingAgreement.objects.filter(ended_at=None, until__lt=day)
    return list(rows.order_by("until", "pk").values_list("pk", flat=True))


def waits_for_matching(person_id: uuid.UUID) -> bool:
    """Did the person come without the police, and has nobody yet looked whether they are held already."""
    return CameWithoutPolice.objects.filter(person_id=person_id, matching=Matching.WAITING).exists()


def came_without_police(person_id: uuid.UUID) -> bool:
    """Did the person come without the police, as far as the actor may see."""
    return CameWithoutPolice.objects.filter(person_id=person_id).exists()


def waits_for_second(held: SharingAgreement) -> bool:
    """Does an agreement with the police, of somebody who came without them, stand and wait for a second person."""
    if held.ended_at is not None or held.seconded_at is not None or not came_without_police(held.person_id):
        return False
    return Body.objects.filter(pk=held.organisation_id, police=True).exists()


def police_bodies() -> frozenset[int]:
    """All police bodies by their ids."""
    return frozenset(Body.objects.filter(police=True).values_list("organisation_id", flat=True))


def told_police(days: int = 30) -> list[SharingAgreement]:
    """Agreements of late by which the police may know of somebody who came without them, or wait to; newest first.

    As far as the actor sees them. Those by which the wall has fallen have `seconded_at`.
    """
    police = Body.objects.filter(police=True).values("organisation_id")
    came = CameWithoutPolice.objects.values("person_id")
    rows = SharingAgreement.objects.filter(organisation_id__in=police, person_id__in=came, ended_at=None)
    return list(rows.filter(recorded_at__gt=now() - timedelta(days=days)).order_by("-recorded_at"))


def processing_entries(area: str) -> tuple[ProcessingEntry, ...]:
    """All flows of an area as they were loaded; one statement."""
    rows = ProcessingActivity.objects.filter(area=area).order_by("position")
    return tuple(entry_of(ProcessingEntry, row) for row in rows)


def processing_register(area: str, on: date | None = None) -> tuple[ProcessingEntry, ...]:
    """The flows of an area that hold on a day (today in London): what a record of processing prints."""
    rows = ProcessingActivity.objects.filter(held_on(on or today()), area=area).order_by("position")
    return tuple(entry_of(ProcessingEntry, row) for row in rows)


@dataclass(frozen=True, slots=True)
class Flows:
    """The flows of an installation with what each body is part of, for many questions after two statements."""

    flows: tuple[rules.Flow, ...]
    above: dict[str, frozenset[str]]
    keys: dict[int, str]

    def allow(self, *, from_org: int, to_org: int, purpose: str, on: date) -> rules.FlowAnswer:
        """The answer for two organisations by their ids."""
        return rules.flow_allows(
            self.flows, sender=self._chain(from_org), receiver=self._chain(to_org), purpose=purpose, on=on
        )

    def free_senders(self, *, to_org: int, purpose: str, on: date) -> list[int]:
        """Organisations that may tell `to_org` for this purpose without the person's agreement."""
        found = []
        for pk in self.keys:
            answer = self.allow(from_org=pk, to_org=to_org, purpose=purpose, on=on)
            if answer.allowed and not answer.agreement_needed:
                found.append(pk)
        return sorted(found)

    def receivers(self, senders: Iterable[int], *, on: date) -> set[int]:
        """Organisations to which some flow leads from one of these, whatever for; never themselves."""
        own = set(senders)
        return {
            other
            for other in self.keys
            if other not in own
            and any(
                self.allow(from_org=each, to_org=other, purpose=purpose, on=on).allowed
                for each in own
                for purpose in rules.PURPOSES
            )
        }

    def _chain(self, organisation_id: int) -> frozenset[str]:
        return self.above.get(self.keys.get(organisation_id, ""), frozenset())


def flows() -> Flows:
    """All flows and bodies that are loaded; two statements."""
    rows = ProcessingActivity.objects.all()
    bodies = list(Organisation.objects.values_list("pk", "key", "parent_id"))
    parents: dict[str, str | None] = {key: parent for _, key, parent in bodies}  # type: ignore[misc]  # by their keys
    return Flows(
        flows=tuple(_flow(row) for row in rows),
        above={key: frozenset(_above(key, parents)) for key in parents},
        keys={pk: key for pk, key, _ in bodies},
    )


def flow_allows(from_org: int, to_org: int, purpose: str, on: date) -> rules.FlowAnswer:
    """May information pass from one organisation to another, by which rule, and must the person have agreed as well."""
    return flows().allow(from_org=from_org, to_org=to_org, purpose=purpose, on=on)


def _above(key: str, parents: dict[str, str | None]) -> Iterable[str]:
    found: list[str] = []
    at: str | None = key
    while at is not None and at not in found:
        found.append(at)
        at = parents.get(at)
    return found


def _flow(row: ProcessingActivity) -> rules.Flow:
    return rules.Flow(
        key=row.key,
        purpose=row.purpose,
        sender=row.of,
        receivers=tuple(row.to),
        basis=row.basis,
        agreement_needed=row.agreement_needed,
        certainty=row.certainty,
        first=row.since_on or date.min,
        last=row.until_on or date.max,
    )
