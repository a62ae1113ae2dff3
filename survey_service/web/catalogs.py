"""The interface's gettext catalogs, read from ``translations/<tag>/LC_MESSAGES/<domain>.po`` when first needed.

They are kept by our own tag, so that ``de-simple`` never collapses into ``de``, and compiled in memory. A message that
a language lacks comes from its next fallback; plural forms are chosen by the registry's locale, not by the file.
"""

from __future__ import annotations

import functools
import io
import re
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.plural import PluralRule, to_gettext
from babel.support import NullTranslations, Translations

from survey_service import languages
from survey_service.paths import bundled

MESSAGES, DESK = "messages", "desk"
DOMAINS = (MESSAGES, DESK)
_DRAFT = b"state: machine draft"
_EXPONENT = re.compile(r"\be\b")  # CLDR's operand for numbers written as 1.2e6; gettext knows only n
_CATEGORIES = ("zero", "one", "two", "few", "many")
_SAMPLE = (*range(201), 1_000, 1_000_000)


@functools.cache
def plural_forms(locale: str) -> str:
    """Return the gettext header ``Plural-Forms`` for a Babel locale, after CLDR's rules for whole numbers.

    A category that only fractions have (``other`` in Polish) gets no form of its own.
    """
    rule = Locale.parse(locale).plural_form
    rules = dict(rule.rules)
    if rules and "other" not in {rule(number) for number in _SAMPLE}:
        del rules[max(rules, key=_CATEGORIES.index)]  # the last category is then the "else" of the expression
    return _EXPONENT.sub("0", to_gettext(PluralRule(rules)))


def path_of(tag: str, domain: str, folder: Path | None = None) -> Path:
    """Return where the catalog of a language and domain is, whether or not it exists."""
    return (folder or bundled("translations")) / tag / "LC_MESSAGES" / f"{domain}.po"


@functools.cache
def translations(tag: str, domain: str, folder: Path | None = None) -> NullTranslations:
    """Return the translations of a language with its fallbacks behind it.

    Behind the manager's domain stands the one that everybody sees, so that both may stand on one page.
    """
    domains = (DESK, MESSAGES) if domain == DESK else (MESSAGES,)
    found: NullTranslations | None = None
    for candidate in languages.chain(tag):
        for name in domains:
            path = path_of(candidate, name, folder)
            if path.exists():
                read = _read(path, candidate, name)
                if found is None:
                    found = read
                else:
                    found.add_fallback(read)
    return found or NullTranslations()


def _read(path: Path, tag: str, domain: str) -> Translations:
    """Compile a catalog; fuzzy entries, which no one has decided on, are left out."""
    with path.open("rb") as file:
        catalog = read_po(file, abort_invalid=True)
    locale = languages.language(tag).locale
    catalog.locale = locale
    catalog.mime_headers = [("Plural-Forms", plural_forms(locale))]
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled, domain)


@functools.cache
def has_drafts(path: Path) -> bool:
    """Tell whether a ``.po`` file holds entries that a machine drafted and no person has reviewed."""
    return path.exists() and _DRAFT in path.read_bytes()
