"""Reading the accounts of people who sign in."""

from __future__ import annotations

from hawl.foundations.access.actor import Role
from hawl.foundations.identity.models import User


def users_with_role(role: Role, organisation_id: int) -> list[int]:
    """Ids of the active users of an organisation who have the role."""
    rows = User.objects.filter(is_active=True, organisation_id=organisation_id, roles__contains=[role.value])
    return list(rows.order_by("pk").values_list("pk", flat=True))


def display_name(user_id: int) -> str:
    """The name under which a user works; empty for one who is gone."""
    return User.objects.filter(pk=user_id).values_list("display_name", flat=True).first() or ""
