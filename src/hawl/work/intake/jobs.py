"""Feeds left in the inbox folder are taken in by themselves, each minute."""

from __future__ import annotations

import os
from pathlib import Path

from procrastinate.contrib.django import app

from hawl.foundations.jobs.failures import keep, told

_FORMS = (".jsonl", ".ndjson", ".csv", ".jsonl.gz", ".ndjson.gz", ".csv.gz")


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="feed-inbox", lock="feed-inbox", pass_context=False)
@told("feed-inbox")
def take_in_inbox(timestamp: int) -> None:
    """Take in every finished file of the inbox. A sender writes under another name and renames when it is whole."""
    folder = os.environ.get("HAWL_INBOX")
    if folder and Path(folder).is_dir():
        for file in sorted(Path(folder).iterdir()):
            if file.is_file() and file.name.endswith(_FORMS):
                take_in_file(file)


def take_in_file(file: Path) -> None:
    """Take one file in and take it away; one that cannot be used is kept sealed in `refused` and told on the page.

    What a feed says lies nowhere in the open once it was taken: the sender holds the file. A failure of ours leaves it
    where it is: the next minute takes it up where it stopped.
    """
    from hawl.work.intake.actions import import_feed
    from hawl.work.intake.desks import desk_of_area
    from hawl.work.intake.feed.reading import FeedUnusable
    from hawl.work.intake.kept_files import keep_sealed

    desk, actor = desk_of_area()
    try:
        import_feed(path=file, by=actor, desk=desk)
    except FeedUnusable as unusable:
        keep("feed-inbox", unusable)
        keep_sealed(file, file.parent / "refused")
    else:
        file.unlink()
