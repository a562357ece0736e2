"""Rows that wait are taken by themselves once the feed has brought their crime; extracts are taken out of the inbox."""

from __future__ import annotations

import os
from pathlib import Path

from procrastinate.contrib.django import app

from hawl.foundations.jobs.failures import keep, told

_FORMS = (".csv", ".csv.gz", ".txt", ".txt.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="extract-inbox", lock="feed-inbox", pass_context=False)
@told("extract-inbox")
def take_in_extracts(timestamp: int) -> None:
    """Each minute: take in what lies in `extracts/SOURCE` of the inbox, by name, then what waited for its crime."""
    from hawl.work.extracts.finding import sources_of

    for source in sources_of():
        take_in_source(source, os.environ.get("HAWL_INBOX"))


def take_in_source(source: str, inbox: str | None) -> None:
    """The files of one source and then what waits of it. A file is taken away once it is in; see `intake.jobs`.

    By a mapping whose columns nobody has seen nothing is taken in by itself.
    """
    from hawl.foundations.datafiles import DatafileError
    from hawl.work.extracts.actions import import_extract, take_waiting
    from hawl.work.extracts.desks import desk_of_source
    from hawl.work.extracts.finding import mapping_of
    from hawl.work.intake.feed.reading import FeedUnusable
    from hawl.work.intake.kept_files import keep_sealed

    try:
        mapping = mapping_of(source)
    except DatafileError as mistake:
        keep("extract-inbox", mistake)
        return
    desk, actor = desk_of_source(source)
    if not mapping.columns_seen or mapping.ids_of != desk.source:
        return
    folder = Path(inbox or "") / "extracts" / source
    for file in sorted(folder.iterdir()) if inbox and folder.is_dir() else ():
        if file.is_file() and file.name.endswith(_FORMS):
            try:
                import_extract(path=file, mapping=mapping, by=actor, desk=desk)
            except FeedUnusable as unusable:
                keep("extract-inbox", unusable)
                keep_sealed(file, folder / "refused")
            else:
                file.unlink()
    take_waiting(by=actor, mapping=mapping, desk=desk)
