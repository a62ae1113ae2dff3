"""What a comparison of two revisions says: verdicts, reasons, and the messages of the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from survey_service.problems import D_

COMPARABLE, BREAK, NOT_COMPARABLE = "comparable", "break in series", "not comparable"
VERDICTS = (COMPARABLE, BREAK, NOT_COMPARABLE)
"""The verdicts, the mildest first: of several reasons the gravest decides."""

Values = Mapping[str, str]


@dataclass(frozen=True)
class Reason:
    """Why a verdict was given: ``code`` of MESSAGES, and the values of its message; ``language`` is a tag."""

    code: str
    verdict: str
    values: Values = field(default_factory=dict)


MESSAGES: Mapping[str, str] = {
    "added": D_("The question is new."),
    "removed": D_("The question is no longer asked."),
    "type": D_("The type was changed from %(old)s to %(new)s."),
    "type_widened": D_("The type was changed from %(old)s to %(new)s; every earlier answer fits."),
    "unit": D_("The question is asked for something else: once for each entry of other repeats."),
    "population": D_("Whom the questionnaire is for, or who is turned away at once, was changed."),
    "base": D_("Who is asked was changed: the condition of the question, or of what is around it."),
    "base_question": D_("Who is asked depends on “%(name)s”, which was changed itself."),
    "label": D_("The wording was changed (%(language)s)."),
    "label_form": D_("Capitals, blanks or punctuation of the wording were changed (%(language)s)."),
    "label_small": D_("A letter of the wording was changed (%(language)s)."),
    "label_added": D_("There is a wording in a further language (%(language)s)."),
    "label_removed": D_("The wording in a language is gone; people read another one (%(language)s)."),
    "label_withdrawn": D_("The questionnaire is no longer offered in this language (%(language)s)."),
    "hint": D_("The hint was changed (%(language)s)."),
    "hint_form": D_("Capitals, blanks or punctuation of the hint were changed (%(language)s)."),
    "hint_small": D_("A letter of the hint was changed (%(language)s)."),
    "hint_added": D_("There is a hint in a further language (%(language)s)."),
    "hint_removed": D_("The hint in a language is gone (%(language)s)."),
    "hint_new": D_("There was no hint before."),
    "hint_gone": D_("There is no hint any more."),
    "message": D_("A message about an answer that is not accepted was changed."),
    "choice_added": D_("There is a new choice: “%(choice)s”."),
    "choice_removed": D_("A choice is gone: “%(choice)s”."),
    "choice_renamed": D_("The choice “%(old)s” is stored as “%(new)s” now."),
    "choice_label": D_("The wording of the choice “%(choice)s” was changed (%(language)s)."),
    "choice_label_form": D_("Capitals, blanks or punctuation of the choice “%(choice)s” were changed (%(language)s)."),
    "choice_label_small": D_("A letter of the choice “%(choice)s” was changed (%(language)s)."),
    "choice_label_added": D_("The choice “%(choice)s” has a wording in a further language (%(language)s)."),
    "choice_label_removed": D_("The wording of the choice “%(choice)s” is gone in a language (%(language)s)."),
    "choice_order": D_("The choices stand in another order."),
    "choice_order_free": D_("The choices stand in another order, but each person sees them in an order of their own."),
    "choice_exclusive": D_("Whether the choice “%(choice)s” can be combined with others was changed."),
    "choice_pictogram": D_("The picture beside the choice “%(choice)s” was changed."),
    "choice_offered": D_("To whom which choices are offered was changed."),
    "required": D_("Who must answer was changed."),
    "constraint": D_("Which answers are accepted was changed."),
    "calculation": D_("The calculation was changed."),
    "default": D_("The answer that stands there beforehand was changed."),
    "appearance": D_("The question looks different."),
    "pictogram": D_("The picture beside the question was changed."),
    "media": D_("Pictures, sounds or films beside the question or its answers were changed."),
    "parameter": D_("The parameter “%(name)s” was changed."),
    "moved": D_("The question is on another page."),
    "follows": D_("The question stands after another one."),
    "heading": D_("The heading above the question was changed."),
    "attribute": D_("The attribute “%(name)s” was changed."),
}
"""What a reason says, by code; English source texts for gettext."""


def severity(verdict: str) -> int:
    """Return how grave a verdict is, from 0."""
    return VERDICTS.index(verdict)
