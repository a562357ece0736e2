"""Keeping the figures of a quarter as they are before a board."""

from __future__ import annotations

from django.db import transaction

from hawl.foundations.access.actor import Actor, Permission
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import now, today
from hawl.foundations.measures.periods import Period, month_end_before
from hawl.insight.papers.kept import Shown, as_plain, digest_of, sealed
from hawl.insight.papers.models import Paper
from hawl.rights.duties.figures import CODE_KEPT, SUPPORT_STEPS
from hawl.rights.duties.reaching import sees_all
from hawl.rights.duties.recorded import RECORDS
from hawl.rights.rulebook import applying, digest_of_file


class CannotKeep(ValueError):
    """A paper that cannot be: `code` is not_yours, no_quarter or not_over."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def keep_paper(*, by: Actor, period: Period) -> Paper:
    """Keep how the Code was kept in a quarter that is over, as it stands at the end of last month; once a quarter.

    Asked again it gives the paper that is there. For who counts all cases with small numbers hidden, and nobody else:
    what others see is of their own cases. Raises `CannotKeep`.
    """
    with acting_as(by):
        if by.user_id is None or not by.may(Permission.SEE_FIGURES) or not sees_all():
            raise CannotKeep("not_yours")
        if not period.is_quarter:
            raise CannotKeep("no_quarter")
        as_of = month_end_before(today())
        if as_of < period.until:
            raise CannotKeep("not_over")
        there = Paper.objects.filter(figure=CODE_KEPT.key, period=period.key).first()
        if there is not None:
            return there
        compliance, records, steps = (
            one.answer(period=period, today=today()) for one in (CODE_KEPT, RECORDS, SUPPORT_STEPS)
        )
        answer = as_plain(Shown(compliance, records, steps))
        books = {book.id: digest_of_file(book.id) for book in applying()}
        said = {
            "since": period.since, "until": period.until, "as_of": as_of, "drawn_at": now(), "drawn_by": by.user_id,
            "rulebooks": books, "answer": answer, "digest": digest_of(sealed(period, as_of, books, answer)),
        }  # fmt: skip
        # Of two who press at once one keeps it, and the other is given that one.
        made, new = Paper.objects.get_or_create(figure=CODE_KEPT.key, period=period.key, defaults=said)
        if new:
            record(action="paper.kept", object_kind="paper", object_id=str(made.pk), digest=made.digest)
    return made
