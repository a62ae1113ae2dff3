"""One respondent's present state in one questionnaire: what was typed, how it is judged, where the way leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from flask_babel import format_date

from survey_service import clock
from survey_service.problems import Problem
from survey_service.questionnaire import journey, places
from survey_service.questionnaire.journey import Stop
from survey_service.questionnaire.judge import Circumstances, Judgement, is_empty, judge
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.question_types import asks
from survey_service.questionnaire.values import Path
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


class Moved(Exception):
    """The answers begun on this device went on on another one."""

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
    def first_stop(self) -> Stop:
        return journey.first(self.questionnaire)

    @property
    def seed(self) -> int:
        return self.draft.seed if self.draft else 0

    @cached_property
    def judgement(self) -> Judgement:
        around = Circumstances(self.seed, i18n.language().tag, clock.now())
        return judge(self.questionnaire, self.inputs, self.today, around)

    def typed(self, posted: Posted) -> Visit:
        """Return the visit with one page's answers as typed, saved nowhere."""
        return replace(self, inputs=places.put(self.inputs, posted.path, posted.inputs))

    def stop(self, address: str) -> Stop:
        """Return the stop at an address. Raises Problem page.missing."""
        stop = journey.find(self.questionnaire, address)
        if stop is None:
            raise Problem("page.missing")
        return stop

    def is_in_open_repeat(self, stop: Stop) -> bool:
        """Tell whether a stop belongs to an entry that hangs on an overview."""
        return any(journey.is_open(self.questionnaire, repeat) for repeat, _ in stop.path)

    def faults(self, posted: Posted) -> list[str]:
        """Return the questions of a sent page whose answers are refused, in order.

        A note that lets nobody pass counts too, though it cannot be answered.
        """
        return [name for name in posted.shown if places.key(posted.path, name) in self.judgement.refusals]

    def typed_faults(self, stop: Stop) -> list[str]:
        """Return the questions of a page that hold something unacceptable; those left empty are no fault yet."""
        names = [question.name for question in stop.page.questions] if stop.page else []
        inputs = places.at(self.inputs, stop.path)
        return [
            name
            for name in names
            if places.key(stop.path, name) in self.judgement.refusals and not is_empty(inputs.get(name))
        ]

    def shown_on(self, stop: Stop) -> frozenset[str]:
        """Return the names of a page's questions that are shown now."""
        names = [question.name for question in stop.page.questions] if stop.page else []
        return frozenset(name for name in names if places.key(stop.path, name) in self.judgement.shown)

    def unveiled(self, stop: Stop, posted: Posted) -> str:
        """Return the first question that the answers on this very page brought up and that nobody has seen, or ""."""
        seen = {*(places.key(posted.path, name) for name in posted.shown), *(self.draft.seen if self.draft else ())}
        inputs = places.at(self.inputs, stop.path)
        for question in stop.page.questions if stop.page else ():
            key = places.key(stop.path, question.name)
            if key in self.judgement.shown and key not in seen and (asks(question) or question.type == "note"):
                return question.name if is_empty(inputs.get(question.name)) else ""
        return ""

    @property
    def needed_stop(self) -> Stop | None:
        """The first stop with a refused answer or something nobody has seen; None if all may be sent."""
        seen = set(self.draft.seen if self.draft else ())
        questions = self.questionnaire.questions
        for stop in journey.stops(self.questionnaire, self.judgement):
            shown = [key for key in stop.keys if key in self.judgement.shown]
            asked = {key for key in shown if stop.page is None or asks(questions[key.rpartition("/")[2]])}
            if asked - seen or any(key in self.judgement.refusals for key in shown):
                return stop
        return None


def fresh(context: Context, name: str) -> Visit:
    """Return a visit that has not begun.

    Raises Problem questionnaire.missing, and questionnaire.closed, .planned, .paused or .full unless it is open.
    """
    published = context.publications.current(name)
    _offered(published)
    if not published.is_open:
        raise published.refusal(day=_day)
    return Visit(published)


def under_way(context: Context, name: str) -> Visit:
    """Return the visit whose draft this device holds.

    Raises Moved if another device holds it now, AlreadySent if the answers have arrived, Problem draft.missing if there
    is nothing (any more), and questionnaire.missing for a language that the draft's revision is not offered in.
    """
    held = device.held(name)
    if held is None:
        raise Problem("draft.missing")
    try:
        draft = drafts.load(context.store, held.token)
    except Problem:
        if held.token and drafts.has_moved(context.store, held.key):
            raise Moved(name) from None
        if submissions.is_known(context.store, held.key):
            raise AlreadySent(name) from None
        raise
    published = context.publications.revision(draft.revision)
    _offered(published)
    return Visit(published, draft, draft.inputs)


def _day(iso: str) -> str:
    return str(format_date(dt.date.fromisoformat(iso), "long"))


def _offered(published: Published) -> None:
    if i18n.language().tag not in published.questionnaire.languages:
        raise Problem("questionnaire.missing")


def begin(context: Context, visit: Visit, source: str = "") -> Visit:
    """Begin a draft for a visit whose consent was just given, and let the device hold it."""
    draft = drafts.start(
        context.store,
        visit.published,
        i18n.language().tag,
        visit.today,
        receipt_key=context.receipt_key,
        source=source,
    )
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
        inputs={posted.path: posted.storable},
        kept=visit.judgement.kept,
        seen=tuple(places.key(posted.path, name) for name in posted.shown) if seen else (),
        language=language or i18n.language().tag,
    )
    device.hold(draft.questionnaire, draft.token, draft.key)  # from now on, the cookie lives as long again
    return replace(visit, draft=draft, inputs=places.put(draft.inputs, posted.path, posted.inputs))


def add_entry(context: Context, visit: Visit, overview: Stop) -> tuple[Visit, Stop]:
    """Add an entry to a repeat; return the visit and the entry's first stop. Raises Problem entries.full."""
    count = visit.judgement.count(overview.repeat, overview.path)
    if count >= places.MAX_ENTRIES:
        raise Problem("entries.full", limit=places.MAX_ENTRIES)
    path = (*overview.path, (overview.repeat, count))
    visit = _changed(context, visit, inputs={path: {}}, seen=overview.keys)
    stops = journey.stops(visit.questionnaire, visit.judgement)
    return visit, next((stop for stop in stops if stop.path[: len(path)] == path), overview)


def remove_entry(context: Context, visit: Visit, path: Path) -> Visit:
    """Remove an entry with all that was typed in it; it is no fault if it is gone."""
    return _changed(context, visit, remove=path)


def seen_overview(context: Context, visit: Visit, overview: Stop) -> Visit:
    """Note that the respondent has seen an overview and goes on."""
    return _changed(context, visit, seen=overview.keys)


def _changed(context: Context, visit: Visit, **changes: Any) -> Visit:
    draft = drafts.save(context.store, visit.kept, visit.today, **changes)
    device.hold(draft.questionnaire, draft.token, draft.key)
    return replace(visit, draft=draft, inputs=draft.inputs)


def end(context: Context, name: str) -> None:
    """Erase a questionnaire's draft, in the store and on the device."""
    held = device.held(name)
    if held is not None:
        drafts.erase(context.store, held.token)
        device.drop(name)


def end_all(context: Context) -> None:
    """Erase all drafts of this device and what it holds."""
    for held in device.all_held().values():
        drafts.erase(context.store, held.token)
    device.drop_all()
