"""The keys of people whom a part tells of and the database knows already."""

from __future__ import annotations

import uuid
from typing import Any

from hawl.foundations.vault.keys import key_ring
from hawl.foundations.vault.resealing import Keys
from hawl.foundations.vault.sealing import new_key, unwrapped


def keys_of(cursor: Any, data_keys: dict[uuid.UUID, uuid.UUID]) -> dict[uuid.UUID, Keys]:
    """The keys of people by the person; one who was erased and is told of anew gets a new one."""
    if not data_keys:
        return {}
    ring, ids = key_ring(), list(set(data_keys.values()))
    cursor.execute(
        "SELECT id, wrapped, kek, beside FROM vault_datakey WHERE id = ANY(%(ids)s) OR beside = ANY(%(ids)s)",
        {"ids": ids},
    )
    own, beside = {}, {}
    for key_id, wrapped, kek, person_key in cursor.fetchall():
        key = unwrapped(key_id, wrapped, kek, ring)
        if person_key is None:
            own[key_id] = key
        else:
            beside[person_key] = key
    found = {}
    for person, key_id in data_keys.items():
        if key_id not in own:
            key, wrapped, kek = new_key(ring)
            row = {"id": key.id, "wrapped": wrapped, "kek": kek, "person": person}
            cursor.execute(
                "INSERT INTO vault_datakey (id, wrapped, kek, created_at) VALUES (%(id)s, %(wrapped)s, %(kek)s, now())",
                row,
            )
            cursor.execute("UPDATE people_person SET data_key = %(id)s WHERE id = %(person)s", row)
            found[person] = Keys(key)
        else:
            found[person] = Keys(own[key_id], beside.get(key_id))
    return found
