"""One run over all cases by Spark: parts given out, waited for, and put together in their order."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hawl.foundations.clock import WorkingCalendar, england_and_wales
from hawl.rights.evaluating.spark.judging import Asked, judge, likeness
from hawl.rights.evaluating.spark.parts import gather, lay_parts
from hawl.rights.rulebook import Rulebook

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from pyspark import SparkContext

LOCAL = "local[*]"
_LOOKS_EVERY = 0.5  # seconds
_FAULT = re.compile(r"\b[A-Z]\w*(?:Error|Exception)\b")


class SparkUnusable(RuntimeError):
    """Spark is not there, cannot be reached, or did not come to an end. Its text is a sentence that quotes no row."""


def evaluate_on_spark(
    connection: DuckDBPyConnection,
    rulebooks: Sequence[Rulebook],
    as_of: dt.date,
    folder: Path,
    *,
    master: str = LOCAL,
    calendar: WorkingCalendar | None = None,
    tell: Callable[[int], None] = lambda events: None,
) -> None:
    """Evaluate the events of the table `taken` as `evaluate_columnar` does, by the workers of the Spark at `master`.

    `master` is an address as Spark writes it; `local[*]` is the cores of this machine. `folder` must be seen by every
    worker under the same name and hold twice what is read; what `evaluated` reads stays in it. `tell` is told how many
    events are done.

    Raises SparkUnusable, also for a limit beyond the last published bank holidays and for workers whose code differs.
    """
    look_for_spark()
    with _spark(master, folder) as spark:
        sizes = lay_parts(connection, folder, max(spark.defaultParallelism, 1))
        asked = Asked(str(folder), tuple(rulebooks), as_of, calendar or england_and_wales(), likeness())
        refused = _give_out(spark, sizes, asked, tell) if sizes else []
    if refused:
        raise SparkUnusable(refused[0])
    gather(connection, folder, len(sizes))


def look_for_spark() -> None:
    """Raises SparkUnusable where Spark or Java is not installed."""
    if find_spec("pyspark") is None:
        raise SparkUnusable("Spark is not installed here. Mend: pip install 'hawl[spark]'.")
    home = os.environ.get("JAVA_HOME")
    if not (Path(home, "bin", "java").exists() if home else shutil.which("java")):
        raise SparkUnusable("Spark needs Java 17 or newer, not found here. Mend: install it, or set JAVA_HOME.")


@contextmanager
def _spark(master: str, folder: Path) -> Iterator[SparkContext]:
    from py4j.protocol import Py4JError
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkRuntimeError

    conf = SparkConf().setMaster(master).setAppName("hawl duties evaluate")
    for name, value in _settings(master, folder).items():
        conf.set(name, value)
    log = folder / "spark.log"
    try:
        with _errors_into(log):
            spark = SparkContext(conf=conf)
    except (Py4JError, PySparkRuntimeError) as fault:
        raise SparkUnusable(f"Spark could not be started at {master}: {_last_word(log)}") from fault
    try:
        yield spark
    except (Py4JError, ConnectionError, EOFError) as fault:
        raise SparkUnusable(
            f"Spark gave up at {master} ({', '.join(_kinds(fault, log))}). The logs of its workers say why. "
            f"Each needs hawl and DuckDB, and must be able to write in {folder.parent}."
        ) from fault
    finally:
        # A Java that died cannot be told to stop.
        with suppress(Py4JError, OSError):
            spark.stop()


def _settings(master: str, folder: Path) -> dict[str, str]:
    found = {
        "spark.ui.enabled": "false",  # no page of a run for whoever is on the network
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(folder / "spark"),
    }
    if master.startswith("local"):
        os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
        found["spark.driver.host"] = "127.0.0.1"
    return found


@contextmanager
def _errors_into(log: Path) -> Iterator[None]:
    """What is started here, Java above all, writes its errors into `log` as long as it lives, not among our lines."""
    ours = os.dup(2)
    with log.open("wb") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(ours, 2)
        os.close(ours)


def _last_word(log: Path) -> str:
    """The last line of a log that tells of a fault. Before any part was given out it cannot quote one."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    told = [line.strip() for line in lines if _FAULT.search(line)] or lines or ["its log is empty"]
    return told[-1][:300]


def _kinds(fault: Exception, log: Path) -> list[str]:
    """What kinds of fault came up, without what was said of them, which may quote what a worker was about to do."""
    java: Any = getattr(fault, "java_exception", None)
    kind = str(java.getClass().getSimpleName()) if java is not None else type(fault).__name__
    logged = _FAULT.findall(log.read_text(encoding="utf-8", errors="replace"))
    return list(dict.fromkeys((kind, *logged[-1:])))


def _give_out(spark: SparkContext, sizes: Sequence[int], asked: Asked, tell: Callable[[int], None]) -> list[str]:
    """Have all parts judged; the refusals, that of the first part first."""
    sent = spark.broadcast(asked)
    # For telling only: a part that is tried again counts twice.
    done = spark.accumulator(0)

    def work(part: tuple[int, int]) -> str:
        said = judge(part[0], sent.value)
        done.add(part[1])
        return said

    parts = spark.parallelize(list(enumerate(sizes)), len(sizes)).map(work)
    with ThreadPoolExecutor(1) as waiting:
        said = waiting.submit(parts.collect)
        try:
            while True:
                try:
                    return [one for one in said.result(_LOOKS_EVERY) if one]
                except NotYet:
                    tell(min(done.value, sum(sizes)))
        finally:
            if not said.done():
                with suppress(OSError):
                    spark.cancelAllJobs()
