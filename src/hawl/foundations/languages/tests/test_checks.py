"""Each check finds a planted fault, and nothing in the house as it stands."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages import Catalog

from hawl.foundations.languages import checks

TOOLS = Path(__file__).parents[5] / "tools"
PAGE = "src/hawl/entrances/public_site/templates/public_site/x.html"


def _said(message: str | tuple[str, str], file: str = PAGE) -> Catalog:
    said = Catalog(locale="cy")
    said.add(message, locations=[(file, 1)])
    return said


def _stored(message: str | tuple[str, str], welsh: str | tuple[str, ...], *, fuzzy: bool = False) -> Catalog:
    stored = Catalog(locale="cy")
    stored.add(message, welsh, flags=["fuzzy"] if fuzzy else [])
    return stored


def test_a_translated_word_is_no_fault() -> None:
    assert checks.untranslated(_said("Rights"), _stored("Rights", "Hawliau")) == []


@pytest.mark.parametrize(
    ("stored", "fault"),
    [
        (Catalog(locale="cy"), "is not in the catalogue"),
        (_stored("Right %(number)s", ""), "has no Welsh"),
        (_stored("Right %(number)s", "Hawl %(number)s", fuzzy=True), "fuzzy"),
        (_stored("Right %(number)s", "Hawl %(rhif)s"), "placeholders number"),
    ],
)
def test_a_public_word_without_whole_welsh_is_found(stored: Catalog, fault: str) -> None:
    (found,) = checks.untranslated(_said("Right %(number)s"), stored)
    assert fault in found
    assert PAGE in found


def test_all_six_plural_forms_are_asked_for() -> None:
    days = ("%(num)s day", "%(num)s days")
    four = ("%(num)s diwrnod",) * 4
    (found,) = checks.untranslated(_said(days), _stored(days, four))
    assert "4 of the 6 plural forms" in found
    assert checks.untranslated(_said(days), _stored(days, ("%(num)s diwrnod",) * 6)) == []


def test_a_word_for_staff_only_is_not_refused() -> None:
    staff = "src/hawl/entrances/staff_site/templates/staff_site/x.html"
    assert checks.untranslated(_said("Queue", staff), Catalog(locale="cy")) == []
    assert checks.is_public("src/hawl/work/voice/public.py")


@pytest.mark.parametrize(
    "source", ['_(f"Hi {name}")', '_("Hi %s" % name)', 'gettext("Hi {}".format(name))', 'translation.gettext("a" + b)']
)
def test_words_put_together_inside_gettext_are_found(source: str) -> None:
    (found,) = checks.interpolated(f"\n{source}", "x.py")
    assert found.startswith("x.py:2:")


@pytest.mark.parametrize("source", ['_("Hi %(name)s") % {"name": name}', 'f"{_("Hi")} {name}"', 'print(f"{name}")'])
def test_words_filled_in_afterwards_are_no_fault(source: str) -> None:
    assert checks.interpolated(source.replace('f"{_("Hi")} {name}"', "f'{_(\"Hi\")} {name}'"), "x.py") == []


@pytest.mark.parametrize(
    "template",
    [
        "<h1>Your rights</h1>",
        '<nav aria-label="Main"></nav>',
        "{% if a %}{{ _('Rights') }} and more{% endif %}",
        '{{ button({"text": "Send this form"}) }}',
        "<p>{% trans %}Fine{% endtrans %} Not fine</p>",
    ],
)
def test_english_that_stands_in_a_template_is_found(template: str) -> None:
    assert len(checks.unmarked(template, "x.html")) == 1


@pytest.mark.parametrize(
    "template",
    [
        "<h1 class='hawl-lead'>{{ _('Your rights') }}</h1>",
        '<nav aria-label="{{ _("Main") }}"></nav>',
        '<a class="{% if a %}one two{% endif %}" lang="cy">Cymraeg</a>',
        "{# a comment in English #}<p>{% trans %}Your rights{% endtrans %}</p>",
        "{% block body_classes %} hawl-x{% endblock %}",
        '{{ ngettext("One whole day", "%(num)s whole days", n) }} 12:30 ✓',
    ],
)
def test_marked_words_are_no_fault(template: str) -> None:
    assert checks.unmarked(template, "x.html") == []


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_welsh", TOOLS / "check_welsh.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.path.remove(str(TOOLS))
    return module


@pytest.mark.skipif(not TOOLS.exists(), reason="the tools are not in the wheel")
def test_nothing_public_is_in_english_only() -> None:
    assert _tool().faults() == []
