"""The desks."""

from django.apps import AppConfig


class HubConfig(AppConfig):
    """Pages and acts of the desks; no tables of its own yet."""

    name = "hawl.work.hub"
    label = "hub"

    def ready(self) -> None:
        """Tell the gate of the outbox who said no."""
        from hawl.registers.cases.queries import has_declined
        from hawl.registers.people.gate import fill_declined

        fill_declined(has_declined)
