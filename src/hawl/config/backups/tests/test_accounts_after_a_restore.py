"""A restore gives nobody who left their account back, nor an old password, place, clearance or second factor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection

from hawl.config.backups import commands, restoring
from hawl.config.backups.tests.installations import Installation
from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.clock import now
from hawl.foundations.identity.actions import (
    add_authenticator,
    end_account,
    make_recovery_codes,
    put_account,
    reset_lost_factor,
)
from hawl.foundations.identity.factors import new_secret
from hawl.foundations.identity.models import User
from hawl.foundations.identity.tests.signing import give_factor
from hawl.foundations.journal import shipping
from hawl.foundations.journal.models import JournalEntry
from hawl.foundations.journal.standing import refuse_behind_the_journal

pytestmark = [pytest.mark.slow]
OPERATOR = Actor(label="operator:one")
OLD, NEW = "the password of yesterday", "the password of today"
FAR = date(2031, 1, 1)
HERE, THERE = 7, 8


def put(name: str, *roles: Role, password: str = OLD, **changes: Any) -> User:
    told: dict[str, Any] = {
        "organisation_id": HERE, "roles": frozenset(roles or {Role.HUB_WORKER}), "vetting_until": FAR,
        "training_until": FAR, "approved_by": "steward@example.org",
    } | changes  # fmt: skip
    return put_account(by=OPERATOR, email=f"{name}@example.org", display_name=name, password=password, **told)


@dataclass
class Before:
    """What an account was when the backup was made, in the restored database: True where any of it is back."""

    user: User

    def is_back(self) -> bool:
        held = User.objects.get(pk=self.user.pk)
        factors = Authenticator.objects.filter(user_id=held.pk)
        return held.is_active and held.check_password(OLD) and (factors.exists() or not self.user.email.startswith("f"))


NAMES = ("left", "moved", "lowered", "demoted", "pw", "factor", "fresher")


def lay_out() -> dict[str, User]:
    put("steward", Role.STEWARD)
    made = {name: put(name) for name in (*NAMES, "untouched", "codes")}
    for each in made.values():
        give_factor(each)
    return made


def decide() -> None:
    """What happened to the accounts on the day after the backup."""
    end_account(by=OPERATOR, email="left@example.org")
    put("moved", password=NEW, organisation_id=THERE, employer_id=THERE)
    put("lowered", password=NEW, vetting_until=date(2026, 1, 1))
    put("demoted", Role.BOARD, password=NEW)
    put("pw", password=NEW)
    User.objects.filter(email="factor@example.org").update(factor_reset_from=now() - timedelta(hours=1))
    assert reset_lost_factor(by=OPERATOR, user_id=User.objects.get(email="factor@example.org").pk)
    add_authenticator(by=OPERATOR, user=User.objects.get(email="fresher@example.org"), secret=new_secret())
    make_recovery_codes(by=OPERATOR, user=User.objects.get(email="codes@example.org"))
    put("came_since")


def test_accounts_ended_moved_and_lowered_stay_so(
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    users = lay_out()
    User.objects.filter(email="untouched@example.org").update(factor_reset_from=now())
    file = installation.back_up()
    decide()
    came = User.objects.get(email="came_since@example.org").pk
    for entry in JournalEntry.objects.filter(kind__startswith="account"):
        assert "@" not in str(entry.facts)
        assert "example" not in str(entry.facts)
    shipping.ship(shipping.files())
    done = installation.restore(file)
    assert [name for name in NAMES if Before(users[name]).is_back()] == []
    held = {name: User.objects.get(pk=user.pk) for name, user in users.items()}
    assert not held["left"].is_active
    assert (held["moved"].organisation_id, held["moved"].employer_id) == (THERE, THERE)
    assert held["lowered"].vetting_until == date(2026, 1, 1)
    assert held["demoted"].roles == []
    assert not any(held[name].has_usable_password() for name in NAMES)
    # Nobody else is touched, but for a reset that waited: nobody stopped it in a day that is lost.
    assert held["untouched"].check_password(OLD)
    assert held["untouched"].factor_reset_from is None
    assert held["codes"].check_password(OLD)
    kinds = set(Authenticator.objects.filter(user_id=users["codes"].pk).values_list("type", flat=True))
    assert kinds == {"totp"}
    # Whoever came since is lost, is told of, and nobody is given their number.
    assert done.replayed["lost_accounts"] == [came]
    commands._tell_replayed(done.replayed)
    assert f"the accounts {came}." in capsys.readouterr().out
    assert put("next").pk > came
    refuse_behind_the_journal(shipping.files())
    # A new invitation makes it whole again.
    assert put("moved", password=NEW, organisation_id=THERE).check_password(NEW)
    # The positive control: with the journal skipped every one of them is back.
    nothing = {"newest_number": 0, "outside": 0, "put_back": {}, "unplaced": []}
    monkeypatch.setattr(restoring, "_replay", lambda where: nothing)
    shipping.ship(shipping.files())
    connection.close()
    installation.restore(file)
    assert [name for name in NAMES if Before(users[name]).is_back()] == list(NAMES)
