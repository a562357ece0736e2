"""Two people who say yes to an erasure, for tests in which commits stay."""

from __future__ import annotations

import uuid

from hawl.foundations.access.tests.processes import as_process
from hawl.foundations.identity.actions import begin_session
from hawl.foundations.identity.models import User
from hawl.work.erasing.actions import ask_erasure, decide_erasure
from hawl.work.erasing.models import Erasure
from hawl.work.intake.tests.importing import EVERYBODY


def say(user: User, asked: Erasure, *, agreed: bool = True, signed_in: bool = True) -> str:
    """As the staff site does, after signing in."""
    with as_process("staff"):
        if signed_in:
            begin_session(by=user.actor(), user=user)
        return decide_erasure(by=user.actor(), erasure_id=asked.pk, agreed=agreed)


def agreed(person_id: uuid.UUID, *two: User, even_open: bool = True) -> Erasure:
    """Asked for, and said yes to by each."""
    asked = ask_erasure(by=EVERYBODY, person_id=person_id, even_open=even_open)
    for user in two:
        say(user, asked)
    return Erasure.objects.get(pk=asked.pk)
