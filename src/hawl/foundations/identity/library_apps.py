"""The parts of django-allauth that are used: its tables and functions, none of its pages, addresses or middleware."""

from __future__ import annotations

from allauth.account.apps import AccountConfig


class LibraryAccounts(AccountConfig):  # type: ignore[misc]
    """What second factors and single sign-on lean on. Its middleware is for its own pages, which are not mounted."""

    default = False

    def ready(self) -> None:
        """Nothing: the library would insist on its middleware."""
