"""What signing in leaves behind: thrown away each hour; refused tries told to the audit every five minutes."""

from __future__ import annotations

from procrastinate.contrib.django import app

from hawl.foundations.access.actor import Actor
from hawl.foundations.jobs.failures import told

_MACHINE = Actor(label="system:identity", machine=True)


@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="identity-clearing", lock="identity-clearing", pass_context=False)
@told("identity-clearing")
def clear_away_old(timestamp: int) -> None:
    """Throw away old buckets, stays and held text. Harmless again."""
    from hawl.foundations.identity.actions import clear_away

    clear_away(by=_MACHINE)


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="identity-refused", lock="identity-refused", pass_context=False)
@told("identity-refused")
def tell_refused_tries(timestamp: int) -> None:
    """Tell the audit how many tries at accounts were refused. Harmless again."""
    from hawl.foundations.identity.actions import tell_refused

    tell_refused(by=_MACHINE)
