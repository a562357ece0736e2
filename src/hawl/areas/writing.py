"""An Area to files in open formats: its data files again, one CSV for each table, and a datapackage.json. No Django."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Mapping, Set
from pathlib import Path
from typing import Any

import yaml

from hawl.areas.area import Area
from hawl.registers.dated.plain import plain

Table = list[dict[str, Any]]


def write_area(area: Area, folder: Path) -> list[str]:
    """Write an area into `folder`, which is made if need be; returns the names of the files.

    The YAML files read back as the same Area; the CSV files are for people and other programs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {f"{name}.yaml": _yaml(data) for name, data in documents(area).items()}
    tables = {f"{name}.csv": table for name, table in csv_tables(area).items() if table}
    texts |= {name: _csv(table) for name, table in tables.items()}
    texts["datapackage.json"] = _package(area, texts, tables)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return sorted(texts)


def documents(area: Area) -> dict[str, dict[str, Any]]:
    """The data of each file of an area, as `reading` takes them."""
    bodies, services = area.organisations, area.services
    tables: dict[str, dict[str, Any]] = {
        "area": plain(area.place),
        "bodies": {
            "bodies": plain(bodies.bodies),
            "posts": plain(bodies.posts),
            "memberships": plain(bodies.memberships),
        },
        "priorities": {"plans": plain(bodies.plans)},
        "services": {"needs": plain(services.needs), "services": plain(services.services)},
        "routing": plain(area.routing),
        "processing": {"flows": plain(area.processing)},
        "terms": {"terms": plain(area.terms)},
        "sources": {"sources": plain(area.sources)},
    }
    return {name: {"format": 1, **data} for name, data in tables.items()}


def csv_tables(area: Area) -> dict[str, Table]:
    """Flat tables by name. Each row of an inner list carries the key of what it belongs to."""
    found = documents(area)
    place, bodies, services = found["area"], found["bodies"], found["services"]
    plans = found["priorities"]["plans"]
    return {
        "councils": _flat(place["councils"], {"names", "in_area"}),
        "council_names": _inner(place["councils"], "names", "council"),
        "bodies": _flat(bodies["bodies"], {"names"}),
        "body_names": _inner(bodies["bodies"], "names", "body"),
        "posts": _flat(bodies["posts"], {"names"}),
        "post_names": _inner(bodies["posts"], "names", "post"),
        "memberships": _flat(bodies["memberships"]),
        "plans": _flat(plans, {"priorities"}),
        "priorities": _inner(plans, "priorities", "plan"),
        "needs": _flat(services["needs"]),
        "services": _flat(services["services"], {"names", "providers", "statuses", "reach"}),
        "service_names": _inner(services["services"], "names", "service"),
        "service_providers": _inner(services["services"], "providers", "service"),
        "service_statuses": _inner(services["services"], "statuses", "service"),
        "service_ways": _inner(services["services"], "reach", "service"),
        "flows": _flat(found["processing"]["flows"]),
        "terms": _flat(found["terms"]["terms"]),
        "sources": _flat(found["sources"]["sources"]),
    }


def _inner(owners: Iterable[Mapping[str, Any]], name: str, owner: str) -> Table:
    return [{owner: one["key"], **_row(entry)} for one in owners for entry in one[name]]


def _flat(entries: Iterable[Mapping[str, Any]], leave_out: Set[str] = frozenset()) -> Table:
    return [_row({key: value for key, value in entry.items() if key not in leave_out}) for entry in entries]


def _row(entry: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    row: dict[str, Any] = {}
    for key, value in entry.items():
        if isinstance(value, dict):
            row |= _row(value, f"{before}{key}_")
        elif isinstance(value, list):
            row[f"{before}{key}"] = ";".join(str(one) for one in value)
        else:
            row[f"{before}{key}"] = value
    return row


def _csv(table: Table) -> str:
    columns = list(dict.fromkeys(column for row in table for column in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue()


def _package(area: Area, texts: Mapping[str, str], tables: Mapping[str, Table]) -> str:
    """A description after the Data Package standard of the Open Knowledge Foundation."""
    resources = []
    for name in sorted(texts):
        resource: dict[str, Any] = {"name": name.replace(".", "-").replace("_", "-"), "path": name}
        if name in tables:
            columns = dict.fromkeys(column for row in tables[name] for column in row)
            fields = [{"name": column, "type": "any"} for column in columns]
            resource |= {"format": "csv", "mediatype": "text/csv", "schema": {"fields": fields}}
        else:
            resource |= {"format": "yaml", "mediatype": "application/yaml"}
        resources.append({**resource, "encoding": "utf-8"})
    title = area.place.names[-1]
    package = {
        "profile": "data-package",
        "name": f"hawl-area-{area.key}",
        "title": f"{title.en} / {title.cy}",
        "resources": resources,
    }
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


class _Dumper(yaml.SafeDumper):
    """Texts that our strict reader would take for something else are put in quotes by YAML's own rules."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _date(dumper: yaml.SafeDumper, day: dt.date) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:timestamp", day.isoformat())


_Dumper.add_representer(dt.date, _date)


def _yaml(data: Any) -> str:
    return str(yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120, default_flow_style=None))
