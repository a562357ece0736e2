"""People who sign in."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.models import STAFF_SIDE, OpenModel


class UserManager(BaseUserManager["User"]):
    """Looks users up by e-mail, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        """The user with this e-mail address."""
        return self.get(email__iexact=username or "")


class User(OpenModel, AbstractBaseUser):
    """One person of an agency, with roles, at one organisation."""

    readers = STAFF_SIDE
    writers = STAFF_SIDE

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

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    def actor(self) -> Actor:
        """The actor that this user is at this moment; read anew at each request."""
        return Actor(
            label=f"user:{self.pk}",
            organisations=frozenset() if self.organisation_id is None else frozenset({self.organisation_id}),
            user_id=self.pk,
            roles=frozenset(Role(each) for each in self.roles),
        )
