"""What machines do for protection: matching conflicts, carrying them to co-victims, naming anew, unexplained looks."""

from __future__ import annotations

from procrastinate.contrib.django import app

from hawl.foundations.access.actor import Actor
from hawl.foundations.jobs.failures import told

_MACHINE = Actor(label="system:protection", machine=True)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="protection-conflicts", lock="protection-conflicts", pass_context=False)
@told("protection-conflicts")
def look_for_conflicts(timestamp: int) -> None:
    """Keep records from those whose own details they hold, and carry each conflict to who shares a crime."""
    from hawl.work.protection.actions.matching import carry_conflicts, match_staff

    match_staff(by=_MACHINE)
    carry_conflicts(by=_MACHINE)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="protection-renaming", lock="protection-renaming", pass_context=False)
@told("protection-renaming")
def carry_out_renamings(timestamp: int) -> None:
    """Name the accounts that two people agreed on, on each record of the desk that nobody can open."""
    from hawl.work.protection.actions.matching import name_anew

    name_anew(by=_MACHINE)


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="protection-reviewers", lock="protection-reviewers", pass_context=False)
@told("protection-reviewers")
def draw_reviewers(timestamp: int) -> None:
    """Give openings in an emergency that nobody could review to those who can now."""
    from hawl.work.protection.actions import draw_reviewers as draw

    draw(by=_MACHINE)


@app.periodic(cron="0 4 * * 1")
@app.task(queueing_lock="protection-looks", lock="protection-looks", pass_context=False)
@told("protection-looks")
def gather_unexplained_looks(timestamp: int) -> None:
    """Each Monday: the looks of the week before that nothing explains."""
    from hawl.work.protection.actions.watching import gather_looks

    gather_looks(by=_MACHINE)


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="protection-watch", lock="protection-watch", pass_context=False)
@told("protection-watch")
def watch(timestamp: int) -> None:
    """Tell the stewards of what the rules of detection find in the audit."""
    from hawl.work.protection.actions.watching import raise_alerts

    raise_alerts(by=_MACHINE)
