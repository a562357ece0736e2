"""Where the mappings of an area lie: in the folder `extracts` of its data, one file for each source. No Django."""

from __future__ import annotations

import os
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from hawl.work.extracts.mapping import ExtractMapping, read_mapping

Folder = Path | Traversable
FOLDER = "extracts"


class NoSuchSource(LookupError):
    """The area has no mapping of that name; `known` are those that it has."""

    def __init__(self, source: str, known: tuple[str, ...]) -> None:
        super().__init__(source)
        self.known = known


def mapping_of(source: str, area: str | None = None) -> ExtractMapping:
    """The mapping of a source of an area: its key, or a path to its folder; the installed one where none is given.

    Raises `NoSuchSource`, and DatafileError for a mapping with a mistake.
    """
    found = {each.name.removesuffix(".yaml"): each for each in mappings_in(area_folder(area))}
    if source not in found:
        raise NoSuchSource(source, tuple(found))
    return read_mapping(found[source])


def sources_of(area: str | None = None) -> tuple[str, ...]:
    """The sources of which an area has a mapping."""
    return tuple(each.name.removesuffix(".yaml") for each in mappings_in(area_folder(area)))


def mappings_in(folder: Folder) -> tuple[Folder, ...]:
    """The files of mappings in an area's folder, by name."""
    held = folder / FOLDER
    if not held.is_dir():
        return ()
    return tuple(sorted((each for each in held.iterdir() if each.name.endswith(".yaml")), key=lambda each: each.name))


def area_folder(area: str | None = None) -> Folder:
    """The folder of an area's data. By name only: what an area holds else is no business of this room."""
    key = area or os.environ.get("HAWL_AREA", "gwent")
    inside = files("hawl") / "areas" / key if key.replace("-", "").isalnum() else None
    return inside if inside is not None and (inside / "area.yaml").is_file() else Path(key)
