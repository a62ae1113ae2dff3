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
from survey_service.questionnaire import journey, places, uploads
from survey_service.questionnaire.journey import Stop
from survey_service.questionnaire.judge import Circumstances, Judgement, is_empty, judge
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.question_types import asks
from survey_service.questionnaire.values import Path
from survey_service.responses import drafts, files, providing, submissions
from survey_service.responses.drafts import Draft
from survey_service.responses.revisions import Published
from survey_service.web import device, helping, i18n, provider_visit
from survey_service.web.context import Context
from survey_service.web.device import Held
from survey_service.web.helping import Help
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
    """A revision and what was typed so far; ``draft`` is None until consent is given, and nothing is stored then.

    ``files`` are the ids of the files that came.
    """

    published: Published
    draft: Draft | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    today: dt.date = field(default_factory=clock.today)
    files: frozenset[str] = frozenset()

    @property
    def kept(self) -> Draft:
        """The draft. Raises Problem draft.missing before consent."""
        if self.draft is None:
            raise Problem("draft.missing")
        return self.draft

    @property
    def help(self) -> Help:
        """How it is answered; the second language only if the questionnaire is offered in it."""
        found = helping.asked() if self.draft is None else Help(self.draft.mode, self.draft.second)
        return found if found.second in self.questionnaire.languages else Help(found.mode)

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
        around = Circumstances(self.seed, i18n.language().tag, clock.now(), self.files)
        return judge(self.questionnaire, self.inputs, self.today, around)

    def typed(self, posted: Posted) -> Visit:
        """Return the visit with one page's answers as typed, saved nowhere."""
        new = {file.answer["file"] for file in posted.files}
        inputs = places.put(self.inputs, posted.path, posted.inputs)
        return replace(self, inputs=inputs, files=self.files | new)

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
    is nothing (any more) or a contact may change the offer no longer, and questionnaire.missing for a language that the
    draft's revision is not offered in.
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
    if not providing.may_go_on(context.store, draft):
        raise Problem("draft.missing")
    published = context.publications.revision(draft.revision)
    _offered(published)
    came = files.issued(context.store, draft.key) if asks_files(published.questionnaire) else frozenset()
    return Visit(published, draft, draft.inputs, files=came)


def asks_files(questionnaire: Questionnaire) -> bool:
    """Tell whether any question of a questionnaire takes a file."""
    return any(question.type in uploads.TYPES for question in questionnaire.questions.values())


def begun(context: Context, name: str) -> Visit | None:
    """Return the visit under way on this device; a draft that is gone is forgotten, so that one can start again.

    Raises AlreadySent and questionnaire.missing like ``under_way``.
    """
    held = device.held(name)
    if held is None or not held.token:
        return None
    try:
        return under_way(context, name)
    except Problem as problem:
        if problem.code != "draft.missing":
            raise
        device.drop(name)
        return None


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
        mode=visit.help.mode,
        second=visit.help.second,
        contact=_contact(visit.questionnaire),
    )
    device.hold(visit.questionnaire.name, draft.token, draft.key)
    return replace(visit, draft=draft)


def _contact(questionnaire: Questionnaire) -> str:
    """Return the id of the contact who begins to register an offer, "" for anybody else."""
    contact = provider_visit.contact() if questionnaire.audience == providing.AUDIENCE else None
    return contact.contact if contact is not None else ""


def save(context: Context, visit: Visit, posted: Posted, *, seen: bool) -> Visit:
    """Save a page's answers to the draft as typed; ``seen`` counts its questions as shown to the respondent."""
    files.write(context.settings.instance, posted.files)
    with context.store.transaction():
        files.record(context.store, visit.kept.key, posted.files, visit.today)
        draft = drafts.save(
            context.store,
            visit.kept,
            visit.today,
            inputs={posted.path: posted.storable},
            kept=visit.judgement.kept,
            seen=tuple(places.key(posted.path, name) for name in posted.shown) if seen else (),
            language=i18n.language().tag,
        )
    if visit.files:
        files.clear(context.store, context.settings.instance, draft.key)
    device.hold(draft.questionnaire, draft.token, draft.key)  # from now on, the cookie lives as long again
    return replace(visit, draft=draft, inputs=places.put(draft.inputs, posted.path, posted.inputs))


def help_from_now(context: Context, visit: Visit, chosen: Help) -> Visit:
    """Note how the rest is answered."""
    return _changed(context, visit, helped=(chosen.mode, chosen.second))


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
    visit = _changed(context, visit, remove=path)
    if visit.files:
        files.clear(context.store, context.settings.instance, visit.kept.key)
    return visit


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
        erase(context, held)
        device.drop(name)


def erase(context: Context, held: Held) -> None:
    """Erase a draft and the files that no response names; it is no fault if there is none."""
    drafts.erase(context.store, held.token)
    files.clear(context.store, context.settings.instance, held.key)


def end_all(context: Context) -> None:
    """Erase all drafts of this device and what it holds."""
    for held in device.all_held().values():
        erase(context, held)
    device.drop_all()
