"""A questionnaire as its respondents will see it: every page and question, whatever their conditions."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import render_template
from markupsafe import Markup

from survey_service import clock
from survey_service.languages import Language, language
from survey_service.questionnaire.journey import Stop
from survey_service.questionnaire.judge import judge
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses.definitions import WorkingCopy
from survey_service.translating import catalogs
from survey_service.web import i18n, page_form
from survey_service.web.manage import conditions


@dataclass(frozen=True)
class Shown:
    """One page: its HTML in the language of the preview, and in the desk's language its conditions and those of its
    questions, by label."""

    name: str
    speaks: Language
    html: Markup
    conditions: list[str]
    questions: list[tuple[str, list[str]]]


def pages(copy: WorkingCopy, tag: str) -> list[Shown]:
    """Return all pages in a language. The present language is the desk's, before and after."""
    questionnaire = _open(copy.questionnaire)
    label = conditions.Labels(copy.questionnaire)
    stops = [_first(questionnaire, number) for number in range(len(questionnaire.pages))]
    shown = frozenset(key for stop in stops for key in stop.keys)
    judgement = replace(judge(questionnaire, {}, clock.today()), shown=shown)
    here = i18n.language().tag
    i18n.use(tag)
    try:
        rendered = [
            Markup(  # noqa: S704 - our own template
                render_template(
                    "manage/preview_page.html",
                    page=stop.page,
                    items=page_form.build(stop, questionnaire, judgement, {}, 0, ()),
                    number=number,
                )
            )
            for number, stop in enumerate(stops)
        ]
    finally:
        i18n.use(here, catalogs.DESK)
    found = []
    for page, html in zip(copy.questionnaire.pages, rendered, strict=True):
        said = [(label.question(question.name), label.of_question(question)) for question in page.questions]
        found.append(
            Shown(page.name, language(tag), html, label.of_page(page), [(name, words) for name, words in said if words])
        )
    return found


def _open(questionnaire: Questionnaire) -> Questionnaire:
    """Return the questionnaire with all choices offered, for nobody has answered what their filters ask."""
    pages = tuple(
        replace(page, questions=tuple(replace(question, choice_filter=None) for question in page.questions))
        for page in questionnaire.pages
    )
    return replace(questionnaire, pages=pages)


def _first(questionnaire: Questionnaire, number: int) -> Stop:
    page = questionnaire.pages[number]
    return Stop(page, tuple((repeat, 0) for repeat in questionnaire.chain(page.group)))
