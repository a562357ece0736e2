"""The Jinja2 environment of all our pages: GOV.UK macros, both languages, addresses, dates.

Settings use it as ``"OPTIONS": {"environment": "hawl.foundations.design.environment.environment"}`` of Django's
Jinja2 backend, without APP_DIRS: it looks in the ``templates`` folder of our own apps only. Autoescape is on and
stays on, whatever the settings say.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, ngettext, npgettext, pgettext
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from hawl.foundations.design.charts import number
from hawl.foundations.design.files import static_address
from hawl.foundations.design.frames import navigation
from hawl.foundations.design.site import site
from hawl.foundations.design.states import shown
from hawl.foundations.languages import dates
from hawl.foundations.languages.addresses import twin_address
from hawl.foundations.languages.texts import Text, current


def environment(**options: Any) -> Environment:
    """Make the environment; called by Django's Jinja2 backend with its loader and options."""
    govuk = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    options["loader"] = ChoiceLoader([options["loader"], FileSystemLoader(template_folders()), govuk])
    options.update(autoescape=True, extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True)
    made = Environment(**options)  # noqa: S701 - autoescape is set two lines above
    made.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    made.globals.update(
        url=url,
        static=static_address,
        site=site,
        language=current,
        twin=twin,
        address_with=address_with,
        shown=shown,
        navigation=navigation,
        weekdays=dates.weekdays,
    )
    made.filters.update(
        day=dates.day,
        short_day=dates.short_day,
        weekday=dates.weekday,
        month=dates.month,
        clock_time=dates.clock_time,
        number=number,
        said=said,
        apart=apart,
        apart_plain=apart_plain,
    )
    return made


def template_folders() -> list[Path]:
    """Give the ``templates`` folders of our installed apps; those of third parties belong to Django's own engine."""
    ours = (Path(app.path) / "templates" for app in apps.get_app_configs() if app.name.startswith("hawl."))
    return [folder for folder in ours if folder.is_dir()]


def url(name: str, *args: object, **kwargs: object) -> str:
    """Give the address of a named page, in the language of this page."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


@pass_context
def twin(context: Context) -> str:
    """Give the address of this page in the other language."""
    request = context.get("request")
    if not isinstance(request, HttpRequest):
        return twin_address("/")
    # A page shown again after a form was refused stands at the form's address, which takes POST alone: whoever shows
    # it names its own address (`own_address`).
    here = context.get("own_address") or (request.get_full_path() if request.method == "GET" else request.path)
    return twin_address(str(here))


@pass_context
def address_with(context: Context, **changes: object) -> str:
    """Give this page's query with some parts changed (None takes one away): for sorting, paging and filters."""
    request = context.get("request")
    query = request.GET.copy() if isinstance(request, HttpRequest) else None
    if query is None:
        return "?"
    for key, value in changes.items():
        query.pop(key, None)
        if value is not None:
            query[key] = str(value)
    return f"?{query.urlencode()}"


def said(text: str | Mapping[str, str]) -> str:
    """Mark a text that had to fall back to the other language with its ``lang``, so that it is read aloud rightly."""
    if isinstance(text, Text) and text and text.lang != current():
        return Markup('<span lang="{lang}">{text}</span>').format(lang=text.lang, text=str(text))
    return str(text)


def apart(text: object) -> Markup:
    """Set what somebody else typed apart in ``<bdi>``: no control character in it turns round what stands beside it."""
    return Markup("<bdi>{}</bdi>").format(text)


def apart_plain(text: object) -> str:
    """The same where no element may stand, as in a title: without the characters that control direction."""
    return str(text).translate(_TURNING)


# The explicit marks, embeddings, overrides and isolates of the Unicode Bidirectional Algorithm (UAX 9, section 2).
_TURNING = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
