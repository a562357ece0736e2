"""`hawl uploads …`: trying how a file that somebody sends would fare."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hawl.foundations.commands import SOME_ROWS_LISTED, say_json


@click.group()
def uploads() -> None:
    """Files that somebody sends in."""


@uploads.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one line of JSON.")
def check(files: tuple[Path, ...], as_json: bool) -> None:
    """Say of each of FILES whether it would be taken and what would be left behind. Keeps nothing."""
    found = [_checked(file) for file in files]
    if as_json:
        say_json({"files": found})
    else:
        for each in found:
            click.echo(_line(each))
    if any("refused" in each for each in found):
        click.get_current_context().exit(SOME_ROWS_LISTED)


def _checked(file: Path) -> dict[str, Any]:
    from hawl.foundations.uploads.harmless import make_harmless
    from hawl.foundations.uploads.kinds import MOST_BYTES, Refused
    from hawl.foundations.uploads.sentences import sentence

    with file.open("rb") as opened:
        content = opened.read(MOST_BYTES + 1)
    try:
        made = make_harmless(content, file.name)
    except Refused as refused:
        return {"file": file.name, "refused": refused.code, "says": dict(sentence(refused.code))}
    left = list(made.left_behind)
    return {
        "file": file.name,
        "kind": made.kind,
        "bytes": len(content),
        "harmless_bytes": len(made.content),
        "left_behind": left,
    }


def _line(found: dict[str, Any]) -> str:
    if "refused" in found:
        return f"{found['file']}: not taken. {found['says']['en']}"
    left = ", ".join(each.replace("_", " ") for each in found["left_behind"]) or "nothing"
    return f"{found['file']}: taken as {found['kind']}, {found['harmless_bytes']:,} bytes. Left behind: {left}."
