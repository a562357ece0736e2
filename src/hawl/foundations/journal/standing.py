"""Whether the doors may open: does this database hold all that the journal outside it holds?

A restored database holds the protection of its backup's day. It has no standing until the journal was replayed: the row
is left out of every backup, it names the very database it was written for, and the files outside may hold no entry that
the database lacks. Each of the three is looked at; whichever fails keeps the doors shut.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import DatabaseError, connection

from hawl.foundations.database.home import InstallationError
from hawl.foundations.journal.file import JournalDamaged, JournalFile
from hawl.foundations.journal.models import JournalEntry, JournalShipped, JournalStanding

_MEND = "Run `hawl journal replay`: it puts back what was decided for people's safety since that copy was made."
_IDENTITY = (
    "SELECT (SELECT system_identifier::text FROM pg_control_system()), oid::bigint "
    "FROM pg_database WHERE datname = current_database()"
)


class DoorsShut(InstallationError):
    """This database may hold less protection than was decided; no process serves from it."""


def identity() -> tuple[str, int]:
    """Which server and which database this is; a copy loaded elsewhere has others."""
    with connection.cursor() as cursor:
        cursor.execute(_IDENTITY)
        cluster, database = cursor.fetchone()
    return str(cluster), int(database)


def refuse_without_standing() -> None:
    """For every process as it starts: two statements, no key needed. Raises `DoorsShut`."""
    standing = JournalStanding.objects.first()
    if standing is None:
        raise DoorsShut("This database was restored and the safety journal was not put back.", _MEND)
    if (standing.cluster, standing.database) != identity():
        raise DoorsShut("This database is a copy of another, and the safety journal was not put back into it.", _MEND)


def refuse_behind_the_journal(files: Sequence[JournalFile]) -> None:
    """For the supervisor: compare with the files outside. Raises `DoorsShut`."""
    refuse_without_standing()
    shipped = JournalShipped.objects.count()
    for file in files:
        try:
            held = file.holds()
        except JournalDamaged as damaged:
            raise DoorsShut(
                f"The safety journal is damaged: {damaged}", "Put back its second copy, then run `hawl journal verify`."
            ) from damaged
        known = set(JournalEntry.objects.filter(entry__in=held).values_list("entry", flat=True)) if held else set()
        if held - known:
            raise DoorsShut(
                f"The safety journal holds {len(held - known):,} entries that this database lacks.",
                _MEND,
            )
    if shipped and not any(file.exists() for file in files):
        raise DoorsShut(
            "The safety journal outside the database is gone.",
            "Put back the folder `journal`; where it is lost, `hawl journal verify --write-anew` makes one anew.",
        )


def closed_by() -> str:
    """The sentence for which the doors are shut; empty where they may open or the database does not answer."""
    try:
        refuse_without_standing()
    except DoorsShut as shut:
        return shut.what
    except DatabaseError:
        return ""
    return ""
