"""What is wrong with an area that no schema can see: unknown keys, overlapping dates, Welsh that is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hawl.foundations.datafiles import DatafileError, Document
from hawl.registers.dated import plain
from hawl.registers.dated.values import Dated, overlapping
from hawl.work.intake.feed.fields import FLAGS, ROLES
from hawl.work.intake.feed.offences import offences

Documents = Mapping[str, Document]
Place = tuple[str | int, ...]
# Shorter texts are names, which may well be the same in both languages.
_A_SENTENCE = 5
_RISKS = ("high", "medium", "standard", "not_assessed")
_GATHERINGS = frozenset({"board", "panel", "hub"})


def cross_mistakes(documents: Documents) -> list[DatafileError]:
    """All mistakes across the files of one area, file by file, in order of line."""
    found = [mistake for check in _CHECKS for mistake in check(documents)]
    order = list(documents)
    files = {documents[name].file: order.index(name) for name in order}
    return sorted(found, key=lambda mistake: (files[mistake.file], mistake.line))


def _tables(data: Any, place: Place = ()) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Every table of a document with its place."""
    if isinstance(data, dict):
        yield place, data
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield from _tables(value, (*place, key))


def _twice(documents: Documents) -> Iterator[DatafileError]:
    for document in documents.values():
        for place, table in _tables(document.data):
            for name, entries in table.items():
                if isinstance(entries, list):
                    yield from _same_key(document, (*place, name), entries)


def _same_key(document: Document, place: Place, entries: Sequence[Any]) -> Iterator[DatafileError]:
    met: set[str] = set()
    for position, entry in enumerate(entries):
        key = (entry.get("key") or entry.get("code")) if isinstance(entry, dict) else None
        if key in met:
            yield document.error(f"`{key}` is the key of an entry above", "give each its own key", *place, position)
        if key:
            met.add(key)


def _sources(documents: Documents) -> Iterator[DatafileError]:
    known = {entry["code"] for entry in documents["sources"].data["sources"]}
    for document in documents.values():
        for place, table in _tables(document.data):
            for position, code in enumerate(table.get("source", ())):
                if code not in known:
                    yield document.error(
                        f"the source `{code}` is not in the list of sources",
                        "add it to sources.yaml, or give the code of one that is there",
                        *place, "source", position,
                    )  # fmt: skip


def _dates(documents: Documents) -> Iterator[DatafileError]:
    for document in documents.values():
        for place, table in _tables(document.data):
            yield from _ends_first(document, place, table)
            for name in ("names", "statuses"):
                if isinstance(table.get(name), list):
                    yield from _at_once(document, (*place, name), table[name])


def _ends_first(document: Document, place: Place, table: dict[str, Any]) -> Iterator[DatafileError]:
    held = _dated(table)
    if held.first > held.last:
        yield document.error("it ends before it begins", "set `until` to a later date than `since`", *place, "until")


def _at_once(document: Document, place: Place, entries: list[Any]) -> Iterator[DatafileError]:
    both = overlapping([_dated(entry) for entry in entries])
    if both is not None:
        yield document.error(
            f"this and entry {both[0] + 1} of `{place[-1]}` held at the same time",
            "end one before the other begins",
            *place, both[1],
        )  # fmt: skip


def _dated(table: dict[str, Any]) -> Dated:
    dates = {name: table[name] for name in ("since", "until") if table.get(name) is not None}
    return plain.entry(Dated, {"source": [], "certainty": "read", **dates})


def _welsh(documents: Documents) -> Iterator[DatafileError]:
    for document in documents.values():
        for place, table in _tables(document.data):
            english, welsh = table.get("en"), table.get("cy")
            if isinstance(english, str) and english == welsh and len(english.split()) >= _A_SENTENCE:
                yield document.error("the Welsh is the English again", "write it in Welsh", *place, "cy")


def _references(documents: Documents) -> Iterator[DatafileError]:
    bodies = {entry["key"]: entry["kind"] for entry in documents["bodies"].data["bodies"]}
    posts = {entry["key"] for entry in documents["bodies"].data["posts"]}
    needs = {entry["key"] for entry in documents["services"].data["needs"]}
    for document, place, key in _named_bodies(documents):
        # A list of names must not read as a body of that name, so members are told apart by their place.
        known = bodies.keys() | posts if place[-1] == "member" else bodies.keys()
        if key not in known:
            yield document.error(f"no body has the key `{key}`", "add it to bodies.yaml, or mend the key", *place)
    for position, entry in enumerate(documents["services"].data["services"]):
        for at, need in enumerate(entry["whom"]["needs"]):
            if need not in needs:
                yield documents["services"].error(
                    f"no need has the key `{need}`",
                    "add it to `needs` at the head of this file, or mend the key",
                    "services", position, "whom", "needs", at,
                )  # fmt: skip
    for position, entry in enumerate(documents["bodies"].data["memberships"]):
        if bodies.get(entry["board"], "board") not in _GATHERINGS:
            yield documents["bodies"].error(
                f"`{entry['board']}` is neither a board, a panel nor a hub",
                "give the body that others sit on",
                "memberships", position, "board",
            )  # fmt: skip


def _named_bodies(documents: Documents) -> Iterator[tuple[Document, Place, str]]:
    keys = {"parent", "body", "board", "member", "of", "force", "local_policing_body", "hub", "receiving", "onward"}
    for document in documents.values():
        for place, table in _tables(document.data):
            for name in sorted(keys & table.keys()):
                if isinstance(table[name], str):
                    yield document, (*place, name), table[name]


def _routing(documents: Documents) -> Iterator[DatafileError]:
    """Words of conditions that the feed does not know would never fit any row."""
    known = {"offences": offences().keys(), "flags": FLAGS, "roles": ROLES, "risk": _RISKS}
    document = documents["routing"]
    for place, table in _tables(document.data):
        for part in known.keys() & table.keys():
            for position, word in enumerate(table[part]):
                if word not in known[part]:
                    yield document.error(
                        f"the feed has no `{word}` among its {part}",
                        "use a word of the feed's vocabulary (docs/reference/police-feed.md)",
                        *place, part, position,
                    )  # fmt: skip


def _processing(documents: Documents) -> Iterator[DatafileError]:
    """A flow names bodies that are there, and no two say different things of the same passing at the same time."""
    document = documents["processing"]
    bodies = {entry["key"] for entry in documents["bodies"].data["bodies"]}
    flows = document.data["flows"]
    for position, flow in enumerate(flows):
        for name in ("to", "controllers"):
            for at, key in enumerate(flow[name]):
                if key not in bodies:
                    yield document.error(
                        f"no body has the key `{key}`", "add it to bodies.yaml, or mend the key",
                        "flows", position, name, at,
                    )  # fmt: skip
        for before in flows[:position]:
            same = before["purpose"] == flow["purpose"] and before["of"] == flow["of"]
            if same and set(before["to"]) & set(flow["to"]) and overlapping([_dated(before), _dated(flow)]):
                yield document.error(
                    f"`{before['key']}` says something of the same passing at the same time",
                    "end one before the other begins",
                    "flows", position,
                )  # fmt: skip


_CHECKS = (_twice, _sources, _dates, _welsh, _references, _routing, _processing)
