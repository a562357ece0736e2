"""Agreements whose last day is past are closed within five minutes of midnight in London and of any start."""

from __future__ import annotations

from procrastinate.contrib.django import app

from hawl.foundations.access.actor import Actor
from hawl.foundations.jobs.failures import told

MACHINE = Actor(label="system:agreements", machine=True)


# The queue counts hours in UTC and London does not, so that no one time of it is midnight there all the year. Often, it
# also takes up what an installation that was off at midnight left. A run that finds nothing asks one small index.
@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="agreements-close", lock="agreements-close", pass_context=False)
@told("agreements-close")
def close_lapsed(timestamp: int) -> None:
    """Close what lapsed. Harmless again."""
    from hawl.registers.agreements.actions import end_lapsed_agreements

    end_lapsed_agreements(by=MACHINE)
