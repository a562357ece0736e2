"""What kind of thing an audit entry tells of, by the last word of its action. No Django."""

from __future__ import annotations

from enum import StrEnum


class AuditClass(StrEnum):
    """The kinds of entry that a steward looks for."""

    READ = "read"
    SEARCH = "search"
    WRITE = "write"
    EXPORT = "export"
    REFUSAL = "refusal"
    SIGN_IN = "sign_in"
    GRAVE = "grave"


_BY_LAST_WORD = {
    AuditClass.READ: ("read", "shown", "listed", "looked", "viewed", "location_opened"),
    AuditClass.SEARCH: ("searched",),
    AuditClass.EXPORT: ("exported", "downloaded", "printed"),
    AuditClass.REFUSAL: ("refused",),
    AuditClass.SIGN_IN: (
        "signed_in",
        "signed_out",
        "sign_in_failed",
        "sign_in_locked",
        "stepped_up",
        "password_given",
        "provider_vouched",
    ),
}
_CLASSES = {word: kind for kind, words in _BY_LAST_WORD.items() for word in words}


def class_of(action: str, *, grave: bool = False) -> AuditClass:
    """The class of an action such as `person.read`; whatever is none of the others counts as a write."""
    if grave:
        return AuditClass.GRAVE
    last = action.rpartition(".")[2]
    return _CLASSES.get(last) or _CLASSES.get(last.rpartition("_")[2], AuditClass.WRITE)
