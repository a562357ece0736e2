"""From a rulebook file to a Rulebook, telling mistakes by line and mend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from hawl.foundations.datafiles import Document, read
from hawl.rights.rulebook.books import Before, Duty, Every, Limit, Right, Rulebook, Words
from hawl.rights.rulebook.conditions import condition_from
from hawl.rights.rulebook.vocabulary import schema, vocabulary

Data = Mapping[str, Any]


@cache
def applying() -> tuple[Rulebook, ...]:
    """The rulebooks that apply where none is named: those in force that bind bodies, without local targets."""
    return tuple(book for book in built_in() if book.applies)


@cache
def reminding() -> tuple[Rulebook, ...]:
    """The rulebooks of what a victim may ask for, and by when, that are in force: they bind nobody."""
    return tuple(book for book in built_in() if book.kind == "reminders" and book.status == "in_force")


@cache
def built_in() -> tuple[Rulebook, ...]:
    """The rulebooks shipped in the package, by file name; always the same objects."""
    return tuple(load_rulebook(file) for file in _files())


def digest_of_file(book_id: str) -> str:
    """The SHA-256 (hexadecimal) of the file of a shipped rulebook; KeyError where none has the id."""
    return _digests()[book_id]


@cache
def _digests() -> Mapping[str, str]:
    return {load_rulebook(file).id: sha256(file.read_bytes()).hexdigest() for file in _files()}


def _files() -> list[Traversable]:
    return [file for file in sorted(shelf().iterdir(), key=lambda file: file.name) if file.name.endswith(".yaml")]


def shelf() -> Traversable:
    """The folder of the rulebooks that are shipped: a new file in it, or a new duty in one, is all that it takes."""
    return files("hawl.rights.rulebook") / "books"


def load_rulebook(path: Path | Traversable) -> Rulebook:
    """Read one rulebook file. Raises DatafileError with the line and the mend for any mistake.

    A rule of certainty C is refused by the schema: what nobody has verified is not loaded.
    """
    document = read(path, schema("rulebook"))
    data = document.data
    _check_dates(document)
    _check_rights(document)
    for place, duty in enumerate(data["duties"]):
        _check_duty(document, place, duty)
    return Rulebook(
        id=data["id"],
        kind=data["kind"],
        status=data["status"],
        in_force_from=data["in_force"]["from"],
        in_force_to=data["in_force"]["to"],
        legal_basis=data.get("legal_basis"),
        source=data["source"],
        welsh=data["welsh"],
        title=Words(**data["title"]),
        bearers={code: Words(**words) for code, words in data["bearers"].items()},
        rights=tuple(_right(right) for right in data.get("rights", ())),
        duties=tuple(_duty(duty) for duty in data["duties"]),
    )


def _right(data: Data) -> Right:
    return Right(
        number=data["number"],
        title=Words(**data["title"]),
        owed_by=tuple(data["owed_by"]),
        means=Words(**data["means"]),
        if_not_kept=Words(**data["if_not_kept"]),
    )


def _duty(data: Data) -> Duty:
    within = data["within"]
    return Duty(
        id=data["id"],
        right=data["right"],
        bearer=data["bearer"],
        triggers=tuple(data["trigger"]),
        act=data["act"],
        done_by=data.get("done_by", "act"),
        decline=data.get("decline"),
        within=None if within is None else Limit(within["standard"], within["enhanced"], within["unit"]),
        before=_before(data.get("before")),
        every=_every(data.get("every")),
        until=tuple(data.get("until", ())),
        without_delay=data.get("without_delay", False),
        counts_from=data.get("counts_from", "occurred"),
        applies_if=condition_from(data.get("applies_if")),
        not_if=condition_from(data.get("not_if")),
        choice=data.get("choice"),
        exceptions=tuple(data.get("exceptions", ())),
        paragraph=data.get("paragraph"),
        paragraph_verified=data.get("paragraph_verified", False),
        source=data["source"],
        certainty=data["certainty"],
        wording=data["wording"],
        says=Words(**data["says"]),
        work=Words(**data["work"]),
    )


def _before(data: Data | None) -> Before | None:
    if data is None:
        return None
    return Before(tuple(data["events"]), tuple(data.get("announced_by", ())), data.get("day_in"))


def _every(data: Data | None) -> Every | None:
    return None if data is None else Every(tuple(data["agreed_by"]), data["days_in"])


def _check_dates(document: Document) -> None:
    force = document.data["in_force"]
    if force["to"] is not None and force["to"] < force["from"]:
        what = "the last day of force is before the first"
        raise document.error(what, "give a later day, or null while it goes on", "in_force", "to")


def _check_rights(document: Document) -> None:
    seen: set[int] = set()
    for place, right in enumerate(document.data.get("rights", ())):
        if right["number"] in seen:
            what = f"right {right['number']} stands here a second time"
            raise document.error(what, "give each right its own number", "rights", place, "number")
        seen.add(right["number"])
        for index, bearer in enumerate(right["owed_by"]):
            at = ("rights", place, "owed_by", index)
            _check_known(document, bearer, document.data["bearers"], "one of the bearers", *at)


def _check_duty(document: Document, place: int, duty: Data) -> None:
    at = ("duties", place)
    earlier = [other["id"] for other in document.data["duties"][:place]]
    if duty["id"] in earlier:
        what = f"duty {duty['id']} stands here a second time"
        raise document.error(what, "give each duty its own id", *at, "id")
    _check_known(document, duty["bearer"], document.data["bearers"], "one of the bearers", *at, "bearer")
    numbers = {right["number"] for right in document.data.get("rights", ())}
    # A rulebook that tells of no rights of its own names those of the Code.
    if duty["right"] is not None and numbers:
        _check_known(document, duty["right"], numbers, "one of the rights", *at, "right")
    _check_codes(document, duty, at)
    _check_sense(document, duty, at)


def _check_codes(document: Document, duty: Data, at: tuple[str, int]) -> None:
    events = vocabulary().events
    where = "an event of the vocabulary"
    for index, code in enumerate(duty["trigger"]):
        _check_known(document, code, events, where, *at, "trigger", index)
    for key in ("act", "decline"):
        if duty.get(key) is not None:
            _check_known(document, duty[key], events, where, *at, key)
    for index, code in enumerate(duty.get("until", ())):
        _check_known(document, code, events, where, *at, "until", index)
    for key, part in (("before", "events"), ("before", "announced_by"), ("every", "agreed_by")):
        for index, code in enumerate(duty.get(key, {}).get(part, ())):
            _check_known(document, code, events, where, *at, key, part, index)


def _check_sense(document: Document, duty: Data, at: tuple[str, int]) -> None:
    done_by = duty.get("done_by", "act")
    if done_by == "act" and duty["act"] is None:
        what = "`act` is empty, so nothing could fulfil the duty"
        raise document.error(what, "name the event that fulfils it", *at, "act")
    if done_by == "end" and duty["act"] is not None:
        what = "a duty that goes on is kept up until it ends, and no act fulfils it"
        raise document.error(what, "set `act` to null", *at, "act")
    if done_by == "receipt" and (duty["act"] is not None or duty.get("counts_from") == "received"):
        what = "a duty done by receipt has no act of its own and cannot count from receipt"
        raise document.error(what, "set `act` to null and count from `occurred`", *at, "done_by")
    if ("decline" in duty) != ("choice" in duty):
        what = "`decline` and `choice` belong together"
        raise document.error(what, "give both, or neither", *at, "id")
    if duty.get("paragraph_verified") and not duty.get("paragraph"):
        what = "there is no paragraph that could have been verified"
        raise document.error(what, "give `paragraph` too", *at, "paragraph_verified")
    _check_clock(document, duty, at)


def _check_clock(document: Document, duty: Data, at: tuple[str, int]) -> None:
    found = [key for key in ("within", "before", "every") if duty.get(key) is not None]
    if len(found) > 1:
        what = f"`{found[0]}` and `{found[1]}` are two clocks"
        raise document.error(what, "keep one, and give the other an id of its own", *at, found[1])
    goes_on = "until" in duty and "every" not in duty
    if goes_on != (duty.get("done_by") == "end") or (goes_on and found):
        what = "a duty that goes on has `until`, `done_by: end` and no other clock"
        raise document.error(what, "give both, or neither", *at, "until" if "until" in duty else "done_by")
    if duty.get("without_delay") and (found or goes_on):
        what = "`without_delay` is for a duty without any other clock"
        raise document.error(what, "take one of them away", *at, "without_delay")
    if found in (["before"], ["every"]) and duty.get("counts_from") == "received":
        what = "this clock does not count from receipt"
        raise document.error(what, "leave `counts_from` out", *at, "counts_from")
    if found == ["every"]:
        _check_turns(document, duty, at)


def _check_turns(document: Document, duty: Data, at: tuple[str, int]) -> None:
    if {*duty["every"]["agreed_by"], duty["act"]} != set(duty["trigger"]):
        what = "what falls due again starts from its agreements and from its own act"
        raise document.error(what, "let `trigger` list just these", *at, "trigger")
    if any(key in duty for key in ("decline", "applies_if", "not_if")):
        what = "what falls due again has no decline and no conditions"
        raise document.error(what, "name the event that ends it in `until`", *at, "every")


def _check_known(document: Document, word: str | int, known: Iterable[Any], what: str, *at: str | int) -> None:
    if word in known:
        return
    spelt = word if isinstance(word, str) else ""
    close = get_close_matches(spelt, [str(one) for one in known], n=1)
    mend = f"did you mean `{close[0]}`?" if close else f"name {what}, or add it there"
    raise document.error(f"`{word}` is not {what}", mend, *at)
