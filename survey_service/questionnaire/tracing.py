"""What happens with given answers, and why: every page and question with its conditions, each true or false."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from survey_service.questionnaire import places
from survey_service.questionnaire.expression import Expression
from survey_service.questionnaire.journey import Stop
from survey_service.questionnaire.judge import Judgement, Refusal
from survey_service.questionnaire.model import Group, Page, Question, Questionnaire
from survey_service.questionnaire.values import Answer, Path


@dataclass(frozen=True)
class Held:
    """A condition and whether it holds. ``key`` is that of the expression: relevant, required, when."""

    key: str
    expression: Expression
    holds: bool


@dataclass(frozen=True)
class TracedQuestion:
    """A question at a place: whether it is shown, by which conditions, its value and why an input was refused."""

    question: Question
    shown: bool
    conditions: tuple[Held, ...]
    value: Answer
    refusal: Refusal | None


@dataclass(frozen=True)
class TracedStop:
    """A page at a place, or a repeat with its number of ``entries`` (then there are no questions)."""

    stop: Stop
    shown: bool
    conditions: tuple[Held, ...]
    questions: tuple[TracedQuestion, ...] = ()
    entries: int = 0


def trace(questionnaire: Questionnaire, judgement: Judgement) -> tuple[TracedStop, ...]:
    """Return all pages in order, also those that are not shown; those in repeats for each entry."""
    return tuple(_trace(questionnaire, judgement, questionnaire.pages, ()))


def ends(questionnaire: Questionnaire, judgement: Judgement) -> Iterator[tuple[str, Held]]:
    """Yield each early end by name, with its condition."""
    for end in questionnaire.screen_outs:
        yield end.name, _held(judgement, (), "when", end.when)


def _trace(
    questionnaire: Questionnaire, judgement: Judgement, pages: Sequence[Page], path: Path
) -> Iterator[TracedStop]:
    depth = len(path)
    for repeat, group in groupby(pages, key=lambda page: "".join(questionnaire.chain(page.group)[depth : depth + 1])):
        inside = list(group)
        if not repeat:
            for page in inside:
                yield _page(questionnaire, judgement, page, path)
            continue
        count = judgement.count(repeat, path)
        around = _around(questionnaire, judgement, questionnaire.enclosing(repeat), path)
        shown = places.key(path, repeat) in judgement.shown
        yield TracedStop(Stop(None, path, repeat), shown, around, entries=count)
        for index in range(count):
            yield from _trace(questionnaire, judgement, inside, (*path, (repeat, index)))


def _page(questionnaire: Questionnaire, judgement: Judgement, page: Page, path: Path) -> TracedStop:
    stop = Stop(page, path)
    groups = questionnaire.enclosing(page.group)
    held = list(_around(questionnaire, judgement, groups, path))
    if page.relevant is not None:
        held.append(_held(judgement, path, "relevant", page.relevant))
    questions = tuple(
        _question(questionnaire, judgement, question, len(groups), path, key)
        for question, key in zip(page.questions, stop.keys, strict=True)
    )
    return TracedStop(stop, any(question.shown for question in questions), tuple(held), questions)


def _question(
    questionnaire: Questionnaire, judgement: Judgement, question: Question, outer: int, path: Path, key: str
) -> TracedQuestion:
    inner = questionnaire.enclosing(question.group)[outer:] if question.group else ()
    held = list(_around(questionnaire, judgement, inner, path))
    for name in ("relevant", "required"):
        expression = getattr(question, name)
        if isinstance(expression, Expression):
            held.append(_held(judgement, path, name, expression))
    return TracedQuestion(
        question,
        key in judgement.shown,
        tuple(held),
        judgement.value(question.name, path),
        judgement.refusals.get(key),
    )


def _around(
    questionnaire: Questionnaire, judgement: Judgement, groups: Sequence[Group], path: Path
) -> tuple[Held, ...]:
    """Return the conditions of groups, each seen from where the group itself stands."""
    return tuple(
        _held(judgement, path[: len(questionnaire.chain(group.parent))], "relevant", group.relevant)
        for group in groups
        if group.relevant is not None
    )


def _held(judgement: Judgement, path: Path, key: str, expression: Expression) -> Held:
    return Held(key, expression, expression.holds(judgement.scope_at(path)))
