from __future__ import annotations

import ast
import json
import re
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from hawl.foundations.datafiles import DatafileError
from hawl.rights.rulebook import built_in, load_rulebook, vocabulary
from hawl.rights.rulebook.commands import rulebook
from hawl.rights.rulebook.vocabulary import schema

FOLDER = Path(str(files("hawl.rights.rulebook")))
SHIPPED = FOLDER / "books" / "victims-code-2021.yaml"
TEXT = SHIPPED.read_text(encoding="utf-8")


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_the_schemas_are_sound() -> None:
    for name in ("rulebook", "vocabulary"):
        Draft202012Validator.check_schema(schema(name))


def test_the_shipped_code_has_twelve_rights_in_both_languages() -> None:
    book = load_rulebook(SHIPPED)
    assert [right.number for right in book.rights] == list(range(1, 13))
    for right in book.rights:
        for words in (right.title, right.means, right.if_not_kept):
            assert words.en != words.cy
    assert book.right(7).title.cy == "Datganiad Personol Dioddefwr"
    assert built_in() is built_in()


def test_nothing_unverified_is_claimed() -> None:
    for book in built_in():
        for duty in book.duties:
            assert (duty.wording, bool(duty.source)) == ("paraphrase", True)
            assert book.enforces(duty) is (duty.certainty in {"A", "A-scheme"} and book.applies)
        assert book.welsh == vocabulary().welsh == "draft"
    # Only one paragraph of the Code was ever seen quoted (fact sheet victims-code, section 0).
    paragraphs = {duty.paragraph for book in built_in() for duty in book.duties if duty.paragraph_verified}
    assert paragraphs == {"8.2"}
    assert {duty.paragraph for book in built_in() for duty in book.duties} == {None, "8.1", "8.2"}


def test_each_duty_speaks_to_the_victim_and_to_staff_in_both_languages() -> None:
    for book in built_in():
        for duty in book.duties:
            assert duty.says.en != duty.work.en
            # What one body owes another is told as it is.
            assert re.search(r"\b[Yy]our?\b", duty.says.en) or duty.done_by == "receipt", duty.id
            assert duty.says.cy not in {duty.says.en, duty.work.cy}


def test_a_duty_or_right_that_is_not_there_is_a_key_error() -> None:
    book = load_rulebook(SHIPPED)
    assert book.duty("4.4").right == 4
    for ask in (lambda: book.duty("4.99"), lambda: book.right(13)):
        with pytest.raises(KeyError):
            ask()


FAULTS = [
    (
        "    act: needs_assessed",
        "    act: needs_asessed",
        "`needs_asessed` is not an event of the vocabulary",
        "did you mean `needs_assessed`?",
    ),
    (
        "trigger: [suspect_charged]",
        "trigger: [suspect_charge]",
        "`suspect_charge` is not an event of the vocabulary",
        "did you mean `suspect_charged`?",
    ),
    (
        "decline: support_referral_declined",
        "decline: xyz",
        "`xyz` is not an event of the vocabulary",
        "name an event of the vocabulary, or add it there",
    ),
    (
        '  - id: "4.4"',
        '  - id: "4.1"',
        "duty 4.1 stands here a second time",
        "give each duty its own id",
    ),
    ('  - id: "4.4"', "  - id: 4.4", "`id` is a number, where text is wanted", "put it in quotes"),
    (
        "    choice: decline\n",
        "",
        "`decline` and `choice` belong together",
        "give both, or neither",
    ),
    (
        "standard: 2, enhanced: 2",
        "standard: 0, enhanced: 2",
        "`within.standard` is 0, which is too small",
        "give 1 or more",
    ),
    ("standard: 2, enhanced: 2", "standard: 2", "`within.enhanced` is missing", "give `enhanced`"),
    (
        "certainty: A\n",
        "certainty: C\n",
        "`certainty` is `C`, which is not a value it may have",
        "use one of `A`, `A-scheme`, `B`",
    ),
    (
        "bearer: service_provider",
        "bearer: servce_provider",
        "`servce_provider` is not one of the bearers",
        "did you mean `service_provider`?",
    ),
    (
        "    right: 12\n",
        "    right: 13\n",
        "`13` is not one of the rights",
        "name one of the rights, or add it there",
    ),
    (
        "    within: null\n    exceptions: [safe_alternative]",
        "    exceptions: [safe_alternative]",
        "`within` is missing",
        "give the limit, or null where the source has none",
    ),
    (
        "to: null}",
        "to: 2020-01-01}",
        "the last day of force is before the first",
        "give a later day, or null while it goes on",
    ),
    (
        "  - number: 12",
        "  - number: 11",
        "right 11 stands here a second time",
        "give each right its own number",
    ),
    (
        "    wording: paraphrase",
        "    wordng: paraphrase",
        "`wordng` is not known here",
        "did you mean `wording`?",
    ),
    (
        "    act: complaint_acknowledged",
        "    act: null",
        "`act` is empty, so nothing could fulfil the duty",
        "name the event that fulfils it",
    ),
    (
        "    act: complaint_acknowledged",
        "    act: complaint_acknowledged\n    done_by: receipt",
        "a duty done by receipt has no act of its own and cannot count from receipt",
        "set `act` to null and count from `occurred`",
    ),
    (
        "    act: complaint_acknowledged",
        "    act: complaint_acknowledged\n    paragraph_verified: true",
        "there is no paragraph that could have been verified",
        "give `paragraph` too",
    ),
    (
        "kind: code",
        "kind: cod",
        "`kind` is `cod`, which is not a value it may have",
        "did you mean `code`?",
    ),
    (
        "    right: 12\n",
        "    right: 12\n    right: 12\n",
        "`right` is given twice",
        "keep one of the two",
    ),
]


@pytest.mark.parametrize(("old", "new", "what", "mend"), FAULTS)
def test_a_planted_fault_names_its_line_and_the_mend(tmp_path: Path, old: str, new: str, what: str, mend: str) -> None:
    assert old in TEXT
    spoilt = TEXT.replace(old, new, 1)
    path = tmp_path / "spoilt.yaml"
    path.write_text(spoilt, encoding="utf-8")
    with pytest.raises(DatafileError) as caught:
        load_rulebook(path)
    assert (caught.value.what, caught.value.mend) == (what, mend)
    place = TEXT.index(old)
    first = TEXT[:place].count("\n") + 1
    # The line of the fault, or of the entry that holds it.
    assert first - 12 <= caught.value.line <= first + 2


def test_a_fault_inside_a_line_is_told_at_that_line(tmp_path: Path) -> None:
    path = tmp_path / "spoilt.yaml"
    path.write_text(TEXT.replace("act: needs_assessed", "act: needs_asessed"), encoding="utf-8")
    with pytest.raises(DatafileError) as caught:
        load_rulebook(path)
    assert caught.value.line == line_of(TEXT, "act: needs_assessed")


def test_a_right_owed_by_nobody_known_is_told(tmp_path: Path) -> None:
    path = tmp_path / "spoilt.yaml"
    path.write_text(TEXT.replace("owed_by: [every_body]", "owed_by: [nobody]", 1), encoding="utf-8")
    with pytest.raises(DatafileError, match="`nobody` is not one of the bearers"):
        load_rulebook(path)


@pytest.mark.parametrize(("old", "new"), [("status: in_force", "status: draft"), ("kind: code", "kind: local")])
def test_a_draft_or_a_local_target_is_never_enforced(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "other.yaml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    book = load_rulebook(path)
    assert not any(book.enforces(duty) for duty in book.duties)


def test_no_duty_event_or_days_stand_in_the_source() -> None:
    known = set(vocabulary().events) | {duty.id for book in built_in() for duty in book.duties}
    limits = {n for book in built_in() for duty in book.duties for n in (duty.within or ())[:2]} - {1, 2, 3}
    looked = 0
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant):
                looked += 1
                assert node.value not in known, (path.name, node.lineno)
                assert node.value not in limits, (path.name, node.lineno)
    assert looked > 100


def test_check_says_a_sound_book_is_sound(tmp_path: Path) -> None:
    plain = CliRunner().invoke(rulebook, ["check", str(SHIPPED)])
    assert plain.exit_code == 0
    assert "victims-code-2021 is sound: 92 duties, 74 enforced." in plain.output
    found = CliRunner().invoke(rulebook, ["check", str(SHIPPED), "--json"])
    assert json.loads(found.output)["sound"] is True
    assert found.output.count("\n") == 1


def test_check_tells_the_mistake_and_ends_with_two(tmp_path: Path) -> None:
    path = tmp_path / "spoilt.yaml"
    path.write_text(TEXT.replace("kind: code", "kind: cod"), encoding="utf-8")
    found = CliRunner().invoke(rulebook, ["check", str(path), "--json"])
    assert found.exit_code == 2
    assert json.loads(found.stdout)["mend"] == "did you mean `code`?"
    assert f":{line_of(TEXT, 'kind: code')}: " in found.stderr
    assert CliRunner().invoke(rulebook, ["check", str(tmp_path / "absent")]).exit_code == 2


@pytest.mark.parametrize("asked", [[], ["victims-code-2021"], ["4.4"]])
def test_show_speaks_to_people_and_to_programs(asked: list[str]) -> None:
    plain = CliRunner().invoke(rulebook, ["show", *asked])
    assert plain.exit_code == 0
    assert "refer you to one" in plain.output
    found = CliRunner().invoke(rulebook, ["show", *asked, "--json"])
    assert found.output.count("\n") == 1
    assert json.loads(found.output)


def test_show_of_what_is_not_there_names_what_is() -> None:
    found = CliRunner().invoke(rulebook, ["show", "nothing"])
    assert found.exit_code == 2
    assert found.stdout == ""
    assert "victims-code-2021" in found.stderr


CLOCKS_TEXT = (FOLDER / "tests" / "clocks.yaml").read_text(encoding="utf-8")
CLOCK_FAULTS = [
    (
        "    within: null\n    every:",
        "    within: {unit: days, standard: 6, enhanced: 3}\n    every:",
        "`within` and `every` are two clocks",
        "keep one, and give the other an id of its own",
    ),
    (
        "    done_by: end\n",
        "",
        "`act` is empty, so nothing could fulfil the duty",
        "name the event that fulfils it",
    ),
    (
        "    until: [support_reached, case_outcome]\n",
        "",
        "a duty that goes on has `until`, `done_by: end` and no other clock",
        "give both, or neither",
    ),
    (
        "    act: null\n",
        "    act: case_outcome\n",
        "a duty that goes on is kept up until it ends, and no act fulfils it",
        "set `act` to null",
    ),
    (
        "trigger: [referral_agreed, services_offered]",
        "trigger: [referral_agreed]",
        "what falls due again starts from its agreements and from its own act",
        "let `trigger` list just these",
    ),
    (
        "    until: [vcs_opted_out, suspect_charged]",
        "    until: [vcs_opted_out, suspect_charged]\n    not_if: {attribute: kind, is: a}",
        "what falls due again has no decline and no conditions",
        "name the event that ends it in `until`",
    ),
    (
        "    without_delay: true",
        "    within: {unit: days, standard: 6, enhanced: 3}\n    without_delay: true",
        "`within` is given twice",
        "keep one of the two",
    ),
    (
        "    within: {unit: months, standard: 1, enhanced: 1}",
        "    within: {unit: months, standard: 1, enhanced: 1}\n    without_delay: true",
        "`without_delay` is for a duty without any other clock",
        "take one of them away",
    ),
    (
        "day_in: held_on}",
        "day_in: held_on}\n    counts_from: received",
        "this clock does not count from receipt",
        "leave `counts_from` out",
    ),
    (
        "events: [sentence_passed, suspect_charged]",
        "events: [sentence_past, suspect_charged]",
        "`sentence_past` is not an event of the vocabulary",
        "did you mean `sentence_passed`?",
    ),
    (
        "agreed_by: [referral_agreed]",
        "agreed_by: [referral_agree]",
        "`referral_agree` is not an event of the vocabulary",
        "did you mean `referral_agreed`?",
    ),
    (
        "until: [support_reached,",
        "until: [support_reach,",
        "`support_reach` is not an event of the vocabulary",
        "did you mean `support_reached`?",
    ),
    (
        "{unit: years,",
        "{unit: year,",
        "`within.unit` is `year`, which is not a value it may have",
        "did you mean `years`?",
    ),
]


@pytest.mark.parametrize(("old", "new", "what", "mend"), CLOCK_FAULTS)
def test_a_fault_in_a_clock_names_its_line_and_the_mend(
    tmp_path: Path, old: str, new: str, what: str, mend: str
) -> None:
    assert old in CLOCKS_TEXT
    path = tmp_path / "spoilt.yaml"
    path.write_text(CLOCKS_TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DatafileError) as caught:
        load_rulebook(path)
    assert (caught.value.what, caught.value.mend) == (what, mend)
    assert abs(caught.value.line - line_of(CLOCKS_TEXT, old)) <= 12
