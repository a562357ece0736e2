"""Every address of a site with a path that can be asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

STAFF = "hawl.config.urls_staff"
PUBLIC = "hawl.config.urls_public"
_EXAMPLES = {
    "uuid": "0f0e0d0c-0b0a-4009-8807-060504030201",
    "int": "1",
    "str": "something",
    "slug": "something",
    "path": "some/thing",
}
# A part of a regular expression of somebody else's addresses that stands for anything.
_GROUP = re.compile(r"\(\?P<\w+>[^()]*\)")


def addresses(site: str) -> Iterator[tuple[str, str]]:
    """Give the name of each address of a site with a path for it; an address for which none can be made is an error."""
    for name, route in _routes(get_resolver(site).url_patterns, ""):
        yield name, path_for(route)


def path_for(route: str) -> str:
    """Put an example into each part of a route; `ValueError` for a kind of part nobody gave an example for."""

    def example(found: re.Match[str]) -> str:
        kind = found[1].split(":")[0] if ":" in found[1] else "str"
        if kind not in _EXAMPLES:
            raise ValueError(f"No example of a `{kind}` for {route}.")
        return _EXAMPLES[kind]

    plain = re.sub(r"<([^>]+)>", example, _GROUP.sub("something", route).replace("^", "").replace("$", ""))
    if re.search(r"[\\()\[\]?*+|]", plain):
        raise ValueError(f"No path can be made for {route}.")
    return "/" + plain.removeprefix("/")


def _routes(patterns: list[URLPattern | URLResolver], above: str) -> Iterator[tuple[str, str]]:
    for each in patterns:
        route = above + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _routes(each.url_patterns, route)
        else:
            yield each.name or route, route
