"""Keys and deliveries read: for the body that signs, for the jobs process, and for who runs the installation."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import Count, Q

from hawl.work.partners.models import Delivery, PartnerKey, State

_TOLD = ("id", "source", "sent_as", "received_at", "state", "settled_at", "checked", "problem", "organisation_id")


def key_of(key_id: str) -> PartnerKey | None:
    """The key of this id, whether or not it still holds; one statement."""
    return PartnerKey.objects.filter(pk=key_id).first()


def keys() -> list[PartnerKey]:
    """Every key with its body, the newest first; one statement."""
    return list(PartnerKey.objects.select_related("organisation").order_by("-made_at", "pk"))


def delivery_of(organisation_id: int, source: str, delivery_id: uuid.UUID) -> Delivery | None:
    """A delivery of that body and source, without what it holds; one statement."""
    return Delivery.objects.only(*_TOLD).filter(pk=delivery_id, organisation_id=organisation_id, source=source).first()


def deliveries(
    organisation_id: int, source: str, *, most: int, before: tuple[datetime, uuid.UUID] | None = None
) -> list[Delivery]:
    """The newest deliveries of a body and source, or those older than `before`; one statement."""
    rows = Delivery.objects.only(*_TOLD).filter(organisation_id=organisation_id, source=source)
    if before is not None:
        at, last = before
        rows = rows.filter(Q(received_at__lt=at) | Q(received_at=at, pk__lt=last))
    return list(rows.order_by("-received_at", "-pk")[:most])


def pressing(organisation_id: int, since: datetime) -> tuple[int, int]:
    """How many deliveries of a body came since a moment, and how many wait; one statement."""
    rows = Delivery.objects.filter(Q(received_at__gte=since) | Q(state=State.WAITING), organisation_id=organisation_id)
    found = rows.aggregate(
        lately=Count("pk", filter=Q(received_at__gte=since)), waiting=Count("pk", filter=Q(state=State.WAITING))
    )
    return found["lately"], found["waiting"]


def waiting() -> list[uuid.UUID]:
    """The ids of all deliveries that wait, the oldest first; one statement."""
    rows = Delivery.objects.filter(state=State.WAITING).order_by("received_at", "pk")
    return list(rows.values_list("pk", flat=True))


def sealed_delivery(delivery_id: uuid.UUID) -> Delivery:
    """A delivery with what it holds, sealed as it came; one statement."""
    return Delivery.objects.get(pk=delivery_id)
