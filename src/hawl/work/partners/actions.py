"""Keys of other bodies made and ended; a delivery kept; deliveries taken in."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import now
from hawl.foundations.vault import letterbox
from hawl.work.partners.models import Delivery, PartnerKey, State


class KeyKnown(Exception):
    """This public key is held already, perhaps as another body's."""


class NoSuchKey(LookupError):
    """There is no key of this id, or it was ended already."""


class SentOtherwise(Exception):
    """The body named another request with the same Idempotency-Key before."""


def add_key(*, by: Actor, organisation_id: int, public_key: bytes, scopes: Sequence[str], until: date) -> PartnerKey:
    """Believe requests signed with this Ed25519 key (32 bytes) as the body's, up to the day `until`.

    Raises `KeyKnown`. Scopes are those that `scopes.known` gives.
    """
    with acting_as(by):
        if PartnerKey.objects.filter(public_key=public_key).exists():
            raise KeyKnown
        key = PartnerKey.objects.create(
            id=f"k-{secrets.token_hex(6)}", organisation_id=organisation_id, public_key=public_key,
            scopes=sorted(set(scopes)), made_at=now(), until=until,
        )  # fmt: skip
        record(
            action="partner.key_added", object_kind="partner_key", object_id=key.pk, grave=True,
            organisation=organisation_id, scopes=key.scopes, until=until.isoformat(),
        )  # fmt: skip
    return key


def end_key(*, by: Actor, key_id: str) -> None:
    """Believe nothing any more that is signed with this key; deliveries it brought stay. Raises `NoSuchKey`."""
    with acting_as(by):
        if not PartnerKey.objects.filter(pk=key_id, ended_at=None).update(ended_at=now()):
            raise NoSuchKey(key_id)
        record(action="partner.key_ended", object_kind="partner_key", object_id=key_id, grave=True)


def keep_delivery(
    *, by: Actor, key: PartnerKey, source: str, sent_as: str, digest: bytes, body: bytes, checked: Mapping[str, Any]
) -> tuple[Delivery, bool]:
    """Keep a delivery sealed; gives it, and whether it is a new one.

    `checked` is what reading it found. Sent again under the same name it is the first one. Raises `SentOtherwise` where
    that had another body.
    """
    delivery = Delivery(
        organisation_id=key.organisation_id, key=key, source=source, sent_as=sent_as, digest=digest,
        received_at=now(), sealed=letterbox.seal(body), checked=dict(checked),
    )  # fmt: skip
    with acting_as(by):
        try:
            with transaction.atomic():
                delivery.save(force_insert=True)
        except IntegrityError:
            held = Delivery.objects.get(organisation_id=key.organisation_id, source=source, sent_as=sent_as)
            if bytes(held.digest) != digest:
                raise SentOtherwise from None
            return held, False
        record(
            action="partner.delivery_received", object_kind="partner_delivery", object_id=str(delivery.pk),
            organisation=key.organisation_id, source=source, bytes=len(body),
        )  # fmt: skip
    return delivery, True


def keep_refusal(*, by: Actor, key: PartnerKey, rule: str) -> None:
    """Keep that a body which is known was refused something, by the kind of the problem."""
    with acting_as(by):
        record(
            action="partner.request_refused", object_kind="partner_key", object_id=key.pk, rule=rule,
            organisation=key.organisation_id,
        )  # fmt: skip


def settle(*, by: Actor, delivery_id: uuid.UUID, problem: str = "") -> None:
    """Keep that a delivery was taken in, or by which problem it was not, and let go of what it held."""
    state = State.UNUSABLE if problem else State.TAKEN
    with acting_as(by):
        Delivery.objects.filter(pk=delivery_id).update(state=state, problem=problem, settled_at=now(), sealed=None)
        record(
            action="partner.delivery_settled", object_kind="partner_delivery", object_id=str(delivery_id), state=state,
            problem=problem,
        )  # fmt: skip
