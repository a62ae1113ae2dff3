"""Two revisions of a questionnaire → for each question: comparable, a break in the series, or not comparable.

The rules are those of comparison_rules; here they are applied, with what is around a question: pages, repeats, the
conditions of both, and who may take part at all. The result is data; docs/revisions.md explains it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from survey_service.questionnaire import comparison_rules as rules
from survey_service.questionnaire.comparison_reasons import (
    BREAK,
    COMPARABLE,
    NOT_COMPARABLE,
    VERDICTS,
    Reason,
    severity,
)
from survey_service.questionnaire.comparison_rules import NOT_A_SERIES, Asked
from survey_service.questionnaire.model import Questionnaire

__all__ = ["BREAK", "COMPARABLE", "NOT_COMPARABLE", "VERDICTS", "Change", "Reason", "compare", "from_json", "to_json"]


@dataclass(frozen=True)
class Change:
    """What became of one question; without reasons it is as it was."""

    question: str
    reasons: tuple[Reason, ...] = ()

    @property
    def verdict(self) -> str:
        """The gravest of the reasons; COMPARABLE if there is none."""
        return max((reason.verdict for reason in self.reasons), key=severity, default=COMPARABLE)


def compare(old: Questionnaire, new: Questionnaire) -> tuple[Change, ...]:
    """Return a change for each question of two revisions, in the new order, removed ones where they stood before."""
    around = _Around(old, new)
    found = {name: Change(name, tuple(_unique(around.reasons(name)))) for name in _names(old, new)}
    return tuple(_with_base(change, found, around) for change in found.values())


def _names(old: Questionnaire, new: Questionnaire) -> list[str]:
    names = list(new.questions)
    place = 0
    for name in old.questions:
        if name in new.questions:
            place = names.index(name) + 1
        else:
            names.insert(place, name)
            place += 1
    return names


def _unique(reasons: Iterable[Reason]) -> list[Reason]:
    found: list[Reason] = []
    found.extend(reason for reason in reasons if reason not in found)
    return found


class _Around:
    """Judges questions by what is around them in two revisions."""

    def __init__(self, old: Questionnaire, new: Questionnaire) -> None:
        self.old, self.new = old, new
        self._other_people = _people(old) != _people(new)
        common = old.questions.keys() & new.questions.keys()
        self._before, self._after = _follows(old, common), _follows(new, common)

    def reasons(self, name: str) -> Iterator[Reason]:
        before, after = self.old.questions.get(name), self.new.questions.get(name)
        if before is None or after is None:
            there = after if before is None else before
            idle = there is not None and there.type in NOT_A_SERIES
            yield Reason("added" if before is None else "removed", COMPARABLE if idle else NOT_COMPARABLE)
            return
        found = [
            *rules.reasons(Asked(before, self.old.languages), Asked(after, self.new.languages)),
            *self._base(name),
            *self._place(name),
        ]
        if before.type in NOT_A_SERIES and after.type in NOT_A_SERIES:
            found = [replace(reason, verdict=COMPARABLE) for reason in found]
        yield from found

    def _base(self, name: str) -> Iterator[Reason]:
        """Yield what has changed in whom the question is put to, and for what."""
        old, new = self.old, self.new
        if old.repeats_of.get(name, ()) != new.repeats_of.get(name, ()):
            yield Reason("unit", NOT_COMPARABLE)
        if _conditions(old, name) != _conditions(new, name):
            yield Reason("base", BREAK)
        if self._other_people:
            yield Reason("population", BREAK)

    def _place(self, name: str) -> Iterator[Reason]:
        """A question is moved if its page is another one; a page that has a new name only is none."""
        before, after = self.old.page_of[name], self.new.page_of[name]
        if before.name != after.name and (self.new.page(before.name) or self.old.page(after.name)):
            yield Reason("moved", BREAK)
        elif self._before[name] != self._after[name]:
            yield Reason("follows", COMPARABLE)
        tags = tuple(tag for tag in self.new.languages if tag in self.old.languages)
        if _headings(self.old, name, tags) != _headings(self.new, name, tags):
            yield Reason("heading", COMPARABLE)

    def base_of(self, name: str) -> frozenset[str]:
        """Return the questions that decide whether a question is asked, in both revisions."""
        return _deciding(self.old, name) & _deciding(self.new, name)


def _with_base(change: Change, found: Mapping[str, Change], around: _Around) -> Change:
    """Add a reason for each changed question that decides who is asked; that alone is no break, but worth a look."""
    if change.question not in around.old.questions or change.question not in around.new.questions:
        return change
    changed = (
        Reason("base_question", COMPARABLE, {"name": name})
        for name in sorted(around.base_of(change.question))
        if name != change.question and found[name].verdict != COMPARABLE
    )
    return Change(change.question, (*change.reasons, *changed))


def _people(questionnaire: Questionnaire) -> tuple[str, frozenset[str]]:
    return questionnaire.audience, frozenset(end.when.text for end in questionnaire.screen_outs)


def _follows(questionnaire: Questionnaire, names: Iterable[str]) -> dict[str, str]:
    """Return for each of the names the one that stands before it."""
    among = set(names)
    order = [name for name in questionnaire.questions if name in among]
    return dict(zip(order, ["", *order], strict=False))


def _conditions(questionnaire: Questionnaire, name: str) -> list[str]:
    """Return the conditions around a question and the numbers of entries of the repeats it stands in."""
    found = [expression.text for _, expression in questionnaire.gates(name)]
    for repeat in questionnaire.repeats_of.get(name, ()):
        count = questionnaire.repeats[repeat].count
        found.append(f"{repeat}: {count.text if count else ''}")
    return found


def _headings(questionnaire: Questionnaire, name: str, tags: tuple[str, ...]) -> list[dict[str, str]]:
    """Return what stands above a question: labels and hints of its page and of the groups around it."""
    page = questionnaire.page_of[name]
    groups = questionnaire.enclosing(questionnaire.questions[name].group or page.group)
    texts = [page.label, page.hint, *(text for group in groups for text in (group.label, group.hint))]
    return [rules.seen(text, tags) for text in texts]


def _deciding(questionnaire: Questionnaire, name: str) -> frozenset[str]:
    relevant = questionnaire.questions[name].relevant
    names = {used for _, gate in questionnaire.gates(name) for used in gate.names}
    names |= relevant.names if relevant is not None else frozenset()
    return frozenset(names & questionnaire.questions.keys())


def to_json(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """Return the changes that have a reason as JSON data."""
    return [
        {
            "question": change.question,
            "reasons": [
                {"code": reason.code, "verdict": reason.verdict, "values": dict(reason.values)}
                for reason in change.reasons
            ],
        }
        for change in changes
        if change.reasons
    ]


def from_json(data: Iterable[Mapping[str, Any]]) -> tuple[Change, ...]:
    """Return the changes that ``to_json`` has written."""
    return tuple(Change(entry["question"], tuple(Reason(**reason) for reason in entry["reasons"])) for entry in data)
