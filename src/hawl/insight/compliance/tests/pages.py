"""Reading the page of numbers and the lists behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup
from django.test import Client

OVERDUE = "/compliance/cases/?period=12-months&column=overdue"


def read(client: Client, address: str) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return BeautifulSoup(answer.content, "html.parser")


def listed(soup: BeautifulSoup) -> int:
    """How many rows the list has on all its pages, as it says itself; none where it has none."""
    shown = next((found for each in soup.select("main p") if (found := re.search(r"of ([0-9,]+)$", each.text))), None)
    count = int(shown[1].replace(",", "")) if shown else 0
    assert bool(count) == bool(soup.select("main tbody tr"))
    return count


def clicked(soup: BeautifulSoup) -> Iterator[tuple[str, int]]:
    """Each address to which a number of the page leads, and the number that is clicked."""
    for link in soup.select("main a[href*='compliance/cases']"):
        tile = link.find_parent("li")
        of_note = tile is None or "hawl-numbers__note" in (link.parent or tile).get("class", [])
        text = link.text if of_note or tile is None else tile.select(".hawl-numbers__value")[0].text
        found = re.search("[0-9][0-9,]*", text)
        assert found, link
        yield str(link["href"]), int(found[0].replace(",", ""))
