"""The design app: templates, macros and static files of all pages."""

from __future__ import annotations

from django.apps import AppConfig


class DesignConfig(AppConfig):
    """Registered so that the environment finds ``templates/``."""

    name = "hawl.foundations.design"
    label = "design"
