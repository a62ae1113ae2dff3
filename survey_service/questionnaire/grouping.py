"""Whether groups and repeats fit together: what the loader and the import ask before a questionnaire is used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from survey_service.problems import D_, Said, said
from survey_service.questionnaire.model import Page, Questionnaire


@dataclass(frozen=True)
class GroupingFault:
    """What does not fit: the name of a group, page or question, the fault, and what to do."""

    place: str
    fault: Said
    remedy: Said


def faults(questionnaire: Questionnaire) -> Iterator[GroupingFault]:
    """Yield what is wrong with a questionnaire's groups."""
    yield from _wrong_names(questionnaire)
    known = {group.name: group for group in questionnaire.groups}
    for group in questionnaire.groups:
        around = questionnaire.enclosing(group.parent)
        if group.parent and group.parent not in known:
            yield GroupingFault(
                group.name,
                said(D_("there is no group “%(group)s”"), group=group.parent),
                said(D_("name a group as parent, or none")),
            )
        elif group in around:
            yield GroupingFault(
                group.name, said(D_("the group stands within itself")), said(D_("give it another parent, or none"))
            )
        if group.repeat and not any(group.name in questionnaire.chain(page.group) for page in questionnaire.pages):
            yield GroupingFault(
                group.name,
                said(D_("the repeat has no pages")),
                said(D_("write “group: %(name)s” at a page"), name=group.name),
            )
    for page in questionnaire.pages:
        yield from _wrong_place(questionnaire, page)
    yield from _torn(questionnaire)
    if questionnaire.consent in questionnaire.repeats_of:
        yield GroupingFault(
            questionnaire.consent, said(D_("the consent stands in a repeat")), said(D_("move it out of the repeat"))
        )


def _wrong_names(questionnaire: Questionnaire) -> Iterator[GroupingFault]:
    seen: set[str] = set()
    for group in questionnaire.groups:
        if group.name in seen:
            yield GroupingFault(
                group.name, said(D_("the group name is used twice")), said(D_("rename one of the groups"))
            )
        if group.repeat and group.name in questionnaire.questions:
            yield GroupingFault(
                group.name, said(D_("a question has the name of the repeat")), said(D_("rename one of the two"))
            )
        if group.repeat and questionnaire.page(group.name) is not None:
            yield GroupingFault(
                group.name, said(D_("a page has the name of the repeat")), said(D_("rename one of the two"))
            )
        seen.add(group.name)


def _wrong_place(questionnaire: Questionnaire, page: Page) -> Iterator[GroupingFault]:
    known = {group.name for group in questionnaire.groups}
    if page.group and page.group not in known:
        yield GroupingFault(
            page.name,
            said(D_("there is no group “%(group)s”"), group=page.group),
            said(D_("name a group of this questionnaire")),
        )
        return
    around = questionnaire.enclosing(page.group)
    for question in page.questions:
        if not question.group:
            continue
        inner = questionnaire.enclosing(question.group)
        if inner[: len(around)] != around or len(inner) == len(around):
            fault = said(D_("the group “%(group)s” is not within the page's"), group=question.group)
            yield GroupingFault(question.name, fault, said(D_("name a group whose parent is the group of the page")))
        elif any(group.repeat for group in inner[len(around) :]):
            fault = said(D_("the repeat “%(group)s” begins within a page"), group=question.group)
            remedy = said(D_("a repeat encloses whole pages: write “group:” at the page"))
            yield GroupingFault(question.name, fault, remedy)


def _torn(questionnaire: Questionnaire) -> Iterator[GroupingFault]:
    """Yield the repeats that other pages stand between."""
    for repeat in questionnaire.repeats:
        inside = [repeat in questionnaire.chain(page.group) for page in questionnaire.pages]
        if inside.count(True) and not all(inside[inside.index(True) : len(inside) - inside[::-1].index(True)]):
            yield GroupingFault(
                repeat,
                said(D_("pages of the repeat are parted by others")),
                said(D_("put its pages one after another")),
            )
