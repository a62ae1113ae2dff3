"""What the codes of the directory are called in the language of the page, and the words they are found by."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup, escape

from survey_service import clock, languages
from survey_service.offers.directory import SECONDS
from survey_service.offers.entry import COUNTY, DAY, FIELD, FLAG, FLAGS, KIND, LANGUAGE, PLACE, TYPE, Mark
from survey_service.offers.lexicon import FLAG_QUESTIONS, GERMAN, Lexicon, choices_of, label_in, lexicon
from survey_service.questionnaire.model import Choice, Questionnaire, Text
from survey_service.web import i18n, wordings
from survey_service.web.context import Context
from survey_service.web.i18n import gettext
from survey_service.web.kept import Kept

SPOKEN = "\x00"
STATUS = "status"
"""A kind of code that is shown and can't be chosen."""
_KINDS = (FIELD, TYPE, KIND, PLACE, LANGUAGE)
_BEHIND = "\x01"
_MOST_ROWS = 10_000
_MOST_LANGUAGES = 60


@dataclass(frozen=True)
class Names:
    """Names of codes in one language: ``plain`` where no markup may stand, ``shown`` with markup that tells where a
    name is in another language. ``mark`` differs wherever anything of it does.
    """

    mark: str
    plain: Mapping[Mark, str]
    shown: Mapping[Mark, Markup]
    options: Mapping[Mark, str]
    """``lang`` and ``dir`` of an element that holds nothing but a name, and the name behind them: ``>Meiningen``."""
    orders: Mapping[str, tuple[str, ...]]
    """The codes of each kind in the order in which they are offered."""
    lexicon: Lexicon
    spoken: str
    """What says which languages are spoken, as HTML with SPOKEN in their place."""
    place: str
    """What a municipality is called in a form."""


class Shelf:
    """The directory of one application, with what is made for its pages: names by language, rendered rows."""

    def __init__(self, here: Context) -> None:
        self._here = here
        self.directory = here.directory
        self.rows: Kept[Markup] = Kept(_MOST_ROWS)
        self._lexicons: Kept[Lexicon] = Kept(1)
        self._tiles: Kept[str] = Kept(_MOST_LANGUAGES)
        self._names: Kept[Names] = Kept(_MOST_LANGUAGES)
        self._forms: tuple[str, Questionnaire, Questionnaire | None] | None = None
        self._due = 0.0
        self._lock = threading.Lock()

    def names(self) -> Names:
        """Return the names in the present language."""
        revisions, offers, needs = self._questionnaires()
        tag, edits = i18n.language().tag, self._here.workbench.edits.now.number
        mark = f"{tag} {revisions} {edits}"
        return self._names.get(mark, lambda: _names(mark, offers, needs, self._every(revisions, offers, needs)))

    def _every(self, revisions: str, offers: Questionnaire, needs: Questionnaire | None) -> Lexicon:
        """Return the words of all languages: somebody may write Arabic on a German page."""
        tags = [entry.tag for entry in languages.offered()]
        return self._lexicons.get(revisions, lambda: lexicon(GERMAN, offers, needs, besides=tags))

    def languages(self, behind: str) -> Markup:
        """Return the choice of a language for the present page; ``behind`` is what stands behind the language in its
        address. All but that is made once.
        """
        key = self._here.workbench.edits.now.number, i18n.language().tag
        made = self._tiles.get(key, lambda: render_template("directory/languages.html", behind=_BEHIND))
        return Markup(made.replace(_BEHIND, escape(behind)))  # noqa: S704 - a template of ours

    def _questionnaires(self) -> tuple[str, Questionnaire, Questionnaire | None]:
        """Return the published questionnaires that name the codes, looked up once a second; the bundled one of offers
        if none is published."""
        with self._lock:
            if self._forms is None or clock.monotonic() >= self._due:
                self._due = clock.monotonic() + SECONDS
                offers, needs = (self._here.publications.find(name) for name in ("offers", "needs"))
                names = f"{offers.revision if offers else ''} {needs.revision if needs else ''}"
                if self._forms is None or self._forms[0] != names:
                    form = offers.questionnaire if offers else self._here.library.questionnaires["offers"]
                    self._forms = names, form, needs.questionnaire if needs else None
            return self._forms


def _names(mark: str, offers: Questionnaire, needs: Questionnaire | None, every: Lexicon) -> Names:
    tag = i18n.language().tag
    labels = dict(_labels(offers, tag))
    plain = {code: label_in(label, tag) for code, label in labels.items()}
    shown = {code: wordings.in_page(label) for code, label in labels.items()}
    said = {
        (PLACE, COUNTY): gettext("In the whole county"),
        (FLAG, "free"): gettext("Free of charge"),
        (FLAG, "no_status"): gettext("No certain residence status needed"),
        (FLAG, "interpreter"): gettext("With interpreting"),
    }
    plain, shown = {**said, **plain}, {**{code: escape(text) for code, text in said.items()}, **shown}
    place = offers.questions.get("A07_place")
    options = {code: f"{wordings.language_of(label)}>{escape(plain[code])}" for code, label in labels.items()}
    options |= {code: f">{escape(text)}" for code, text in said.items()}
    kinds = {kind for kind, _ in plain}
    orders = {kind: tuple(value for of, value in plain if of == kind) for kind in kinds} | {FLAG: FLAGS}
    spoken = str(escape(gettext("Languages: %(names)s", names=SPOKEN)))
    asked = label_in(place.label, tag) if place is not None else ""
    return Names(mark, plain, shown, options, orders, lexicon(tag, offers, needs, further=every), spoken, asked)


def _labels(offers: Questionnaire, tag: str) -> list[tuple[Mark, Text]]:
    found = [((kind, choice.name), choice.label) for kind in _KINDS for choice in _ordered(offers, kind, tag)]
    for kind, name in ((DAY, "A08_days"), (STATUS, "A06")):
        question = offers.questions.get(name)
        found += [((kind, choice.name), choice.label) for choice in (question.choices if question else ())]
    for flag, name in FLAG_QUESTIONS.items():
        question = offers.questions.get(name)
        found += [
            ((FLAG, flag), choice.label) for choice in (question.choices if question else ()) if choice.name == flag
        ]
    return found


def _ordered(offers: Questionnaire, kind: str, tag: str) -> list[Choice]:
    """Return the choices of a kind; languages by the alphabet, the page's own and German first."""
    choices = [choice for choice in choices_of(offers, kind) if not choice.last]
    if kind != LANGUAGE:
        return choices
    first = [languages.chain(tag)[0], GERMAN]
    return sorted(
        choices,
        key=lambda choice: (
            first.index(choice.name) if choice.name in first else len(first),
            languages.collation_key(label_in(choice.label, tag), tag),
        ),
    )
