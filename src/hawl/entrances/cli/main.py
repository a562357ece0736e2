"""`hawl …`: groups are imported only when they are called, so that a command starts quickly."""

from __future__ import annotations

import importlib
from typing import Any

import click

# Command or group, where it is written, and one line of help shown without importing it.
ROOMS: dict[str, tuple[str, str]] = {
    "access": ("hawl.config.access_matrix.commands:access", "Who may see what, asked of every layer."),
    "account": ("hawl.foundations.identity.commands:account", "Accounts of people who sign in."),
    "agreements": ("hawl.registers.agreements.commands:agreements", "What people agreed to: close what lapsed."),
    "area": ("hawl.areas.commands:area", "Load, check and export an area's data."),
    "audit": ("hawl.foundations.audit.commands:audit", "Is the audit whole; where its chain stands."),
    "backup": ("hawl.config.backups.commands:backup", "Write a backup that only an offline key opens; verify one."),
    "crime": ("hawl.registers.demand.commands:crime", "Recorded crime and ASB from data.police.uk."),
    "demo": ("hawl.demo.commands:demo", "An invented caseload to look at."),
    "doctor": ("hawl.config.commands:doctor", "What is wrong with this installation and how to mend it."),
    "duties": ("hawl.rights.evaluating.commands:duties", "Duties of whole files of cases."),
    "extract": (
        "hawl.work.extracts.commands:extract",
        "Events by a daily extract: check a mapping, import.",
    ),
    "feed": ("hawl.work.intake.commands:feed", "The police feed: check and import."),
    "fields": ("hawl.config.fields_commands:fields", "The register of fields: class, owner, retention, what is done."),
    "journal": ("hawl.config.backups.commands:journal", "The safety journal outside the database."),
    "keys": ("hawl.foundations.vault.commands:keys", "Change, renew, escrow and recover the keys."),
    "partner": (
        "hawl.work.partners.commands:partner",
        "Systems of other bodies that send by the API.",
    ),
    "people": (
        "hawl.config.people_commands:people",
        "People: lay anew what finds them; which rows of a file are one.",
    ),
    "person": ("hawl.work.erasing.commands:person", "One person held: erase them."),
    "prepare": ("hawl.config.commands:prepare", "Make or upgrade this installation's database and keys."),
    "restore": ("hawl.config.backups.commands:restore", "Restore a backup and put the safety journal back."),
    "rulebook": ("hawl.rights.rulebook.commands:rulebook", "Check and show rulebooks of duties."),
    "seal": ("hawl.foundations.audit.commands:seal", "Seal new audit entries (hawl serve starts this)."),
    "serve": ("hawl.config.commands:serve", "Start the staff site, the public site and the jobs."),
    "uploads": ("hawl.foundations.uploads.commands:uploads", "Files that somebody sends in."),
    "upgrade": ("hawl.config.commands:upgrade", "Bring an installation of an earlier release to this one."),
}


class Rooms(click.Group):
    """A group whose commands live in the rooms."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of their names."""
        return sorted(ROOMS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports the room of the command."""
        if cmd_name not in ROOMS:
            return None
        module, name = ROOMS[cmd_name][0].split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_) for name, (_, help_) in sorted(ROOMS.items())])


@click.group(cls=Rooms, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hawl", prog_name="hawl")
def hawl(**_: Any) -> None:
    """Rights, support and voice for every victim of crime."""
