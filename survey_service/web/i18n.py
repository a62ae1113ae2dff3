"""Which language a request speaks: our registry decides; flask-babel carries texts, Babel plurals and formats."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Any

from babel.support import NullTranslations
from flask import Flask, current_app, g, request
from flask_babel import Babel, Domain, refresh
from flask_babel import gettext as _gettext
from flask_babel import ngettext as _ngettext
from markupsafe import Markup
from werkzeug.routing import BaseConverter, Map
from wtforms.i18n import get_builtin_gnu_translations

from survey_service import languages
from survey_service.languages import Language
from survey_service.translating import catalogs
from survey_service.web.context import current as current_context

DEFAULT = "de"


class LanguageConverter(BaseConverter):
    """A part of an address that is the tag of an offered language; any other word leads nowhere."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map)
        longest_first = sorted((entry.tag for entry in languages.offered()), key=len, reverse=True)
        self.regex = "|".join(map(re.escape, longest_first))  # ``de-simple`` before ``de``, also where more follows


class ProviderLanguageConverter(BaseConverter):
    """A part of an address that is the tag of a language in which the pages of providers are complete.

    From a page in another language their addresses lead to the German ones.
    """

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map)
        self.tags = sorted((entry.tag for entry in languages.registry().values() if entry.provider), key=len)[::-1]
        self.regex = "|".join(map(re.escape, self.tags))

    def to_url(self, value: str) -> str:
        return value if value in self.tags else DEFAULT


class TagDomain(Domain):  # type: ignore[misc]  # flask-babel has no types
    """A gettext domain that looks texts up by our tag, where flask-babel would by Babel locale."""

    def get_translations(self) -> NullTranslations:
        return current_context().interface.translations(language().tag, self.domain[0])


_FURTHER = {name: TagDomain(domain=name) for name in (catalogs.PROVIDER, catalogs.DESK)}


class FormTranslations:
    """What WTForms asks for its own messages: our catalogs first, then those WTForms brings."""

    def gettext(self, text: str) -> str:
        translated = str(self._own().gettext(text))
        return translated if translated != text else str(self._builtin().gettext(text))

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        translated = str(self._own().ngettext(singular, plural, number))
        if translated not in (singular, plural):
            return translated
        return str(self._builtin().ngettext(singular, plural, number))

    @staticmethod
    def _own() -> NullTranslations:
        return current_context().interface.translations(language().tag, catalogs.DESK)

    @staticmethod
    def _builtin() -> Any:
        names = [languages.language(tag).locale for tag in languages.chain(language().tag)]
        return get_builtin_gnu_translations([part for name in names for part in (name, name.split("_")[0])])


def gettext(text: str, **values: Any) -> str:
    """Return a text in the present language, with ``%(name)s`` filled in."""
    return str(_gettext(text, **values))


def ngettext(singular: str, plural: str, num: int, **values: Any) -> str:
    """Return the form of a text for the number ``num`` (also ``%(num)s``) in the present language."""
    return str(_ngettext(singular, plural, num, **values))


def language() -> Language:
    """Return the language of the request: as ``use`` set it, else the address, else what the browser accepts."""
    if "language" not in g:
        g.language = _guess()
    chosen: Language = g.language
    return chosen


def use(tag: str, domain: str = catalogs.MESSAGES) -> Language:
    """Speak a language for the rest of the request; a domain adds its texts, the manager's for example.

    Raises KeyError.
    """
    if "language" in g:
        refresh()  # what was looked up for another language
    g.language = languages.language(tag)
    if domain in _FURTHER:
        _FURTHER[domain].as_default()
    chosen: Language = g.language
    return chosen


def beside(tag: str) -> None:
    """Show a second language beside the request's, "" for none. Raises KeyError."""
    g.second = languages.language(tag) if tag else None


def second() -> Language | None:
    """Return the language shown beside the request's; None if there is none, or if it is the same."""
    entry: Language | None = g.get("second")
    return entry if entry is not None and entry.tag != language().tag else None


@contextlib.contextmanager
def alone(entry: Language) -> Iterator[None]:
    """Speak one language only inside the block."""
    pair, g.second = g.get("second"), None
    try:
        with speaking(entry.tag):
            yield
    finally:
        g.second = pair


def twice(caller: Callable[[], Markup]) -> Markup:
    """Return what a template's ``{% call twice() %}`` encloses, and below it the same in the second language."""
    other = second()
    if other is None:
        return caller()
    with alone(language()):
        said = caller()
    with alone(other):
        again = caller()
    return said if again == said else pair(said, again, other)


def pair(said: Markup, again: Markup, entry: Language) -> Markup:
    """Return a text with its wording in the second language below it, as one element."""
    return Markup('<span>{}<span class="second"{}>{}</span></span>').format(said, html_attributes(entry), again)


@contextlib.contextmanager
def speaking(tag: str) -> Iterator[None]:
    """Speak a language inside the block, for what is shown in several. Raises KeyError."""
    before = language()
    use(tag)
    try:
        yield
    finally:
        use(before.tag)


def _guess() -> Language:
    """Return the language for a page whose address names none, an error page for example."""
    first = request.path.split("/", 2)[1]
    entry = languages.registry().get(first)
    if entry is not None and entry.offered:
        return entry
    return languages.language(languages.negotiate(list(request.accept_languages.values())) or DEFAULT)


def draft_texts() -> bool:
    """Tell whether texts of the present language are machine drafts that no person has reviewed."""
    return current_context().workbench.has_drafts(language().tag)


def html_attributes(entry: Language) -> Markup:
    """Return ``lang`` and ``dir`` for an element in a language that may differ from the page's."""
    return Markup(' lang="{}" dir="{}"').format(entry.html, entry.direction)


def install(app: Flask) -> None:
    """Wire languages into an application: the ``lang`` converter, gettext, and what templates need."""
    app.url_map.converters["lang"] = LanguageConverter
    app.url_map.converters["provider_lang"] = ProviderLanguageConverter
    app.before_request(_look_for_edits)
    babel = Babel(
        app,
        default_locale=languages.language(DEFAULT).locale,
        locale_selector=lambda: language().locale,
        default_translation_directories="",
    )
    babel.domain_instance = TagDomain(domain=catalogs.MESSAGES)
    app.url_value_preprocessor(_take_language)
    app.url_defaults(_give_language)
    app.jinja_env.globals.update(
        current_language=language,
        offered_languages=languages.offered,
        html_attributes=html_attributes,
        draft_texts=draft_texts,
        twice=twice,
        second_language=second,
    )


def _look_for_edits() -> None:
    """See what other processes have saved at the desk: at most one question to the store in a second."""
    current_context().workbench.edits.glance()


def _take_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    tag = (values or {}).pop("lang", None)
    if tag is not None:
        use(tag, catalogs.PROVIDER if request.path.startswith("/provider/") else catalogs.MESSAGES)


def _give_language(endpoint: str, values: dict[str, Any]) -> None:
    """Let ``url_for`` fill in the present language."""
    if "lang" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values["lang"] = language().tag
