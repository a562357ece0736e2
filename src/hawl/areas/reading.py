"""A folder of data files to an Area. No Django.

`read_area` raises the first mistake; `mistakes` lists one of each file and all that only shows across files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from hawl.areas.area import Area
from hawl.areas.checking import cross_mistakes
from hawl.foundations.datafiles import DatafileError, Document, read
from hawl.registers.agreements.entries import ProcessingEntry
from hawl.registers.dated import plain
from hawl.registers.organisations import entries as organisations
from hawl.registers.places import entries as places
from hawl.registers.services import entries as services
from hawl.work.extracts.finding import mappings_in
from hawl.work.extracts.mapping import read_mapping

FILES = ("area", "bodies", "priorities", "services", "routing", "processing", "terms", "sources")
Folder = Path | Traversable
Entry = TypeVar("Entry")


def built_in(key: str) -> Folder | None:
    """The folder of an area that comes with Hawl; None where there is none of that key."""
    folder = files("hawl.areas") / key
    return folder if (folder / "area.yaml").is_file() else None


def find(key_or_folder: str) -> Folder:
    """A built-in area by its key, else the folder of that path."""
    inside = built_in(key_or_folder) if key_or_folder.replace("-", "").isalnum() else None
    return inside or Path(key_or_folder)


def read_area(folder: Folder) -> Area:
    """The area of a folder. Raises DatafileError with the file, the line and the mend of the first mistake."""
    documents, wrong = _documents(folder)
    wrong = wrong or cross_mistakes(documents)
    if wrong:
        raise wrong[0]
    return _area({name: document.data for name, document in documents.items()})


def mistakes(folder: Folder) -> list[DatafileError]:
    """All that is wrong with a folder: the first mistake of each file, then those across files."""
    documents, wrong = _documents(folder)
    return [*(wrong or cross_mistakes(documents)), *_of_extracts(folder)]


def _of_extracts(folder: Folder) -> Iterator[DatafileError]:
    """The first mistake of each mapping of an extract (`work.extracts`). They are read where they lie, never loaded."""
    for file in mappings_in(folder):
        try:
            read_mapping(file)
        except DatafileError as mistake:
            yield mistake


def _documents(folder: Folder) -> tuple[dict[str, Document], list[DatafileError]]:
    documents: dict[str, Document] = {}
    wrong: list[DatafileError] = []
    for name in FILES:
        try:
            documents[name] = read(folder / f"{name}.yaml", schema(name))
        except DatafileError as mistake:
            wrong.append(mistake)
    return documents, wrong


@cache
def schema(name: str) -> Mapping[str, Any]:
    """The JSON Schema of one file of an area, with the parts that all share put in."""
    folder = files("hawl.areas") / "schemas"
    parts = json.loads((folder / "parts.json").read_text(encoding="utf-8"))
    own = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return {**own, "$defs": {**parts["$defs"], **own.get("$defs", {})}}


def _area(data: Mapping[str, Any]) -> Area:
    place = {key: value for key, value in data["area"].items() if key != "format"}
    routing = {key: value for key, value in data["routing"].items() if key != "format"}
    bodies = data["bodies"]
    return Area(
        place=plain.entry(places.AreaEntry, place),
        organisations=organisations.OrganisationEntries(
            bodies=_all(organisations.BodyEntry, bodies["bodies"]),
            posts=_all(organisations.PostEntry, bodies["posts"]),
            memberships=_all(organisations.MembershipEntry, bodies["memberships"]),
            plans=_all(organisations.PlanEntry, data["priorities"]["plans"]),
        ),
        services=services.ServiceEntries(
            needs=_all(services.NeedEntry, data["services"]["needs"]),
            services=_all(services.ServiceEntry, data["services"]["services"]),
        ),
        routing=plain.entry(places.RoutingEntry, routing),
        processing=_all(ProcessingEntry, data["processing"]["flows"]),
        terms=_all(places.TermEntry, data["terms"]["terms"]),
        sources=_all(places.SourceEntry, data["sources"]["sources"]),
    )


def _all(kind: type[Entry], tables: list[dict[str, Any]]) -> tuple[Entry, ...]:
    return tuple(plain.entry(kind, table) for table in tables)
