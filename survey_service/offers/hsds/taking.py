"""The answers that are made of a foreign object, each with the values of the source that it was made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from survey_service.offers.hsds.codes import Codes
from survey_service.offers.hsds.source import TAKEN, Leaf
from survey_service.problems import D_, Said, said
from survey_service.questionnaire.judge import Refusal, judge
from survey_service.questionnaire.model import wording

FOLLOWS = said(D_("Follows from other values and is made anew."))
NO_PLACE = said(D_("The questionnaire has no question for this."))
ONLY_ONE = said(D_("The questionnaire asks for one of these; another one was taken."))
TOO_LONG = said(D_("Together with the rest it is too long for the question."))
NOT_ASKED = said(D_("With the other answers this is not asked."))
REFUSED = D_("The questionnaire does not take this: %(reason)s")
OVER = said(D_("It is no longer valid."))
IDS = said(D_("Parts get ids of their own; what belongs together stays together."))
HISTORY = said(D_("The history of another register is not taken over."))
REPEATED = said(D_("Stands in the source more than once and was taken once."))
NOT_WHOLE = said(D_("A whole number is asked for."))
NO_DAY = said(D_("This is no day that has come."))
OTHER_CODE = said(D_("This code is not among the choices."))
SEASONS = said(D_("Times are kept by week; days and offsets of the seasons are made anew."))
NOT_WEEKLY = said(D_("Only times that come every week have a place."))
CODES = said(D_("Only codes of our own lists are taken."))
FILE = said(D_("Tells of the file, not of an offer."))
LINKS = said(D_("Names nothing in this file."))
_ROUNDS = 5


@dataclass
class Taking:
    """The answers of one entry. A value of the source is TAKEN as soon as an answer is made of it, and may lose that
    again when the answer is not accepted.
    """

    codes: Codes
    answers: dict[str, Any] = field(default_factory=dict)
    leaves: dict[str, list[Leaf]] = field(default_factory=dict)

    def give(self, question: str, value: Any, *leaves: Leaf | None) -> None:
        """Answer a question once; later values find that one was taken already."""
        known = [leaf for leaf in leaves if leaf is not None]
        if question in self.answers:
            mark(known, ONLY_ONE if self.answers[question] != value else REPEATED)
            return
        self.answers[question] = value
        self._take(question, known)

    def text(self, question: str, leaf: Leaf | None) -> None:
        """Answer a question by a value as it is written."""
        if leaf is not None:
            self.give(question, leaf.text, leaf)

    def whole(self, question: str, leaf: Leaf | None) -> None:
        """Answer a question by a whole number."""
        if leaf is None:
            return
        try:
            number = float(leaf.text)
            if number.is_integer():
                self.give(question, int(number), leaf)
                return
        except (ValueError, OverflowError):
            pass
        mark([leaf], NOT_WHOLE)

    def choose(self, question: str, name: str, *leaves: Leaf | None) -> None:
        """Add a choice to the answer of a question with several."""
        chosen = self.answers.setdefault(question, [])
        if name not in chosen:
            chosen.append(name)
        self._take(question, [leaf for leaf in leaves if leaf is not None])

    def _take(self, question: str, leaves: list[Leaf]) -> None:
        for leaf in leaves:
            leaf.fate = TAKEN
        self.leaves.setdefault(question, []).extend(leaves)

    def join(self, question: str, pieces: Iterable[tuple[str, list[Leaf]]]) -> None:
        """Answer a question by several texts, one a line, as many as it has room for; equal ones count once."""
        asked = self.codes.question(question)
        room = int(asked.parameters.get("max_length", 10_000)) if asked is not None else 10_000
        lines: list[str] = []
        used: list[Leaf] = []
        for text, leaves in pieces:
            if text in lines or not lines or len("\n".join([*lines, text])) <= room:
                lines += [] if text in lines else [text]
                used += leaves
            else:
                mark(leaves, TOO_LONG)
        if lines:
            self.give(question, "\n".join(lines), *used)

    def settle(self, today: dt.date) -> None:
        """Drop what the questionnaire refuses or does not ask for, with the reason at each value it was made of."""
        for _ in range(_ROUNDS):
            judged = judge(self.codes.form, self.answers, today)
            refused = {name: refusal for name, refusal in judged.refusals.items() if name in self.answers}
            if not refused:
                break
            for name, refusal in refused.items():
                self._drop(name, said(REFUSED, reason=_reason(refusal, self.codes.language)))
        for name in [name for name in self.answers if name not in judged.shown]:
            self._drop(name, NOT_ASKED)

    def _drop(self, name: str, reason: Said) -> None:
        del self.answers[name]
        for leaf in self.leaves.pop(name, ()):
            if not any(leaf in others for others in self.leaves.values()):
                leaf.fate = reason


def _reason(refusal: Refusal, language: str) -> str | Said:
    """Return why an answer was refused: in the questionnaire's own words, or in ours."""
    if refusal.text:
        return wording(refusal.text, language)
    values: Mapping[str, Any] = {
        name: wording(value.label, language) if hasattr(value, "label") else value
        for name, value in refusal.values.items()
    }
    return said(refusal.message, **values)


def mark(leaves: Iterable[Leaf | None], reason: Said) -> None:
    """Say of values why they have no place, unless something was said already."""
    for leaf in leaves:
        if leaf is not None and leaf.fate is None:
            leaf.fate = reason
