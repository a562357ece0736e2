"""Deliveries are taken in by themselves, a few minutes after they came at most."""

from __future__ import annotations

from procrastinate.contrib.django import app

from hawl.foundations.jobs.failures import told


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="partner-deliveries", lock="feed-inbox", pass_context=False)
@told("partner-deliveries")
def take_in_deliveries(timestamp: int) -> None:
    """Each minute: take in what waits, the oldest first; one that finds an import running waits for the next minute."""
    take_waiting()


def take_waiting() -> int:
    """Take in the deliveries that wait; gives how many were settled.

    One that a fault of ours keeps out goes on waiting and holds up no other; the fault is raised at the end.
    """
    from hawl.foundations.access.actor import Actor
    from hawl.foundations.access.scope import acting_as
    from hawl.work.intake.actions import FeedBusy
    from hawl.work.partners import queries
    from hawl.work.partners.actions import settle
    from hawl.work.partners.taking import take

    by = Actor(label="system:deliveries", machine=True)
    with acting_as(by):
        found = queries.waiting()
    done, faults = 0, []
    for delivery_id in found:
        try:
            with acting_as(by):
                delivery = queries.sealed_delivery(delivery_id)
            settle(by=by, delivery_id=delivery_id, problem=take(delivery))
            done += 1
        except FeedBusy:
            break
        except Exception as fault:
            faults.append(fault)
    if faults:
        raise faults[0]
    return done
