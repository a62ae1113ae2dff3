"""Texts of a questionnaire on a page: the right wording, with ``lang`` and ``dir`` where it differs from the page's."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from markupsafe import Markup, escape

from survey_service import languages
from survey_service.problems import Problem, Said
from survey_service.questionnaire.judge import Refusal
from survey_service.questionnaire.model import Choice, Text
from survey_service.web import i18n
from survey_service.web.i18n import gettext

EVERYWHERE = "*"


@dataclass(frozen=True)
class Wording:
    """A wording and the tag of its language; ``*`` if it is the same in every language (a name)."""

    text: str
    tag: str


def wording_of(text: Text, tag: str) -> Wording:
    """Return the wording of a text for a reader of ``tag``: in that language, a fallback, or any that exists."""
    if EVERYWHERE in text:
        return Wording(text[EVERYWHERE], EVERYWHERE)
    for candidate in (*languages.chain(tag), *text):
        if candidate in text:
            return Wording(text[candidate], candidate)
    return Wording("", tag)


def in_page(text: Text) -> Markup:
    """Return a text for HTML content, marked where its language is not the page's; twice if there is a second one."""
    said, other = _content(text), i18n.second()
    if other is None or (wording := wording_of(text, other.tag)) == wording_of(text, i18n.language().tag):
        return said
    return i18n.pair(said, escape(wording.text), languages.language(wording.tag))


def _content(text: Text) -> Markup:
    page = i18n.language()
    wording = wording_of(text, page.tag)
    if wording.tag == page.tag:
        return escape(wording.text)
    if wording.tag == EVERYWHERE:
        return Markup("<bdi>{}</bdi>").format(wording.text)
    attributes = i18n.html_attributes(languages.language(wording.tag))
    return Markup("<span{}>{}</span>").format(attributes, wording.text)


def language_of(text: Text) -> Markup:
    """Return ``lang`` and ``dir`` for an element that holds nothing but this text; nothing if they are the page's.

    A name that is the same in every language gets the direction of its own letters.
    """
    page = i18n.language()
    wording = wording_of(text, page.tag)
    if wording.tag == EVERYWHERE:
        return Markup(' dir="auto"')
    return Markup("") if wording.tag == page.tag else i18n.html_attributes(languages.language(wording.tag))


def in_attribute(text: Text) -> str:
    """Return a text where no markup may stand: a title, an option, a message."""
    return wording_of(text, i18n.language().tag).text


def in_option(text: Text) -> str:
    """Return a text for an option, where no markup may stand; with its wording in the second language behind it."""
    said, other = in_attribute(text), i18n.second()
    again = wording_of(text, other.tag).text if other else said
    return said if again == said else f"\u2068{said}\u2069 · \u2068{again}\u2069"


def prose(text: Text) -> Markup:
    """Return a longer text as paragraphs (parted by blank lines) and lists (lines that begin with ``- ``); the same in
    the second language stands below it.
    """
    wording, other = wording_of(text, i18n.language().tag), i18n.second()
    said = _blocks(wording, language_of(text))
    if other is None or not wording.text or (again := wording_of(text, other.tag)) == wording:
        return said
    attributes = i18n.html_attributes(languages.language(again.tag))
    return Markup('{}<div class="second"{}>{}</div>').format(said, attributes, _blocks(again, Markup("")))


def _blocks(wording: Wording, attributes: Markup) -> Markup:
    blocks = itertools.groupby((line.strip() for line in wording.text.splitlines()), _kind)
    return Markup("").join(_BLOCKS[kind](list(lines), attributes) for kind, lines in blocks if kind in _BLOCKS)


def _kind(line: str) -> str:
    return "item" if line.startswith("- ") else "line" if line else "blank"


def _paragraph(lines: list[str], attributes: Markup) -> Markup:
    return Markup("<p{}>{}</p>").format(attributes, Markup("<br>").join(lines))


def _list(lines: list[str], attributes: Markup) -> Markup:
    items = Markup("").join(Markup("<li>{}</li>").format(line[2:]) for line in lines)
    return Markup("<ul{}>{}</ul>").format(attributes, items)


_BLOCKS: Mapping[str, Callable[[list[str], Markup], Markup]] = {"item": _list, "line": _paragraph}


def message_of(refusal: Refusal) -> str:
    """Return what a refusal says in the present language: the questionnaire's own message, else the judge's."""
    own = in_attribute(refusal.text) if refusal.text else ""
    return own or gettext(refusal.message, **_shown(refusal.values))


def refused(refusal: Refusal) -> Markup:
    """Return what a refusal says for HTML content, in the second language too."""
    said, other = escape(message_of(refusal)), i18n.second()
    if other is None:
        return said
    with i18n.alone(other):
        return i18n.pair(said, escape(message_of(refusal)), other)


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _label(value) if isinstance(value, Choice) else value for name, value in values.items()}


def _label(choice: Choice) -> str:
    """Return a choice's label as part of a sentence, isolated so that its direction does not disturb the sentence's."""
    return f"\u2068{in_attribute(choice.label)}\u2069"


def problem_message(problem: Problem) -> str:
    """Return what a Problem says in the present language."""
    return problem.message(gettext)


def problem_faults(problem: Problem) -> list[dict[str, Any]]:
    """Return the located faults of a Problem as JSON objects; a refusal becomes question, code and message, and a text
    gets its wording in the present language as message."""
    return [_fault(fault) for fault in problem.faults]


def _fault(fault: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(fault.get("text"), Mapping):
        return {"message": in_attribute(fault["text"]), **fault}
    refusal, problem = fault.get("refusal"), fault.get("problem")
    if isinstance(problem, Problem):
        return {**fault, "problem": problem.code, "message": problem_message(problem)}
    if not isinstance(refusal, Refusal):
        return {key: value.text(gettext) if isinstance(value, Said) else value for key, value in fault.items()}
    return {"question": refusal.question, "code": refusal.code, "message": message_of(refusal)}


def install(app: Flask) -> None:
    """Give templates ``text`` (content), ``plain`` (attributes), ``prose`` (blocks of text) and ``language_of``."""
    app.jinja_env.globals.update(
        text=in_page, plain=in_attribute, prose=prose, language_of=language_of, in_option=in_option
    )
