"""The staff site."""

from django.apps import AppConfig


class StaffSiteConfig(AppConfig):
    """Templates and addresses; no tables."""

    name = "hawl.entrances.staff_site"
    label = "staff_site"

    def ready(self) -> None:
        """Fills the frame of staff pages with the navigation."""
        from hawl.entrances.staff_site.navigation import frame
        from hawl.foundations.design.frames import fill_navigation

        fill_navigation(frame)
