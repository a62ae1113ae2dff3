"""The way through a questionnaire, computed from the answers each time: there is no "current page" to corrupt."""

from __future__ import annotations

from survey_service.questionnaire.judge import Judgement
from survey_service.questionnaire.model import Page, Questionnaire


def shown_pages(questionnaire: Questionnaire, judgement: Judgement) -> tuple[Page, ...]:
    """Return the pages with at least one question shown to this respondent, in order."""
    return tuple(
        page for page in questionnaire.pages if any(question.name in judgement.shown for question in page.questions)
    )


def first_open_page(questionnaire: Questionnaire, judgement: Judgement) -> Page | None:
    """Return the first shown page with a refused or missing required answer, or None if all is well."""
    for page in shown_pages(questionnaire, judgement):
        if any(question.name in judgement.refusals for question in page.questions):
            return page
    return None


def page_after(questionnaire: Questionnaire, judgement: Judgement, name: str) -> Page | None:
    """Return the next shown page after the page ``name``, or None if it was the last."""
    order = [page.name for page in questionnaire.pages]
    position = order.index(name)
    return next((page for page in shown_pages(questionnaire, judgement) if order.index(page.name) > position), None)


def page_before(questionnaire: Questionnaire, judgement: Judgement, name: str) -> Page | None:
    """Return the shown page before the page ``name``, or None if it is the first."""
    order = [page.name for page in questionnaire.pages]
    earlier = [page for page in shown_pages(questionnaire, judgement) if order.index(page.name) < order.index(name)]
    return earlier[-1] if earlier else None


def may_visit(questionnaire: Questionnaire, judgement: Judgement, name: str) -> bool:
    """Tell whether a page may be opened now: it is shown, and nothing before it still needs an answer."""
    shown = [page.name for page in shown_pages(questionnaire, judgement)]
    if name not in shown:
        return False
    barrier = first_open_page(questionnaire, judgement)
    return barrier is None or shown.index(name) <= shown.index(barrier.name)


def progress(questionnaire: Questionnaire, judgement: Judgement, name: str) -> tuple[int, int]:
    """Return (number of this page from 1, number of pages shown now)."""
    shown = [page.name for page in shown_pages(questionnaire, judgement)]
    return shown.index(name) + 1, len(shown)
