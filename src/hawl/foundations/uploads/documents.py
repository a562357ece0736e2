"""PDF documents, rewritten from their pages alone: nothing in them acts, carries files or reaches out."""

from __future__ import annotations

import io
import warnings
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf

from hawl.foundations.uploads.kinds import MOST_PAGES, MOST_PIXELS, Refused

_MOST_OBJECTS = 60_000
_MOST_UNPACKED = 120 * 1024 * 1024
_DEEPEST = 60
_PLAIN_FILTERS = {
    "/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/ASCII85Decode", "/A85", "/ASCIIHexDecode", "/AHx",
    "/RunLengthDecode", "/RL",
}  # fmt: skip
_CATALOGUE = {"/Type", "/Pages", "/Lang"}
_TREE = {"/Type", "/Parent", "/Kids", "/Count", "/Resources", "/MediaBox", "/CropBox", "/Rotate"}
_PAGE = {"/Type", "/Parent", "/Contents", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Group"}
# Keys under which something acts, is carried along or is fetched, wherever they stand; each with what is told of it.
_KEYS = {
    "/JS": "scripts", "/JavaScript": "scripts", "/OpenAction": "actions", "/AA": "actions", "/A": "actions",
    "/PA": "actions", "/Next": "actions", "/Launch": "actions", "/URI": "links", "/Annots": "links_and_notes",
    "/EmbeddedFiles": "carried_files", "/EmbeddedFile": "carried_files", "/EF": "carried_files",
    "/RF": "carried_files", "/AF": "carried_files", "/Collection": "carried_files", "/Filespec": "carried_files",
    "/XFA": "forms", "/AcroForm": "forms", "/RichMedia": "media", "/RichMediaContent": "media", "/Rendition": "media",
    "/Movie": "media", "/Sound": "media", "/3DD": "media", "/Metadata": "document_details",
    "/PieceInfo": "document_details", "/Names": "actions", "/Dests": "links", "/Ref": "carried_files",
    "/OPI": "carried_files", "/Alternates": "carried_files", "/PS": "scripts", "/SubmitForm": "forms",
    "/ImportData": "forms", "/GoToR": "links", "/GoToE": "links", "/FS": "carried_files", "/TR": "scripts",
}  # fmt: skip
# In a stream, where its content is to be fetched from; elsewhere the same key means other things.
_FETCHED = ("/F", "/FFilter", "/FDecodeParms")
_KINDS = {
    "/Action": "actions",
    "/Filespec": "carried_files",
    "/EmbeddedFile": "carried_files",
    "/Annot": "links_and_notes",
}
_ACTS = {
    "/JavaScript", "/Launch", "/GoToR", "/GoToE", "/URI", "/SubmitForm", "/ImportData", "/Rendition", "/Movie",
    "/Sound", "/RichMediaExecute", "/ResetForm", "/Hide", "/SetOCGState", "/Trans", "/GoTo3DView", "/Thread",
}  # fmt: skip


def anew(content: bytes) -> tuple[bytes, list[str]]:
    """Give the document with its pages alone, and codes of what was left behind. Raises `Refused`."""
    # What the library warns of, such as fields without their form, is what we bring about.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _anew(content)


def _anew(content: bytes) -> tuple[bytes, list[str]]:
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as document:
            left = _pages_alone(document)
            out = io.BytesIO()
            document.save(
                out,
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
                compress_streams=False,
                fix_metadata_version=False,
            )
        _sure(out.getvalue())
    except pikepdf.PasswordError as locked:
        raise Refused("locked") from locked
    except (pikepdf.PdfError, RecursionError, ValueError, TypeError, KeyError, IndexError, RuntimeError) as broken:
        raise Refused("broken") from broken
    return out.getvalue(), left


def _pages_alone(document: pikepdf.Pdf) -> list[str]:
    if document.is_encrypted:
        raise Refused("locked")
    if len(document.objects) > _MOST_OBJECTS or not 0 < len(document.pages) <= MOST_PAGES:
        raise Refused("too_much_inside")
    _not_too_much(document)
    left = set(_drawn_in(document))
    for page in document.pages:
        left |= _kept(page.obj, _PAGE)
    left |= _kept(document.Root, _CATALOGUE) - {"other"}
    left |= {"document_details"} if "/Info" in document.trailer else set()
    _kept(document.trailer, {"/Root", "/Size", "/ID"})
    for node in list(document.objects):
        if isinstance(node, pikepdf.Dictionary) and node.get("/Type") == "/Pages":
            left |= _kept(node, _TREE)
        left |= set(_scrubbed(node, 0))
    return sorted(left - {"other"})


def _drawn_in(document: pikepdf.Pdf) -> Iterator[str]:
    """What was filled into a form is drawn on its page before the form goes."""
    if "/AcroForm" in document.Root:
        yield "forms"
        if document.Root.AcroForm.get("/NeedAppearances", False):
            document.generate_appearance_streams()
            document.Root.AcroForm.NeedAppearances = False
        document.flatten_annotations("screen")


def _kept(node: Any, names: set[str]) -> set[str]:
    """Take away all but the named keys; tell what of it somebody would miss."""
    gone = [key for key in _keys(node) if key not in names]
    for key in gone:
        del node[key]
    return {_KEYS.get(key, "other") for key in gone}


def _keys(node: Any) -> list[str]:
    return list(node.keys())


def _scrubbed(node: Any, depth: int) -> Iterator[str]:
    """Take away in an object and all that stands in it what acts, is carried along or is fetched."""
    if depth > _DEEPEST:
        raise Refused("too_much_inside")
    if isinstance(node, pikepdf.Array):
        for each in list(node):
            yield from _scrubbed(each, depth + 1)
    if not isinstance(node, pikepdf.Dictionary | pikepdf.Stream):
        return
    yield from _taken_away(node)
    for _key, each in list(node.items()):
        # What stands elsewhere is come to by itself.
        if isinstance(each, pikepdf.Object) and not each.is_indirect:
            yield from _scrubbed(each, depth + 1)


def _taken_away(node: Any) -> Iterator[str]:
    for key in _wrong_keys(node):
        yield _KEYS.get(key, "carried_files")
        del node[key]
    if told := _acts(node):
        yield told
        for key in _keys(node):
            if key not in ("/Length", "/Filter", "/DecodeParms"):
                del node[key]
        if isinstance(node, pikepdf.Stream):
            node.write(b"")


def _wrong_keys(node: Any) -> list[str]:
    wrong = [key for key in _keys(node) if key in _KEYS and not _is_name_of_a_resource(node, key)]
    return wrong + ([key for key in _FETCHED if key in node] if isinstance(node, pikepdf.Stream) else [])


def _is_name_of_a_resource(node: Any, key: str) -> bool:
    """Fonts, pictures and states of a page have names of anybody's choosing, such as /A or /PS."""
    found = node.get(key)
    named = isinstance(found, pikepdf.Dictionary | pikepdf.Stream) and str(found.get("/Type")) in (
        "/Font", "/XObject", "/ExtGState", "/Pattern", "/FontDescriptor",
    )  # fmt: skip
    return named and not _acts(found)


def _acts(node: Any) -> str:
    """What kind of acting thing an object is; empty for none."""
    if told := _KINDS.get(str(node.get("/Type"))):
        return told
    if str(node.get("/S")) in _ACTS:
        return "actions"
    if str(node.get("/Subtype")) == "/PS" or str(node.get("/Subtype2")) == "/PS":
        return "scripts"
    return ""


def _not_too_much(document: pikepdf.Pdf) -> None:
    """Refuse what unpacks to more than a reader could hold."""
    unpacked = 0
    for each in document.objects:
        if not isinstance(each, pikepdf.Stream):
            continue
        if int(each.get("/Width", 0)) * int(each.get("/Height", 0)) > MOST_PIXELS:
            raise Refused("too_many_pixels")
        unpacked += _unpacked(each)
        if unpacked > _MOST_UNPACKED:
            raise Refused("too_much_inside")


def _unpacked(stream: pikepdf.Stream) -> int:
    """How many bytes a reader would get out of a stream before it comes to a picture; refuses beyond the cap."""
    named = stream.get("/Filter", pikepdf.Array([]))
    filters = [str(each) for each in named] if isinstance(named, pikepdf.Array) else [str(named)]
    if len(filters) > 3:
        raise Refused("too_much_inside")
    if not set(filters) <= _PLAIN_FILTERS:
        return _inflated(stream.read_raw_bytes(), filters)
    try:
        return len(stream.get_stream_buffer(decode_level=pikepdf.StreamDecodeLevel.generalized))
    except (MemoryError, pikepdf.PdfError) as too_much:
        # The library itself refuses to unpack beyond a measure.
        raise Refused("too_much_inside") from too_much


def _inflated(content: bytes, filters: list[str]) -> int:
    for name in filters:
        if name not in ("/FlateDecode", "/Fl"):
            break
        unpacker = zlib.decompressobj()
        try:
            content = unpacker.decompress(content, _MOST_UNPACKED + 1)
        except zlib.error as broken:
            raise Refused("broken") from broken
        if len(content) > _MOST_UNPACKED:
            raise Refused("too_much_inside")
    return len(content)


def _sure(written: bytes) -> None:
    """Read what was written: nothing that acts may be left, whatever the taking away has missed."""
    with pikepdf.open(io.BytesIO(written)) as document:
        for node in document.objects:
            if any(_dangerous(each) for each in _inside(node, 0)):
                raise Refused("broken")


def _inside(node: Any, depth: int) -> Iterator[Any]:
    if depth > _DEEPEST:
        raise Refused("too_much_inside")
    if isinstance(node, pikepdf.Array):
        for each in node:
            yield from _inside(each, depth + 1)
    elif isinstance(node, pikepdf.Dictionary | pikepdf.Stream):
        yield node
        for _key, each in node.items():
            if isinstance(each, pikepdf.Object) and not each.is_indirect:
                yield from _inside(each, depth + 1)


def _dangerous(node: Any) -> bool:
    return bool(_wrong_keys(node) or _acts(node))
