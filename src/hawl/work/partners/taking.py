"""One delivery opened and taken in by the room that its source belongs to. Nothing of it is written to a disk."""

from __future__ import annotations

from hawl.foundations.clock import BeyondCalendar
from hawl.foundations.datafiles import DatafileError
from hawl.foundations.vault import letterbox
from hawl.foundations.vault.sealing import CannotOpen
from hawl.work.extracts.actions import OtherIds, import_extract
from hawl.work.extracts.desks import desk_of_source
from hawl.work.extracts.finding import NoSuchSource, mapping_of
from hawl.work.intake.feed.reading import FeedUnusable
from hawl.work.partners.memory_file import memory_file
from hawl.work.partners.models import Delivery


def take(delivery: Delivery) -> str:
    """Take the delivery in; empty, or the problem for which nothing of it was taken. Again it changes nothing.

    Raises `FeedBusy` while another import runs.
    """
    try:
        mapping = mapping_of(delivery.source)
        desk, actor = desk_of_source(delivery.source)
        with memory_file(letterbox.open_sealed(bytes(delivery.sealed or b""))) as path:
            import_extract(path=path, mapping=mapping, by=actor, desk=desk, name=f"delivery {delivery.pk}")
    except (NoSuchSource, DatafileError):
        return "source_not_open"
    except CannotOpen:
        return "cannot_open"
    except OtherIds:
        return "other_ids"
    except FeedUnusable:
        return "unusable"
    except BeyondCalendar:
        return "beyond_calendar"
    return ""
