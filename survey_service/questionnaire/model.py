"""The frozen model of a questionnaire: pages, questions, choices, texts."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from survey_service import languages
from survey_service.questionnaire.expression import Expression, Scope

Answer = str | int | float | bool | list[str] | None
Answers = Mapping[str, Answer]
Text = Mapping[str, str]
"""A text: language tag → wording; the tag ``*`` means the same wording in every language."""

PREFER_NOT_TO_SAY = "pna"


def wording(text: Text, tag: str) -> str:
    """Return the wording of a text in a language, or in its first fallback that has one, or ``""``."""
    if "*" in text:
        return text["*"]
    for candidate in languages.chain(tag):
        if candidate in text:
            return text[candidate]
    return next(iter(text.values()), "")


@dataclass(frozen=True)
class Choice:
    """One choice. ``columns`` are its further columns, for choice filters."""

    name: str
    label: Text
    exclusive: bool = False
    last: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def filter_columns(self) -> Mapping[str, str]:
        return {**self.columns, "name": self.name}


def _let_through(
    choices: tuple[Choice, ...], choice_filter: Expression, answers: Answers, today: dt.date
) -> tuple[Choice, ...]:
    scope = Scope(answers=answers, today=today)
    through = []
    for choice in choices:
        scope.columns = choice.filter_columns
        if choice_filter.holds(scope):
            through.append(choice)
    return tuple(through)


@dataclass(frozen=True)
class Question:
    """One question; the meaning of each field is in docs/definition-format.md."""

    type: str
    name: str
    label: Text
    hint: Text = field(default_factory=dict)
    required: Expression | bool = False
    required_message: Text = field(default_factory=dict)
    relevant: Expression | None = None
    constraint: Expression | None = None
    constraint_message: Text = field(default_factory=dict)
    list_name: str = ""
    choices: tuple[Choice, ...] = ()
    choice_filter: Expression | None = None
    calculation: Expression | None = None
    default: Answer = None
    appearance: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    autocomplete: str = ""
    sensitive: bool = False

    def offered_choices(self, answers: Answers, today: dt.date) -> tuple[Choice, ...]:
        """Return the choices that the choice filter lets through, in the order of the list."""
        if self.choice_filter is None:
            return self.choices
        if self._fixed_choices is not None:
            return self._fixed_choices
        return _let_through(self.choices, self.choice_filter, answers, today)

    @cached_property
    def choice_names(self) -> frozenset[str]:
        """The names of all choices."""
        return frozenset(choice.name for choice in self.choices)

    @cached_property
    def _fixed_choices(self) -> tuple[Choice, ...] | None:
        """The offered choices if the filter looks at the choices' columns only, so that they are always the same."""
        choice_filter = self.choice_filter
        if choice_filter is None or choice_filter.names or "(" in choice_filter.text:
            return None
        return _let_through(self.choices, choice_filter, {}, dt.date.min)

    def shown_choices(self, answers: Answers, seed: int, today: dt.date) -> tuple[Choice, ...]:
        """Return the offered choices in the order shown to one respondent.

        With ``randomize`` the order is rotated by the respondent's stored seed; choices marked ``last`` stay last.
        """
        choices = self.offered_choices(answers, today)
        if not self.parameters.get("randomize"):
            return choices
        free = [choice for choice in choices if not choice.last]
        random.Random(f"{seed}:{self.name}").shuffle(free)  # noqa: S311 - an order, not a secret
        return (*free, *(choice for choice in choices if choice.last))

    def expressions(self) -> Iterator[tuple[str, Expression]]:
        """Yield (key, expression) for each expression of the question."""
        for key in ("required", "relevant", "constraint", "choice_filter", "calculation"):
            value = getattr(self, key)
            if isinstance(value, Expression):
                yield key, value


@dataclass(frozen=True)
class Page:
    """Questions that are shown together."""

    name: str
    label: Text
    questions: tuple[Question, ...]
    hint: Text = field(default_factory=dict)
    relevant: Expression | None = None


@dataclass(frozen=True)
class ScreenOut:
    """An early end: if ``when`` holds the interview is over and nothing is stored."""

    name: str
    when: Expression
    label: Text
    hint: Text = field(default_factory=dict)


@dataclass(frozen=True)
class Questionnaire:
    """A questionnaire as data. ``consent`` names the question whose answer ``yes`` is the consent, or is empty."""

    name: str
    audience: str
    languages: tuple[str, ...]
    label: Text
    pages: tuple[Page, ...]
    hint: Text = field(default_factory=dict)
    minutes: tuple[int, int] = (1, 5)
    consent: str = ""
    screen_outs: tuple[ScreenOut, ...] = ()
    lists: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """All questions by name, in order."""
        return {question.name: question for page in self.pages for question in page.questions}

    @cached_property
    def page_of(self) -> Mapping[str, Page]:
        """The page of each question."""
        return {question.name: page for page in self.pages for question in page.questions}

    def page(self, name: str) -> Page | None:
        """Return the page of that name, or None."""
        return next((page for page in self.pages if page.name == name), None)

    @cached_property
    def evaluation_order(self) -> tuple[Question, ...]:
        """The questions so ordered that each comes after those its expressions refer to.

        Raises Cycle if that is not possible; the loader reports it, so a loaded questionnaire never does.
        """
        done: dict[str, Question] = {}
        for name in self.questions:
            self._visit(name, done, [])
        return tuple(done.values())

    def _visit(self, name: str, done: dict[str, Question], path: list[str]) -> None:
        if name in done or name not in self.questions:
            return
        if name in path:
            raise Cycle((*path[path.index(name) :], name))
        for needed in sorted(self.references(name)):
            self._visit(needed, done, [*path, name])
        done[name] = self.questions[name]

    def references(self, name: str) -> frozenset[str]:
        """Return the names that decide whether and how a question is asked (its page's relevance included)."""
        question, page = self.questions[name], self.page_of[name]
        names = set(page.relevant.names if page.relevant else ())
        for key, expression in question.expressions():
            names |= expression.names - ({name} if key == "constraint" else set())
        return frozenset(names)


class Cycle(ValueError):
    """Questions that depend on each other in a circle; ``names`` begins and ends with the same one."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(" → ".join(names))
