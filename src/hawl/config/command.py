"""The console script `hawl`: the command line with its way to the database filled in."""

from __future__ import annotations

import os
import signal
import sys

from hawl.entrances.cli.main import hawl
from hawl.foundations.commands import Unusable, fill_boot
from hawl.foundations.database.home import InstallationError


def _boot() -> None:
    from hawl.config.prepare import set_up

    set_up(say=True)


def main() -> None:
    """Run `hawl`; installation errors end with their sentence and exit code 2."""
    # Reading half of our output (| head) is no error of ours.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hawl.config.settings")
    fill_boot(_boot)
    try:
        hawl()
    except InstallationError as wrong:
        Unusable(wrong.what, wrong.mend).show()
        sys.exit(2)
