"""Whether groups and repeats fit together: what the loader and the import ask before a questionnaire is used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from survey_service.questionnaire.model import Page, Questionnaire


@dataclass(frozen=True)
class GroupingFault:
    """What does not fit: the name of a group, page or question, the fault, and what to do."""

    place: str
    fault: str
    remedy: str


def faults(questionnaire: Questionnaire) -> Iterator[GroupingFault]:
    """Yield what is wrong with a questionnaire's groups."""
    yield from _wrong_names(questionnaire)
    known = {group.name: group for group in questionnaire.groups}
    for group in questionnaire.groups:
        around = questionnaire.enclosing(group.parent)
        if group.parent and group.parent not in known:
            yield GroupingFault(group.name, f"there is no group “{group.parent}”", "name a group as parent, or none")
        elif group in around:
            yield GroupingFault(group.name, "the group stands within itself", "give it another parent, or none")
        if group.repeat and not any(group.name in questionnaire.chain(page.group) for page in questionnaire.pages):
            yield GroupingFault(group.name, "the repeat has no pages", f"write “group: {group.name}” at a page")
    for page in questionnaire.pages:
        yield from _wrong_place(questionnaire, page)
    yield from _torn(questionnaire)
    if questionnaire.consent in questionnaire.repeats_of:
        yield GroupingFault(questionnaire.consent, "the consent stands in a repeat", "move it out of the repeat")


def _wrong_names(questionnaire: Questionnaire) -> Iterator[GroupingFault]:
    seen: set[str] = set()
    for group in questionnaire.groups:
        if group.name in seen:
            yield GroupingFault(group.name, "the group name is used twice", "rename one of the groups")
        if group.repeat and group.name in questionnaire.questions:
            yield GroupingFault(group.name, "a question has the name of the repeat", "rename one of the two")
        if group.repeat and questionnaire.page(group.name) is not None:
            yield GroupingFault(group.name, "a page has the name of the repeat", "rename one of the two")
        seen.add(group.name)


def _wrong_place(questionnaire: Questionnaire, page: Page) -> Iterator[GroupingFault]:
    known = {group.name for group in questionnaire.groups}
    if page.group and page.group not in known:
        yield GroupingFault(page.name, f"there is no group “{page.group}”", "name a group of this questionnaire")
        return
    around = questionnaire.enclosing(page.group)
    for question in page.questions:
        if not question.group:
            continue
        inner = questionnaire.enclosing(question.group)
        if inner[: len(around)] != around or len(inner) == len(around):
            fault = f"the group “{question.group}” is not within the page's"
            yield GroupingFault(question.name, fault, "name a group whose parent is the group of the page")
        elif any(group.repeat for group in inner[len(around) :]):
            fault = f"the repeat “{question.group}” begins within a page"
            yield GroupingFault(question.name, fault, "a repeat encloses whole pages: write “group:” at the page")


def _torn(questionnaire: Questionnaire) -> Iterator[GroupingFault]:
    """Yield the repeats that other pages stand between."""
    for repeat in questionnaire.repeats:
        inside = [repeat in questionnaire.chain(page.group) for page in questionnaire.pages]
        if inside.count(True) and not all(inside[inside.index(True) : len(inside) - inside[::-1].index(True)]):
            yield GroupingFault(repeat, "pages of the repeat are parted by others", "put its pages one after another")
