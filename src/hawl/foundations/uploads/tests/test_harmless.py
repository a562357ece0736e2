"""What somebody sends in: hostile files are refused or lose what was hostile; honest ones keep what a person wrote."""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner
from PIL import ExifTags, Image

from hawl.foundations.uploads import child, documents, harmless, pictures, words
from hawl.foundations.uploads.commands import uploads
from hawl.foundations.uploads.harmless import Harmless, make_all_harmless, make_harmless
from hawl.foundations.uploads.kinds import MEDIA_TYPES, MOST_FILES, Kind, Refused, kind_of
from hawl.foundations.uploads.sentences import _sentences, sentence
from hawl.foundations.uploads.tests.corpus import CLEAN, MARK, REFUSED, Hostile, corpus, picture, text_pdf

ACTS = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/XFA", b"/OpenAction", b"/AA", b"/URI",
        b"/SubmitForm", b"/RichMedia", b"/AcroForm", b"/Names", b"/Annots", b"/GoToR", b"/GoToE", b"/ImportData",
        b"/Filespec")  # fmt: skip


def laid_open(content: bytes) -> bytes:
    """A document with all that is packed in it unpacked, so that it can be searched."""
    out = io.BytesIO()
    with warnings.catch_warnings(), pikepdf.open(io.BytesIO(content)) as pdf:
        warnings.simplefilter("ignore")
        pdf.save(
            out,
            qdf=True,
            compress_streams=False,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        )
    return out.getvalue()


def wrong_with(made: Harmless) -> str:
    """Why a copy is not harmless; empty where it is. Looks with other eyes than what made it."""
    content = made.content
    if made.kind is Kind.PDF:
        content = laid_open(content)
        if found := [each.decode() for each in ACTS if each in content]:
            return f"acts: {found}"
    elif made.kind is not Kind.TXT:
        with Image.open(io.BytesIO(content)) as opened:
            if opened.getexif() or set(opened.info) - {
                "jfif",
                "jfif_version",
                "jfif_unit",
                "jfif_density",
                "transparency",
            }:
                return f"holds more than pixels: {set(opened.info)}"
            opened.load()
    elif any(letter in content.decode() for letter in "\u202e\u2066\u200f\u2069\u200b"):
        return "turns round"
    return "holds the mark" if MARK in content else ""


def accepted_wrongly(files: list[Hostile], make: Callable[[bytes, str], Harmless]) -> list[str]:
    wrong = []
    for each in files:
        try:
            made = make(each.content, each.name)
        except Refused:
            if each.must == CLEAN:
                wrong.append(f"{each.what}: refused")
            continue
        if each.must == REFUSED:
            wrong.append(f"{each.what}: taken")
        elif why := wrong_with(made):
            wrong.append(f"{each.what}: {why}")
    return wrong


@pytest.fixture(scope="module")
def files() -> list[Hostile]:
    return list(corpus())


def in_this_process(content: bytes, name: str) -> Harmless:
    """The same work without the process around it."""
    kind = kind_of(name, content)
    told, _, made = child.answer(kind, content).partition(b"\n")
    if "refused" in json.loads(told):
        raise Refused(json.loads(told)["refused"])
    return Harmless(made, kind, "x", ())


def only_looked_at(content: bytes, name: str) -> Harmless:
    """The planted fault: what looks right is passed on as it came."""
    return Harmless(content, kind_of(name, content), "x", ())


def test_no_hostile_file_is_taken_as_it_came(files: list[Hostile]) -> None:
    """Those that mean no harm to the memory of this process; the next test opens the others."""
    assert len(files) >= 300
    assert accepted_wrongly([each for each in files if not each.heavy], in_this_process) == []


def heavy_ones() -> None:
    """All bombs and floods and each tenth of the others, opened as in service; tells what was taken and how it grew."""
    chosen = [each for number, each in enumerate(corpus()) if each.heavy or number % 10 == 0]
    wrong = accepted_wrongly(chosen, make_harmless)
    print(json.dumps([len(chosen), wrong, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]))  # noqa: T201


def test_no_hostile_file_gets_through_the_process_or_makes_it_grow() -> None:
    """From a small process of its own: a child's largest size begins with that of who started it."""
    done = subprocess.run(
        [sys.executable, "-c", f"from {__name__} import heavy_ones; heavy_ones()"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    tried, wrong, kilobytes = json.loads(done.stdout.splitlines()[-1])
    assert (tried >= 40, wrong) == (True, [])
    assert kilobytes <= 300 * 1024


def test_the_corpus_finds_a_maker_that_only_looks(files: list[Hostile]) -> None:
    light = [each for each in files if len(each.content) < 100_000 and each.must == CLEAN]
    assert len(light) > 80
    found = accepted_wrongly(light, only_looked_at)
    assert len(found) >= len(light) - 12


@pytest.mark.parametrize("away", ["_taken_away", "_kept", "_sure"])
def test_each_step_on_a_document_is_needed_or_doubled(
    away: str, files: list[Hostile], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the taking away, what was written is not believed; without the last look, it still is clean."""
    acting = [each for each in files if each.what.startswith("pdf: ")]
    monkeypatch.setattr(documents, away, lambda *_: set())
    wrong = accepted_wrongly(acting, in_this_process)
    if away == "_sure":
        assert wrong == []
    else:
        assert wrong
        assert not [each for each in wrong if "acts" in each and away == "_taken_away"]


def test_a_photograph_keeps_its_picture_and_loses_the_place() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.GPSInfo)[1] = "N"
    made = make_harmless(picture("JPEG", (60, 40), exif=exif.tobytes()), "llun.jpeg")
    assert made.kind is Kind.JPG
    assert made.left_behind[:2] == ("place_where_it_was_taken", "camera_details")
    with Image.open(io.BytesIO(made.content)) as opened:
        assert opened.size == (40, 60)  # upright without the note that said how
        assert opened.format == "JPEG"


def test_a_picture_keeps_what_is_clear_in_it() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (4, 4), (1, 2, 3, 0)).save(out, "PNG")
    made = make_harmless(out.getvalue(), "a.PNG")
    with Image.open(io.BytesIO(made.content)) as opened:
        assert opened.convert("RGBA").getpixel((0, 0)) == (1, 2, 3, 0)
    assert made.left_behind == ()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"])
def test_every_kind_of_colour_is_read(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (8, 8)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert make_harmless(out.getvalue(), "a.jpg" if mode == "CMYK" else "a.png").content


def test_a_document_keeps_its_words() -> None:
    made = make_harmless(text_pdf(), "datganiad.pdf")
    assert b"(Caerdydd) Tj" in laid_open(made.content)
    assert made.left_behind == ()


def test_what_was_filled_into_a_form_stays_on_its_page(files: list[Hostile]) -> None:
    form = next(each for each in files if each.what == "pdf: form with scripts and XFA")
    made = make_harmless(form.content, form.name)
    assert b"(filled in) Tj" in laid_open(made.content)
    assert "forms" in made.left_behind


def test_a_page_that_inherits_from_the_tree_above_it_keeps_it() -> None:
    def inherits(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0].obj
        pdf.Root.Pages.Resources, pdf.Root.Pages.MediaBox = page.Resources, page.MediaBox
        del page.Resources, page.MediaBox

    with pikepdf.open(io.BytesIO(make_harmless(text_pdf(inherits), "a.pdf").content)) as pdf:
        assert "/F1" in pdf.pages[0].resources.Font
        assert list(pdf.pages[0].mediabox) == [0, 0, 300, 200]


@pytest.mark.parametrize(("sent", "kept"), [
    ("Siân ap Rhys, Tŷ Ddewi\r\n".encode(), "Siân ap Rhys, Tŷ Ddewi\r\n"),
    ("\ufeffhelo".encode(), "helo"),
    ("ŵy".encode("utf-16"), "ŵy"),
    ("a\u202eb".encode(), "ab"),
])  # fmt: skip
def test_text_keeps_every_letter(sent: bytes, kept: str) -> None:
    assert make_harmless(sent, "a.txt").content.decode() == kept


def test_a_copy_has_a_name_of_nobodys_choosing() -> None:
    names = {make_harmless(b"helo", "fy enw i.txt").name for _ in range(3)}
    assert len(names) == 3
    assert all(len(name) == 36 and name.endswith(".txt") and "enw" not in name for name in names)
    assert make_harmless(b"helo", "a.txt").media_type == "text/plain; charset=utf-8"
    assert set(MEDIA_TYPES) == set(Kind)


def test_more_files_than_allowed_are_all_refused() -> None:
    assert [type(each) for each in make_all_harmless([(b"a", "a.txt")] * MOST_FILES)] == [Harmless] * MOST_FILES
    refused = make_all_harmless([(b"a", "a.txt")] * (MOST_FILES + 1))
    assert [each.code for each in refused if isinstance(each, Refused)] == ["too_many"] * (MOST_FILES + 1)


def test_one_bad_file_does_not_take_the_others_with_it() -> None:
    found = make_all_harmless([(b"a", "a.txt"), (b"MZ\x00", "b.txt")])
    assert isinstance(found[0], Harmless)
    assert isinstance(found[1], Refused)


def _limited(code: str) -> subprocess.CompletedProcess[bytes]:
    begin = "from hawl.foundations.uploads.child import limit; limit()\n"
    return subprocess.run([sys.executable, "-I", "-c", begin + code], capture_output=True, env={}, cwd="/", check=False)


def test_the_process_cannot_take_more_memory_or_write_files() -> None:
    assert b"MemoryError" in _limited("bytearray(300 * 1024 * 1024)").stderr
    assert _limited("bytearray(100 * 1024 * 1024)").returncode == 0
    assert _limited("open('/tmp/hawl-limit', 'wb').write(b'x' * (60 * 1024 * 1024))").returncode != 0
    Path("/tmp/hawl-limit").unlink(missing_ok=True)  # noqa: S108
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_CPU))"
    assert _limited(code).stdout.strip() == str((child.CPU_SECONDS, child.CPU_SECONDS + 1)).encode()


def test_the_process_has_no_environment_and_no_way_to_the_database() -> None:
    loaded = _limited(
        "import sys, os, hawl.foundations.uploads.pictures; print('django' in sys.modules, dict(os.environ))"
    )
    assert loaded.stdout.startswith(b"False")
    assert b"HAWL" not in loaded.stdout


def test_a_process_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harmless, "WALL_SECONDS", 0.001)
    with pytest.raises(Refused, match="too_long"):
        make_harmless(picture(), "a.png")


@pytest.mark.parametrize("answer", [b"", b"no json", b'{"left_behind": []}\n', b'{"left_behind": []}\n<html>', b"[]\n"])
def test_what_the_process_answers_is_not_believed(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(*_: object, stdout: int, **__: object) -> subprocess.CompletedProcess[bytes]:
        import os

        os.write(stdout, answer)
        return subprocess.CompletedProcess([], 0)

    monkeypatch.setattr(harmless.subprocess, "run", ended)
    with pytest.raises(Refused, match="broken"):
        make_harmless(picture(), "a.png")


def test_every_refusal_has_its_sentence_in_both_languages() -> None:
    import re

    modules = (child, documents, harmless, pictures, words, sys.modules[kind_of.__module__])
    source = "".join(Path(str(module.__file__)).read_text() for module in modules)
    raised = set(re.findall(r'Refused\("(\w+)"\)', source)) | set(re.findall(r'"refused": "(\w+)"', source))
    raised |= set(re.findall(r'"(too_much_inside|broken)" if', source))
    assert raised == set(_sentences())
    assert all(sentence(code)["en"] and sentence(code)["cy"] for code in raised)


def test_the_command_says_what_became_of_each_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("helo \u202e".encode())
    (tmp_path / "b.txt").write_bytes(b"MZ\x00")
    found = CliRunner().invoke(uploads, ["check", str(tmp_path / "a.txt"), str(tmp_path / "b.txt"), "--json"])
    assert found.exit_code == 3
    first, second = json.loads(found.stdout)["files"]
    assert (first["kind"], first["left_behind"]) == ("txt", ["hidden_characters"])
    assert (second["refused"], set(second["says"])) == ("not_text", {"en", "cy"})
    plain = CliRunner().invoke(uploads, ["check", str(tmp_path / "a.txt")])
    assert plain.exit_code == 0
    assert plain.stdout.startswith("a.txt: taken as txt")
