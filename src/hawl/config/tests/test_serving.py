"""`hawl serve` as it runs: what each process is given, and that all end together. One installation for the module."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from hawl.config import serving
from hawl.foundations.clock import today
from hawl.foundations.database import embedded
from hawl.foundations.database.connection import Address, given_url
from hawl.foundations.database.home import InstallationError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(given_url()), reason="It starts an embedded server of its own."),
    pytest.mark.xdist_group("serving"),
]
HAWL = str(Path(sys.executable).parent / "hawl")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Served:
    home: Path
    staff: int
    public: int
    partner: int
    program: subprocess.Popen[bytes]

    def children(self) -> dict[str, psutil.Process]:
        """The process that the supervisor started for each role."""
        own = psutil.Process(self.program.pid).children()
        alive = [each for each in own if each.status() != psutil.STATUS_ZOMBIE]
        return {name: each for each in alive if (name := each.environ().get("HAWL_PROCESS"))}

    def answers(self, port: int, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0

    def as_admin(self, name: str = "hawl") -> psycopg.Connection[Any]:
        lines = (self.home / "postgres/data/postmaster.pid").read_text().splitlines()
        password = (self.home / "postgres/superuser").read_text()
        return psycopg.connect(
            host="127.0.0.1", port=int(lines[3]), user="postgres", password=password, dbname=name, autocommit=True
        )

    def sessions(self) -> set[tuple[str, str]]:
        with self.as_admin("postgres") as admin:
            return set(
                admin.execute(
                    "select usename, application_name from pg_stat_activity where datname = 'hawl'"
                ).fetchall()
            )


def until(true: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.2)
    return true()


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HAWL_", "DATABASE_", "DJANGO"))}
    return {**kept, "HAWL_HOME": str(home)}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    for each in (folder, folder.parent):
        each.chmod(0o711)  # as root the server runs as a user of its own, who must pass through
    home, staff, public, partner = folder / "home", free_port(), free_port(), free_port()
    with (folder / "said").open("wb") as said:
        program = subprocess.Popen(
            [HAWL, "serve", "--staff-port", str(staff), "--public-port", str(public), "--partner-port", str(partner)],
            env=_environment(home), stdout=said, stderr=said, start_new_session=True,
        )  # fmt: skip
    running = Served(home, staff, public, partner, program)
    try:
        up = until(lambda: all(running.answers(port, "/health/live") == 200 for port in (staff, public, partner)), 120)
        assert up, (folder / "said").read_text()
        yield running
    finally:
        if program.poll() is None:
            program.terminate()
            program.wait(30)


def test_both_sites_and_the_api_are_alive_and_ready(served: Served) -> None:
    for port in (served.staff, served.public, served.partner):
        assert served.answers(port, "/health/live") == 200
        assert served.answers(port, "/health/ready") == 200


def test_each_process_is_given_its_own_credential_and_no_other(served: Served) -> None:
    assert until(lambda: set(served.children()) == {"staff", "public", "partner", "jobs", "sealer"}, 10)
    for name, child in served.children().items():
        for process in (child, *child.children(recursive=True)):
            given = process.environ()
            assert given["HAWL_CREDENTIAL_FILE"] == str(served.home / "credentials" / name)
            assert given["HAWL_SECRET_FILE"] == str(served.home / "credentials" / f"signing-{name}")
            assert "DATABASE_URL" not in given
            assert "HAWL_HOME" not in given
            others = {"staff", "public", "partner", "jobs", "sealer", "owner"} - {name}
            told = " ".join(given.values())
            assert [each for each in others if f"credentials/{each}" in told] == []
            assert "superuser" not in told
            key = "none" if name in ("public", "partner", "sealer") else str(served.home / "keys" / "vault.json")
            assert given["HAWL_KEY_FILE"] == key
            assert ("HAWL_LETTERBOX" in given) is (name == "partner")
            assert ("audit-seal" in told) is (name == "sealer")


def test_each_process_speaks_to_the_database_in_its_own_role(served: Served) -> None:
    served.answers(served.staff, "/health/ready")
    served.answers(served.public, "/health/ready")
    served.answers(served.partner, "/health/ready")
    wanted = {"hawl_staff", "hawl_public", "hawl_partner", "hawl_jobs", "hawl_sealer"}
    assert until(lambda: {user for user, _ in served.sessions()} == wanted, 15), served.sessions()
    assert {(f"hawl_{name}", f"hawl-{name}") for name in ("staff", "public")} <= served.sessions()


def test_a_signed_delivery_reaches_the_running_api_and_an_unsigned_one_does_not(served: Served, tmp_path: Path) -> None:
    """The area's sources are examples, so that the API believes the signature and takes no delivery yet."""

    def hawl(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [HAWL, "partner", *words], env=_environment(served.home), capture_output=True, text=True, check=False
        )

    key, rows = tmp_path / "key.pem", tmp_path / "rows.csv"
    rows.write_text("a,b\n", encoding="utf-8")
    public = hawl("make-key", str(key)).stdout.strip()
    added = hawl(
        "add",
        "gwent-police",
        "--public-key",
        public,
        "--scope",
        "extracts:witness-care",
        "--until",
        (today() + dt.timedelta(days=30)).isoformat(),
    )
    assert added.returncode == 0, added.stderr
    send = [
        "send",
        str(rows),
        "--to",
        f"http://127.0.0.1:{served.partner}",
        "--source",
        "witness-care",
        "--key",
        str(key),
    ]
    known, unknown = hawl(*send, "--key-id", added.stdout.strip()), hawl(*send, "--key-id", "k-000000000000")
    assert (known.returncode, unknown.returncode) == (2, 2)
    assert "not open yet" in known.stderr, known.stderr
    assert "not signed" in unknown.stderr, unknown.stderr
    assert served.answers(served.partner, "/v1/extracts/witness-care/deliveries") == 401


def test_a_taken_port_is_refused_with_its_sentence(served: Served) -> None:
    refused = subprocess.run(
        [HAWL, "serve", "--staff-port", str(served.staff), "--public-port", str(free_port())],
        env=_environment(served.home), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert refused.returncode == 2
    assert f"Port {served.staff} is taken" in refused.stderr
    assert "--staff-port" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert served.answers(served.staff, "/health/ready") == 200


def test_a_killed_process_comes_back_and_leaves_no_worker_of_its_own_behind(served: Served) -> None:
    before = served.children()["public"]
    workers = before.children(recursive=True)
    before.kill()
    assert until(lambda: served.answers(served.public, "/health/live") == 200 and _new(served, before.pid), 30)
    assert until(lambda: not any(each.is_running() for each in workers), 10)
    assert served.answers(served.staff, "/health/live") == 200


def _new(served: Served, old: int) -> bool:
    now = served.children().get("public")
    return now is not None and now.pid != old


def _verify(served: Served) -> dict[str, Any]:
    told = subprocess.run(
        [HAWL, "audit", "verify", "--json"], env=_environment(served.home), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode in (0, 1), told.stderr
    found = json.loads(told.stdout)
    assert found["well"] is (told.returncode == 0)
    return found


def test_what_happens_is_sealed_within_five_seconds_and_tampering_is_told_by_the_command(served: Served) -> None:
    def sealed() -> int:
        with served.as_admin() as admin:
            return int(admin.execute("SELECT coalesce(sum(n), 0) FROM audit_seal").fetchone()[0])

    assert until(lambda: sealed() > 0, 10)
    before = sealed()
    with served.as_admin() as admin:
        admin.execute(
            "INSERT INTO audit_auditentry (id, at, actor, action, audit_class, object_kind, object_id, request_id,"
            " rule, purpose, detail) VALUES (gen_random_uuid(), now(), 'user:1', 'person.read', 'read', '', '', '', '',"
            " '', '{}')"
        )
    began = time.monotonic()
    assert until(lambda: sealed() > before, 15)
    assert time.monotonic() - began < 5
    found = _verify(served)
    assert (found["well"], found["unsealed"]) == (True, 0)
    assert found["anchors"] >= 2  # the head that the sealer keeps, and the anchor of the day
    with served.as_admin() as admin:
        admin.execute("UPDATE audit_auditentry SET actor = 'user:2' WHERE actor = 'user:1'")
    assert [each["kind"] for each in _verify(served)["wrong"]] == ["content_changed"]
    with served.as_admin() as admin:
        admin.execute("UPDATE audit_auditentry SET actor = 'user:1' WHERE actor = 'user:2'")
    assert _verify(served)["well"]


def test_one_signal_ends_every_process_and_the_embedded_server(served: Served) -> None:
    """The last of this module: nothing is served after it."""
    every = psutil.Process(served.program.pid).children(recursive=True)
    assert len(every) >= 3
    assert embedded.is_running(served.home)
    begun = time.monotonic()
    served.program.send_signal(signal.SIGTERM)
    served.program.wait(20)
    assert time.monotonic() - begun < 15
    assert until(lambda: not any(each.is_running() for each in every), 2)
    assert not embedded.is_running(served.home)
    assert served.answers(served.staff, "/health/live") == 0


def test_one_port_for_both_sites_is_refused() -> None:
    with pytest.raises(InstallationError, match="same port"):
        serving.serve(staff_port=8999, public_port=8999)


def test_the_public_process_is_never_handed_keys_nor_any_the_owners_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner:secret@db/hawl")
    where = Address("db", 5432, "hawl")
    for each in serving.processes(1, 2, 3):
        given = each.environment(where)
        assert "secret" not in " ".join(given.values())
        assert (given["HAWL_KEY_FILE"] == "none") is (each.name in ("public", "partner", "sealer"))
