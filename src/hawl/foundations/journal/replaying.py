"""How each kind of entry is put back after a restore. Rooms register theirs in their own `replaying.py`.

A handler is idempotent: an entry may be put back twice. It runs as the machine, in the transaction of the whole replay;
where it raises, nothing is kept and the doors stay shut.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from hawl.foundations.journal.kinds import KINDS, Entry, NotForTheJournal

# True (or nothing said) once the protection stands; False where the database has no such subject.
Handler = Callable[[Entry], bool | None]

# What a room does after any restore, whatever the journal holds: hold what waits to be sent, end what was open.
AfterRestore = Callable[[], None]

_handlers: dict[str, Handler] = {}
_after: list[AfterRestore] = []


def replays(kind: str) -> Callable[[Handler], Handler]:
    """Register how entries of `kind` are put back; `NotForTheJournal` for an unknown kind or a second handler."""
    if kind not in KINDS:
        raise NotForTheJournal(f"The safety journal knows no entry {kind!r}.")

    def register(handler: Handler) -> Handler:
        before = _handlers.get(kind)
        if before is not None and (before.__module__, before.__qualname__) != (
            handler.__module__,
            handler.__qualname__,
        ):
            raise NotForTheJournal(f"Two rooms put back {kind!r}: {before.__module__} and {handler.__module__}.")
        _handlers[kind] = handler
        return handler

    return register


def handlers() -> Mapping[str, Handler]:
    """The handlers of this process by kind, once Django is set up."""
    return MappingProxyType(_handlers)


def after_restore(act: AfterRestore) -> AfterRestore:
    """Register what a room does after any restore, in the transaction of the replay and before any door opens."""
    if act not in _after:
        _after.append(act)
    return act


def acts_after_restore() -> tuple[AfterRestore, ...]:
    """What the rooms do after a restore, in the order in which they registered."""
    return tuple(_after)
