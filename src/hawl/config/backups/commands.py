"""`hawl backup`, `hawl restore`, `hawl journal`."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import click

from hawl.config.backups.replaying import Told
from hawl.foundations.commands import Unusable, needs_database, say_json

_FILE = click.Path(path_type=Path)


@click.group(invoke_without_command=True)
@click.option("--out", type=_FILE, help="Folder for the backup; best on another disk.")
@click.option("--to", multiple=True, help="Public key (age1…) that the backup is sealed to. Else HAWL_BACKUP_TO.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as one line of JSON.")
@click.pass_context
def backup(context: click.Context, out: Path | None, to: tuple[str, ...], as_json: bool) -> None:
    """Write a backup that only the secret key of --to opens."""
    if context.invoked_subcommand:
        return
    if out is None:
        raise Unusable("No folder was given.", "hawl backup --out FOLDER")
    _back_up(out, to, as_json)


@needs_database
def _back_up(out: Path, to: tuple[str, ...], as_json: bool) -> None:
    from hawl.config.backups.copying import back_up

    given = to or tuple(each for each in os.environ.get("HAWL_BACKUP_TO", "").split(",") if each.strip())
    done = back_up(out, given)
    if as_json:
        say_json({**asdict(done), "file": str(done.file)})
        return
    click.echo(f"{done.file}: {done.rows:,} rows of {done.tables} tables, {done.bytes:,} bytes.")


@backup.command("key")
@click.option("--out", type=_FILE, required=True, help="New file for the secret key; keep it off this machine.")
def backup_key(out: Path) -> None:
    """Make a pair of keys for backups: the secret one into a file, the public one printed."""
    from hawl.config.backups.sealed_file import make_key

    click.echo(make_key(out))
    click.echo(f"The secret key is in {out}. Who has it and a backup reads what is not sealed; without it "
               "no backup opens.", err=True)  # fmt: skip


@backup.command("verify")
@click.argument("file", type=_FILE)
@click.option("--identity", type=_FILE, required=True, help="File with the secret key.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as one line of JSON.")
def backup_verify(file: Path, identity: Path, as_json: bool) -> None:
    """Restore FILE (or the newest of a folder) into a throw-away database and compare."""
    _without_doors()
    from hawl.config.backups.restoring import newest, verify

    done = verify(newest(file), identity)
    if as_json:
        say_json({"well": True, **asdict(done)})
        return
    click.echo(f"Well: {done.rows:,} rows of {done.tables} tables as on {done.made_at}.")


@click.command()
@click.argument("file", type=_FILE, required=False)
@click.option("--identity", type=_FILE, help="File with the secret key of the backup.")
@click.option("--drop-copies", is_flag=True, help="Take away the databases of before that earlier restores kept.")
@click.option("--replace", is_flag=True, help="Take the place of a database that is not empty; it is kept beside.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as one line of JSON.")
def restore(file: Path | None, identity: Path | None, drop_copies: bool, replace: bool, as_json: bool) -> None:
    """Restore FILE (or the newest of a folder), put the safety journal back, then take its place."""
    if drop_copies:
        if file or identity or replace:
            raise Unusable("--drop-copies stands alone: it restores nothing.", "hawl restore --drop-copies")
        _drop_copies(as_json)
        return
    if file is None or identity is None:
        raise Unusable("No backup or no key was given.", "hawl restore FILE --identity KEYFILE")
    _without_doors()
    from hawl.config.backups.restoring import newest
    from hawl.config.backups.restoring import restore as put_in_place

    done = put_in_place(newest(file), identity, replace=replace)
    if as_json:
        say_json({"restored": True, **asdict(done)})
        return
    click.echo(f"Restored: {done.rows:,} rows of {done.tables} tables as on {done.made_at}.")
    _tell_replayed(done.replayed)
    if done.not_stated:
        click.echo(f"`hawl audit verify` will call this a cut, since no statement of it was signed: {done.not_stated}")
    if done.old_database:
        click.echo(f"What was before is kept as the database {done.old_database}. It holds people who were erased "
                   "since: `hawl restore --drop-copies` takes it away when nobody needs it.")  # fmt: skip


def _drop_copies(as_json: bool) -> None:
    from hawl.config.backups.restoring import drop_copies

    gone = drop_copies()
    if as_json:
        say_json({"dropped": gone})
        return
    click.echo(f"Taken away: {', '.join(gone)}." if gone else "No restore left a copy.")


def _tell_replayed(replayed: Told) -> None:
    put_back = replayed["put_back"]
    told = ", ".join(f"{kind} {number:,}" for kind, number in sorted(put_back.items())) or "nothing was missing"
    click.echo(f"From the safety journal: {told}.")
    lowered = replayed["left_lower"]
    if lowered:
        told = ", ".join(f"{kind} {number:,}" for kind, number in sorted(lowered.items()))
        click.echo(f"Left undone, since they lower protection: {told}. People decide these anew.")
    if replayed["unplaced"]:
        click.echo(f"About people who are not in this copy: {len(replayed['unplaced'])}. "
                   "They wait, and are put on these people when the feed brings them again.")  # fmt: skip
    if lost := replayed["lost_accounts"]:
        click.echo(f"Lost, since they were made after the backup: the accounts {', '.join(map(str, lost))}. "
                   "Make them anew with `hawl account put`.")  # fmt: skip
    if lowered or replayed["unplaced"]:
        click.echo("`hawl journal left` lists each of them.")


@click.group()
def journal() -> None:
    """The safety journal outside the database."""


@journal.command("verify")
@click.option("--write-anew", is_flag=True, help="Write what the files lack from the database.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as one line of JSON.")
def journal_verify(write_anew: bool, as_json: bool) -> None:
    """Prove every line of the journal's files and compare them with the database."""
    _without_doors()
    from hawl.foundations.journal import queries, shipping

    files = shipping.files()
    added = shipping.catch_up(files) if write_anew else 0
    found = queries.compare(files)
    if as_json:
        say_json({"added": added, "files": [asdict(each) for each in found]})
    else:
        for each in found:
            click.echo(f"{each.file}: {each.entries:,} entries, {each.lacking:,} lacking, {each.unknown:,} unknown here"
                       f"{', damaged: ' + each.damaged if each.damaged else ''}.")  # fmt: skip
    if any(each.damaged or each.lacking or each.unknown for each in found):
        click.get_current_context().exit(2)


@journal.command("replay")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as one line of JSON.")
def journal_replay(as_json: bool) -> None:
    """Put the journal back into a database that was restored by other means than `hawl restore`."""
    _without_doors()
    from hawl.config.backups.replaying import replay_here
    from hawl.config.backups.restoring import give_standing
    from hawl.config.backups.server import server

    done = replay_here()
    with server().connect() as connection:
        give_standing(connection, done)
    if as_json:
        say_json(done)
        return
    _tell_replayed(done)


@journal.command("left")
@click.option("--json", "as_json", is_flag=True, help="Print each as one line of JSON.")
def journal_left(as_json: bool) -> None:
    """List what restores left: what waits for people who are not here, and what people decide anew."""
    _without_doors()
    from hawl.foundations.access.actor import Actor
    from hawl.foundations.access.scope import acting_as
    from hawl.foundations.journal import queries

    with acting_as(Actor("operator:command-line", machine=True)):
        found = queries.left()
    for each in found:
        if as_json:
            say_json(asdict(each))
        else:
            click.echo(f"{each.at}  {each.kind}  {each.subject}  {each.stands}")
    if not found and not as_json:
        click.echo("Nothing was left by a restore.")


def _without_doors() -> None:
    """Django made ready as the command line is, but not refused where the doors are shut: this is how they open."""
    from hawl.config.prepare import set_up

    set_up(say=True)
