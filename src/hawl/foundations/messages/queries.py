"""Reading the outbox, the local mailbox and which words may be served."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from hawl.foundations.messages.models import Message, ShownMessage, TemplateApproval
from hawl.foundations.messages.templates import Template

SHOWN_AT_MOST = 100
APPROVALS_NEEDED = 2


def approvals(template: Template) -> list[int]:
    """Ids of the users who approved exactly these words."""
    rows = TemplateApproval.objects.filter(template=template.key, digest=template.digest)
    return list(rows.order_by("approved_at").values_list("approved_by", flat=True))


def served(template: Template) -> bool:
    """Whether the words may be sent: two people approved them. A demo, which sends to nobody, shows drafts too."""
    return bool(settings.HAWL_DEMO) or len(set(approvals(template))) >= APPROVALS_NEEDED


def due(at: datetime, most: int) -> list[UUID]:
    """Messages for the dispatcher, the oldest first; letters wait for a person who prints them."""
    rows = Message.objects.filter(Q(not_before=None) | Q(not_before__lte=at), state="queued")
    return list(rows.exclude(channel="letter").order_by("queued_at").values_list("pk", flat=True)[:most])


def underway() -> list[UUID]:
    """Messages that somebody is handing over, or was when they fell."""
    return list(Message.objects.filter(state="sending").values_list("pk", flat=True))


def outbox(state: str) -> list[Message]:
    """The newest messages in a state that the actor may see."""
    return list(Message.objects.filter(state=state).order_by("-queued_at")[:SHOWN_AT_MOST])


def mailbox() -> list[ShownMessage]:
    """What a demo would have sent, the newest first."""
    return list(ShownMessage.objects.order_by("-shown_at")[:SHOWN_AT_MOST])


def of_person(person_id: UUID) -> list[Message]:
    """All messages to one person, the newest first."""
    return list(Message.objects.filter(person_id=person_id).order_by("-queued_at")[:SHOWN_AT_MOST])
