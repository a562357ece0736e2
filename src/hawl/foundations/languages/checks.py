"""What a reader of Welsh would miss, found before anybody reads it. Used by ``tools/check_welsh.py`` and the tests.

Each function gives a list of plain sentences, empty when all is well, each naming the file and the mend.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator

from babel.messages import Catalog
from babel.messages.catalog import Message
from django.conf.urls.i18n import is_language_prefix_patterns_used
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern
from jinja2 import Environment

GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext"}
PUBLIC_FOLDERS = ("src/hawl/entrances/public_site/", "src/hawl/foundations/design/", "src/hawl/foundations/languages/")
# The names of the two languages are written in their own language on both sides.
# Zero, one, two, three, six and other; Babel itself knows fewer.
WELSH_FORMS = 6
SAME_IN_BOTH = {"English", "Cymraeg"}
_PLACE = re.compile(r"%\((\w+)\)[a-z]")
_TAG = re.compile(r"<[^<>]*>")
_SPOKEN = re.compile(r'(?:aria-label|alt|title|placeholder)="([^"]*)"')
_WORD = re.compile(r"[^\W\d_]{2,}")
_SENTENCE = re.compile(r"^['\"][A-Z][a-z]+ .*[a-z]")


def is_public(file: str) -> bool:
    """Tell whether words in a file (path from the root of the repository) reach the public."""
    return file.startswith(PUBLIC_FOLDERS) or file.endswith("/public.py") or "/templates/public" in file


def untranslated(said: Catalog, stored: Catalog, public: Callable[[str], bool] = is_public) -> list[str]:
    """Find public words without a whole Welsh translation: absent, empty, fuzzy, short of forms or of a placeholder."""
    faults = []
    for message in said:
        files = [file for file, _line in message.locations if public(file)]
        if not message.id or not files:
            continue
        if fault := _fault(message, stored.get(message.id, message.context), WELSH_FORMS):
            first = message.id[0] if isinstance(message.id, tuple) else message.id
            faults.append(f"{files[0]}: “{first}” {fault}. Mend: write it in locale/cy/LC_MESSAGES/django.po.")
    return faults


def _fault(message: Message, found: Message | None, forms: int) -> str:
    if found is None:
        return "is not in the catalogue"
    texts = found.string if isinstance(found.string, (tuple, list)) else (found.string,)
    if not texts or not all(texts):
        return "has no Welsh"
    if found.fuzzy:
        return "is marked fuzzy"
    if isinstance(message.id, tuple) and len(texts) != forms:
        return f"has {len(texts)} of the {forms} plural forms"
    ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
    wanted = {place for one in ids for place in _PLACE.findall(str(one))}
    if any(set(_PLACE.findall(str(text))) != wanted for text in texts):
        return f"must keep the placeholders {', '.join(sorted(wanted)) or '(none)'}"
    return ""


def interpolated(source: str, file: str) -> list[str]:
    """Find words that are put together before gettext sees them: an f-string, ``.format`` or ``%`` inside the call."""
    return [
        f"{file}:{call.lineno}: words are put together inside gettext. Mend: use %(name)s and fill it in afterwards."
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call) and _called(call) in GETTEXT and any(map(_is_put_together, call.args))
    ]


def _called(call: ast.Call) -> str:
    function = call.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _is_put_together(argument: ast.expr) -> bool:
    if isinstance(argument, (ast.JoinedStr, ast.BinOp)):
        return True
    return isinstance(argument, ast.Call) and _called(argument) == "format"


def unmarked(template: str, file: str) -> list[str]:
    """Find words in a Jinja template that stand there in English only, outside ``_()`` and ``{% trans %}``."""
    faults = []
    written = "".join(_written(template))
    spoken = [words for tag in _TAG.findall(written) for words in _SPOKEN.findall(tag)]
    for text in [*spoken, *_TAG.sub("\n", written).splitlines()]:
        if [word for word in _WORD.findall(text) if word not in SAME_IN_BOTH]:
            faults.append(text.strip())
    faults += _literal_sentences(template)
    return [f"{file}: “{text}” is in English only. Mend: put it into _()." for text in faults]


def _written(template: str) -> Iterator[str]:
    """What the template writes as it stands; whatever is computed becomes a mark.

    A block whose name ends in ``_classes`` holds class names, not words.
    """
    silent = False
    block: list[str] = []
    for _line, kind, value in Environment(autoescape=True).lex(template):
        if kind == "block_begin":
            block = []
        elif kind == "name":
            block.append(value)
        elif kind == "block_end":
            begins = block[:1] == ["trans"] or (block[:1] == ["block"] and block[-1].endswith("_classes"))
            silent = begins or (silent and block[:1] not in (["endtrans"], ["endblock"]))
        elif kind == "data" and not silent:
            yield value
        elif kind == "variable_end":
            yield "¤"


def _literal_sentences(template: str) -> Iterable[str]:
    """Sentences given to a macro as they stand."""
    called = ""
    for _line, kind, value in Environment(autoescape=True).lex(template):
        if kind in ("variable_begin", "block_begin"):
            called = ""
        elif kind == "name" and value in GETTEXT:
            called = value
        elif kind == "operator" and value == ")":
            called = ""
        elif kind == "string" and not called and _SENTENCE.match(value):
            yield value.strip("'\"")


def without_twin(urlconf: str, language_free: tuple[str, ...] = ("health/", "reports/")) -> list[str]:
    """Find addresses of a site that are not mounted in both languages; ``language_free`` begin those without words."""
    if not is_language_prefix_patterns_used(urlconf)[0]:
        return [f"{urlconf}: no address has a Welsh twin. Mend: mount the pages with in_both_languages()."]
    return [
        f"{urlconf}: /{pattern.pattern} has no twin under /cy/. Mend: mount it inside in_both_languages()."
        for pattern in get_resolver(urlconf).url_patterns
        if not _in_both(pattern) and not str(pattern.pattern).startswith(language_free)
    ]


def _in_both(pattern: URLPattern | URLResolver) -> bool:
    return isinstance(pattern, URLResolver) and isinstance(pattern.pattern, LocalePrefixPattern)
