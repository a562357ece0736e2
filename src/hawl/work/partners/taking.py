"""One letter opened and taken in by the room that its source belongs to. Nothing of it is written to a disk."""

from __future__ import annotations

from dataclasses import dataclass, field

from hawl.foundations.clock import BeyondCalendar
from hawl.foundations.datafiles import DatafileError
from hawl.foundations.vault import letterbox
from hawl.foundations.vault.sealing import CannotOpen
from hawl.work.extracts.actions import OtherIds, import_extract
from hawl.work.extracts.desks import desk_of_source
from hawl.work.extracts.finding import NoSuchSource, mapping_of
from hawl.work.intake.feed.reading import FeedUnusable
from hawl.work.intake.feed.rows import Refused
from hawl.work.partners.in_memory import in_memory
from hawl.work.partners.models import Letter


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a letter: counts as `hawl extract import` gives them, refused rows, or why nothing was taken."""

    counts: dict[str, int] = field(default_factory=dict)
    refused: tuple[Refused, ...] = ()
    problem: str = ""


def take(letter: Letter) -> Outcome:
    """Take the letter in; the same letter again changes nothing. Raises `FeedBusy` while another import runs."""
    try:
        mapping = mapping_of(letter.source)
        desk, actor = desk_of_source(letter.source)
        with in_memory(letterbox.open_letter(bytes(letter.sealed or b""))) as path:
            done = import_extract(path=path, mapping=mapping, by=actor, desk=desk, name=f"letter {letter.pk}")
    except (NoSuchSource, DatafileError):
        return Outcome(problem="source_not_open")
    except CannotOpen:
        return Outcome(problem="cannot_open")
    except OtherIds:
        return Outcome(problem="other_ids")
    except FeedUnusable:
        return Outcome(problem="unusable")
    except BeyondCalendar:
        return Outcome(problem="beyond_calendar")
    counts = {name: count for name, count in done.as_dict().items() if name != "seconds"}
    return Outcome(counts, tuple(done.refused))
