"""The register of organisations."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    """Published facts; read by all, written by loading an area."""

    name = "hawl.registers.organisations"
    label = "organisations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell accounts which organisations there are."""
        from hawl.foundations.identity.queries import fill_organisations
        from hawl.registers.organisations.queries import ids_by_key

        fill_organisations(ids_by_key)
