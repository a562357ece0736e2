"""Making an installation ready: folder, keys, roles, tables, the area's data. Harmless when repeated."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import click

import hawl
from hawl.foundations.audit import seals
from hawl.foundations.database.home import InstallationError, home, private_folder, write_private
from hawl.foundations.database.roles import make_roles
from hawl.foundations.journal.keys import make_key_file as make_journal_key
from hawl.foundations.vault.keys import key_file, make_key_file

_PACKAGE = Path(hawl.__file__).parent


def set_up(*, say: bool) -> None:
    """Ready the installation if it is not, then Django in this process."""
    import django
    from django.apps import apps

    if apps.ready:
        return
    if not is_prepared():
        prepare(say=say)
    django.setup()


def is_prepared() -> bool:
    """Was this installation made ready by this very release."""
    try:
        stamp = json.loads(_stamp_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(stamp.get("digest") == release_digest() and stamp.get("database") == _database())


def prepare(*, say: bool) -> None:
    """Folder, keys, roles, tables with their rules, and the area's data."""
    folder = private_folder(home())
    if say:
        click.echo(f"Preparing Hawl in {folder} …", err=True)
    _refuse_lost_key()
    make_key_file()
    make_journal_key()
    seals.make_key_file()
    for process in ("staff", "public", "partner", "jobs"):
        signing = folder / "credentials" / f"signing-{process}"
        if not signing.exists():
            write_private(signing, secrets.token_urlsafe(48))
    make_roles()
    _in_process("owner", "django", "migrate", "--no-input", "--verbosity", "0")
    _in_process("jobs", "hawl.config.load_area")
    write_private(_stamp_file(), json.dumps({"digest": release_digest(), "database": _database()}))


def _refuse_lost_key() -> None:
    """A fresh key beside old data would open none of it, and what it sealed would be lost when the old one is back."""
    if _stamp_file().exists() and not key_file().exists():
        raise InstallationError(
            f"The key file {key_file()} is gone, and this installation has data that only it opens.",
            f"Put back the escrowed key file; to begin anew with nothing, move {home()} away first.",
        )


def release_digest() -> str:
    """A digest over all that `prepare` lays into a database: migrations, rules, counting functions, areas."""
    digest = hashlib.sha256()
    patterns = (
        "**/migrations/*.py", "**/models.py", "**/*.sql", "areas/**/*.yaml", "foundations/access/*.py",
        "foundations/database/roles.py", "registers/agreements/guards.py",
    )  # fmt: skip
    for pattern in patterns:
        for path in sorted(_PACKAGE.glob(pattern)):
            digest.update(path.relative_to(_PACKAGE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _stamp_file() -> Path:
    return home() / "prepared.json"


def _database() -> str:
    url = os.environ.get("DATABASE_URL", "embedded")
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def _in_process(process: str, module: str, *arguments: str) -> None:
    """Run a module as the role of `process`: the owner's credential is never in a serving process."""
    environment = {
        **os.environ,
        "HAWL_PROCESS": process,
        "DJANGO_SETTINGS_MODULE": "hawl.config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise InstallationError(
            f"Preparing failed at `{module} {' '.join(arguments)}`: {said[-1] if said else 'no words'}.",
            "Run `hawl doctor`; nothing of the failed step was kept.",
        )
