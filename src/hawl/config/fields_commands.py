"""`hawl fields`: the register of fields, as lines and as pages."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from hawl.foundations.commands import say_json


@click.group()
def fields() -> None:
    """The register of fields: class, owner, retention, and what is done with each."""


@fields.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the register as one line of JSON.")
def fields_list(as_json: bool) -> None:
    """Print every field of every table with its class and what is done with it."""
    from hawl.foundations.fields.reading import register

    rows = register()
    if as_json:
        say_json({"fields": [asdict(each) for each in rows]})
        return
    for each in rows:
        click.echo(
            f"{each.room}.{each.table}.{each.field}  {each.security_class}  {each.owner}  {each.retention}  "
            f"{each.access}  {each.erasure}  {each.scrub}"
        )


@fields.command("document")
@click.option("--page", type=click.Choice(["register", "processing"]), default="register", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file instead of printing it."
)
def fields_document(page: str, out: Path | None) -> None:
    """Print the page docs/data-protection/register.md, or processing.md, from the code and its data."""
    text = page_text(page)
    if out is None:
        click.echo(text, nl=False)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")


def page_text(page: str) -> str:
    """One of the two pages, as it should stand in the repository."""
    from hawl.foundations.datafiles import read
    from hawl.foundations.fields import printing

    if page == "register":
        return printing.register_page()
    import hawl.areas

    area = Path(hawl.areas.__file__).parent / "gwent" / "processing.yaml"
    return printing.processing_page(read(area).data["flows"] if area.exists() else [])
