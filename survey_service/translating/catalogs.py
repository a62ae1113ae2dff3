"""The interface's gettext catalogs, read from ``translations/<tag>/LC_MESSAGES/<domain>.po`` when first needed.

They are kept by our own tag, so that ``de-simple`` never collapses into ``de``, and compiled in memory. A message that
a language lacks comes from its next fallback; plural forms are chosen by the registry's locale, not by the file. What
was edited at the desk is laid over the messages that everybody sees.
"""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.plural import PluralRule, to_gettext
from babel.support import NullTranslations, Translations

from survey_service import languages
from survey_service.paths import bundled
from survey_service.problems import said
from survey_service.questionnaire import po_syntax, text_checks
from survey_service.questionnaire.exchange_po import plural_count
from survey_service.questionnaire.faults import Fault
from survey_service.questionnaire.texts import MEND, STATES, TRANSLATED
from survey_service.questionnaire.translating import Forms, Made

MESSAGES, PROVIDER, DESK = "messages", "provider", "desk"
DOMAINS = (MESSAGES, PROVIDER, DESK)
BEHIND: Mapping[str, tuple[str, ...]] = {
    MESSAGES: (MESSAGES,),
    PROVIDER: (PROVIDER, MESSAGES),
    DESK: (DESK, PROVIDER, MESSAGES),
}
"""Domain → the catalogs in which its texts are looked up, in this order: who sees more pages finds more texts."""
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


def speaks(language: languages.Language, domain: str) -> bool:
    """Tell whether a domain's texts have to exist in a language."""
    return {MESSAGES: language.offered, PROVIDER: language.provider, DESK: language.desk}[domain]


def path_of(tag: str, domain: str, folder: Path | None = None) -> Path:
    """Return where the catalog of a language and domain is, whether or not it exists."""
    return (folder or bundled("translations")) / tag / "LC_MESSAGES" / f"{domain}.po"


@dataclass(frozen=True)
class Loaded:
    """What is in a ``.po`` file; ``fault`` says why nothing of it is used."""

    messages: Mapping[str, Made]
    fault: Fault | None = None


@functools.cache
def load(tag: str, domain: str, folder: Path | None = None) -> Loaded:
    """Read the catalog of a language and domain; empty and fuzzy entries, which no one has decided on, are left out.

    A file that can't be read, or in which a placeholder or markup differs from the source, is not used at all.
    """
    path = path_of(tag, domain, folder)
    if not path.exists():
        return Loaded({})
    file = f"{tag}/LC_MESSAGES/{domain}.po"
    try:
        catalog = po_syntax.read(path.read_bytes())
    except (po_syntax.PoFault, OSError) as error:
        line, reason = po_syntax.place_and_reason(error)
        return Loaded({}, Fault(file, line, "", reason, said(MEND)))
    messages = {}
    plurals = plural_count(plural_forms(languages.language(tag).locale))
    for message in catalog:
        source, wording = _forms(message.id), _forms(message.string)
        if len(source) > 1:
            wording = wording[:plurals]  # Babel fills up to what the file's own header says
        if not message.id or message.fuzzy or not wording or not all(wording):
            continue
        problem = text_checks.fault(source, wording, plurals)
        if problem is not None:
            return Loaded({}, Fault(file, message.lineno or 0, f"“{source[0]}”", problem.said, said(MEND)))
        messages[source[0]] = Made(source, wording, _state(message))
    return Loaded(messages)


def faults(folder: Path | None = None) -> list[Fault]:
    """Return why catalogs of the interface are not used, each with its file."""
    return [fault for tag in languages.registry() for domain in DOMAINS if (fault := load(tag, domain, folder).fault)]


def _forms(text: str | Sequence[str] | None) -> Forms:
    return (text,) if isinstance(text, str) else tuple(text or ())


def _state(message: Message) -> str:
    states = (comment.removeprefix("state: ").strip() for comment in message.auto_comments if "state: " in comment)
    return next((state for state in states if state in STATES), TRANSLATED)


Edits = Mapping[str, Mapping[str, Made]]
"""Language tag → msgid → what was made of it at the desk."""


@functools.cache
def translations(tag: str, domain: str, folder: Path | None = None) -> NullTranslations:
    """Return the bundled translations of a language with its fallbacks behind it; see `compose`."""
    return compose(tag, domain, folder, {})


def compose(tag: str, domain: str, folder: Path | None, edits: Edits) -> NullTranslations:
    """Return the translations of a language, with edits of the common domain laid over, and its fallbacks behind it.

    Behind the domains of providers and of the manager stands the one that everybody sees: both may stand on one page.
    """
    found: NullTranslations | None = None
    for candidate in languages.chain(tag):
        for name in BEHIND[domain]:
            own = edits.get(candidate, {}) if name == MESSAGES else {}
            messages = laid_over(load(candidate, name, folder).messages, own)
            if not messages:
                continue
            compiled = _compile(messages, candidate, name)
            if found is None:
                found = compiled
            else:
                found.add_fallback(compiled)
    return found or NullTranslations()


def laid_over(messages: Mapping[str, Made], edits: Mapping[str, Made]) -> Mapping[str, Made]:
    """Return messages with the edits laid over: one without wording takes the message away.

    An edit of another source (its plural has changed) does not count.
    """
    merged = dict(messages)
    for name, made in edits.items():
        known = messages.get(name)
        if known is not None and known.source != made.source:
            continue
        if made.wording:
            merged[name] = made
        else:
            merged.pop(name, None)
    return merged


def _compile(messages: Mapping[str, Made], tag: str, domain: str) -> Translations:
    locale = languages.language(tag).locale
    catalog = Catalog(charset="utf-8", fuzzy=False)
    catalog.locale = locale
    catalog.mime_headers = [("Plural-Forms", plural_forms(locale))]
    for made in messages.values():
        counts = len(made.source) > 1
        catalog.add(made.source if counts else made.source[0], made.wording if counts else made.wording[0])
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled, domain)


@functools.cache
def has_drafts(path: Path) -> bool:
    """Tell whether a ``.po`` file holds entries that a machine drafted and no person has reviewed."""
    return path.exists() and _DRAFT in path.read_bytes()
