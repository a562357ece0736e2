"""How the Code is kept."""

from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    """Pages and addresses; no tables."""

    name = "hawl.insight.compliance"
    label = "compliance"
