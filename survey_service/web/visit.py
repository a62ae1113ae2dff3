"""One respondent's present state in one questionnaire: what was typed, how it is judged, where the way leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from survey_service import clock
from survey_service.problems import Problem
from survey_service.questionnaire import journey
from survey_service.questionnaire.judge import Judgement, is_empty, judge
from survey_service.questionnaire.model import Page, Questionnaire
from survey_service.questionnaire.question_types import TYPES
from survey_service.responses import drafts, submissions
from survey_service.responses.drafts import Draft
from survey_service.responses.revisions import Published
from survey_service.web import device, i18n
from survey_service.web.context import Context
from survey_service.web.page_form import Posted


class AlreadySent(Exception):
    """The answers of this device were sent: only the receipt is left to show."""

    def __init__(self, questionnaire: str) -> None:
        self.questionnaire = questionnaire
        super().__init__(questionnaire)


@dataclass(frozen=True)
class Visit:
    """A revision and what was typed so far; ``draft`` is None until consent is given, and nothing is stored then."""

    published: Published
    draft: Draft | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    today: dt.date = field(default_factory=clock.today)

    @property
    def kept(self) -> Draft:
        """The draft. Raises Problem draft.missing before consent."""
        if self.draft is None:
            raise Problem("draft.missing")
        return self.draft

    @property
    def questionnaire(self) -> Questionnaire:
        return self.published.questionnaire

    @property
    def first_page(self) -> Page:
        return self.questionnaire.pages[0]

    @property
    def seed(self) -> int:
        return self.draft.seed if self.draft else 0

    @cached_property
    def judgement(self) -> Judgement:
        return judge(self.questionnaire, self.inputs, self.today)

    def typed(self, posted: Posted) -> Visit:
        """Return the visit with one page's answers as typed, saved nowhere."""
        return replace(self, inputs={**self.inputs, **posted.inputs})

    def page(self, name: str) -> Page:
        """Return a page by name. Raises Problem page.missing."""
        page = self.questionnaire.page(name)
        if page is None:
            raise Problem("page.missing")
        return page

    def faults(self, posted: Posted) -> list[str]:
        """Return the questions of a sent page whose answers are refused, in order."""
        return [name for name in posted.shown if name in self.judgement.refusals]

    def typed_faults(self, page: Page) -> list[str]:
        """Return the questions of a page that hold something unacceptable; those left empty are no fault yet."""
        names = [question.name for question in page.questions]
        return [name for name in names if name in self.judgement.refusals and not is_empty(self.inputs.get(name))]

    def shown_on(self, page: Page) -> frozenset[str]:
        """Return the names of a page's questions that are shown now."""
        return frozenset(question.name for question in page.questions) & self.judgement.shown

    def unveiled(self, page: Page, posted: Posted) -> str:
        """Return the first question that the answers on this very page brought up and that nobody has seen, or ""."""
        seen = {*posted.shown, *(self.draft.seen if self.draft else ())}
        for question in page.questions:
            if question.name in self.judgement.shown and question.name not in seen and question.type != "calculate":
                return question.name if is_empty(self.inputs.get(question.name)) else ""
        return ""

    @property
    def needed_page(self) -> Page | None:
        """The first shown page with a refused answer or a question nobody has seen; None if all may be sent."""
        seen = set(self.draft.seen if self.draft else ())
        for page in journey.shown_pages(self.questionnaire, self.judgement):
            asked = {name for name in self.shown_on(page) if TYPES[self.questionnaire.questions[name].type].asks}
            if asked - seen or any(name in self.judgement.refusals for name in self.shown_on(page)):
                return page
        return None


def fresh(context: Context, name: str) -> Visit:
    """Return a visit that has not begun. Raises Problems questionnaire.missing and questionnaire.closed."""
    published = context.publications.current(name)
    _offered(published)
    if not published.is_open:
        raise Problem("questionnaire.closed")
    return Visit(published)


def under_way(context: Context, name: str) -> Visit:
    """Return the visit whose draft this device holds.

    Raises AlreadySent if the answers have arrived, Problem draft.missing if there is nothing (any more), and
    questionnaire.missing for a language that the draft's revision is not offered in.
    """
    held = device.held(name)
    if held is None:
        raise Problem("draft.missing")
    try:
        draft = drafts.load(context.store, held.token)
    except Problem:
        if submissions.receipt_of(context.store, held.key, receipt_key=context.receipt_key) is not None:
            raise AlreadySent(name) from None
        raise
    published = context.publications.revision(draft.revision)
    _offered(published)
    return Visit(published, draft, draft.inputs)


def _offered(published: Published) -> None:
    if i18n.language().tag not in published.questionnaire.languages:
        raise Problem("questionnaire.missing")


def begin(context: Context, visit: Visit) -> Visit:
    """Begin a draft for a visit whose consent was just given, and let the device hold it."""
    draft = drafts.start(context.store, visit.published, i18n.language().tag, visit.today)
    device.hold(visit.questionnaire.name, draft.token, draft.key)
    return replace(visit, draft=draft)


def save(context: Context, visit: Visit, posted: Posted, *, seen: bool, language: str = "") -> Visit:
    """Save a page's answers to the draft as typed.

    ``seen`` counts its questions as shown to the respondent; ``language`` is the one to go on in, or "".
    """
    draft = drafts.save(
        context.store,
        visit.kept,
        visit.today,
        inputs=posted.storable,
        seen=posted.shown if seen else (),
        language=language or i18n.language().tag,
    )
    device.hold(draft.questionnaire, draft.token, draft.key)  # from now on, the cookie lives as long again
    return replace(visit, draft=draft, inputs={**draft.inputs, **posted.inputs})


def end(context: Context, name: str) -> None:
    """Erase a questionnaire's draft, in the store and on the device."""
    held = device.held(name)
    if held is not None:
        drafts.erase(context.store, held.token)
        device.drop(name)
