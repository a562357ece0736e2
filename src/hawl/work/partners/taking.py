"""One delivery opened and taken in by the room that its source belongs to. Nothing of it is written to a disk."""

from __future__ import annotations

from hawl.foundations.vault import letterbox
from hawl.foundations.vault.sealing import CannotOpen
from hawl.work.extracts.actions import import_extract
from hawl.work.extracts.desks import desk_of_source
from hawl.work.extracts.finding import mapping_of
from hawl.work.intake.feed.reading import FeedUnusable
from hawl.work.partners.memory_file import memory_file
from hawl.work.partners.models import Delivery


class NotOpen(RuntimeError):
    """The source was closed since the delivery came: nobody has seen its columns in a real extract, or not any more."""


def take(delivery: Delivery) -> str:
    """Take the delivery in; empty, or the problem for which nothing of it ever can be. Again it changes nothing.

    Raises `FeedBusy` while another import runs; and whatever those who run the installation have to mend, such as a
    mapping or the calendar, for which the delivery waits.
    """
    mapping = mapping_of(delivery.source)
    if not mapping.columns_seen:
        raise NotOpen(delivery.source)
    desk, actor = desk_of_source(delivery.source)
    try:
        with memory_file(letterbox.open_sealed(bytes(delivery.sealed or b""))) as path:
            import_extract(path=path, mapping=mapping, by=actor, desk=desk, name=f"delivery {delivery.pk}")
    except CannotOpen:
        return "cannot_open"
    except FeedUnusable:
        return "unusable"
    return ""
