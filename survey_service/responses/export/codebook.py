"""What the tables and columns of an export mean, over all revisions of a questionnaire.

The responses are one table; each repeat is another, with a row for each entry. A question that a later revision no
longer asks keeps its column. One whose type has changed, or that has moved into a repeat or out of it, has a column for
each: the newest bears the question's name, an earlier one that and the number of the last revision that asked so
(``age@1``). So do repeats that have moved, and questions that have the name of one of the columns of every table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from survey_service.problems import Problem
from survey_service.questionnaire.model import Choice, Group, Page, Question, Questionnaire, Text
from survey_service.questionnaire.question_types import TYPES, asks, scale_of
from survey_service.responses.revisions import Publications

FACTS = ("number", "questionnaire", "revision", "language", "period", "mode", "status", "source")
"""The first columns of the table of responses."""
EXCLUSION, NOTES = "response:exclusion", "response:notes"
"""Columns behind FACTS that are asked for: why a response was excluded; what the team has noted on it."""
LINKS = ("number", "parent_entry", "entry")
"""The first columns of a repeat's table: the response's number; the number of the entry around it, if it stands in
another repeat; its own number, counted from 1 within the response."""
Chain = tuple[str, ...]
"""The repeats around something, outermost first."""


@dataclass(frozen=True)
class Use:
    """A question as one revision asks it."""

    revision: str
    question: Question
    page: Page
    groups: tuple[Group, ...]

    @property
    def heading(self) -> Text:
        """The label of the page, else of the innermost group that has one."""
        return self.page.label or next((group.label for group in reversed(self.groups) if group.label), {})


@dataclass(frozen=True)
class Variable:
    """One question in one type at one place. ``uses`` are the revisions that ask it so, newest first."""

    name: str
    chain: Chain
    uses: tuple[Use, ...]

    @property
    def question(self) -> Question:
        """The question as the newest such revision asks it."""
        return self.uses[0].question

    @cached_property
    def kind(self) -> str:
        """The type of its values: that of the question, or ``calculate`` where a question of any type is computed."""
        computed = any(use.question.calculation is not None for use in self.uses)
        return "calculate" if computed and self.question.type != "hidden" else self.question.type

    @property
    def revisions(self) -> tuple[str, ...]:
        """The revisions that ask it so, oldest first."""
        return tuple(use.revision for use in reversed(self.uses))

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """The choices of all revisions."""
        found: dict[str, Choice] = {}
        for use in self.uses:
            for choice in use.question.choices:
                found.setdefault(choice.name, choice)
        return tuple(found.values())

    @cached_property
    def free(self) -> bool:
        """Whether its answers are texts although they were chosen: they are answers to another question."""
        return any(use.question.choices_from for use in self.uses)

    @cached_property
    def whole(self) -> bool:
        """Whether a scale has whole numbers only."""
        scales = (scale_of(use.question) for use in self.uses)
        return all(low == int(low) and step == int(step) for low, _, step in scales)


@dataclass(frozen=True)
class Table:
    """One table: ``name`` is empty for the responses, else the repeat's; ``groups`` are those around it, itself last.

    ``parent`` is the position of the table around it. ``inner`` are the positions of the tables within it.
    """

    name: str
    chain: Chain
    label: Text
    groups: tuple[Group, ...]
    revisions: tuple[str, ...]
    parent: int
    inner: tuple[int, ...]
    variables: tuple[Variable, ...]


@dataclass(frozen=True)
class Codebook:
    """All tables, that of the responses first and a repeat's after the one around it.

    ``places`` says for each revision and chain of repeats where a question is (position of the variable in its table).
    """

    title: Text
    revisions: tuple[str, ...]
    tables: tuple[Table, ...]
    places: Mapping[str, Mapping[Chain, Mapping[str, int]]]

    @property
    def variables(self) -> tuple[Variable, ...]:
        """All variables, table by table."""
        return tuple(variable for table in self.tables for variable in table.variables)


def of(publications: Publications, name: str) -> Codebook:
    """Return the codebook of a questionnaire. Raises Problem questionnaire.missing."""
    history = publications.history(name)
    if not history:
        raise Problem("questionnaire.missing")
    return over({revision: publications.questionnaire(revision) for revision in history})


def over(revisions: Mapping[str, Questionnaire]) -> Codebook:
    """Return the codebook of a questionnaire, given its revisions by id, oldest first."""
    newest_first = list(revisions.items())[::-1]
    found: dict[tuple[Chain, str, str], list[Use]] = {}
    for revision, questionnaire in newest_first:
        for question in questionnaire.questions.values():
            if has_value(question):
                chain = questionnaire.repeats_of.get(question.name, ())
                found.setdefault((chain, question.name, question.type), []).append(
                    _use(revision, questionnaire, question)
                )
    by_chain: dict[Chain, list[Variable]] = {}
    taken = {*FACTS, *LINKS}
    for (chain, name, _), uses in found.items():
        variable = Variable(_free(name, uses[0].revision, taken), chain, tuple(uses))
        taken.add(variable.name)
        by_chain.setdefault(chain, []).append(variable)
    tables = _tables(newest_first, by_chain)
    places: dict[str, dict[Chain, dict[str, int]]] = {revision: {} for revision in revisions}
    for table in tables:
        for position, variable in enumerate(table.variables):
            for use in variable.uses:
                places[use.revision].setdefault(table.chain, {})[use.question.name] = position
    return Codebook(newest_first[0][1].label, tuple(revisions), tuple(tables), places)


def has_value(question: Question) -> bool:
    """Tell whether responses hold something for a question: an answer, or what is calculated or noted."""
    return asks(question) or TYPES[question.type].computed is not None or question.calculation is not None


def _use(revision: str, questionnaire: Questionnaire, question: Question) -> Use:
    page = questionnaire.page_of[question.name]
    return Use(revision, question, page, questionnaire.enclosing(question.group or page.group))


def _tables(newest_first: Iterable[tuple[str, Questionnaire]], by_chain: Mapping[Chain, list[Variable]]) -> list[Table]:
    used: dict[Chain, list[tuple[str, Questionnaire]]] = {}
    for revision, questionnaire in newest_first:
        for chain in (questionnaire.chain(repeat) for repeat in questionnaire.repeats):
            used.setdefault(chain, []).append((revision, questionnaire))
    names: dict[Chain, str] = {(): ""}
    for chain, uses in used.items():  # newest first: they keep their names
        names[chain] = _free(chain[-1], uses[0][0], set(names.values()))
    order: list[Chain] = [(), *_nested(used, ())]
    tables = []
    for chain in order:
        label: Text = {}
        groups: tuple[Group, ...] = ()
        if chain:
            questionnaire = used[chain][0][1]
            label, groups = questionnaire.repeats[chain[-1]].label, questionnaire.enclosing(chain[-1])
        tables.append(
            Table(
                name=names[chain],
                chain=chain,
                label=label,
                groups=groups,
                revisions=tuple(revision for revision, _ in reversed(used.get(chain, []))),
                parent=order.index(chain[:-1]),
                inner=tuple(at for at, other in enumerate(order) if other and other[:-1] == chain),
                variables=tuple(by_chain.get(chain, ())),
            )
        )
    return tables


def _nested(chains: Iterable[Chain], around: Chain) -> list[Chain]:
    """Return the chains within one, each followed by those within it."""
    known = list(chains)
    return [each for chain in known if chain[:-1] == around for each in (chain, *_nested(known, chain))]


def _free(name: str, revision: str, taken: set[str]) -> str:
    return f"{name}@{revision.rpartition('-')[2]}" if name in taken else name
