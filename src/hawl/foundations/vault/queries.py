"""How the keys stand: which are in use, and what lies under each."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection
from django.db.models import Count

from hawl.foundations.vault.keys import key_ring
from hawl.foundations.vault.models import DataKey, KeyWork
from hawl.foundations.vault.owners import OWN, owner_table, sealed_fields, sealed_tables


@dataclass(frozen=True, slots=True)
class Standing:
    """Numbers of keys and of what lies under them. `under` has a number for each key of the key file that is needed."""

    wrapping_key: int
    data_key: int
    held: list[int]
    under: dict[int, int]
    people_keys: int
    location_keys: int
    people_without_key: int
    people_erased: int
    waiting_to_be_wrapped: int
    renewal_unfinished: bool
    can_retire: list[int]

    def as_dict(self) -> dict[str, Any]:
        """As `hawl keys status --json` prints it."""
        return asdict(self)


def needed_keys() -> Counter[int]:
    """How many values and keys lie under each key of the key file. Call it as the machine: it reads every table."""
    found = Counter(dict(DataKey.objects.values_list("kek").annotate(Count("pk")).order_by()))
    with connection.cursor() as cursor:
        for model in sealed_tables():
            table = model._meta.db_table
            for field in sealed_fields(model):
                cursor.execute(
                    f'SELECT get_byte("{field.column}", 1) * 256 + get_byte("{field.column}", 2), count(*) '  # noqa: S608 - names of our own tables
                    f'FROM "{table}" WHERE get_byte("{field.column}", 0) = 1 GROUP BY 1'
                )
                for number, count in cursor.fetchall():
                    found[number] += count
    return found


def standing() -> Standing:
    """How the keys stand. Call it as the machine."""
    ring, under = key_ring(), needed_keys()
    people = owner_table()._base_manager
    held = sorted({*ring.wrapping, *ring.ciphers})
    own = DataKey.objects.filter(named_users=None)
    return Standing(
        wrapping_key=ring.kek,
        data_key=ring.current,
        held=held,
        under=dict(sorted(under.items())),
        people_keys=own.count(),
        location_keys=DataKey.objects.exclude(named_users=None).count(),
        people_without_key=people.filter(**{OWN: None}).count(),
        people_erased=people.exclude(**{OWN: None}).exclude(**{f"{OWN}__in": own.values("pk")}).count(),
        waiting_to_be_wrapped=DataKey.objects.exclude(kek=ring.kek).count(),
        renewal_unfinished=KeyWork.objects.filter(finished_at=None).exists(),
        can_retire=[number for number in held if not under.get(number) and number not in (ring.kek, ring.current)],
    )
