"""What somebody is told whose file was not taken, in both languages. No Django."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from hawl.foundations.datafiles import read


def sentence(code: str) -> Mapping[str, str]:
    """Give the sentence of a refusal, `{"en": …, "cy": …}`; `KeyError` for no code of ours."""
    return _sentences()[code]


@lru_cache(maxsize=1)
def _sentences() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = read(files(__package__) / "refusals.yaml").data["refusals"]
    return found
