"""The local mailbox: what would have gone out, kept for a page to show. Nothing leaves the machine."""

from __future__ import annotations

from dataclasses import dataclass

from hawl.foundations.access.actor import current_actor
from hawl.foundations.messages.actions.keeping import keep_shown
from hawl.foundations.messages.providers import Outgoing


@dataclass(frozen=True, slots=True)
class Local:
    """Keeps the message in the transaction of its sending."""

    name: str = "local"

    def carries(self, channel: str) -> bool:
        """What goes by wire; letters are printed."""
        return channel in ("text", "email")

    def send(self, outgoing: Outgoing) -> str:
        """Keep it."""
        keep_shown(by=current_actor(), outgoing=outgoing)
        return "local"
