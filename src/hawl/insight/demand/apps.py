"""Recorded crime and anti-social behaviour."""

from django.apps import AppConfig


class DemandPagesConfig(AppConfig):
    """Pages and addresses; the table is the register's."""

    name = "hawl.insight.demand"
    label = "insight_demand"
