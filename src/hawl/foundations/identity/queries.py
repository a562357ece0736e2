"""Reading the accounts of people who sign in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from hawl.foundations.access.actor import Role
from hawl.foundations.clock import now, today
from hawl.foundations.identity.models import AccountRequest, HeldText, StaffSession, User, same_address
from hawl.foundations.identity.sessions import HELD_FOR, end_of, may_sign_in

# How long before their vetting or training lapses people are told.
WARNED_BEFORE = timedelta(days=30)
# How long what is asked for an account waits for somebody's yes (rules.sql).
WAITS_FOR = timedelta(days=7)
# How long people are told that an account began anew alone; requests are thrown away after as long.
TOLD_FOR = timedelta(days=30)
_APPROVING = [Role.SPECIALIST_LEAD.value, Role.STEWARD.value]


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


def colleagues(organisation_ids: Iterable[int]) -> dict[int, str]:
    """The names of the active users who work for one of the organisations, by id, in the order of their names."""
    rows = User.objects.filter(is_active=True, organisation_id__in=list(organisation_ids))
    return dict(rows.order_by("display_name", "pk").values_list("pk", "display_name"))


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


def key_of_organisation(organisation_id: int | None) -> str | None:
    """The key of the organisation with this id; `None` where there is none."""
    return next((key for key, found in _ids().items() if found == organisation_id), None)


def organisation_keys() -> list[str]:
    """Keys of all organisations, in order of the alphabet."""
    return sorted(_ids())


def _ids() -> dict[str, int]:
    return _organisation_ids[0]() if _organisation_ids else {}


def stay_of(stay_id: str | UUID) -> StaffSession | None:
    """One stay on the staff site by its id."""
    return StaffSession.objects.filter(pk=stay_id).first()


def stays_of(user_id: int) -> list[StaffSession]:
    """The stays of a user that stand now, the latest first."""
    at = now()
    rows = StaffSession.objects.filter(user_id=user_id, ended_at=None).order_by("-signed_in_at")
    return [stay for stay in rows if end_of(stay) > at]


def held_of(user_id: int) -> HeldText | None:
    """What was held last for a user, in the last twelve hours."""
    return HeldText.objects.filter(user_id=user_id, held_at__gt=now() - HELD_FOR).order_by("-held_at").first()


def active_user(user_id: int) -> User | None:
    """The user with this id, if the account is in force."""
    user = User.objects.filter(pk=user_id).first()
    return user if user is not None and may_sign_in(user) else None


def account_of_email(email: str) -> User | None:
    """The account in force with this address (`same_address`); `None` where there is not one."""
    try:
        found = User.objects.get_by_natural_key(email)
    except User.DoesNotExist:
        return None
    return found if may_sign_in(found) else None


def approvers() -> list[User]:
    """The accounts that may say yes to another and can sign in to do so: specialist leads and stewards.

    A password that opens nothing, as a restore leaves it, lets nobody in. Without any second factor it still does: the
    next sign-in sets one up. Whose factor is being reset counts too: they are in again within the day, and could an
    operator begin anew meanwhile, the day that the holder has to stop it would be worth nothing.
    """
    rows = User.objects.filter(is_active=True, roles__overlap=_APPROVING).order_by("pk")
    return [each for each in rows if may_sign_in(each) and each.has_usable_password()]


def was_in_use() -> bool:
    """Was there an approver before, or did anybody ever sign in: who begins alone then does not begin as the first."""
    rows = User.objects.filter(is_demo=False)
    return bool(rows.filter(Q(roles__overlap=_APPROVING) | Q(last_login__isnull=False)).exists())


def begun_anew(since: datetime | None) -> list[AccountRequest]:
    """Accounts of approvers that began anew with nobody's yes, since then and at the earliest 30 days ago."""
    earliest = now() - TOLD_FOR
    rows = AccountRequest.objects.filter(agreed=True, decided_by=None)
    return list(rows.filter(decided_at__gt=max(since or earliest, earliest)).order_by("decided_at", "pk"))


def waiting_requests(user_id: int, email: str = "") -> list[AccountRequest]:
    """What waits for somebody's yes or no and is not about this user's own account, the oldest first.

    `email` is the user's own address, looked up where it is not given.

    What was asked for a week ago waits no more.
    """
    rows = AccountRequest.objects.filter(decided_at=None, asked_at__gt=now() - WAITS_FOR).select_related("user")
    own = email or User.objects.filter(pk=user_id).values_list("email", flat=True).first() or ""
    return [
        each for each in rows.order_by("asked_at", "pk")
        if each.user_id != user_id and not same_address(each.email, own)
    ]  # fmt: skip


def count_waiting(user: User) -> int:
    """How many of them there are; one statement."""
    return len(waiting_requests(user.pk, user.email))


def all_accounts() -> list[User]:
    """Every account, in order of its e-mail address."""
    return list(User.objects.order_by("email"))


def lapsing(user: User, within: timedelta = WARNED_BEFORE) -> list[tuple[str, date]]:
    """Which of a user's dates (`vetting`, `training`) have passed or pass soon, with the last day of each."""
    dates = (("vetting", user.vetting_until), ("training", user.training_until))
    return [(name, day) for name, day in dates if day is not None and day < today() + within]


def demo_accounts() -> list[str]:
    """E-mail addresses of the accounts in force that a demo made."""
    return list(User.objects.filter(is_demo=True, is_active=True).order_by("email").values_list("email", flat=True))
