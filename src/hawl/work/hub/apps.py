"""The desks."""

from django.apps import AppConfig


class HubConfig(AppConfig):
    """Pages and acts of the desks; no tables of its own yet."""

    name = "hawl.work.hub"
    label = "hub"

    def ready(self) -> None:
        """Tell the gate of the outbox who said no, and the outbox what the area lets it say."""
        from hawl.foundations.messages.approved import fill_approved
        from hawl.registers.cases.queries import has_declined
        from hawl.registers.people.gate import fill_declined
        from hawl.work.hub.sayable import approved

        fill_declined(has_declined)
        fill_approved(approved)
