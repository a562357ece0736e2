"""`hawl seal` and `hawl audit …`: sealing the audit, checking it, and writing its head down elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hawl.foundations.commands import Unusable, needs_database, say_json

if TYPE_CHECKING:
    from hawl.foundations.audit.anchors import Anchor
    from hawl.foundations.audit.verifying import Report

_NOT_WHOLE = 1


@click.command()
@click.option("--once", is_flag=True, help="Seal what is there now and end.")
@needs_database
def seal(once: bool) -> None:
    """Seal new audit entries every few seconds (`hawl serve` starts this as a process of its own)."""
    from hawl.foundations.audit.sealer import run

    sealed = run(once=once)
    if once:
        click.echo(f"{sealed:,} entries sealed.")


@click.group()
def audit() -> None:
    """The audit: is it whole, and where does its chain stand."""


@audit.command()
@click.option("--anchors", "folder", type=click.Path(exists=True, path_type=Path), help="A file or folder of anchors.")
@click.option("--line", "lines", multiple=True, metavar="LINE", help="A line that `hawl audit anchor` printed.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one line of JSON.")
@needs_database
def verify(folder: Path | None, lines: tuple[str, ...], as_json: bool) -> None:
    """Work out every hash again from the entries; exit code 1 where anything is not as it was sealed."""
    from hawl.foundations.audit import anchors

    known = anchors.read() + (anchors.read(folder) if folder else [])
    report = _report(known, lines)
    if as_json:
        say_json(report.as_dict())
    else:
        _print(report)
    if not report.well:
        click.get_current_context().exit(_NOT_WHOLE)


@audit.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A file to which the anchor is added.")
@click.option("--json", "as_json", is_flag=True, help="Print the anchor as one line of JSON.")
@needs_database
def anchor(out: Path | None, as_json: bool) -> None:
    """Print the head of the chain, for the papers of a board or another body's keeping."""
    from hawl.foundations.audit import anchors

    made = _head()
    if out is not None:
        anchors.write_to(out, made)
    click.echo(made.as_json() if as_json else f"Audit sealed up to {made.at}: {made.as_line()}")


def _head() -> Anchor:
    from hawl.foundations.audit.anchors import Anchor
    from hawl.foundations.audit.queries import head_of_seals

    head = head_of_seals()
    if head is None:
        raise Unusable("Nothing is sealed yet.", "Is `hawl serve` running? It starts the sealer.")
    return Anchor.of(*head)


def _report(known: list[Any], lines: tuple[str, ...]) -> Report:
    from hawl.foundations.audit.anchors import breaks
    from hawl.foundations.audit.queries import links_of_seals, one_snapshot
    from hawl.foundations.audit.restores import explaining, numbers, stated
    from hawl.foundations.audit.seals import believed_keys
    from hawl.foundations.audit.verifying import Wrong, explained, verify

    keys = believed_keys()
    restores = stated(keys)
    with one_snapshot() as connection:
        report = verify(connection, anchors=known, keys=keys, restores=restores)
        links = links_of_seals(connection, numbers(restores))
        for line in lines:
            number, _, shown = line.strip().partition("-")
            if not number.isdigit() or not shown:
                raise Unusable(f"{line!r} is no line of an anchor.", "It looks like 1042-9C1F-77AB-….")
            link = links_of_seals(connection, [int(number)]).get(int(number), "")
            if not link or not link.upper().startswith(shown.replace("-", "").upper()):
                report.wrong.append(Wrong("rewritten", f"seal {number}", "It is not the one of the line."))
    for at, kept in breaks():
        if restore := explaining(kept, restores, links):
            report.explained.append(explained(kept, restore))
            continue
        what = f"When the sealer started at {at}, the chain no longer held the head that it had kept."
        report.wrong.append(Wrong("truncated", f"seal {kept.seq}", f"{what} So it is after a restore, or a cut."))
    return report


def _print(report: Report) -> None:
    click.echo(
        f"{report.rows:,} entries under {report.seals:,} seals, {report.grave:,} grave acts, {report.anchors:,} anchors"
        f" looked at in {report.seconds:.1f} s."
    )
    if report.unsealed:
        click.echo(
            f"{report.unsealed:,} entries are not sealed, the oldest of {report.unsealed_since:%d/%m/%Y %H:%M:%S} UTC."
        )
    for told in dict.fromkeys(each.what for each in report.explained):
        click.echo(f"RESTORED  {told}")
    for each in report.wrong:
        click.echo(f"WRONG  {each.where}: {each.what} [{each.kind}]")
    click.echo("The audit is whole." if report.well else f"{len(report.wrong):,} things are wrong.")
