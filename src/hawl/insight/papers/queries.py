"""Reading the papers that were kept."""

from __future__ import annotations

import uuid

from hawl.foundations.measures.periods import Period
from hawl.insight.papers.kept import Shown, digest_of, from_plain, sealed
from hawl.insight.papers.models import Paper
from hawl.rights.rulebook import applying, digest_of_file


def papers() -> list[Paper]:
    """All papers without their answers, the latest quarter first; one statement."""
    return list(Paper.objects.defer("answer").order_by("-since", "figure"))


def paper(paper_id: uuid.UUID) -> Paper:
    """One paper with its answer. Raises `Paper.DoesNotExist`."""
    return Paper.objects.get(pk=paper_id)


def answer_of(kept: Paper) -> Shown:
    """The figures of a paper as they were answered. Raises ValueError where its content is not what was kept."""
    period = Period(kept.period, kept.since, kept.until)
    if digest_of(sealed(period, kept.as_of, kept.rulebooks, kept.answer)) != kept.digest:
        raise ValueError("The paper is not what was kept.")
    return from_plain(Shown, kept.answer)


def changed_since(kept: Paper) -> tuple[str, ...]:
    """The ids of the rulebooks whose files are not those by which the paper was drawn, in order."""
    today = {book.id: digest_of_file(book.id) for book in applying()}
    ids = sorted({*today, *kept.rulebooks})
    return tuple(each for each in ids if today.get(each) != kept.rulebooks.get(each))
