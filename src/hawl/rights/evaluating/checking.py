"""Which rows of a file of events can be taken, and why the others cannot; set-based, whatever their number."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from hawl.rights.evaluating.tables import lay_table
from hawl.rights.rulebook import applying, vocabulary
from hawl.rights.rulebook.plan import plan_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def check_events(connection: DuckDBPyConnection) -> None:
    """Part the rows of `given` (`reading.read_events`) into `taken`, a view of them, and `left_out`.

    No reason quotes what may be about somebody.

    `taken` has case_id, event_id, event, occurred_on and received_on (DATE, local days of Europe/London), about and
    attributes (text of a JSON object); `left_out` has row, case_id, event_id and reason, a sentence. Left out is what
    is empty where something must stand, an event that the vocabulary does not know, a date that is none, a receipt
    before the event, the later rows of an id that a case has already, attributes that are no JSON object, and an
    answer or a closing about no event of its case or dated before what it is about. An event without a day is taken.
    """
    answering = _answering()
    codes = [(code, code in answering) for code in vocabulary().events]
    lay_table(connection, "known_codes", {"code": "known_code", "answers": "BOOLEAN"}, codes)
    connection.execute(_STATEMENTS)


def _answering() -> frozenset[str]:
    """Codes that answer a duty of any rulebook that applies, chosen or not, or close one.

    Of reminders none: what a victim asks for starts duties, and is taken whatever it says it is about.
    """
    plan = plan_of(applying())
    return plan.answering | frozenset(plan.closes_as)


_STATEMENTS = (files("hawl.rights.evaluating") / "checking.sql").read_text(encoding="utf-8")
