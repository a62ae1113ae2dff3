"""What the pages about revisions show of a change: reasons as sentences, and old and new side by side."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from survey_service.problems import D_
from survey_service.questionnaire import differences
from survey_service.questionnaire.comparison import VERDICTS, Reason, compare
from survey_service.questionnaire.comparison_reasons import MESSAGES
from survey_service.questionnaire.differences import Difference, Side
from survey_service.questionnaire.expression import Expression
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses.verdicts import Judged
from survey_service.web.i18n import gettext
from survey_service.web.manage import names
from survey_service.web.manage.conditions import Labels
from survey_service.web.wordings import in_attribute, in_page

KEYS: Mapping[str, str] = {
    "label": D_("Wording"),
    "hint": D_("Hint"),
    "guidance": D_("Guidance for helpers"),
    "required_message": D_("Message if it is not answered"),
    "constraint_message": D_("Message if the answer does not fit"),
    "type": D_("Type"),
    "required": D_("Must be answered"),
    "relevant": D_("Condition"),
    "constraint": D_("Accepted answers"),
    "choices_from": D_("Choices are the answers to"),
    "choice_filter": D_("Choices on offer"),
    "calculation": D_("Calculation"),
    "trigger": D_("Calculated anew after"),
    "default": D_("Answered beforehand"),
    "appearance": D_("Appearance"),
    "autocomplete": D_("What the browser fills in"),
    "sensitive": D_("Sensitive"),
    "concept": D_("Question of the bank"),
    "pictogram": D_("Picture"),
    differences.CHOICE: D_("Choice “%(name)s”"),
    differences.ORDER: D_("Order of the choices"),
    differences.PARAMETER: D_("Parameter “%(name)s”"),
    differences.PAGE: D_("Page"),
    differences.MEDIA: D_("Pictures, sounds and films"),
    differences.TITLE: D_("Title"),
    differences.INTRODUCTION: D_("Introduction"),
    differences.LANGUAGES: D_("Languages"),
    differences.MINUTES: D_("Minutes it takes"),
    differences.AUDIENCE: D_("Who answers"),
    differences.CONSENT: D_("Question that asks for consent"),
    differences.END: D_("Early end “%(name)s”"),
}
"""What a row of the comparison is called, by the key of its difference."""
_SENTENCES = {differences.END: "when"}
_PARTS = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Row:
    """One line of a comparison: what it is, in which language, and both sides as HTML."""

    what: str
    language: str
    old: Markup
    new: Markup


@dataclass(frozen=True)
class View:
    """One changed question: its label, the verdict and why, what differs, and what was decided since."""

    judged: Judged
    label: Markup
    reasons: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def name(self) -> str:
        return self.judged.question


def between(old: Questionnaire, new: Questionnaire) -> tuple[Judged, ...]:
    """Return the changed questions of any two revisions, by the rules alone."""
    return tuple(Judged(change) for change in compare(old, new) if change.reasons)


def views(old: Questionnaire, new: Questionnaire, judged: Iterable[Judged]) -> list[View]:
    """Return changed questions as the page shows them."""
    pair = _Pair(old, new)
    return [pair.view(entry) for entry in judged]


def general(old: Questionnaire, new: Questionnaire) -> list[Row]:
    """Return what differs in the questionnaire itself."""
    pair = _Pair(old, new)
    return [pair.row(difference) for difference in differences.of_questionnaire(old, new)]


@dataclass(frozen=True)
class Review:
    """What changed from one state of a questionnaire to another, for a page: verdicts, the whole, each question."""

    counts: Counter[str]
    changes: list[View]
    general: list[Row]
    verdicts: tuple[str, ...] = VERDICTS


def review(old: Questionnaire, new: Questionnaire) -> Review:
    """Return what a new state of a questionnaire changes, by the rules alone."""
    judged = between(old, new)
    return Review(Counter(one.verdict for one in judged), views(old, new, judged), general(old, new))


class _Pair:
    """Two revisions, whose labels stand for the names of questions and choices."""

    def __init__(self, old: Questionnaire, new: Questionnaire) -> None:
        self.old, self.new = old, new
        self._labels = Labels(old), Labels(new)

    def view(self, judged: Judged) -> View:
        name = judged.question
        question = self.new.questions.get(name) or self.old.questions[name]
        return View(
            judged,
            in_page(question.label) if question.label else Markup("{}").format(name),
            tuple(self._sentence(name, reason) for reason in judged.change.reasons),
            tuple(self.row(difference) for difference in differences.differences(self.old, self.new, name)),
        )

    def _sentence(self, question: str, reason: Reason) -> str:
        values = dict(reason.values)
        if "language" in values:
            values["language"] = names.language_name(values["language"])
        if "choice" in values:
            old, new = (labels.choice(question, values["choice"]) for labels in self._labels)
            values["choice"] = new or old or values["choice"]
        if reason.code == "base_question":
            values["name"] = self._labels[1].question(values["name"])
        return gettext(MESSAGES[reason.code], **values)

    def row(self, difference: Difference) -> Row:
        what = gettext(KEYS[difference.key], name=difference.subject)
        if difference.language:
            old, new = marked(difference.old, difference.new, difference.language)
            return Row(what, names.language_name(difference.language), old, new)
        sides = (self._side(difference, side, at) for at, side in enumerate((difference.old, difference.new)))
        return Row(what, "", *sides)

    def _side(self, difference: Difference, side: Side, at: int) -> Markup:
        if side is None:
            return _nothing()
        if isinstance(side, Expression):
            key = _SENTENCES.get(difference.key, difference.key)
            return Markup("{}").format(self._labels[at].sentence(key, side))
        if isinstance(side, Mapping):
            return in_page(side)
        if isinstance(side, bool):
            return Markup("{}").format(gettext("yes") if side else gettext("no"))
        if isinstance(side, list):
            return _listed(difference.key, side)
        return Markup("<bdi>{}</bdi>").format(_word(difference.key, side))


def _listed(key: str, side: list[object]) -> Markup:
    shown = [names.language_name(str(part)) if key == differences.LANGUAGES else str(part) for part in side]
    return Markup(", ").join(Markup("<bdi>{}</bdi>").format(part) for part in shown)


def _word(key: str, side: object) -> object:
    return names.audience_name(str(side)) if key == differences.AUDIENCE else side


def _nothing() -> Markup:
    return Markup('<span class="soft">{}</span>').format(gettext("nothing"))


def marked(old: Side, new: Side, tag: str) -> tuple[Markup, Markup]:
    """Return two wordings of a language as HTML, with the words marked that only one of them has."""
    frame = Markup("<span{}>{}</span>")
    attributes = names.tag_attributes(tag)
    if old is None:
        return _nothing(), frame.format(attributes, new)
    if new is None:
        return frame.format(attributes, old), _nothing()
    words = _PARTS.findall(str(old)), _PARTS.findall(str(new))
    sides: tuple[list[Markup], list[Markup]] = ([], [])
    for kind, start, end, other, last in difflib.SequenceMatcher(None, *words, autojunk=False).get_opcodes():
        for side, element, part in ((0, "del", words[0][start:end]), (1, "ins", words[1][other:last])):
            text = "".join(part)
            pattern = "{}" if kind == "equal" or not text.strip() else f"<{element}>{{}}</{element}>"
            sides[side].append(Markup(pattern).format(text))  # noqa: S704 - one of two patterns of our own
    return frame.format(attributes, Markup("").join(sides[0])), frame.format(attributes, Markup("").join(sides[1]))


def title_of(questionnaire: Questionnaire) -> str:
    """Return a questionnaire's title where no markup may stand."""
    return in_attribute(questionnaire.label)
