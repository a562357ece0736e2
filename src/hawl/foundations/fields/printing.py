"""The registers as pages for a data protection officer, printed from the data files. English; the data have both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from hawl.foundations.fields.reading import Registered, processing, register, retention, terms

_MADE = "<!-- Printed by `hawl fields document`. Change the data files, not this page. -->"


def register_page(fields: Sequence[Registered] | None = None) -> str:
    """docs/data-protection/register.md."""
    rows = list(register() if fields is None else fields)
    return "\n".join(_register(rows)) + "\n"


def _register(rows: list[Registered]) -> Iterator[str]:
    words = terms()
    yield "# Register of fields"
    yield ""
    yield _MADE
    yield ""
    yield (
        f"{len(rows):,} fields of {len({(each.room, each.table) for each in rows}):,} tables. A check fails where a "
        "model has a field that is not here, where a field here is gone, and where a sealed field's class differs."
    )
    yield ""
    yield "| class | holds | fields |"
    yield "| --- | --- | ---: |"
    for code, term in words["classes"].items():
        yield f"| {code} | {term.en} | {sum(each.security_class == code for each in rows):,} |"
    for title, kind in (
        ("What a subject access gives", "access"),
        ("What an erasure does", "erasure"),
        ("What a scrub does, before a copy is used for tests or training", "scrub"),
        ("Who answers for it", "owners"),
    ):
        yield from ("", f"## {title}", "")
        for code, term in words[kind].items():
            yield f"- `{code}`: {term.en}"
    rooms = dict.fromkeys(each.room for each in rows)
    for room in rooms:
        yield from ("", f"## {room}")
        for table in dict.fromkeys(each.table for each in rows if each.room == room):
            mine = [each for each in rows if (each.room, each.table) == (room, table)]
            yield from ("", f"### {table}", "")
            led = f" An erasure finds its rows by `{mine[0].person}`." if mine[0].person else ""
            yield f"Answers: `{mine[0].owner}`. Kept by the rule `{mine[0].retention}`.{led}"
            yield ""
            yield "| field | class | access | erasure | scrub |"
            yield "| --- | --- | --- | --- | --- |"
            for each in mine:
                yield f"| {each.field} | {each.security_class} | {each.access} | {each.erasure} | {each.scrub} |"


def processing_page(flows: Iterable[dict[str, Any]]) -> str:
    """docs/data-protection/processing.md: activities, the area's flows between bodies, rules of retention."""
    return "\n".join(_processing(list(flows))) + "\n"


def _processing(flows: list[dict[str, Any]]) -> Iterator[str]:
    yield "# Records of processing, and how long things are kept"
    yield ""
    yield _MADE
    yield ""
    yield (
        "A draft for the controllers and their data protection officers: nothing here was confirmed by one. `read` is "
        "what a source says, `known` and `proposal` are ours, `unconfirmed` waits for an officer."
    )
    for each in processing():
        conditions = each["conditions"]
        yield from ("", f"## {each['en']}", "")
        yield f"- Controllers: {_list(each['controllers'])}; regime: {each['regime']}"
        yield f"- About: {_list(each['people'])}; classes {_list(each['classes'])}"
        yield f"- Basis: {each['basis']}; {_conditions(conditions)}"
        yield f"- Told to: {_list(each['recipients'])}"
        yield f"- Kept by the rules: {_list(each['retention'])}"
        yield f"- Certainty: {each['certainty']}"
    yield from ("", "## Flows between bodies in this area", "")
    yield "| flow | from | to | basis | agreement asked | kinds | certainty |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for flow in flows:
        asked = "yes" if flow["agreement_needed"] else "no"
        yield (
            f"| {flow['en']} | {flow['of']} | {_list(flow['to'])} | {flow['basis']} | {asked} | {_list(flow['kinds'])} "
            f"| {flow['certainty']} |"
        )
    yield from ("", "## How long things are kept", "")
    yield "Proposals: nothing is purged by a rule that the controllers have not decided."
    yield ""
    yield "| rule | what | period | from | then | hold looked for | evidence | certainty | decided |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for rule in retention().values():
        yield (
            f"| {rule.key} | {rule.en} | {rule.period or 'none'} | {rule.from_ or 'none'} | {rule.action} | "
            f"{'yes' if rule.hold_check else 'no'} | {rule.evidence} ({rule.source}) | {rule.certainty} | "
            f"{'yes' if rule.decided else 'no'} |"
        )


def _list(items: Iterable[str]) -> str:
    return ", ".join(items) or "none"


def _conditions(given: dict[str, Any]) -> str:
    if not given:
        return "no special category or offence data"
    schedule = _list(given.get("schedule_1", ()))
    special, offence = given.get("special"), given.get("offence")
    return f"special category {special}, offences {offence}, DPA 2018 Schedule 1 paragraph {schedule}"
