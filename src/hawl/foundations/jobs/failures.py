"""Background work that tells when it fails: the failure is kept for the page, without its text."""

from __future__ import annotations

import functools
import logging
import traceback
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.utils import timezone

from hawl.foundations.jobs.models import JobFailure

P = ParamSpec("P")
R = TypeVar("R")
log = logging.getLogger("hawl.jobs")


def told(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep each failure of the job `name`, then let it fail, so that the queue tries again as it is set to."""

    def wrap(job: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(job)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return job(*args, **kwargs)
            except Exception as error:
                keep(name, error)
                raise

        return run

    return wrap


def keep(name: str, error: Exception) -> None:
    """Keep one failure: job, kind of error and the place in our code. An error's text may quote personal data."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/hawl/" in f.filename]
    where = f"{frames[-1].filename.split('/hawl/', 1)[-1]}:{frames[-1].lineno}" if frames else ""
    JobFailure.objects.create(job=name, failed_at=timezone.now(), error=type(error).__name__, where=where[:200])
    log.error("A background job failed.", extra={"codes": {"job": name, "error": type(error).__name__}})
