"""Each check of the house is shown a sound house, in which it finds nothing, and one with its fault planted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import check_house
import pytest
from house import code, fields, papers, tables
from house.tree import Check, Fault, Tree

from hawl.foundations.fields.printing import register_page
from hawl.foundations.fields.reading import register

MODELS = """
from hawl.foundations.access.models import OpenModel, ScopedModel
from hawl.foundations.vault.fields import SealedDate, SealedJSON

class Person(ScopedModel):
    names = SealedJSON()
    born_on = SealedDate()
    kind = models.CharField(max_length=12)
    risk = models.CharField(choices=Risk)

class Town(OpenModel):
    name = models.CharField(max_length=60)
"""
ROOTS = """
class OpenModel(models.Model):
    class Meta:
        abstract = True

class ScopedModel(models.Model):
    class Meta:
        abstract = True
"""
ACTIONS = """
from hawl.foundations.audit.actions import record
from hawl.registers.people import actions as people

def name_person(*, by, names):
    with acting_as(by):
        _write(names)

def move_person(*, by):
    people.name_person(by=by, names={})

def _write(names):
    Person.objects.create(names=names)
    record(action="person.named")
"""
FIELDS = """
format: 1
tables:
  Person:
    owner: recorder
    retention: person_file
    fields:
      - {class: C3, access: give, erasure: key, scrub: invent, of: [names, born_on]}
      - {class: C3, access: give, erasure: row, scrub: keep, of: [id, kind, risk]}
  Town:
    owner: publisher
    retention: published
    fields:
      - {class: C1, access: none, erasure: keep, scrub: keep, of: [id, name]}
"""
DECISION = "# 1. Why\n\n## Context\n\n## Options\n\n## Decision\n\n## Consequence\n\n## How we would know it failed\n"
README = """
```
src/hawl/
├── foundations/     the ground
│   └── access/      who may
├── registers/       who and what
│   └── people/      the person helped
├── work/
│   └── hub/         desks
└── config/
```
"""
SOUND: dict[str, str] = {
    "src/hawl/__init__.py": '"""Hawl."""',
    "src/hawl/config/__init__.py": '"""Settings."""',
    "src/hawl/config/README.md": "# config",
    "src/hawl/config/where.py": 'import os\nHOME = os.environ.get("HAWL_HOME")\n',
    "src/hawl/foundations/__init__.py": '"""Ground."""',
    "src/hawl/foundations/access/__init__.py": '"""Access."""',
    "src/hawl/foundations/access/README.md": "# access",
    "src/hawl/foundations/access/models.py": ROOTS,
    # Excused by name in the check itself, as its package is here too.
    "src/hawl/foundations/access/rescoping_function.py": 'FORGET = "DELETE FROM access_kept"\n',
    "src/hawl/registers/__init__.py": '"""Registers."""',
    "src/hawl/registers/people/__init__.py": '"""People."""',
    "src/hawl/registers/people/README.md": "# people",
    "src/hawl/registers/people/models.py": MODELS,
    "src/hawl/registers/people/fields.yaml": FIELDS,
    "src/hawl/registers/people/actions.py": ACTIONS,
    "src/hawl/registers/people/queries.py": "from hawl.registers.people.models import Person\n"
    "def all_people():\n    return Person.objects.all()\n",
    "src/hawl/work/__init__.py": '"""Work."""',
    "src/hawl/work/hub/__init__.py": '"""Hub."""',
    "src/hawl/work/hub/README.md": "# hub",
    "src/hawl/work/hub/rules.py": "def is_due(day): return True\n",
    "src/hawl/work/hub/views.py": "from hawl.registers.people.queries import all_people\n"
    "def people(request):\n    return render(request, 'people.html', {'people': all_people()})\n",
    "src/hawl/work/hub/commands.py": '@click.group()\ndef hub(): ...\n\n@hub.command("import")\ndef import_(): ...\n',
    "tools/house/plain_fields.toml": '[plain]\n"registers.people.Person.kind" = "person or organisation"\n',
    ".importlinter": "source_modules =\n    hawl.**.rules\n",
    "README.md": README,
    "CHANGELOG.md": "# Changelog\n\n## [0.1.0] - 2026-11-22\n",
    "pyproject.toml": 'dependencies = [\n    "click>=8",  # the hawl command\n]\n',
    "docs/decisions/0001-why.md": DECISION,
    "docs/operate/settings.md": "- `HAWL_HOME`: the folder\n- `hawl hub import FILE`: takes a file in\n",
}


@dataclass
class Planted:
    """A fault: the check that must find it, the files that bear it (added to a file, or in its place)."""

    check: Check
    file: str
    added: str = ""
    instead: tuple[str, str] = ("", "")
    also: Mapping[str, str] = field(default_factory=dict)
    absent: str = ""
    says: str = ""


HUB = "src/hawl/work/hub"
VIEWS, PEOPLE = f"{HUB}/views.py", "src/hawl/registers/people"
MOOD = "class Mood(ScopedModel):\n    "
SETTLED = "tools/house/plain_fields.toml"
PLANTED = [
    Planted(code.views_are_thin, VIEWS, "x = Person.objects.get(pk=1)\n", says="`.objects`"),
    Planted(code.views_are_thin, VIEWS, "person.save()\n", says="`.save(`"),
    Planted(code.views_are_thin, VIEWS, "person.delete()\n", says="`.delete(`"),
    Planted(code.views_are_thin, VIEWS, "rows.create(name=1)\n", says="`.create(`"),
    Planted(code.views_are_thin, VIEWS, "get_object_or_404(Person, pk=1)\n", says="get_object_or_404"),
    Planted(code.views_are_thin, VIEWS, "from django.db import connection\n", says="opens the database"),
    Planted(code.views_are_thin, f"{HUB}/presenters.py", "x = Person._base_manager\n", says="_base_manager"),
    Planted(code.views_are_thin, f"{HUB}/public.py", "x = Person.objects\n", says="`.objects`"),
    Planted(code.views_are_thin, f"{HUB}/views/desk.py", "x = Person.objects\n", says="`.objects`"),
    Planted(code.views_are_thin, "src/hawl/entrances/api.py", "x = Person.objects\n", says="`.objects`"),
    Planted(code.only_actions_write, f"{HUB}/sorting.py", "Person.objects.filter(a=1).update(a=2)\n", says="update"),
    Planted(code.only_actions_write, f"{PEOPLE}/queries.py", "Person.objects.create()\n", says="create"),
    Planted(code.only_actions_write, f"{PEOPLE}/queries.py", "def f(person):\n    person.save()\n", says="save"),
    Planted(code.only_actions_write, f"{HUB}/sorting.py", "rows.bulk_create([])\n", says="bulk_create"),
    Planted(code.only_actions_write, f"{HUB}/sorting.py", 'S = """\nUPDATE people_x SET a = 1"""\n', says="UPDATE"),
    Planted(code.only_actions_write, f"{HUB}/sorting.py", 'SQL = f"DELETE FROM {table}"\n', says="DELETE FROM"),
    Planted(code.only_actions_write, "src/hawl/work/intake/laying.py", "def lay(): ...\n", says="needs it no more"),
    Planted(code.actions_are_told_who, f"{PEOPLE}/actions.py", "def lose(person, *, by): ...\n", says="by position"),
    Planted(code.actions_are_told_who, f"{PEOPLE}/actions.py", "def lose(*, person): ...\n", says="by nobody"),
    Planted(
        code.actions_are_told_who,
        f"{PEOPLE}/actions.py",
        "def lose(*, by):\n    with acting_as(by): pass\n",
        says="not audited",
    ),
    Planted(
        code.actions_are_told_who,
        f"{PEOPLE}/actions.py",
        'def lose(*, by):\n    record(action="lost")\n',
        says="not atomic",
    ),
    Planted(
        code.rooms_keep_their_tables,
        f"{HUB}/sorting.py",
        "from hawl.registers.people.models import Person\n",
        says="takes the table `Person`",
    ),
    Planted(
        code.rooms_keep_their_tables,
        "src/hawl/entrances/site/views.py",
        "from hawl.registers.people.models import Person\n",
        says="takes the table `Person`",
    ),
    Planted(code.imports_are_absolute, f"{HUB}/rules.py", "from .views import people\n", says="relative"),
    Planted(code.imports_are_absolute, f"{HUB}/rules.py", "from hawl.work.hub.tests import x\n", says="a test"),
    Planted(code.rules_are_behind_the_wall, f"{HUB}/letter_rules.py", "x = 1\n", says="outside the wall"),
    Planted(code.names_say_something, f"{HUB}/utils.py", "x = 1\n", says="`utils`"),
    Planted(code.names_say_something, "src/hawl/work/core/x.py", "x = 1\n", says="`core`"),
    Planted(code.files_are_short, f"{HUB}/rules.py", "x = 1\n" * 600, says="601 lines"),
    Planted(code.files_are_short, f"{HUB}/rules.py", "def f():\n" + "    x = 1\n" * 60, says="`f` has 61 lines"),
    Planted(
        tables.tables_are_open_or_scoped, f"{PEOPLE}/models.py", "class Loose(models.Model): ...\n", says="`Loose`"
    ),
    Planted(
        tables.what_is_personal_is_sealed,
        f"{PEOPLE}/models.py",
        instead=("names = SealedJSON()", "names = models.JSONField()"),
        says="Person.names",
    ),
    Planted(
        tables.what_is_personal_is_sealed,
        f"{PEOPLE}/models.py",
        instead=("born_on = SealedDate()", "born_on = models.DateField()"),
        says="Person.born_on",
    ),
    Planted(
        tables.what_is_personal_is_sealed,
        f"{PEOPLE}/models.py",
        "class Letter(Person):\n    home_address = models.TextField()\n",
        says="Letter.home_address",
    ),
    Planted(
        tables.what_is_personal_is_sealed,
        f"{PEOPLE}/models.py",
        "class List(OpenModel):\n    victim_name = models.CharField()\n",
        says="List.victim_name",
    ),
    Planted(
        tables.plain_text_has_a_reason,
        f"{PEOPLE}/models.py",
        f"{MOOD}mood = models.TextField()\n",
        says="Mood.mood",
    ),
    Planted(
        tables.plain_text_has_a_reason,
        f"{PEOPLE}/models.py",
        f"{MOOD}moods = ArrayField(models.CharField(max_length=9))\n",
        says="Mood.moods",
    ),
    Planted(
        tables.plain_text_has_a_reason,
        SETTLED,
        '"registers.people.Person.gone" = "was there"\n',
        says="Person.gone",
    ),
    Planted(
        tables.plain_text_has_a_reason,
        SETTLED,
        instead=('"person or organisation"', '""'),
        says="Person.kind",
    ),
    Planted(
        fields.every_field_is_registered,
        f"{PEOPLE}/models.py",
        f"{MOOD}mood = models.ForeignKey(Person)\n",
        says="`Mood` is not in the register",
    ),
    Planted(
        fields.every_field_is_registered,
        f"{PEOPLE}/fields.yaml",
        instead=("[id, kind, risk]", "[id, kind]"),
        says="`Person.risk` is not in the register",
    ),
    Planted(
        fields.every_field_is_registered,
        f"{PEOPLE}/fields.yaml",
        instead=("[id, name]", "[id, name, mayor]"),
        says="`Town.mayor` is no field any more",
    ),
    Planted(
        fields.every_field_is_registered,
        f"{PEOPLE}/models.py",
        instead=("names = SealedJSON()", 'names = SealedJSON(security_class="C5")'),
        says="is sealed as C5, not C3",
    ),
    Planted(
        fields.every_field_is_registered,
        f"{PEOPLE}/fields.yaml",
        instead=("{class: C3, access: give, erasure: row", "{class: C4, access: give, erasure: row"),
        says="is C4 and not sealed",
    ),
    Planted(
        fields.every_field_is_registered,
        f"{PEOPLE}/fields.yaml",
        instead=("  Town:", "  Village:"),
        says="`Village` is no table",
    ),
    Planted(
        fields.every_field_is_registered,
        f"{PEOPLE}/fields.yaml",
        instead=("scrub: invent", "scrub: maybe"),
        says="`maybe` is no known code",
    ),
    Planted(
        fields.the_registers_are_printed,
        f"{PEOPLE}/fields.yaml",
        instead=("scrub: invent", "scrub: empty"),
        says="is not what the register prints",
    ),
    Planted(tables.tables_stand_in_models, f"{HUB}/rules.py", "class Hidden(OpenModel): ...\n", says="`Hidden`"),
    Planted(papers.readme_shows_the_house, "README.md", instead=("│   └── people/", "│   └── folk/"), says="folk"),
    Planted(
        papers.readme_shows_the_house,
        "src/hawl/registers/places/__init__.py",
        '"""Places."""',
        says="does not show `registers/places/`",
    ),
    Planted(papers.rooms_have_a_readme, f"{HUB}/README.md", absent=f"{HUB}/README.md", says="no README"),
    Planted(papers.no_folder_is_empty, f"{HUB}/tests/__init__.py", '"""To come."""\n', says="empty folder"),
    Planted(papers.decisions_are_numbered, "docs/decisions/0003-gap.md", DECISION.replace("1", "3"), says="each once"),
    Planted(papers.decisions_are_numbered, "docs/decisions/0001-twin.md", DECISION, says="each once"),
    Planted(papers.decisions_are_numbered, "docs/decisions/0002-x.md", "# 2. X\n\n## Context\n", says="lacks the part"),
    Planted(papers.decisions_are_numbered, "docs/decisions/2-x.md", DECISION, says="not named like"),
    Planted(
        papers.decisions_are_numbered, "docs/decisions/0001-why.md", instead=("# 1. Why", "# Why"), says="its number"
    ),
    Planted(papers.changelog_begins_with_a_version, "CHANGELOG.md", instead=("0.1.0", "Unreleased"), says="version"),
    Planted(papers.operators_are_told, "src/hawl/config/where.py", 'X = os.environ["HAWL_NEW"]\n', says="`HAWL_NEW`"),
    Planted(
        papers.operators_are_told,
        f"{HUB}/commands.py",
        "@hub.command()\ndef send_off(): ...\n",
        says="`hawl hub send-off`",
    ),
    Planted(papers.dependencies_have_reasons, "pyproject.toml", instead=("# the hawl command", ""), says="no reason"),
    Planted(papers.no_machine_is_named, "docs/x.md", "see /wor" + "k/notes\n", says="one machine"),
    Planted(papers.no_machine_is_named, "docs/x.md", "in /home/" + "siân/hawl\n".replace("â", "a"), says="one machine"),
    Planted(papers.no_machine_is_named, "x.txt", "https://pypi.example/simpl" + "e/\n", says="a registry"),
    Planted(papers.no_machine_is_named, "x.sh", "pip install --inde" + "x-url x y\n", says="a registry"),
]


def house(root: Path, planted: Planted | None = None) -> Tree:
    """A house on disk, sound but for what is planted."""
    files = dict(SOUND)
    if planted:
        files |= planted.also
        text = files.get(planted.file, "")
        files[planted.file] = (text.replace(*planted.instead) if planted.instead[0] else text) + planted.added
        files.pop(planted.absent, None)
    fields_file = f"{PEOPLE}/fields.yaml"
    _write(root, fields_file, SOUND[fields_file])
    _write(root, "docs/data-protection/register.md", register_page(register(root / "src/hawl")))
    for name, text in files.items():
        _write(root, name, text)
    return Tree(root)


def _write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, encoding="utf-8")


def found(check: Check, tree: Tree) -> list[Fault]:
    return [fault for fault in check(tree) if not fault.warning]


@pytest.mark.parametrize("check", check_house.CHECKS, ids=lambda check: check.__name__)
def test_a_sound_house_passes(check: Check, tmp_path: Path) -> None:
    assert found(check, house(tmp_path)) == []


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: f"{planted.check.__name__}: {planted.says}")
def test_a_planted_fault_is_found(planted: Planted, tmp_path: Path) -> None:
    faults = found(planted.check, house(tmp_path, planted))
    assert any(planted.says in str(fault) for fault in faults), faults


def test_every_check_has_a_planted_fault() -> None:
    assert set(check_house.CHECKS) == {planted.check for planted in PLANTED}


def test_a_file_of_600_lines_is_told_and_passes(tmp_path: Path) -> None:
    tree = house(tmp_path, Planted(code.files_are_short, f"{HUB}/rules.py", "x = 1\n" * 599))
    faults = list(code.files_are_short(tree))
    assert [fault.warning for fault in faults] == [True]
    assert "600 lines" in faults[0].what


def test_a_function_of_60_lines_passes(tmp_path: Path) -> None:
    tree = house(tmp_path, Planted(code.files_are_short, f"{HUB}/rules.py", "def f():\n" + "    x = 1\n" * 59))
    assert found(code.files_are_short, tree) == []


def test_a_table_taken_for_its_type_only_is_no_fault(tmp_path: Path) -> None:
    text = "if TYPE_CHECKING:\n    from hawl.registers.people.models import Person\n"
    tree = house(tmp_path, Planted(code.rooms_keep_their_tables, f"{HUB}/sorting.py", text))
    assert found(code.rooms_keep_their_tables, tree) == []


def test_words_about_sql_in_a_docstring_are_no_writing(tmp_path: Path) -> None:
    text = 'def f():\n    """How it reads.\n\n    DELETE FROM is never said.\n    """\n'
    tree = house(tmp_path, Planted(code.only_actions_write, f"{HUB}/sorting.py", text))
    assert found(code.only_actions_write, tree) == []


def test_a_folder_of_this_house_is_not_taken_for_a_path_of_a_machine(tmp_path: Path) -> None:
    text = "src/hawl/wor" + "k/hub/rules.py and https://example.org/wor" + "k/x\n"
    tree = house(tmp_path, Planted(papers.no_machine_is_named, "docs/x.md", text))
    assert found(papers.no_machine_is_named, tree) == []


def test_ignored_files_are_not_read(tmp_path: Path) -> None:
    import subprocess

    house(tmp_path, Planted(code.names_say_something, f"{HUB}/utils.py", "x = 1\n"))
    (tmp_path / ".gitignore").write_text("utils.py\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert found(code.names_say_something, Tree(tmp_path)) == []
