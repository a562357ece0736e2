"""E-mail by the operator's own mail server."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage

from hawl.foundations.messages.providers import PATIENCE_SECONDS, NotAsked, NotTaken, Outgoing


@dataclass(frozen=True, slots=True)
class Smtp:
    """One server. `sender` names nobody and nothing; answers and bounces go to it and are read by nobody in between."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    tls: bool = True
    name: str = "smtp"

    def carries(self, channel: str) -> bool:
        """E-mails."""
        return channel == "email"

    def send(self, outgoing: Outgoing) -> str:
        """Hand it over; a server that says no has not taken it."""
        message = email_of(outgoing, self.sender)
        try:
            # The greeting names the sender's domain: by itself it would name this machine.
            domain = self.sender.rpartition("@")[2]
            server = smtplib.SMTP(self.host, self.port, local_hostname=domain, timeout=PATIENCE_SECONDS)
        except (OSError, smtplib.SMTPConnectError) as error:
            raise NotAsked from error
        try:
            try:
                if self.tls:
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password)
            except (OSError, smtplib.SMTPException) as error:
                raise NotAsked from error
            try:
                server.send_message(message, self.sender, [outgoing.to])
            except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refused:
                raise NotTaken(type(refused).__name__) from refused
        finally:
            server.close()
        return str(message["Message-ID"])[:80]


def email_of(outgoing: Outgoing, sender: str) -> EmailMessage:
    """Plain text to one address: no picture, no link, no copy to anybody, nothing that tells who writes."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = outgoing.to
    message["Subject"] = outgoing.subject
    message["Message-ID"] = f"<{outgoing.id.hex}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = outgoing.language
    message.set_content(outgoing.words)
    return message
