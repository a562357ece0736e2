"""Reading the next parts while the database lays the last one: two cores instead of one."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Generic, TypeVar

Part = TypeVar("Part")
_PARTS_AHEAD = 2


class _End:
    """What the reader puts last: the error that ended it, or none."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class ReadingAhead(Generic[Part]):
    """Iterates over `parts`, which a thread of its own draws at most two ahead.

    An error while reading is raised where the reader would have raised it. Leaving early (`with`) stops the thread.
    """

    def __init__(self, parts: Iterator[Part]) -> None:
        self._parts = parts
        self._queue: queue.Queue[Part | _End] = queue.Queue(maxsize=_PARTS_AHEAD)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._read, name="feed-reader", daemon=True)

    def __enter__(self) -> Iterator[Part]:
        self._thread.start()
        return self._drawn()

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _read(self) -> None:
        try:
            for part in self._parts:
                if not self._put(part):
                    return
        except BaseException as error:  # told to whoever draws, not lost in the thread
            self._put(_End(error))
        else:
            self._put(_End(None))

    def _put(self, item: Part | _End) -> bool:
        while not self._stopped.is_set():
            try:
                self._queue.put(item, timeout=0.2)
            except queue.Full:
                continue
            return True
        return False

    def _drawn(self) -> Iterator[Part]:
        while True:
            item = self._queue.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
