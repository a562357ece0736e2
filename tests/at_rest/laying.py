"""Putting a canary into every sealed field: by the feed where one comes that way, by the row where no page is yet."""

from __future__ import annotations

import copy
import secrets
import uuid
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from searching import MARK

from hawl.foundations.clock import today
from hawl.foundations.vault.owners import sealed_fields
from hawl.work.intake.feed.tests.examples import FULL_ROW
from hawl.work.intake.models import FeedRun

# A birthday and numbers of nobody's; they cannot hold the mark.
BORN_ON = "1931-07-29"
NUMBER = "07700 900" + "".join(secrets.choice("0123456789") for _ in range(3)) + "7712"


def canary(what: str) -> str:
    """A word that holds the mark, names its field, and is like no other."""
    return f"{MARK}{what.replace('_', '')}{secrets.token_hex(3)}"


def feed_rows() -> list[dict[str, Any]]:
    """One good row with a canary wherever text may stand, a later version of it, and rows that are refused."""
    row = copy.deepcopy(FULL_ROW)
    row["crime"] |= {name: canary(name) for name in ("title", "place", "outcome", "note")}
    row["crime"]["ref"] = canary("ref")[:30]
    row["record_id"] = canary("record")[:40]
    row["events"] = []
    names = ("given_name", "family_name", "known_as", "organisation_name", "named_contact")
    row["person"] |= {name: canary(name).capitalize() for name in names} | {"born_on": BORN_ON, "ref": canary("pref")}
    row["person"]["on_behalf_of"] = None
    way = row["contacts"][0]
    row["contacts"] = [
        way | {"value": NUMBER},
        way | {"kind": "email", "value": f"{canary('email')}@example.org"},
        way | {"kind": "address", "value": f"1 {canary('street')}, NP20 1AA"},
    ]
    wrong = copy.deepcopy(row)
    wrong["crime"]["reported_on"] = canary("wrongday")
    wrong["record_id"] = canary("wrongrow")[:40]
    unheard = copy.deepcopy(row) | {canary("unheardfield"): canary("unheard")}
    return [row, row | {"version": row["version"] + 1}, wrong, unheard]


def every_sealed_field() -> set[str]:
    """`app.Model.field` of each sealed field of each model."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("hawl.")
        for field in sealed_fields(model)
    }


def _words(what: str) -> str:
    return canary(what)


Maker = Callable[[uuid.UUID, uuid.UUID, int, list[int]], dict[str, Any]]

# Rows whose pages are tried by their own tests: what matters here is what the table and the log of changes then hold.
BY_ROW: dict[str, Maker] = {
    "people.Person": lambda person, case, user, seen: {
        "facts": {"interpreter": _words("facts")}, "created_at": timezone.now(), "visible_to": seen,
    },
    "cases.CaseEvent": lambda person, case, user, seen: {
        "case_id": case, "event": "support_started", "event_id": uuid.uuid4().hex, "occurred_on": today(),
        "asserted_by": "user:1", "recorded_at": timezone.now(), "detail": {"words": _words("detail")},
        "visible_to": seen,
    },
    "people.ContactPlan": lambda person, case, user, seen: {
        "person_id": person, "plan": {"who_answers": _words("plan"), "code_word": _words("code")},
        "waiting": {"never": _words("waiting")},
        "changed_at": timezone.now(), "visible_to": seen,
    },
    "people.ContactDecision": lambda person, case, user, seen: {
        "person_id": person, "kind": "mobile", "value_key": b"k" * 16, "use": "ring", "before": "unknown",
        "after": "unsafe", "lowers": False, "how_known": "worker_said", "reason": _words("reason"), "state": "applied",
        "version": 1, "proposed_by": user, "proposed_at": timezone.now(), "visible_to": seen,
    },
    "agreements.SharingAgreement": lambda person, case, user, seen: {
        "person_id": person, "organisation_id": seen[0], "kinds": ["contact"], "agreed_on": today(), "channel": "phone",
        "words": {"limits": _words("limits")}, "recorded_at": timezone.now(), "recorded_for": seen[0],
        "visible_to": seen,
    },
    "protection.Proposal": lambda person, case, user, seen: {
        "person_id": person, "kind": "restrict", "reason": "other", "account": _words("account"), "proposed_by": user,
        "proposed_at": timezone.now(), "visible_to": seen,
    },
    "protection.GlassAccount": lambda person, case, user, seen: {
        "glass_id": uuid.uuid4(), "account": _words("glass"), "visible_to": seen,
    },
    "identity.HeldText": lambda person, case, user, seen: {
        "user_id": user, "held_at": timezone.now(), "sent_to": f"/people/?q={_words('sentto')}",
        "typed": {"note": [_words("typed")]},
    },
    "extracts.KeptRow": lambda person, case, user, seen: {
        "source": "tried", "event_id": f"extract-{uuid.uuid4().hex}", "told_at": timezone.now(), "until": today(),
        "told": {"event": "suspect_charged", "about": _words("told")}, "row_number": 1,
        "run": FeedRun.objects.latest("started_at"),
    },
    "messages.Message": lambda person, case, user, seen: {
        "person_id": person, "contact_id": uuid.uuid4(), "channel": "text", "template": "x", "language": "en",
        "told": {"first_line": _words("told")}, "queued_at": timezone.now(), "visible_to": seen,
    },
    "messages.ShownMessage": lambda person, case, user, seen: {
        "message_id": uuid.uuid4(), "person_id": person, "channel": "text", "language": "en", "to": _words("to"),
        "subject": _words("subject"), "words": _words("words"), "shown_at": timezone.now(), "visible_to": seen,
    },
}  # fmt: skip


def holding_a_canary(model: type[models.Model]) -> set[str]:
    """The sealed fields of a table of which some row, opened, holds a canary. Call it as a machine."""
    rows = list(model._default_manager.all())
    return {
        f"{model._meta.label}.{field.name}"
        for field in sealed_fields(model)
        if any(
            MARK in str(value).lower() or BORN_ON in str(value) for row in rows if (value := getattr(row, field.name))
        )
    }
