"""The bytes of an audit entry that are sealed: the same for every PostgreSQL, time zone and language. No Django.

An entry is one JSON array of its columns in a fixed order, as PostgreSQL prints `jsonb`: UTF-8, a comma and a space
between items, the keys of an object by length and then by bytes. The moment is whole microseconds since 1970, ids are
text. `form` 1 is this one; a later release that adds columns adds a form and keeps this.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FORM = 1
COLUMNS = (
    "id", "at", "actor", "organisation_id", "action", "audit_class", "object_kind", "object_id", "objects",
    "request_id", "rule", "purpose", "detail",
)  # fmt: skip

MICROSECONDS = "(extract(epoch FROM e.at) * 1000000)::bigint"
# figures.sql holds the same words for the chain of grave acts; a test compares them.
AS_TEXT = (
    f"jsonb_build_array(e.id::text, {MICROSECONDS}, e.actor, e.organisation_id, e.action, e.audit_class, e.object_kind,"
    " e.object_id, e.objects::text[], e.request_id, e.rule, e.purpose, e.detail)::text"
)
AS_BYTES = f"convert_to({AS_TEXT}, 'UTF8')"


def canonical(entry: Mapping[str, Any]) -> bytes:
    """The same bytes worked out without a database; `entry` by column, `at` in microseconds since 1970."""
    return _json([entry[column] for column in COLUMNS]).encode()


def _json(value: Any) -> str:
    import json

    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return "{" + ", ".join(f"{_json(key)}: {_json(value[key])}" for key in keys) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_json(each) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False)
