# ruff: noqa: E501
"""Hostile files, made here by code: each with what must become of it. Nothing of it comes from anybody else."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import ExifTags, Image, PngImagePlugin

# In every payload; must be in no harmless copy.
MARK = b"HAWLMARK"
REFUSED, CLEAN, EITHER = "refused", "clean", "either"


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file as somebody would send it; `must` is what has to become of it."""

    what: str
    name: str
    content: bytes
    must: str = REFUSED

    @property
    def heavy(self) -> bool:
        """Unpacks to much more than it is."""
        return any(word in self.what for word in ("bomb", " of ", "filters"))


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    out = io.BytesIO()
    made = Image.new("RGB", size, (40, 90, 140))
    made.putpixel((3, 3), (255, 0, 0))
    made.save(out, kind, **options)
    return out.getvalue()


def text_pdf(change: Callable[[pikepdf.Pdf], None] | None = None, **save: object) -> bytes:
    """A page with the word Caerdydd on it, changed as asked."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _text_pdf(change, save)


def _text_pdf(change: Callable[[pikepdf.Pdf], None] | None, save: dict[str, object]) -> bytes:
    pdf = pikepdf.new()
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    page = pdf.add_blank_page(page_size=(300, 200))
    page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
    page.obj.Contents = pdf.make_stream(b"BT /F1 24 Tf 20 100 Td (Caerdydd) Tj ET")
    if change:
        change(pdf)
    out = io.BytesIO()
    pdf.save(out, **save)
    return out.getvalue()


def corpus() -> Iterator[Hostile]:
    yield from _other_kinds()
    yield from _names()
    yield from _cut_short()
    yield from _floods()
    yield from _details_of_pictures()
    yield from _more_than_one_thing()
    yield from _documents()
    yield from _texts()


def zipped(name: str = "a.txt", content: bytes = MARK) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def _other_kinds() -> Iterator[Hostile]:
    binary = b"\x00\x01\x02" + MARK + bytes(64)
    kinds = {
        "zip": zipped(), "docm": zipped("word/vbaProject.bin"), "rar": b"Rar!\x1a\x07\x01\x00" + binary,
        "7z": b"7z\xbc\xaf\x27\x1c" + binary, "gzip": b"\x1f\x8b\x08" + binary, "xz": b"\xfd7zXZ\x00" + binary,
        "windows": b"MZ\x90\x00" + binary, "elf": b"\x7fELF\x02\x01" + binary, "java": b"\xca\xfe\xba\xbe" + binary,
        "gif": b"GIF89a" + binary, "bmp": b"BM" + binary, "tiff": b"II*\x00" + binary, "ico": b"\x00\x00\x01\x00" + binary,
        "webp": b"RIFF\x24\x00\x00\x00WEBPVP8 " + binary, "heic": b"\x00\x00\x00\x18ftypheic" + binary,
        "word": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + binary, "lnk": b"L\x00\x00\x00\x01\x14\x02\x00" + binary,
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>" + MARK + b"</script></svg>",
        "html": b"<!DOCTYPE html><script>" + MARK + b"</script>", "xml": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]>",
        "rtf": b"{\\rtf1 {\\object " + MARK + b"}}", "shell": b"#!/bin/sh\necho " + MARK, "php": b"<?php echo '" + MARK + b"';",
        "postscript": b"%!PS-Adobe-3.0\n" + MARK, "mail": b"MIME-Version: 1.0\n" + MARK, "wasm": b"\x00asm\x01\x00\x00\x00" + binary,
        "flash": b"CWS\x0a" + binary, "jp2": b"\x00\x00\x00\x0cjP  \r\n\x87\n" + binary,
    }  # fmt: skip
    for what, content in kinds.items():
        for ending in ("jpg", "png", "pdf", "txt"):
            yield Hostile(f"{what} as {ending}", f"photo.{ending}", content)
    good = {"jpg": picture("JPEG"), "png": picture(), "pdf": text_pdf()}
    for told in ("jpg", "png", "pdf", "txt"):
        for real, content in good.items():
            if real != told:
                yield Hostile(f"{real} as {told}", f"photo.{told}", content)


def _names() -> Iterator[Hostile]:
    names = (
        "", ".", "..", ".png", "..png", "../../etc/passwd.png", "..\\..\\boot.png", "/etc/cron.d/a.png", "a\x00.png", "a.png\x00",
        "a.exe\x00.png", "gnp.\u202eexe.png", "a\u202e.png", "a\u2066b.png", "a\u200f.png", "a\u200bb.png", "a\nb.png", "a\rb.png",
        "a\x1b[2J.png", "C:\\a.png", "a:b.png", "a|b.png", "a<b>.png", 'a".png', "a?.png", "a*.png", "x" * 300 + ".png",
        "a.png.exe", "a.png.zip", "a.png.html", "a.png.", "a.png ", "a.svg", "a.gif", "a.html", "a.docm", "a.tar", "png",
        "a\ufeff.png", "a\u2028b.png", "a\ud800.png", "a.p\u0000ng", "a.pn\u0261",
    )  # fmt: skip
    for name in names:
        yield Hostile(f"name {name[:20]!r}", name, picture())


def _cut_short() -> Iterator[Hostile]:
    noisy = Image.effect_noise((120, 90), 80).convert("RGB")
    for kind, ending in (("PNG", "png"), ("JPEG", "jpg")):
        out = io.BytesIO()
        noisy.save(out, kind)
        whole = out.getvalue()
        for tenth in range(1, 10):
            yield Hostile(f"{ending} cut at {tenth}/10", f"a.{ending}", whole[: len(whole) * tenth // 10])
    png = bytearray(picture())
    for at in range(20, len(png) - 12, 9):
        changed = bytearray(png)
        changed[at] ^= 0xFF
        yield Hostile(f"png with byte {at} changed", "a.png", bytes(changed), EITHER)
    pdf = text_pdf()
    for tenth in range(1, 10):
        yield Hostile(f"pdf cut at {tenth}/10", "a.pdf", pdf[: len(pdf) * tenth // 10], EITHER)
    yield Hostile("pdf of one line", "a.pdf", b"%PDF-1.7\n")
    yield Hostile("pdf of noise", "a.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 40)


def _png_saying(width: int, height: int, data: bytes = b"") -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(data or bytes(1000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def _floods() -> Iterator[Hostile]:
    for width, height in (
        (50_000, 50_000),
        (25_001, 1000),
        (5001, 5001),
        (2**31 - 1, 2**31 - 1),
        (30_000, 2),
        (1, 65_535),
        (0, 5),
    ):
        yield Hostile(f"png of {width} x {height}", "a.png", _png_saying(width, height))
    whole = picture("JPEG")
    at = whole.index(b"\xff\xc0") + 5
    for side in (65_535, 30_000, 5_500):
        yield Hostile(f"jpg of {side}", "a.jpg", whole[:at] + struct.pack(">HH", side, side) + whole[at + 4 :])
    text = zlib.compress(MARK * 12_000_000, 9)
    for kind, head in ((b"zTXt", b"a\x00\x00"), (b"iTXt", b"a\x00\x01\x00\x00\x00"), (b"iCCP", b"a\x00\x00")):
        content = head + text
        chunk = struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        png = picture()
        yield Hostile(f"png with a bomb in {kind!r}", "a.png", png[:33] + chunk + png[33:], EITHER)
    yield Hostile("more bytes than allowed", "a.txt", b"a" * (10 * 1024 * 1024 + 1))
    yield Hostile("nothing", "a.png", b"")


def _exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = MARK.decode()
    exif[ExifTags.Base.ImageDescription] = f"<script>{MARK.decode()}</script>"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[1], gps[2], gps[3], gps[4] = "N", (51.0, 35.0, 12.0), "W", (2.0, 59.0, 45.0)
    gps[29] = MARK.decode()
    return exif.tobytes()


def _details_of_pictures() -> Iterator[Hostile]:
    for orientation in range(1, 9):
        exif = _exif(orientation)
        yield Hostile(f"jpg with a place, turned {orientation}", "a.jpg", picture("JPEG", exif=exif), CLEAN)
        yield Hostile(f"png with a place, turned {orientation}", "a.png", picture(exif=exif), CLEAN)
    jpg, png = picture("JPEG"), picture()
    for marker in (*range(0xE1, 0xF0), 0xFE):
        content = b"\xff" + bytes([marker]) + struct.pack(">H", 2 + 40) + (MARK * 5)
        yield Hostile(f"jpg with {marker:#x}", "a.jpg", jpg[:2] + content + jpg[2:], EITHER)
    for key in ("Comment", "Author", "XML:com.adobe.xmp", "Raw profile type exif", "parameters"):
        info = PngImagePlugin.PngInfo()
        info.add_text(key, MARK.decode() * 3)
        info.add_itxt(key, MARK.decode() * 3, zip=True)
        yield Hostile(f"png with text {key}", "a.png", picture(pnginfo=info), CLEAN)
    for kind in (b"prVt", b"zzZz", b"eXIf", b"tIME", b"caBX"):
        chunk = struct.pack(">I", 24) + kind + MARK * 3 + struct.pack(">I", zlib.crc32(kind + MARK * 3))
        yield Hostile(f"png with {kind!r}", "a.png", png[:33] + chunk + png[33:], EITHER)
    out = io.BytesIO()
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    yield Hostile("moving png", "a.png", out.getvalue(), CLEAN)


def _more_than_one_thing() -> Iterator[Hostile]:
    tails = {
        "zip": zipped(), "html": b"<html><script>" + MARK + b"</script></html>", "php": b"<?php " + MARK + b"?>",
        "pdf": text_pdf(_opens_with_script), "windows": b"MZ" + MARK + bytes(100), "long": MARK * 20_000,
    }  # fmt: skip
    for what, tail in tails.items():
        yield Hostile(f"jpg then {what}", "a.jpg", picture("JPEG") + tail, CLEAN)
        yield Hostile(f"png then {what}", "a.png", picture() + tail, CLEAN)
        yield Hostile(f"pdf then {what}", "a.pdf", text_pdf() + tail, EITHER)
        yield Hostile(f"{what} then pdf", "a.pdf", tail + text_pdf(), EITHER if what == "pdf" else REFUSED)
        yield Hostile(f"{what} then jpg", "a.jpg", tail + picture("JPEG"))


def _script() -> Dictionary:
    return Dictionary(Type=Name.Action, S=Name.JavaScript, JS=String(f"app.alert('{MARK.decode()}')"))


def _file_of(pdf: pikepdf.Pdf) -> Dictionary:
    stream = Stream(pdf, MARK * 40, Type=Name.EmbeddedFile)
    return pdf.make_indirect(
        Dictionary(Type=Name.Filespec, F=String("a.exe"), UF=String("a.exe"), EF=Dictionary(F=stream))
    )


def _opens_with_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = _script()


def _annotation(**more: object) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        note = Dictionary(Type=Name.Annot, Rect=Array([0, 0, 50, 50]), **more)
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])

    return change


def _acting(action: dict[str, object]) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        act = Dictionary(Type=Name.Action, **action)
        pdf.Root.OpenAction = act
        pdf.pages[0].obj.AA = Dictionary(O=act, C=act)
        note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 50, 50]), A=act)
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])

    return change


def _root(key: str, make: Callable[[pikepdf.Pdf], object]) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root[key] = make(pdf)

    return change


def _resource(key: str, make: Callable[[pikepdf.Pdf], object]) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Resources[key] = make(pdf)

    return change


def _form(pdf: pikepdf.Pdf) -> None:
    drawn = Stream(
        pdf, b"BT /F1 9 Tf (filled in) Tj ET", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 50, 20])
    )
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String(MARK.decode()), V=String("filled in"),
            Rect=Array([0, 0, 50, 20]), AA=Dictionary(K=_script(), F=_script()), A=_script(), AP=Dictionary(N=drawn), F=4,
        )
    )  # fmt: skip
    pdf.pages[0].obj.Annots = Array([field])
    pdf.Root.AcroForm = Dictionary(
        Fields=Array([field]), CO=Array([field]), XFA=Stream(pdf, b"<xdp>" + MARK + b"</xdp>"), NeedAppearances=True
    )


def _details(pdf: pikepdf.Pdf) -> None:
    pdf.docinfo["/Author"] = MARK.decode()
    pdf.Root.Metadata = Stream(pdf, b"<x:xmpmeta>" + MARK + b"</x:xmpmeta>", Type=Name.Metadata, Subtype=Name.XML)
    pdf.pages[0].obj.Metadata = Stream(pdf, MARK)
    pdf.pages[0].obj.PieceInfo = Dictionary(Hawl=Dictionary(Private=String(MARK.decode())))


def _acting_documents() -> Iterator[tuple[str, Callable[[pikepdf.Pdf], None]]]:
    mark = String(MARK.decode())
    yield "script on opening", _opens_with_script
    yield "form with scripts and XFA", _form
    yield "details", _details
    actions: dict[str, dict[str, object]] = {
        "script": {"S": Name.JavaScript, "JS": mark}, "launch": {"S": Name.Launch, "F": mark},
        "launch on windows": {"S": Name.Launch, "Win": Dictionary(F=String("cmd.exe"), P=mark)},
        "address": {"S": Name.URI, "URI": mark}, "sending": {"S": Name.SubmitForm, "F": mark},
        "importing": {"S": Name.ImportData, "F": mark}, "other document": {"S": Name.GoToR, "F": mark, "D": Array([0])},
        "carried document": {"S": Name.GoToE, "T": Dictionary(R=Name.C, N=mark)}, "film": {"S": Name.Movie, "T": mark},
        "sound": {"S": Name.Sound, "T": mark}, "rendition": {"S": Name.Rendition, "JS": mark, "OP": 0},
        "chain": {"S": Name.GoTo, "Next": Array([Dictionary(S=Name.JavaScript, JS=mark)])},
        "named": {"S": Name.Named, "N": Name.Print, "Next": Dictionary(S=Name.Launch, F=mark)},
    }  # fmt: skip
    for what, action in actions.items():
        yield what, _acting(action)
    yield "named script", _root("/Names", lambda pdf: Dictionary(JavaScript=Dictionary(Names=Array([mark, _script()]))))
    yield (
        "carried file",
        _root("/Names", lambda pdf: Dictionary(EmbeddedFiles=Dictionary(Names=Array([mark, _file_of(pdf)])))),
    )
    yield "associated file", _root("/AF", lambda pdf: Array([_file_of(pdf)]))
    yield "portfolio", _root("/Collection", lambda pdf: Dictionary(Type=Name.Collection, D=mark))
    yield (
        "outline that acts",
        _root("/Outlines", lambda pdf: pdf.make_indirect(Dictionary(First=Dictionary(Title=mark, A=_script())))),
    )
    yield "destinations", _root("/Dests", lambda pdf: Dictionary(a=Dictionary(A=_script())))
    yield "own key", _root("/Hawl", lambda pdf: Dictionary(A=_script(), Deep=Array([Dictionary(JS=mark)])))
    for subtype in ("FileAttachment", "RichMedia", "Screen", "Movie", "Sound", "3D", "Widget", "Text", "Stamp"):
        yield (
            f"note of {subtype}",
            _annotation(
                Subtype=Name(f"/{subtype}"),
                Contents=mark,
                A=_script(),
                RichMediaContent=Dictionary(Assets=mark),
                FS=mark,
            ),
        )
    yield (
        "program in a picture",
        _resource("/XObject", lambda pdf: Dictionary(X=Stream(pdf, MARK, Type=Name.XObject, Subtype=Name.PS))),
    )
    yield (
        "picture from elsewhere",
        _resource(
            "/XObject",
            lambda pdf: Dictionary(X=Stream(pdf, b"", Type=Name.XObject, Subtype=Name.Form, F=_file_of(pdf))),
        ),
    )
    yield (
        "page of another document",
        _resource(
            "/XObject",
            lambda pdf: Dictionary(
                X=Stream(
                    pdf,
                    b"",
                    Type=Name.XObject,
                    Subtype=Name.Form,
                    BBox=Array([0, 0, 1, 1]),
                    Ref=Dictionary(F=mark, Page=0),
                )
            ),
        ),
    )
    yield (
        "script in a resource",
        _resource("/Properties", lambda pdf: Dictionary(A=_script(), MC0=Dictionary(AA=Dictionary(O=_script())))),
    )


def _documents() -> Iterator[Hostile]:
    for what, change in _acting_documents():
        yield Hostile(f"pdf: {what}", "a.pdf", text_pdf(change), CLEAN)
        packed = {"object_stream_mode": pikepdf.ObjectStreamMode.generate}
        yield Hostile(f"packed pdf: {what}", "a.pdf", text_pdf(change, **packed), CLEAN)
    hidden = text_pdf(_opens_with_script).replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS ", b"/#4aS ")
    yield Hostile("pdf: script with a spelled name", "a.pdf", hidden, CLEAN)
    for locked in (pikepdf.Encryption(owner="a", user="b"), pikepdf.Encryption(owner="a", user="")):
        yield Hostile("pdf with a password", "a.pdf", text_pdf(encryption=locked))
    yield from _document_bombs()


def _document_bombs() -> Iterator[Hostile]:
    once = zlib.compress(bytes(130 * 1024 * 1024), 9)
    twice = zlib.compress(once, 9)

    def packed(content: bytes, times: int) -> Callable[[pikepdf.Pdf], None]:
        def change(pdf: pikepdf.Pdf) -> None:
            filters = Array([Name.FlateDecode] * times)
            pdf.pages[0].obj.Contents = Stream(pdf, content, Filter=filters)

        return change

    plain = {"compress_streams": False, "stream_decode_level": pikepdf.StreamDecodeLevel.none}
    yield Hostile("pdf bomb", "a.pdf", text_pdf(packed(once, 1), **plain))
    yield Hostile("pdf bomb in a bomb", "a.pdf", text_pdf(packed(twice, 2), **plain))
    yield Hostile("pdf with many filters", "a.pdf", text_pdf(packed(twice, 7), **plain), EITHER)

    def wrapped(pdf: pikepdf.Pdf) -> None:
        image = Stream(
            pdf, once, Filter=Array([Name.FlateDecode, Name.DCTDecode]), Subtype=Name.Image, Width=8, Height=8
        )
        pdf.pages[0].obj.Resources.XObject = Dictionary(X=image)

    yield Hostile("pdf bomb around a picture", "a.pdf", text_pdf(wrapped, **plain))

    def large_picture(pdf: pikepdf.Pdf) -> None:
        image = Stream(pdf, b"", Type=Name.XObject, Subtype=Name.Image, Width=60_000, Height=60_000, BitsPerComponent=8)
        pdf.pages[0].obj.Resources.XObject = Dictionary(X=image)

    yield Hostile("pdf with a picture of 60000", "a.pdf", text_pdf(large_picture))

    def deep(pdf: pikepdf.Pdf) -> None:
        node: object = Dictionary(A=_script())
        for _ in range(90):
            node = Array([node])
        pdf.pages[0].obj.Resources.Properties = Dictionary(MC0=node)

    yield Hostile("pdf deeper than anybody writes", "a.pdf", text_pdf(deep), EITHER)

    def pages(pdf: pikepdf.Pdf) -> None:
        for _ in range(400):
            pdf.add_blank_page(page_size=(10, 10))

    yield Hostile("pdf of 401 pages", "a.pdf", text_pdf(pages))

    def round_and_round(pdf: pikepdf.Pdf) -> None:
        pdf.Root.Pages.Kids.append(pdf.Root.Pages)

    yield Hostile("pdf whose pages hold themselves", "a.pdf", text_pdf(round_and_round), EITHER)
    yield Hostile("pdf without pages", "a.pdf", b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj trailer<</Root 1 0 R>>")


def _texts() -> Iterator[Hostile]:
    for control in (0, 1, 7, 8, 11, 27, 127):
        yield Hostile(f"text with {control}", "a.txt", b"before" + bytes([control]) + b"after")
    for broken in (b"\xff\xfe\x00", b"\xc3\x28", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"caf\xe9", b"\x80"):
        yield Hostile(f"text of {broken!r}", "a.txt", b"ab" + broken)
    for turning in ("\u202e", "\u2066", "\u200f", "\u2069", "\u200b"):
        yield Hostile(f"text with {ord(turning):04x}", "a.txt", f"a{turning}{MARK.decode()}"[:2].encode() + b"b", CLEAN)
    yield Hostile("text of UTF-16 without a mark", "a.txt", "helo".encode("utf-16-le"))
    yield Hostile("text of spaces", "a.txt", b" \n\t ")
    yield Hostile("text with a mark only", "a.txt", b"\xef\xbb\xbf")
