"""`hawl partner` as it is typed."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hawl.entrances.cli.main import hawl
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.models import AuditEntry, GraveLink
from hawl.foundations.clock import today
from hawl.work.intake.tests.importing import EVERYBODY
from hawl.work.partners.models import PartnerKey

pytestmark = pytest.mark.django_db
SCOPE = "extracts:witness-care"


def run(*words: str) -> Result:
    return CliRunner().invoke(hawl, ["partner", *words])


def day(ahead: int) -> str:
    return (today() + dt.timedelta(days=ahead)).isoformat()


def add(public: str, *, organisation: str = "gwent-police", scope: str = SCOPE, until: str = "") -> Result:
    return run("add", organisation, "--public-key", public, "--scope", scope, "--until", until or day(30))


@pytest.fixture
def public(tmp_path: Path) -> str:
    made = run("make-key", str(tmp_path / "key.pem"))
    assert made.exit_code == 0, made.output
    return made.stdout.strip()


def test_a_key_is_made_for_its_owner_alone_and_never_written_over(tmp_path: Path, public: str) -> None:
    file = tmp_path / "key.pem"
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    assert b"PRIVATE KEY" in file.read_bytes()
    before = file.read_bytes()
    again = run("make-key", str(file))
    assert again.exit_code == 2
    assert "is there already" in again.stderr
    assert file.read_bytes() == before


def test_a_key_is_added_listed_and_ended_and_each_is_a_grave_act(public: str) -> None:
    key_id = add(public).stdout.strip()
    (told,) = json.loads(run("list", "--json").stdout)["keys"]
    assert told == {
        "id": key_id, "organisation": "gwent-police", "scopes": [SCOPE], "until": day(30), "holds": True,
    }  # fmt: skip
    assert run("end", key_id).exit_code == 0
    assert "no longer believed" in run("list").stdout
    assert run("end", key_id).exit_code == 2
    with acting_as(EVERYBODY):
        actions = sorted(AuditEntry.objects.filter(object_kind="partner_key").values_list("action", flat=True))
        assert actions == ["partner.key_added", "partner.key_ended"]
        assert GraveLink.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"organisation": "nobody"}, "There is no organisation nobody"),
        ({"scope": "extracts:nowhere"}, "There is no scope extracts:nowhere"),
        ({"scope": "people"}, "There is no scope people"),
        ({"until": day(-1)}, "two years at most"),
        ({"until": day(800)}, "two years at most"),
    ],
)
def test_what_cannot_be_added_is_said_and_nothing_is_kept(public: str, change: dict[str, str], sentence: str) -> None:
    done = add(public, **change)
    assert (done.exit_code, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert not PartnerKey.objects.exists()


@pytest.mark.parametrize(
    "public_key", ["", "x", base64.b64encode(b"short").decode(), base64.b64encode(b"x" * 33).decode()]
)
def test_a_public_key_of_another_shape_is_refused(public_key: str) -> None:
    done = add(public_key)
    assert done.exit_code == 2
    assert "32 bytes" in done.stderr


def test_a_key_that_is_held_is_not_added_twice(public: str) -> None:
    assert add(public).exit_code == 0
    assert "held already" in add(public, organisation="connect-gwent").stderr
    assert PartnerKey.objects.count() == 1


@pytest.mark.parametrize("ahead", [0, 729])
def test_a_key_may_hold_from_today_to_two_years(public: str, ahead: int) -> None:
    assert add(public, until=day(ahead)).exit_code == 0


@pytest.mark.parametrize(("delivery", "sentence"), [("x", "no delivery's address"), ("/v1/x", "cannot be reached")])
def test_asking_says_what_is_wrong_on_this_side(tmp_path: Path, public: str, delivery: str, sentence: str) -> None:
    to = ["--to", "http://127.0.0.1:1", "--key-id", "k-000000000000", "--key", str(tmp_path / "key.pem")]
    done = run("ask", delivery, *to)
    assert (done.exit_code, done.stdout) == (2, "")
    assert sentence in done.stderr


def test_sending_says_what_is_wrong_on_this_side(tmp_path: Path, public: str) -> None:
    rows, key = tmp_path / "rows.csv", tmp_path / "key.pem"
    rows.write_text("a\n", encoding="utf-8")
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no key", encoding="utf-8")
    to = ["--to", "http://127.0.0.1:1", "--source", "x", "--key-id", "k-000000000000"]
    for file, private, sentence in (
        (rows, wrong, "holds no Ed25519 key"),
        (rows, tmp_path / "none.pem", "none.pem"),
        (tmp_path / "none.csv", key, "none.csv"),
        (tmp_path / "rows.xlsx", key, "of no kind that is sent"),
        (rows, key, "cannot be reached"),
    ):
        done = run("send", str(file), *to, "--key", str(private))
        assert (done.exit_code, done.stdout) == (2, "")
        assert sentence in done.stderr, done.stderr
        assert "Traceback" not in done.stderr
