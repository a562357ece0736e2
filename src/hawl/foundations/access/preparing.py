"""Statements that are planned once for a connection and not at each call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def planned_once() -> Iterator[None]:
    """Prepare what is asked within, where this process sends values beside its statements (`connection.asking`).

    For statements that a page asks again and again, of which row security costs more to plan than to run, and whose
    best plan is the same whatever is asked: rows by their keys, and counts and pages that end at a limit and walk an
    index made for them. Keys are given as one array, so that fifty are asked for by the words for one. Who acts is no
    part of a plan: policies read it when a statement runs.
    """
    connection.ensure_connection()
    held = connection.connection
    before, held.prepare_threshold = held.prepare_threshold, 0
    try:
        yield
    finally:
        held.prepare_threshold = before
