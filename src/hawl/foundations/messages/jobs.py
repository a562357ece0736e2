"""The dispatcher: what is due goes out each minute, in the process of background work."""

from __future__ import annotations

from procrastinate.contrib.django import app

from hawl.foundations.access.actor import Actor
from hawl.foundations.jobs.failures import told

BY = Actor(label="system:dispatch", machine=True)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="dispatch-messages", lock="dispatch-messages", pass_context=False)
@told("dispatch-messages")
def dispatch_messages(timestamp: int) -> None:
    """Hand over what is due."""
    from hawl.foundations.messages.actions import dispatch_due
    from hawl.foundations.messages.providers.choosing import carriers

    dispatch_due(by=BY, carriers=carriers())
