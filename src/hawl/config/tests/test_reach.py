"""Every command and job has its line in `reach`; one that is forgotten fails the build."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import click
import pytest

from hawl.config.reach import COMMANDS, JOBS, Reach
from hawl.entrances.cli.main import ROOMS


def leaves(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """Each command that does something, by the words one types."""
    if isinstance(command, click.Group):
        # A group that does something when nothing follows it (`hawl backup --out …`) is a command too.
        if command.invoke_without_command:
            yield name, command
        for part, under in command.commands.items():
            yield from leaves(under, f"{name} {part}")
    else:
        yield name, command


def commands() -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for name, (where, _) in ROOMS.items():
        module, attribute = where.split(":")
        found |= dict(leaves(getattr(importlib.import_module(module), attribute), name))
    return found


def jobs() -> set[str]:
    from procrastinate.contrib.django import app

    return {name for name in app.tasks if name.startswith("hawl.")}


def test_every_command_says_how_far_it_reaches() -> None:
    assert sorted(commands()) == sorted(COMMANDS)


def test_every_job_says_how_far_it_reaches() -> None:
    assert sorted(jobs()) == sorted(JOBS)


@pytest.mark.parametrize("name", [name for name, reach in COMMANDS.items() if reach == Reach.NOTHING])
def test_a_command_that_reaches_nobody_takes_no_identity_of_a_machine(name: str) -> None:
    callback = commands()[name].callback
    assert callback is not None
    assert "machine" not in getattr(callback, "__wrapped__", callback).__code__.co_names
