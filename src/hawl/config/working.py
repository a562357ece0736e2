"""The jobs process: background work, and beside it the shipper of the safety journal."""

from __future__ import annotations

import sys

import click

WORKER = ("procrastinate", "worker", "--concurrency", "1")


def main() -> int:
    """Work until a signal; what was noted until then is shipped before the process ends."""
    import django
    from django.core.management import execute_from_command_line

    django.setup()
    from hawl.foundations.database.home import InstallationError
    from hawl.foundations.journal.shipping import Shipper
    from hawl.foundations.journal.standing import refuse_without_standing

    try:
        refuse_without_standing()
        shipper = Shipper()
    except InstallationError as wrong:
        click.echo(f"hawl: {wrong}", err=True)
        return 2
    shipper.start()
    try:
        execute_from_command_line(["hawl", *WORKER])
    finally:
        shipper.end()
        shipper.join(10)
    return 0


if __name__ == "__main__":
    sys.exit(main())
