"""Model fields that are sealed in the database and plain in Python.

A value is opened when it is read from the object, so a list that does not show it never opens it. A sealed
column cannot be searched, sorted or set by `update()`: there is no row to bind the value to.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from hawl.foundations.vault.sealing import seal, unseal


class Sealed(bytes):
    """A value as it came from the database, not opened yet."""

    def __repr__(self) -> str:
        return "Sealed(…)"


class _SealedAttribute(DeferredAttribute):
    """Opens the value at the first reading and keeps it on the object."""

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is None or not isinstance(value, Sealed):
            return value
        field: SealedField = self.field  # type: ignore[assignment]
        plain = field.from_plain(
            unseal(bytes(value), field.model._meta.db_table, str(instance.pk), str(field.column)).decode()
        )
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
        """Marks what comes from the database as not opened yet."""
        return None if value is None else Sealed(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Seals the value to the row's key, which must be known before saving."""
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        return self.seal_for(str(model_instance.pk), value)

    def seal_for(self, row: str, value: Any) -> Sealed:
        """`value` sealed to row `row` of this field's table; for set-wise writers."""
        plain = self.to_plain(value).encode()
        return Sealed(seal(plain, self.model._meta.db_table, row, str(self.column)))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Refuses anything that was not sealed to a row."""
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise FieldError(f"{self.name} is sealed to its row: save the object, do not query or update by it.")
        return super().get_db_prep_value(bytes(value), connection, prepared)


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
