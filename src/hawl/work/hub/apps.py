"""The desks."""

from django.apps import AppConfig


class HubConfig(AppConfig):
    """Pages and acts of the desks; no tables of its own yet."""

    name = "hawl.work.hub"
    label = "hub"
