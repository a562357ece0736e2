"""People who sign in."""

from __future__ import annotations

import unicodedata
import uuid
from types import MappingProxyType
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.models import JOBS, STAFF_SIDE, OpenModel
from hawl.foundations.access.standing import Account, Bodies, actor_of
from hawl.foundations.vault.fields import SealedJSON, SealedText


def same_address(one: str, other: str) -> bool:
    """Whether two e-mail addresses are one, as blind indexes fold them.

    The database folds more: to it a dotless i is a plain one, and another's address could pass for it.
    """
    return _folded(one) == _folded(other)


def _folded(email: str) -> str:
    return unicodedata.normalize("NFKC", email).casefold().strip()


class UserManager(BaseUserManager["User"]):
    """Looks users up by e-mail, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        """The user with this e-mail address: the one by which tries at it are counted, and no likeness of it."""
        found = [each for each in self.filter(email__iexact=username or "") if same_address(each.email, username or "")]
        if len(found) != 1:
            raise self.model.DoesNotExist
        return found[0]


class User(OpenModel, AbstractBaseUser):
    """One person of an agency, with roles, at one organisation.

    The staff site makes no account and gives none anything: commands do, and `hawl_decide_account` (`rules.sql`).
    """

    readers = STAFF_SIDE
    writers = JOBS
    # What signing in writes.
    rewriters = MappingProxyType({"staff": ("password", "last_login", "factor_reset_from")})

    email = models.EmailField(unique=True)
    display_name = models.CharField(max_length=120)
    # The register of organisations stands above this app, so its id is kept without a foreign key.
    organisation_id = models.IntegerField(null=True, blank=True)
    roles = ArrayField(models.CharField(max_length=40, choices=[(r.value, r.value) for r in Role]), default=list)
    # Who pays this person, where it is another than the organisation they work for: an employer's wall follows it.
    employer_id = models.IntegerField(null=True, blank=True)
    # The last days on which their vetting and their training in handling information hold. A role that sees people
    # sees none without both.
    vetting_until = models.DateField(null=True, blank=True)
    training_until = models.DateField(null=True, blank=True)
    language = models.CharField(max_length=2, choices=[("en", "English"), ("cy", "Cymraeg")], default="en")
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    # A lost second factor: from this moment on the account sets up a new one when it signs in. NULL where none is lost.
    factor_reset_from = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    def actor(self, bodies: Bodies | None = None) -> Actor:
        """The actor that this user is at this moment; read anew at each request, where given by these `bodies`."""
        return actor_of(
            Account(
                user_id=self.pk,
                active=self.is_active,
                organisation_id=self.organisation_id,
                employer_id=self.employer_id,
                roles=frozenset(Role(each) for each in self.roles),
                vetting_until=self.vetting_until,
                training_until=self.training_until,
            ),
            bodies,
        )


class StaffSession(OpenModel):
    """One stay of a user on the staff site, from the second factor to its end. The browser's session names its id."""

    readers = STAFF_SIDE
    writers = STAFF_SIDE

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    signed_in_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    # When the second factor was last given: grave acts ask for a recent one.
    factor_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=20, blank=True)


class HeldText(OpenModel):
    """What a user had typed when a page asked them to sign in again; sealed, and shown to that user alone."""

    readers = STAFF_SIDE
    writers = STAFF_SIDE

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    held_at = models.DateTimeField()
    # Where the form was sent to, and its fields: {"name": ["value", …]}.
    sent_to = SealedText(security_class="C4")
    typed = SealedJSON(security_class="C4")


class Bucket(OpenModel):
    """Tries left to one account or address; filled up again as time passes. The key is a blind index, no address."""

    readers = STAFF_SIDE
    writers = STAFF_SIDE

    key = models.CharField(max_length=80, primary_key=True)
    tokens = models.FloatField()
    at = models.DateTimeField()
    # Tries refused since the audit was last told of them.
    refused = models.IntegerField(db_default=0)


class KnownPlace(OpenModel):
    """A network address, as a blind index, from which a user has signed in: strangers' tries do not count there."""

    readers = STAFF_SIDE
    writers = STAFF_SIDE

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=32)
    last_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "place"), name="one_known_place"),)


class MissedCodes(OpenModel):
    """Wrong codes given for an account after its right password, one after another, with none right between them.

    Counted for each place where its holder has signed in, and for all other places together (`place` is empty): the
    wait that grows with them at one keeps nobody out of the others.
    """

    readers = STAFF_SIDE
    writers = STAFF_SIDE

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=32, blank=True)
    count = models.IntegerField()
    # Of them, how many their holder was not told of yet.
    untold = models.IntegerField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "place"), name="one_count_of_missed_codes"),)


class AccountRequest(OpenModel):
    """What whoever looks after the installation asks for an account: it takes effect when somebody else says yes.

    Asked for by the command line; decided over by `hawl_decide_account` (`rules.sql`) alone, for whoever signed in.
    """

    readers = STAFF_SIDE
    writers = JOBS

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # `put`: the account as it is to be; `reset`: its second factors are to go.
    kind = models.CharField(max_length=10, choices=[("put", "put"), ("reset", "reset")])
    # The account that there is already.
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    email = models.EmailField()
    display_name = models.CharField(max_length=120)
    organisation_id = models.IntegerField(null=True, blank=True)
    employer_id = models.IntegerField(null=True, blank=True)
    roles = ArrayField(models.CharField(max_length=40), default=list)
    vetting_until = models.DateField(null=True, blank=True)
    training_until = models.DateField(null=True, blank=True)
    language = models.CharField(max_length=2, default="en")
    # As accounts hold it, and empty once it was decided.
    password = models.CharField(max_length=128, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=100)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.BigIntegerField(null=True, blank=True)
    agreed = models.BooleanField(null=True, blank=True)
