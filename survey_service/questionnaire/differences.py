"""What a question says in two revisions, side by side: only what differs, as data for a page that shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from survey_service.questionnaire.comparison_rules import seen, source
from survey_service.questionnaire.expression import Expression
from survey_service.questionnaire.model import Choice, Media, Question, Questionnaire, Text

TEXTS = ("label", "hint", "guidance", "required_message", "constraint_message")
VALUES = (
    *("type", "required", "relevant", "constraint", "choices_from", "choice_filter", "calculation", "trigger"),
    *("default", "appearance", "autocomplete", "sensitive", "concept", "pictogram"),
)
CHOICE, ORDER, PARAMETER, PAGE, MEDIA = "choice", "order", "parameter", "page", "media"
TITLE, INTRODUCTION, LANGUAGES, MINUTES, AUDIENCE, CONSENT, END = (
    *("title", "introduction", "languages", "minutes", "audience", "consent"),
    "end",
)

Side = str | bool | int | float | list[Any] | Expression | Text | None
"""A wording; a text in all languages (a whole choice, a page's label); an expression; a plain value; None: nothing."""


@dataclass(frozen=True)
class Difference:
    """One row: ``key`` is an attribute of a question or one of the names above.

    ``subject`` names the choice, the parameter or the early end; ``language`` is the tag of two wordings.
    """

    key: str
    old: Side
    new: Side
    subject: str = ""
    language: str = ""


def differences(old: Questionnaire, new: Questionnaire, name: str) -> Iterator[Difference]:
    """Yield what differs in a question; one that only one revision has differs in all it has, its texts as wholes."""
    before, after = old.questions.get(name), new.questions.get(name)
    for key in TEXTS:
        if before is not None and after is not None:
            yield from _texts(key, getattr(before, key), getattr(after, key), old, new)
        elif text := _of(before, key, {}) or _of(after, key, {}):
            yield Difference(key, text if before is not None else None, text if after is not None else None)
    for key in VALUES:
        first, second = _of(before, key, None), _of(after, key, None)
        if (source(first) or None) != (source(second) or None):
            yield Difference(key, first, second)
    if (media := _of(before, "media", {})) != _of(after, "media", {}):
        yield Difference(MEDIA, _files(media), _files(_of(after, "media", {})))
    yield from _choices(before, after, old, new)
    yield from _parameters(_of(before, "parameters", {}), _of(after, "parameters", {}))
    if before is not None and after is not None:
        pages = old.page_of[name], new.page_of[name]
        if pages[0].name != pages[1].name or dict(pages[0].label) != dict(pages[1].label):
            yield Difference(PAGE, _label(pages[0].label, pages[0].name), _label(pages[1].label, pages[1].name))


def _of(question: Question | None, key: str, nothing: Any) -> Any:
    return getattr(question, key) if question is not None else nothing


def _label(text: Text, name: str) -> Text:
    return text or {"*": name}


def _texts(
    key: str, old: Text, new: Text, older: Questionnaire, newer: Questionnaire, subject: str = ""
) -> Iterator[Difference]:
    """Yield what differs in languages that both are offered in: which they are stands in the questionnaire's rows."""
    if "*" in old and "*" in new:  # a name: the same in every language
        if old["*"] != new["*"]:
            yield Difference(key, old, new, subject)
        return
    tags = tuple(tag for tag in newer.languages if tag in older.languages)
    before, after = seen(old, tags), seen(new, tags)
    for tag in tags:
        if before.get(tag) != after.get(tag):
            yield Difference(key, before.get(tag), after.get(tag), subject, tag)


def _choices(
    before: Question | None, after: Question | None, old: Questionnaire, new: Questionnaire
) -> Iterator[Difference]:
    first: Mapping[str, Choice] = {choice.name: choice for choice in _of(before, "choices", ())}
    second: Mapping[str, Choice] = {choice.name: choice for choice in _of(after, "choices", ())}
    for name in dict.fromkeys((*first, *second)):
        if name in first and name in second:
            yield from _texts(CHOICE, first[name].label, second[name].label, old, new, name)
            if first[name].media != second[name].media:
                yield Difference(CHOICE, _files(first[name].media), _files(second[name].media), name)
        else:
            sides = [_label(choices[name].label, name) if name in choices else None for choices in (first, second)]
            yield Difference(CHOICE, sides[0], sides[1], name)
    orders = [[name for name in one if name in other] for one, other in ((first, second), (second, first))]
    if orders[0] != orders[1]:
        yield Difference(ORDER, orders[0], orders[1])


def _files(media: Media) -> Side:
    """Return the names of the files beside a label, each once; None for none."""
    return list(dict.fromkeys(name for names in media.values() for name in names.values())) or None


def _parameters(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name):
            yield Difference(PARAMETER, old.get(name), new.get(name), name)


def of_questionnaire(old: Questionnaire, new: Questionnaire) -> Iterator[Difference]:
    """Yield what differs in the questionnaire itself: title, introduction, languages, who answers, early ends."""
    for key, before, after in ((TITLE, old.label, new.label), (INTRODUCTION, old.hint, new.hint)):
        yield from _texts(key, before, after, old, new)
    for key, first, second in (
        (LANGUAGES, list(old.languages), list(new.languages)),
        (MINUTES, list(old.minutes), list(new.minutes)),
        (AUDIENCE, old.audience, new.audience),
        (CONSENT, old.consent, new.consent),
    ):
        if first != second:
            yield Difference(key, first or None, second or None)
    ends = [{end.name: end for end in one.screen_outs} for one in (old, new)]
    for name in dict.fromkeys((*ends[0], *ends[1])):
        sides = [found[name].when if name in found else None for found in ends]
        if source(sides[0]) != source(sides[1]):
            yield Difference(END, sides[0], sides[1], name)
        labels: list[Text] = [found[name].label if name in found else {} for found in ends]
        yield from _texts(END, labels[0], labels[1], old, new, name)
