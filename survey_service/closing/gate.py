"""The gate: a page is offered in a language only if all its texts exist there; what is missing is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from survey_service import languages
from survey_service.closing import texts
from survey_service.closing.model import DRAFTED, REVIEWED, Content, number_of
from survey_service.problems import Problem
from survey_service.questionnaire.model import Text

WORDS, RESULT, STATEMENT, MEASURE, NAME, TARGET, TITLE, NOTE = (
    *("words", "result", "statement", "measure", "name", "target", "title", "note"),
)
EVERYWHERE = "*"


@dataclass(frozen=True)
class Needed:
    """A text that a page needs: its kind, what it is called (a number, a code), what there is of it, and the key under
    which it is written here ("" if it comes from elsewhere).
    """

    kind: str
    name: str
    text: Text
    key: str = ""


Gaps = Mapping[str, Sequence[Needed]]


def of_content(content: Content) -> Iterator[Needed]:
    """Yield the texts of a page about a wave and a field."""
    yield Needed(WORDS, "", content.words, texts.words_key(content.wave, content.field))
    for one in content.conclusions:
        yield Needed(STATEMENT, number_of(one.key), one.texts, texts.wording_key(one.key, one.wording))
    for each in content.steps:
        yield Needed(MEASURE, number_of(each.key), each.texts, texts.wording_key(each.key, each.wording))
    if content.decided is not None:
        yield Needed(RESULT, "", content.decided.result, texts.result_key(content.decided.concept))
    yield Needed(NAME, content.field, content.label)
    yield from (Needed(NAME, each.need, each.label) for each in content.conclusions if each.need)
    yield from (Needed(NAME, each.code, each.name) for each in content.figures)


def gaps(needed: Iterable[Needed]) -> Gaps:
    """Return for each language of the interface what it lacks."""
    listed = tuple(needed)
    return {
        entry.tag: tuple(each for each in listed if entry.tag not in each.text and EVERYWHERE not in each.text)
        for entry in languages.offered()
    }


def chosen(needed: Iterable[Needed], wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the languages to publish in with the state of each, German first.

    Raises Problem closing.incomplete for one that lacks something, German included, and request.bad for an unknown one.
    """
    lacking = gaps(needed)
    states = {texts.SOURCE: REVIEWED, **wanted}
    if any(tag not in lacking or state not in (DRAFTED, REVIEWED) for tag, state in states.items()):
        raise Problem("request.bad")
    refused = [tag for tag in states if lacking[tag]]
    if refused:
        raise Problem("closing.incomplete", languages=", ".join(refused))
    return {tag: states[tag] for tag in lacking if tag in states}
