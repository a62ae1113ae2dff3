"""The frozen model of a questionnaire: pages, questions, choices, texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from survey_service import languages
from survey_service.questionnaire.expression import Expression, Scope
from survey_service.questionnaire.values import Answer, to_text, value_of

Answers = Mapping[str, Answer]
Text = Mapping[str, str]
"""A text: language tag → wording; the tag ``*`` means the same wording in every language."""

T = TypeVar("T")
Media = Mapping[str, Text]
"""What is shown or played beside a label: ``image``, ``audio`` or ``video`` → the name of its file, by language."""

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
    """One choice. ``columns`` are its further columns, for choice filters; ``pictogram`` names a drawing beside its
    label, ``media`` files."""

    name: str
    label: Text
    exclusive: bool = False
    last: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    pictogram: str = ""
    media: Media = field(default_factory=dict)

    @cached_property
    def filter_columns(self) -> Mapping[str, str]:
        return {**self.columns, "name": self.name}


@dataclass(frozen=True)
class Question:
    """One question; the meaning of each field is in docs/definition-format.md.

    ``group`` is the innermost group around it if that is not the page's; ``default`` a literal answer or an expression;
    ``concept`` what it asks wherever it is asked, e.g. ``needs/B02`` (see ``bank``).
    """

    type: str
    name: str
    label: Text
    hint: Text = field(default_factory=dict)
    guidance: Text = field(default_factory=dict)
    required: Expression | bool = False
    required_message: Text = field(default_factory=dict)
    relevant: Expression | None = None
    constraint: Expression | None = None
    constraint_message: Text = field(default_factory=dict)
    list_name: str = ""
    choices: tuple[Choice, ...] = ()
    choices_from: str = ""
    choice_filter: Expression | None = None
    calculation: Expression | None = None
    trigger: str = ""
    default: Answer | Expression = None
    appearance: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    autocomplete: str = ""
    sensitive: bool = False
    group: str = ""
    concept: str = ""
    pictogram: str = ""
    media: Media = field(default_factory=dict)

    def offered_choices(self, scope: Scope) -> tuple[Choice, ...]:
        """Return the choices that can be made where the scope stands: those the choice filter lets through, in the
        order of the list, or the answers to the question that ``choices_from`` names."""
        if self.choices_from:
            return _answered_choices(self.choices_from, scope)
        if self.choice_filter is None:
            return self.choices
        if self.fixed_choices is not None:
            return self.fixed_choices
        return self._let_through(self.choice_filter, scope)

    def _let_through(self, choice_filter: Expression, scope: Scope) -> tuple[Choice, ...]:
        kept, columns = [], scope.columns
        for choice in self.choices:
            scope.columns = choice.filter_columns
            if choice_filter.holds(scope):
                kept.append(choice)
        scope.columns = columns
        return tuple(kept)

    @cached_property
    def choice_names(self) -> frozenset[str]:
        """The names of all choices."""
        return frozenset(choice.name for choice in self.choices)

    @cached_property
    def fixed_choices(self) -> tuple[Choice, ...] | None:
        """The offered choices if the filter looks at the choices' columns only, so that they are always the same."""
        choice_filter = self.choice_filter
        if choice_filter is None or choice_filter.names or "(" in choice_filter.text:
            return None
        return self._let_through(choice_filter, Scope(answers={}, today=dt.date.min))

    def shown_choices(self, scope: Scope, seed: int, tag: str) -> tuple[Choice, ...]:
        """Return the offered choices in the order shown to one respondent who reads the language ``tag``.

        With ``randomize`` the order is rotated by the respondent's stored seed; choices marked ``last`` stay last.
        """
        choices = self.offered_choices(scope)
        if not self.parameters.get("randomize"):
            return self.in_order(choices, tag)
        free = shuffled([choice for choice in choices if not choice.last], f"{seed}:{self.name}")
        return (*free, *(choice for choice in choices if choice.last))

    def in_order(self, choices: tuple[Choice, ...], tag: str) -> tuple[Choice, ...]:
        """Return choices in the order of the list, with ``alphabetical`` in that of the alphabet of a language; those
        marked ``last`` stay last."""
        if not self.parameters.get("alphabetical"):
            return choices
        free = [choice for choice in choices if not choice.last]
        free.sort(key=lambda choice: languages.collation_key(wording(choice.label, tag), tag))
        return (*free, *(choice for choice in choices if choice.last))

    def expressions(self) -> Iterator[tuple[str, Expression]]:
        """Yield (key, expression) for each expression of the question."""
        for key in ("required", "relevant", "constraint", "choice_filter", "calculation", "default"):
            value = getattr(self, key)
            if isinstance(value, Expression):
                yield key, value


def shuffled(items: Sequence[T], seed: str) -> list[T]:
    """Return items in an order that depends on the seed only (Fisher and Yates, numbers of a linear congruential
    generator begun with FNV-1a). ``device.js`` does the same, so that a phone shows the order that the seed stands for.
    """
    state = 0x811C9DC5
    for byte in seed.encode():
        state = ((state ^ byte) * 0x01000193) & 0xFFFFFFFF
    mixed = list(items)
    for last in range(len(mixed) - 1, 0, -1):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        other = state * (last + 1) >> 32
        mixed[last], mixed[other] = mixed[other], mixed[last]
    return mixed


def _answered_choices(question: str, scope: Scope) -> tuple[Choice, ...]:
    """Return the answers to a question in a repeat as choices, each once, empty ones left out."""
    found: list[Mapping[str, Any]] = [scope.answers]
    for repeat in scope.repeats.get(question, ()):
        found = [entry for around in found for entry in around.get(repeat) or ()]
    names = dict.fromkeys(to_text(value_of(entry.get(question))) for entry in found)
    return tuple(Choice(name, {"*": name}) for name in names if name)


@dataclass(frozen=True)
class Page:
    """Questions that are shown together. ``group`` is the innermost group around the whole page.

    An ``implied`` page comes of dividing questions that stand in no field-list: it has neither label nor condition.
    """

    name: str
    label: Text
    questions: tuple[Question, ...]
    hint: Text = field(default_factory=dict)
    relevant: Expression | None = None
    group: str = ""
    implied: bool = False


@dataclass(frozen=True)
class Group:
    """A group of pages, or of questions within a page; ``parent`` is the group around it.

    A ``repeat`` encloses whole pages, which are asked for each entry. ``count`` is the number of entries; without it
    the respondent adds and removes them.
    """

    name: str
    label: Text = field(default_factory=dict)
    hint: Text = field(default_factory=dict)
    relevant: Expression | None = None
    parent: str = ""
    repeat: bool = False
    count: Expression | None = None
    appearance: str = ""


@dataclass(frozen=True)
class ScreenOut:
    """An early end: if ``when`` holds the interview is over and nothing is stored."""

    name: str
    when: Expression
    label: Text
    hint: Text = field(default_factory=dict)


@dataclass(frozen=True)
class MediaFile:
    """A file that was brought for a questionnaire: the SHA-256 of its content, MIME type, bytes, and the pixels of a
    picture (0 for all else)."""

    sha256: str
    type: str
    size: int
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Questionnaire:
    """A questionnaire as data. ``consent`` names the question whose answer ``yes`` is the consent, or is empty.

    ``files`` are the files that ``media`` of questions and choices name, as far as they were brought, by name.
    """

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
    groups: tuple[Group, ...] = ()
    files: Mapping[str, MediaFile] = field(default_factory=dict)

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """All questions by name, in order."""
        return {question.name: question for page in self.pages for question in page.questions}

    @cached_property
    def consents(self) -> tuple[str, ...]:
        """The questions that ask for consent: the first one, and those which sensitive questions depend on and that
        offer the same choices."""
        if not self.consent:
            return ()
        chosen_from = self.questions[self.consent].list_name
        needed = {name for each in self.questions.values() if each.sensitive for name in self.references(each.name)}
        further = (
            name
            for name, question in self.questions.items()
            if name in needed and question.type == "select_one" and question.list_name == chosen_from
        )
        return tuple(dict.fromkeys((self.consent, *further)))

    @cached_property
    def page_of(self) -> Mapping[str, Page]:
        """The page of each question."""
        return {question.name: page for page in self.pages for question in page.questions}

    @cached_property
    def repeats(self) -> Mapping[str, Group]:
        """The repeats by name, in order."""
        return {group.name: group for group in self.groups if group.repeat}

    def expressions(self) -> Iterator[tuple[str, str, Expression]]:
        """Yield (place, key, expression) for every expression of groups, pages, questions and early ends."""
        for group in self.groups:
            for key, each in (("relevant", group.relevant), ("count", group.count)):
                if each is not None:
                    yield group.name, key, each
        for page in self.pages:
            if page.relevant is not None:
                yield page.name, "relevant", page.relevant
        for question in self.questions.values():
            for key, expression in question.expressions():
                yield question.name, key, expression
        for end in self.screen_outs:
            yield end.name, "when", end.when

    def page(self, name: str) -> Page | None:
        """Return the page of that name, or None."""
        return next((page for page in self.pages if page.name == name), None)

    @cached_property
    def _groups(self) -> Mapping[str, Group]:
        return {group.name: group for group in self.groups}

    def enclosing(self, name: str) -> tuple[Group, ...]:
        """Return the group of that name and those around it, outermost first; none for the empty name."""
        found: list[Group] = []
        while name in self._groups and self._groups[name] not in found:
            found.append(self._groups[name])
            name = found[-1].parent
        return tuple(reversed(found))

    def chain(self, group: str) -> tuple[str, ...]:
        """Return the names of the repeats among a group and those around it, outermost first."""
        return tuple(found.name for found in self.enclosing(group) if found.repeat)

    @cached_property
    def repeats_of(self) -> Mapping[str, tuple[str, ...]]:
        """Each repeat, and each question in one, with the repeats around it, outermost first (see ``Scope``)."""
        within = {name: self.chain(group.parent) for name, group in self.repeats.items()}
        for page in self.pages:
            chain = self.chain(page.group)
            if chain:
                within.update({question.name: chain for question in page.questions})
        return within

    @cached_property
    def columns(self) -> Mapping[tuple[str, ...], tuple[str, ...]]:
        """What answers hold in each chain of repeats, ``()`` outside all: questions and repeats, in order."""
        found: dict[tuple[str, ...], dict[str, None]] = {(): {}}
        for page in self.pages:
            chain = self.chain(page.group)
            for depth, repeat in enumerate(chain):
                found.setdefault(chain[:depth], {})[repeat] = None
            found.setdefault(chain, {}).update(dict.fromkeys(question.name for question in page.questions))
        return {chain: tuple(names) for chain, names in found.items()}

    def gates(self, name: str) -> tuple[tuple[str, Expression], ...]:
        """Return the conditions around a question or repeat, outermost first, each with the name of what has it."""
        if name in self.questions:
            question, page = self.questions[name], self.page_of[name]
            around = self.enclosing(page.group)
            inner = self.enclosing(question.group)[len(around) :] if question.group else ()
            found: tuple[Page | Group, ...] = (*around, page, *inner)
        else:
            found = self.enclosing(name)
        return tuple((f"{type(one).__name__} {one.name}", one.relevant) for one in found if one.relevant is not None)

    @cached_property
    def evaluation_order(self) -> tuple[str, ...]:
        """The names of questions and repeats so ordered that each comes after those its expressions refer to.

        Raises Cycle if that is not possible; the loader reports it, so a loaded questionnaire never does.
        """
        done: dict[str, None] = {}
        for name in self.questions:
            self._visit(name, done, [])
        return tuple(done)

    def _visit(self, name: str, done: dict[str, None], path: list[str]) -> None:
        if name in done or (name not in self.questions and name not in self.repeats):
            return
        if name in path:
            raise Cycle((*path[path.index(name) :], name))
        for needed in sorted(self.references(name)):
            self._visit(needed, done, [*path, name])
        done[name] = None

    def references(self, name: str) -> frozenset[str]:
        """Return the names that decide whether and how a question is asked, or how many entries a repeat has.

        The conditions of the page and of groups around it are included, and so are the repeats it stands in.
        """
        names = {used for _, gate in self.gates(name) for used in gate.names}
        names |= set(self.repeats_of.get(name, ()))
        if name in self.repeats:
            count = self.repeats[name].count
            return frozenset(names | (count.names if count else frozenset()))
        question = self.questions[name]
        for key, expression in question.expressions():
            own = {name} if key == "constraint" or name in expression.elsewhere else set()
            names |= expression.names - own
        return frozenset(names | ({question.choices_from} if question.choices_from else set()))


class Cycle(ValueError):
    """Questions that depend on each other in a circle; ``names`` begins and ends with the same one."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(" → ".join(names))
