"""The words of an offer's page: labels of codes, what was typed, prices, ages, days, addresses that can be followed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote, urlsplit

from babel.dates import format_date
from babel.numbers import format_currency
from markupsafe import Markup, escape

from survey_service import languages
from survey_service.languages import Language
from survey_service.offers import phones
from survey_service.problems import Problem
from survey_service.questionnaire.model import Choice, Questionnaire
from survey_service.web import i18n, wordings

_COMMAS = {"ar": "، ", "fa": "، ", "ps": "، ", "ur": "، ", "ckb": "، ", "ti": "፣ ", "am": "፣ "}
"""What stands between the parts of a list, where that is no comma; by primary language."""


@dataclass(frozen=True)
class Reader:
    """The answers of one offer, the questionnaire whose labels say what its codes mean, and the language in which its
    provider wrote."""

    form: Questionnaire
    answers: Mapping[str, Any]
    written: Language

    def has(self, name: str) -> bool:
        return self.answers.get(name) not in (None, "", [])

    def title(self, question: str) -> Markup:
        """Return the label of the page on which a question stands."""
        page = self.form.page_of.get(question)
        return wordings.in_page(page.label) if page is not None else Markup("")

    def ask(self, question: str) -> Markup:
        """Return the label of a question."""
        found = self.form.questions.get(question)
        return wordings.in_page(found.label) if found is not None else Markup("<bdi>{}</bdi>").format(question)

    def choice(self, question: str, code: object) -> Choice | None:
        found = self.form.questions.get(question)
        return next((choice for choice in found.choices if choice.name == code), None) if found is not None else None

    def label(self, question: str, code: object) -> Markup:
        """Return the label of a code that was answered to a question; a code that is none stays as it is."""
        choice = self.choice(question, code)
        return wordings.in_page(choice.label) if choice is not None else Markup("<bdi>{}</bdi>").format(code)

    def labels(self, question: str, *, without: Iterable[str] = ("none",)) -> Markup:
        """Return the labels of all codes of an answer as one list."""
        given = self.answers.get(question) or []
        codes = given if isinstance(given, list) else [given]
        return joined([self.label(question, code) for code in codes if code not in without])

    def typed(self, question: str) -> Markup:
        """Return what was typed, line by line, marked with the language it was typed in."""
        return self.own(str(self.answers.get(question) or ""))

    def own(self, text: str) -> Markup:
        """Return a text of the provider, marked with its language."""
        attributes = Markup("") if self.is_own_language else Markup(' lang="{}"').format(self.written.html)
        lines = Markup("<br>").join(line for line in text.strip().splitlines() if line.strip())
        return Markup('<bdi dir="auto"{}>{}</bdi>').format(attributes, lines)

    @property
    def is_own_language(self) -> bool:
        """Whether the provider wrote in the language of the page; Einfache Sprache is German."""
        return primary(self.written) == primary(i18n.language())


def reader(form: Questionnaire, answers: Mapping[str, Any], tag: str) -> Reader:
    """Return a reader; an unknown tag counts as German."""
    known = languages.registry()
    return Reader(form, answers, known.get(tag, known[i18n.DEFAULT]))


def form_of(body: Mapping[str, Any], publications: Any) -> Questionnaire:
    """Return the questionnaire that an offer answered, or the present one if that revision is gone."""
    try:
        found: Questionnaire = publications.revision(body["revision"]).questionnaire
    except Problem:
        found = publications.current("offers").questionnaire
    return found


def joined(parts: Iterable[Markup]) -> Markup:
    """Return parts as a list on one line, with the comma of the present language."""
    return escape(_COMMAS.get(primary(i18n.language()), ", ")).join(parts)


def day(value: dt.date) -> str:
    """Return a day in words."""
    return str(format_date(value, "long", locale=i18n.language().locale))


def day_of(iso: object) -> dt.date | None:
    """Return the day of an ISO text; None if it is none."""
    try:
        return dt.date.fromisoformat(str(iso))
    except ValueError:
        return None


def euros(amount: object) -> Markup | None:
    """Return an amount as the present language writes Euros; None if it is no number of 0 and more."""
    try:
        number = Decimal(str(amount))
    except InvalidOperation:
        return None
    if not number.is_finite() or number < 0:
        return None
    return Markup("<bdi>{}</bdi>").format(format_currency(number, "EUR", locale=i18n.language().locale))


def telephone(typed: str) -> Markup:
    """Return what was typed as a telephone number: what can be dialled as links whose groups keep their places."""
    return Markup("").join(
        Markup('<a href="{}"><bdi dir="ltr">{}</bdi></a>').format(part.address, part.text)
        if part.address
        else Markup("<bdi>{}</bdi>").format(part.text)
        for part in phones.parts(typed)
    )


def mail(typed: str) -> Markup:
    """Return an e-mail address as a link to write to it."""
    plain = typed.strip()
    shown = Markup('<bdi dir="ltr">{}</bdi>').format(plain)
    if plain.count("@") != 1 or not plain.isprintable() or " " in plain:
        return shown
    return Markup('<a href="mailto:{}">{}</a>').format(quote(plain, safe="@"), shown)


def website(typed: str) -> Markup:
    """Return a web address as a link if it leads to a website (http or https), else as text."""
    plain = typed.strip()
    shown = Markup('<bdi dir="ltr">{}</bdi>').format(plain)
    if not is_website(plain):
        return shown
    return Markup('<a href="{}" rel="external noopener noreferrer">{}</a>').format(plain, shown)


def is_website(address: str) -> bool:
    """Tell whether an address can be followed as that of a website: http or https, with a host, in one piece."""
    if not address.isprintable() or any(letter.isspace() or letter in '\\<>"' for letter in address):
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def place_on_earth(latitude: str, longitude: str, address: str) -> Markup:
    """Return a ``geo:`` address (RFC 5870) that a map of the telephone opens; it searches for the street there."""
    return escape(f"geo:{latitude},{longitude}?q={quote(address, safe='')}")


def plain(label: Markup) -> str:
    """Return a label without its markup, for a sentence."""
    return label.striptags()


def primary(language: Language) -> str:
    """Return the primary part of a language's tag: ``de`` of ``de-simple``, ``fa`` of ``fa-AF``."""
    return language.tag.split("-")[0]
