"""Reading the accounts of people who sign in."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hawl.foundations.access.actor import Role
from hawl.foundations.identity.models import User


def users_with_role(role: Role, organisation_id: int) -> list[int]:
    """Ids of the active users of an organisation who have the role."""
    rows = User.objects.filter(is_active=True, organisation_id=organisation_id, roles__contains=[role.value])
    return list(rows.order_by("pk").values_list("pk", flat=True))


def user_of(email: str) -> User:
    """The active user with this e-mail address. Raises `User.DoesNotExist`."""
    return User.objects.get(email__iexact=email, is_active=True)


def display_name(user_id: int) -> str:
    """The name under which a user works; empty for one who is gone."""
    return User.objects.filter(pk=user_id).values_list("display_name", flat=True).first() or ""


def organisations_of(user_ids: Iterable[int]) -> dict[int, int]:
    """For whom each user works today, by the users' ids; in one statement, none where no user is asked for."""
    wanted = set(user_ids)
    if not wanted:
        return {}
    rows = User.objects.filter(pk__in=wanted, organisation_id__isnull=False)
    return {pk: organisation for pk, organisation in rows.values_list("pk", "organisation_id") if organisation}


# The register of organisations stands above this app and fills these two questions.
_organisation_ids: list[Callable[[], dict[str, int]]] = []


def fill_organisations(ids_by_key: Callable[[], dict[str, int]]) -> None:
    """Port that the register of organisations fills: the ids of organisations by their keys."""
    _organisation_ids[:] = [ids_by_key]


def organisation_id_of(key: str) -> int | None:
    """The id of the organisation with this key; `None` where there is none."""
    return _ids().get(key)


def organisation_keys() -> list[str]:
    """Keys of all organisations, in order of the alphabet."""
    return sorted(_ids())


def _ids() -> dict[str, int]:
    return _organisation_ids[0]() if _organisation_ids else {}
