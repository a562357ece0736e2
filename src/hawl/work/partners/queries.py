"""Keys and letters read: for the body that signs, for the jobs process, and for who runs the installation."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Q

from hawl.work.partners.models import Letter, PartnerKey, State

_TOLD = ("id", "source", "sent_as", "received_at", "state", "settled_at", "outcome", "organisation_id")


def key_of(key_id: str) -> PartnerKey | None:
    """The key of this id, whether or not it still holds; one statement."""
    return PartnerKey.objects.filter(pk=key_id).first()


def keys() -> list[PartnerKey]:
    """Every key with its body, the newest first; one statement."""
    return list(PartnerKey.objects.select_related("organisation").order_by("-made_at", "pk"))


def letter_of(organisation_id: int, source: str, letter_id: uuid.UUID) -> Letter | None:
    """A letter of that body and source, without what it holds; one statement."""
    return Letter.objects.only(*_TOLD).filter(pk=letter_id, organisation_id=organisation_id, source=source).first()


def letters(
    organisation_id: int, source: str, *, most: int, before: tuple[datetime, uuid.UUID] | None = None
) -> list[Letter]:
    """The newest letters of a body and source, or those older than `before`; one statement."""
    rows = Letter.objects.only(*_TOLD).filter(organisation_id=organisation_id, source=source)
    if before is not None:
        at, last = before
        rows = rows.filter(Q(received_at__lt=at) | Q(received_at=at, pk__lt=last))
    return list(rows.order_by("-received_at", "-pk")[:most])


def pressing(organisation_id: int, since: datetime) -> tuple[int, int]:
    """How many letters of a body came since a moment, and how many wait; one statement."""
    rows = Letter.objects.filter(Q(received_at__gte=since) | Q(state=State.WAITING), organisation_id=organisation_id)
    found = rows.aggregate(
        lately=Count("pk", filter=Q(received_at__gte=since)), waiting=Count("pk", filter=Q(state=State.WAITING))
    )
    return found["lately"], found["waiting"]


def waiting(most: int) -> Sequence[Letter]:
    """The letters that wait, the oldest first, sealed as they came; one statement."""
    return list(Letter.objects.filter(state=State.WAITING).order_by("received_at", "pk")[:most])
