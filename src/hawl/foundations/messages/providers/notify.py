"""Texts and e-mails by GOV.UK Notify, through its own client.

The service's account holds two templates that consist of one placeholder each, `((words))`: what is said stays with us,
where it is looked over. Their ids come from the file of keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hawl.foundations.messages.providers import PATIENCE_SECONDS, NotAsked, NotTaken, Outgoing

_COME_LATER, _NOT_CLEAR = 429, (408, 409)


@dataclass(frozen=True, slots=True)
class Notify:
    """One service of GOV.UK Notify."""

    api_key: str = field(repr=False)
    text_template: str
    email_template: str
    base_url: str = "https://api.notifications.service.gov.uk"
    name: str = "notify"

    def carries(self, channel: str) -> bool:
        """Texts and e-mails."""
        return bool(self.text_template if channel == "text" else channel == "email" and self.email_template)

    def send(self, outgoing: Outgoing) -> str:
        """Hand it over. A refusal (4xx) is sure; anything else but "later" leaves it open whether it went."""
        from notifications_python_client.errors import HTTPError
        from notifications_python_client.notifications import NotificationsAPIClient

        client: Any = NotificationsAPIClient(  # type: ignore[no-untyped-call]  # the library has no types
            self.api_key, base_url=self.base_url, timeout=PATIENCE_SECONDS
        )
        told: dict[str, Any] = {"personalisation": {"words": outgoing.words}, "reference": str(outgoing.id)}
        try:
            if outgoing.channel == "text":
                answer = client.send_sms_notification(outgoing.to, self.text_template, **told)
            else:
                told["personalisation"]["subject"] = outgoing.subject
                answer = client.send_email_notification(outgoing.to, self.email_template, **told)
        except HTTPError as error:
            status = int(error.status_code or 0)
            if status == _COME_LATER:
                raise NotAsked from error
            if 400 <= status < 500 and status not in _NOT_CLEAR:
                raise NotTaken(f"status_{status}") from error
            raise
        return str(answer.get("id", ""))[:80]
