"""The carriers against servers of the test's own: what is taken, what is sure not to be, and what stays open."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from uuid import UUID, uuid4

import pytest

from hawl.foundations.messages.providers import NotAsked, NotTaken, Outgoing
from hawl.foundations.messages.providers import notify as notify_module
from hawl.foundations.messages.providers.notify import Notify
from hawl.foundations.messages.providers.smtp import Smtp

KEY = f"test-{UUID(int=1)}-{UUID(int=2)}"


def outgoing(channel: str = "email") -> Outgoing:
    to = "sian@example.org" if channel == "email" else "07700 900123"
    return Outgoing(uuid4(), uuid4(), channel, "cy", to, "Neges fer", "Helo. Byddwn yn eich ffonio.")


class Api(BaseHTTPRequestHandler):
    """Answers with the status that the server was told; keeps what it was asked."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server: Any = self.server
        server.asked.append((self.path, json.loads(body)))
        time.sleep(server.slow)
        data = json.dumps({"id": "n-1"} if server.status == 201 else {"status_code": server.status, "errors": []})
        self.send_response(server.status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data.encode())

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def api() -> Iterator[Any]:
    server: Any = HTTPServer(("127.0.0.1", 0), Api)
    server.asked, server.status, server.slow = [], 201, 0.0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def notify(api: Any) -> Notify:
    return Notify(KEY, "t-text", "t-email", base_url=f"http://127.0.0.1:{api.server_port}")


@pytest.mark.parametrize("channel", ["text", "email"])
def test_notify_is_handed_one_message_to_one_recipient(api: Any, channel: str) -> None:
    one = outgoing(channel)
    assert notify(api).send(one) == "n-1"
    ((path, told),) = api.asked
    assert path == f"/v2/notifications/{'sms' if channel == 'text' else 'email'}"
    assert told["template_id"] == f"t-{channel}"
    assert told["phone_number" if channel == "text" else "email_address"] == one.to
    subject = {"subject": one.subject} if channel == "email" else {}
    assert told["personalisation"] == {"words": one.words, **subject}
    assert told["reference"] == str(one.id)


@pytest.mark.parametrize(("status", "error"), [(400, NotTaken), (403, NotTaken), (429, NotAsked)])
def test_what_notify_surely_did_not_take_is_told_so(api: Any, status: int, error: type[Exception]) -> None:
    api.status = status
    with pytest.raises(error):
        notify(api).send(outgoing("text"))
    assert len(api.asked) == 1


@pytest.mark.parametrize("status", [408, 500, 503])
def test_an_error_of_notify_that_may_have_sent_it_stays_open_and_is_not_tried_again(api: Any, status: int) -> None:
    api.status = status
    with pytest.raises(Exception) as raised:
        notify(api).send(outgoing("text"))
    assert not isinstance(raised.value, NotTaken | NotAsked)
    assert len(api.asked) == 1


def test_an_answer_of_notify_that_does_not_come_stays_open(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify_module, "PATIENCE_SECONDS", 0.3)
    api.slow = 1.0
    with pytest.raises(Exception) as raised:
        notify(api).send(outgoing("text"))
    assert not isinstance(raised.value, NotTaken | NotAsked)


class MailServer(threading.Thread):
    """Speaks SMTP with one client; `answers` are put in the place of its own, it ends at the command `drops`."""

    def __init__(self, answers: dict[str, str], drops: str = "") -> None:
        super().__init__(daemon=True)
        self.answers, self.drops = answers, drops
        self.said: list[str] = []
        self.mail = b""
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]

    def run(self) -> None:
        # A client that hangs up in the middle, or a test that ends before one came, is no fault of this server.
        with contextlib.suppress(OSError):
            self._serve()

    def end(self) -> None:
        """Stop listening, wake a thread that still waits for its client, and see it end."""
        with contextlib.suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.join(5)

    def _serve(self) -> None:
        client, _ = self.listening.accept()
        with client, client.makefile("rwb") as lines:
            self._say(lines, "", "220 here")
            for line in iter(lines.readline, b""):
                word = line[:4].decode().strip().upper()
                self.said.append(line.decode().strip())
                if word == self.drops:
                    return
                self._say(lines, word, {"DATA": "354 go on", "EHLO": "250 here"}.get(word, "250 well"))
                if word == "DATA" and not self.answers.get("DATA"):
                    self._take(lines)
                if self.drops == "END" and word == "DATA":
                    return
                if word == "DATA" and not self.answers.get("DATA"):
                    self._say(lines, "END", "250 taken")

    def _take(self, lines: Any) -> None:
        for line in iter(lines.readline, b".\r\n"):
            self.mail += line

    def _say(self, lines: Any, word: str, answer: str) -> None:
        lines.write((self.answers.get(word, answer) + "\r\n").encode())
        lines.flush()


@pytest.fixture
def mail_server() -> Iterator[Callable[..., MailServer]]:
    made: list[MailServer] = []

    def make(answers: dict[str, str] | None = None, drops: str = "") -> MailServer:
        server = MailServer(answers or {}, drops)
        server.start()
        made.append(server)
        return server

    yield make
    for each in made:
        each.end()


def smtp(server: MailServer, **changes: Any) -> Smtp:
    return Smtp("127.0.0.1", server.port, "post@example.org", **{"tls": False, **changes})


def test_the_mail_server_is_handed_one_plain_mail_to_one_recipient(mail_server: Callable[..., MailServer]) -> None:
    server, one = mail_server(), outgoing()
    receipt = smtp(server).send(one)
    server.join(5)
    assert server.said[0].split() == ["ehlo", "example.org"]  # and not the name of this machine
    assert [line for line in server.said if line.upper().startswith("RCPT")] == [f"rcpt TO:<{one.to}>"]
    mail = message_from_bytes(server.mail)
    assert (mail["To"], mail["From"], mail["Subject"]) == (one.to, "post@example.org", one.subject)
    assert receipt == mail["Message-ID"]
    body: Any = mail.get_payload(decode=True)
    assert body.decode().strip() == one.words


@pytest.mark.parametrize("word", ["RCPT", "MAIL", "END"])
def test_what_the_mail_server_refuses_was_not_taken(mail_server: Callable[..., MailServer], word: str) -> None:
    with pytest.raises(NotTaken):
        smtp(mail_server({word: "550 no"})).send(outgoing())


def test_a_mail_server_that_is_away_was_not_asked(mail_server: Callable[..., MailServer]) -> None:
    server = mail_server()
    server.end()
    with pytest.raises(NotAsked):
        Smtp("127.0.0.1", 1, "post@example.org", tls=False).send(outgoing())


def test_without_the_encryption_that_was_asked_for_nothing_is_sent(mail_server: Callable[..., MailServer]) -> None:
    server = mail_server()
    with pytest.raises(NotAsked):
        smtp(server, tls=True).send(outgoing())
    assert not any(line.upper().startswith("MAIL") for line in server.said)


def test_a_mail_server_that_falls_silent_after_the_words_leaves_it_open(mail_server: Callable[..., MailServer]) -> None:
    with pytest.raises(Exception) as raised:
        smtp(mail_server(drops="END")).send(outgoing())
    assert not isinstance(raised.value, NotTaken | NotAsked)
