"""What a column of a file may be of a person."""

from __future__ import annotations

from collections.abc import Sequence

ROLES = ("forename", "surname", "full_name", "dob", "postcode", "address", "phone", "email", "gender")
# An address may stand in several columns, which are joined in the order given.
_SEVERAL = "address"
# Twins may have all but this in common.
_GIVEN = {"forename", "full_name"}
# And of many people of one name, these tell which.
_WHICH = {"dob", "postcode", "address", "phone", "email"}


class WrongMapping(ValueError):
    """The columns and roles as they were given cannot be used. Its text is a sentence that quotes no row."""


def mapping_of(given: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """`["Name=full_name", …]` as the columns of each role. Raises `WrongMapping`.

    The last `=` divides, so that a column's name may hold one.
    """
    found: dict[str, tuple[str, ...]] = {}
    for one in given:
        column, parted, role = one.rpartition("=")
        if not parted or not column:
            raise WrongMapping(f"--map {one} is not COLUMN=ROLE.")
        if role not in ROLES:
            raise WrongMapping(f"There is no role {role}. Those there are: {', '.join(ROLES)}.")
        if role in found and role != _SEVERAL:
            raise WrongMapping(f"Two columns are given the role {role}; only {_SEVERAL} may stand in several.")
        found[role] = (*found.get(role, ()), column)
    _check_together(found)
    return found


def _check_together(found: dict[str, tuple[str, ...]]) -> None:
    if "full_name" in found and {"forename", "surname"} & set(found):
        raise WrongMapping("A name stands in full_name or in forename and surname, not in both.")
    columns = [column for several in found.values() for column in several]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise WrongMapping(f"The column {twice[0]} is given two roles.")
    if not _GIVEN & set(found):
        raise WrongMapping("People of one house cannot be told apart without given names: map a forename or full_name.")
    if not _WHICH & set(found):
        raise WrongMapping(
            f"People of one name cannot be told apart by it: map {', '.join(sorted(_WHICH))} or some of them."
        )
