"""What machines read out of the audit: looks that nothing explains, and what a steward must see."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import now, today
from hawl.work.protection import rules

# A look is explained by having the case in one's hands, by something done about the person in that week, or by a list
# of that day on which the person stood.
_LOOKS = """
INSERT INTO protection_lookreview (id, person_id, user_id, week_of, looks, made_at, outcome, visible_to, named_users,
  denied_users, denied_organisations)
SELECT gen_random_uuid(), p.id, looked.user_id, %(week)s, looked.looks, now(), '', p.visible_to, p.named_users,
  p.denied_users, p.denied_organisations
FROM (
  SELECT a.object_id::uuid AS person_id, substr(a.actor, 6)::bigint AS user_id, a.actor, count(*) AS looks
  FROM audit_auditentry a
  WHERE a.action = 'person.read' AND a.actor LIKE 'user:%%' AND a.at >= %(since)s AND a.at < %(until)s
    AND NOT EXISTS (SELECT 1 FROM audit_auditentry l WHERE l.actor = a.actor AND l.at >= date_trunc('day', a.at)
      AND l.at < a.at AND l.objects @> ARRAY[a.object_id::uuid])
  GROUP BY 1, 2, 3
) looked JOIN people_person p ON p.id = looked.person_id
WHERE NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.person_id = p.id AND c.assigned_to = looked.user_id)
  AND NOT EXISTS (
    SELECT 1 FROM audit_auditentry w WHERE w.actor = looked.actor AND w.audit_class = 'write'
      AND w.at >= %(since)s AND w.at < %(until)s AND (w.object_id = p.id::text OR w.object_id IN (
        SELECT c.id::text FROM cases_case c WHERE c.person_id = p.id)))
ON CONFLICT DO NOTHING
"""

# Each rule of detection: who, when (a round moment, so that the same is told once) and how many.
_RULES: dict[str, str] = {
    "honey": """
      SELECT a.actor, date_trunc('hour', a.at) AS at, count(*) AS n FROM audit_auditentry a
      JOIN protection_honeyrecord h ON a.object_id = h.person_id::text OR a.objects @> ARRAY[h.person_id]
      WHERE a.at >= %(since)s AND a.audit_class IN ('read', 'write', 'grave', 'export') GROUP BY 1, 2""",
    "many_people": """
      SELECT a.actor, date_trunc('hour', a.at) AS at, count(DISTINCT a.object_id) AS n FROM audit_auditentry a
      WHERE a.at >= %(since)s AND a.action = 'person.read' GROUP BY 1, 2
      HAVING count(DISTINCT a.object_id) > %(people)s""",
    "probes": """
      SELECT a.actor, date_bin('10 minutes', a.at, timestamptz '2020-01-01') AS at, count(*) AS n
      FROM audit_auditentry a WHERE a.at >= %(since)s AND a.audit_class = 'refusal' GROUP BY 1, 2
      HAVING count(*) >= %(probes)s""",
}
_ALERT = """
INSERT INTO protection_alert (id, rule, user_id, at, count)
SELECT gen_random_uuid(), %(rule)s, substr(f.actor, 6)::bigint, f.at, f.n FROM ({found}) f
WHERE f.actor LIKE 'user:%%'
ON CONFLICT (rule, user_id, at) DO UPDATE SET count = greatest(protection_alert.count, excluded.count)
"""


@transaction.atomic
def gather_looks(*, by: Actor, week_of: date | None = None) -> int:
    """Lay the unexplained looks of one week (that Monday on; by default the last whole one) for others to settle."""
    monday = week_of or today() - timedelta(days=today().weekday() + 7)
    since = datetime.combine(monday, time(), UTC)
    with acting_as(by):
        made = _run(_LOOKS, {"week": monday, "since": since, "until": since + timedelta(days=7)})
        record(action="protection.looks_gathered", object_kind="look_review", found=made)
    return made


@transaction.atomic
def raise_alerts(*, by: Actor) -> int:
    """Tell the stewards what the rules found in the last two hours; the same is told once."""
    since, raised = now() - timedelta(hours=2), 0
    with acting_as(by):
        for rule, found in _RULES.items():
            values = {"rule": rule, "since": since, "people": rules.PEOPLE_IN_AN_HOUR, "probes": rules.PROBES}
            raised += _run(_ALERT.format(found=found), values)
        if raised:
            record(action="protection.alerts_raised", object_kind="alert", found=raised)
    return raised


def _run(statement: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
