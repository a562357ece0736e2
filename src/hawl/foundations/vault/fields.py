"""Model fields that are sealed in the database and plain in Python.

A value is opened when it is read from the object, so a list that does not show it never opens it. A sealed
column cannot be searched, sorted or set by `update()`: there is no row to bind the value to.

Values of a scoped table lie under the key of the person that its row belongs to (`owners`); a person gets a key when
first saved. Values of an open table are no person's and lie under the key file.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from hawl.foundations.vault import hand
from hawl.foundations.vault.owners import OWN, PLAIN, owner_table, path_to_key
from hawl.foundations.vault.sealing import Key, KeyGone, key_id_of, seal, unseal


class Sealed(bytes):
    """A value as it came from the database, not opened yet."""

    def __repr__(self) -> str:
        return "Sealed(…)"


def opened(value: bytes, table: str, row: str, column: str) -> bytes:
    """A stored value in plain, under whichever key it lies. Raises `CannotOpen`, `KeyGone` where it was erased."""
    key_id = key_id_of(value)
    if key_id is None:
        return unseal(value, table, row, column)
    return hand.key_of(key_id).open(value, table, row, column)


def can_open(row: models.Model, name: str) -> bool:
    """Does this value open for who asks: not where its person was erased, nor without its location key."""
    try:
        getattr(row, name)
    except KeyGone:
        return False
    return True


class _SealedAttribute(DeferredAttribute):
    """Opens the value at the first reading and keeps it on the object."""

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is None or not isinstance(value, Sealed):
            return value
        field: SealedField = self.field  # type: ignore[assignment]
        plain = field.from_plain(field.open_stored(instance, value).decode())
        instance.__dict__[field.attname] = plain
        return plain

    def __set__(self, instance: models.Model, value: Any) -> None:
        # Without a setter Python would read the object's own dictionary first and never come here to open it.
        instance.__dict__[self.field.attname] = value


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """Text sealed to its table, row and field. `security_class` is C3, C4 or C5 of facts/security.md 3.2."""

    sealed = True
    descriptor_class = _SealedAttribute

    def __init__(self, *args: Any, security_class: str = "C3", **kwargs: Any) -> None:
        if security_class not in ("C3", "C4", "C5"):
            raise FieldError("A sealed field is of class C3, C4 or C5.")
        self.security_class = security_class
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        kwargs["editable"] = True
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Migrations keep the class of the field."""
        name, path, args, kwargs = super().deconstruct()
        kwargs["security_class"] = self.security_class
        kwargs.pop("editable", None)
        return name, path, args, kwargs

    def to_plain(self, value: Any) -> str:
        """Text that stands for `value` before sealing."""
        if not isinstance(value, str):
            raise TypeError(f"{self.name} takes text.")
        return value

    def from_plain(self, text: str) -> Any:
        """The value for which `text` stands."""
        return text

    def from_db_value(self, value: Any, *_: Any) -> Any:
        """Marks what comes from the database as not opened yet, and notes under which key it lies."""
        if value is None:
            return None
        hand.note(key_id_of(value))
        return Sealed(value)

    def open_stored(self, instance: models.Model, value: bytes) -> bytes:
        """A stored value of this object in plain.

        While keys are renewed the value may have been read before and its key looked for after: then it is read anew.
        """
        place = (self.model._meta.db_table, str(instance.pk), str(self.column))
        try:
            return opened(value, *place)
        except KeyGone:
            if not hand.may_have_been_replaced():
                raise
            rows = self.model._base_manager.filter(pk=instance.pk)
            newer = rows.values_list(self.attname, flat=True).first()
            if newer is None or bytes(newer) == value:
                raise
            return opened(bytes(newer), *place)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Seals the value to the row's key, which must be known before saving."""
        value = model_instance.__dict__.get(self.attname)
        if value is None:
            return None
        if isinstance(value, Sealed):
            if (key_id := key_id_of(value)) is not None:
                # Written back as it was read: refused where its key was replaced or destroyed meanwhile.
                hand.lock_for_writing()
                hand.key_of(key_id)
            return value
        plain = self.to_plain(value).encode()
        return self.seal_plain(plain, str(model_instance.pk), self._key_for_writing(model_instance, add=add))

    def seal_plain(self, plain: bytes, row: str, key: Key | None) -> Sealed:
        """`plain` sealed to row `row` of this field's table, under the key file where no person's key is given."""
        place = (self.model._meta.db_table, row, str(self.column))
        return Sealed(key.seal(plain, *place) if key else seal(plain, *place))

    def _key_for_writing(self, instance: models.Model, *, add: bool) -> Key | None:
        path = path_to_key(self.model)
        if path is None:
            return None
        if path == PLAIN:
            path, instance, add = OWN, _owner(instance), False
        *way, column = path.split("__")
        owner: Any = instance
        for step in way:
            owner = getattr(owner, step)
        if getattr(owner, column) is None:
            if way or not add:
                return None  # stored by release 0.1.0: `hawl keys renew` gives the person a key
            key = hand.made()
            setattr(owner, column, key.id)
        else:
            key = _present_key(owner, column, is_new=add and not way)
        located = hand.location_key_beside(key.id) if self.security_class == "C5" else None
        return located or key

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Refuses anything that was not sealed to a row."""
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise FieldError(f"{self.name} is sealed to its row: save the object, do not query or update by it.")
        return super().get_db_prep_value(bytes(value), connection, prepared)


def _owner(instance: Any) -> Any:
    """The person of a row that holds but their id."""
    # The whole row: the policy asks of each row that is read who may see it.
    return owner_table()._base_manager.get(pk=getattr(instance, PLAIN))


def _present_key(owner: Any, column: str, *, is_new: bool) -> Key:
    """The owner's key as it stands now, held against renewal to the end of the transaction."""
    hand.lock_for_writing()
    try:
        return hand.key_of(getattr(owner, column).bytes)
    except KeyGone:
        if is_new:
            raise
    # Renewed since the owner was read: its row says under which key now.
    found = type(owner)._base_manager.filter(pk=owner.pk).values_list(column, flat=True).first()
    if found is None or found == getattr(owner, column):
        raise KeyGone("This person was erased: nothing more is kept of them.")
    setattr(owner, column, found)
    return hand.key_of(found.bytes)


class SealedText(SealedField):
    """Sealed text."""


class SealedJSON(SealedField):
    """Sealed lists and dictionaries of plain values."""

    def to_plain(self, value: Any) -> str:
        """JSON, with Welsh letters as they are."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def from_plain(self, text: str) -> Any:
        """The lists and dictionaries again."""
        return json.loads(text)


class SealedDate(SealedField):
    """A sealed calendar day."""

    def to_plain(self, value: Any) -> str:
        """ISO 8601."""
        if not isinstance(value, date):
            raise TypeError(f"{self.name} takes a date.")
        return value.isoformat()

    def from_plain(self, text: str) -> Any:
        """The day."""
        return date.fromisoformat(text)
