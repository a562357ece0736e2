"""What a server does before it answers for the first time."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

_ASK = """
import gc, json
from hawl.config import wsgi
import sys
print(json.dumps([gc.get_freeze_count(), "hawl.work.hub.recording" in sys.modules]))
"""


@pytest.mark.parametrize(("process", "has_the_pages_of_the_desk"), [("staff", True), ("public", False)])
def test_pages_are_loaded_before_the_first_is_asked_for_and_no_collection_looks_through_them(
    process: str, has_the_pages_of_the_desk: bool
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _ASK], env={**os.environ, "HAWL_PROCESS": process}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    frozen, loaded = json.loads(done.stdout)
    assert frozen > 50_000
    assert loaded is has_the_pages_of_the_desk
