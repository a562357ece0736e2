"""What only gov.uk may wear is not in what we send."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

BUILT = Path(__file__).parents[1] / "static/hawl"
SOURCES = Path(__file__).parents[1]
FORBIDDEN = re.compile(r"gds\s*transport|crown|crest|govuk-logotype|fonts/(?:bold|light)", re.IGNORECASE)


def _built(name: str) -> str:
    file = BUILT / name
    if not file.exists():
        pytest.skip("the styles are not built: run `make styles`")
    return file.read_text()


def test_no_crown_and_no_transport_is_left_in_the_styles() -> None:
    assert not FORBIDDEN.findall(_built("hawl.css"))


def test_the_check_for_them_can_fail() -> None:
    assert FORBIDDEN.findall('body{font-family:"GDS Transport"}')
    assert FORBIDDEN.findall("url(/assets/images/govuk-crest.svg)")


def test_the_styles_ask_for_no_other_file() -> None:
    assert "url(" not in re.sub(r"url\(\"?data:[^)]*\)", "", _built("hawl.css"))
    assert "@import" not in _built("hawl.css")


def test_every_class_of_ours_in_a_template_has_a_style() -> None:
    css = _built("hawl.css")
    used = {
        name
        for file in SOURCES.glob("templates/**/*.html")
        for name in re.findall(
            r"(?<![\w-])hawl-[a-z_]+(?:-[a-z_]+)*(?![\w{-])", " ".join(re.findall(r'class="([^"]*)"', file.read_text()))
        )
    }
    marks_only = {"hawl-staff-navigation", "hawl-moment__happened", "hawl-is"}
    missing = {name for name in used - marks_only if f".{name}" not in css}
    assert not missing


def test_the_script_starts_after_the_library_and_reaches_no_other_place() -> None:
    script = _built("hawl.js")
    assert script.rstrip().endswith("initAll();")
    assert "sourceMappingURL" not in script
    assert not re.findall(r"https?://(?!www\.w3\.org)[^\"'\s]+", script)


def test_no_template_has_inline_script_or_style() -> None:
    for file in SOURCES.parents[1].glob("**/templates/**/*.html"):
        text = file.read_text()
        assert not re.findall(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*\ssrc=)|javascript:", text), file
