"""The console script `hawl`: the command line with its way to the database filled in."""

from __future__ import annotations

import os
import signal
import sys

from hawl.entrances.cli.main import hawl
from hawl.foundations.commands import Unusable, fill_ports
from hawl.foundations.database.home import InstallationError


def _boot() -> None:
    from hawl.config.prepare import set_up

    set_up(say=True)
    from hawl.foundations.journal.standing import refuse_without_standing

    refuse_without_standing()


def _serve() -> None:
    from hawl.config.serving import serve

    serve()


def main() -> None:
    """Run `hawl`; installation errors end with their sentence and exit code 2."""
    # Reading half of our output (| head) is no error of ours.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    # Ended by a signal, the hooks at exit still run: an embedded server that we started ends with us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hawl.config.settings")
    fill_ports(boot=_boot, serve=_serve)
    try:
        hawl()
    except InstallationError as wrong:
        Unusable(wrong.what, wrong.mend).show()
        sys.exit(2)
