"""How many audit entries a second are sealed and verified, and what that costs beside plainly hashing the same bytes.

`python benchmarks/audit_verify.py [ENTRIES]` makes an installation of its own in a temporary folder, lays entries by
SQL, seals the backlog, verifies it, and prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from hashlib import sha256
from pathlib import Path

from hawl.config.throw_away import prepared

ENTRIES = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
LAID = """
INSERT INTO audit_auditentry (id, at, actor, organisation_id, action, audit_class, object_kind, object_id, objects,
                              request_id, rule, purpose, detail)
SELECT gen_random_uuid(), now() - interval '10 minutes' + n * interval '500 microseconds', 'user:' || n %% 400, n %% 40,
       CASE WHEN n %% 10 = 0 THEN 'cases.listed' ELSE 'person.read' END, 'read', 'person', gen_random_uuid()::text,
       CASE WHEN n %% 10 = 0 THEN ARRAY(SELECT gen_random_uuid() FROM generate_series(1, 20 + 0 * n)) END,
       left(md5(n::text), 16), 'worker', 'support', CASE WHEN n %% 4 = 0 THEN '{"kind": "mobile"}'::jsonb ELSE '{}' END
FROM generate_series(1, %s::int) AS n
"""


def main() -> None:
    """Lay, seal, verify, compare."""
    with prepared("jobs", durable=True):
        print(json.dumps(_measured()))


def _measured() -> dict[str, object]:
    from hawl.foundations.audit import anchors, seals
    from hawl.foundations.audit.sealer import Sealer, connect
    from hawl.foundations.audit.verifying import verify
    from hawl.foundations.database.connection import credential
    from hawl.foundations.database.roles import connect_as

    with connect_as("owner", credential("owner")) as owner:
        owner.execute(LAID, [ENTRIES])
        owner.execute("ANALYZE audit_auditentry")
        owner.execute("CHECKPOINT") if owner.execute("SHOW is_superuser").fetchone() == ("on",) else None
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    with connect() as writer, connect() as reader:
        sealed = Sealer(writer, reader).seal_new()
    sealing = time.perf_counter() - began
    with connect_as("jobs", credential("jobs")) as session, session.transaction():
        report = verify(session, anchors=anchors.read(), keys=seals.believed_keys())
        plain = _plain_hashing(session)
    assert report.well, report.wrong[:3]
    assert report.rows == sealed
    return {
        "entries": sealed,
        "seals": report.seals,
        "sealed_per_second": round(sealed / sealing),
        "verified_per_second": round(report.rows / report.seconds),
        "seconds": round(report.seconds, 1),
        "times_plain_hashing": round(report.seconds / plain, 2),
        "most_memory_mb": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, 1),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }


def _plain_hashing(session: object) -> float:
    """Seconds to stream the same bytes in the same order and put them into one hash: the least that can be done."""
    from hawl.foundations.audit.canonical import AS_BYTES

    began, whole = time.perf_counter(), sha256()
    with session.cursor("plain", binary=True) as rows:
        rows.itersize = 5000
        rows.execute(f"SELECT {AS_BYTES} FROM audit_auditentry e")
        for (content,) in rows:
            whole.update(content)
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
    main()
