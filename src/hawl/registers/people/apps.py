"""The register of people."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """People, how to reach them, and the gate through which every message to them goes."""

    name = "hawl.registers.people"
    label = "people"

    def ready(self) -> None:
        """Stand at the gate of the outbox, and say how entries of the safety journal are put back."""
        from hawl.foundations.messages.gate import fill_gate
        from hawl.registers.people import replaying  # noqa: F401 - registers its handlers
        from hawl.registers.people.gate import gate

        fill_gate(gate)
