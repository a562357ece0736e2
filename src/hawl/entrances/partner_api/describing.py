"""The API in the words of OpenAPI 3.1, from the file beside this one and the problems that there are."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from hawl.entrances.partner_api.problems import KINDS
from hawl.foundations.datafiles import read

_MEANS = "What went wrong, as RFC 9457 writes it: "


def document(server: str) -> dict[str, Any]:
    """The description for who reached us at `server` (an address that ends in /)."""
    return {**_document(), "servers": [{"url": server.rstrip("/")}]}


@cache
def _document() -> dict[str, Any]:
    told: dict[str, Any] = read(files(__package__) / "openapi.yaml").data
    problems = {kind: _problem(*what) for kind, what in KINDS.items()}
    components = told["components"]
    return {**told, "components": {**components, "responses": {**components["responses"], **problems}}}


def _problem(status: int, title: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": f"{_MEANS}{title} ({status})", "content": content}
