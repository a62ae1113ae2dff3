"""Trying a working copy out on the desk: filled in as by a respondent, with a trace beside it.

Nothing is stored: all that was typed travels in the page itself, in a hidden field.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, request
from markupsafe import Markup

from survey_service import clock
from survey_service.languages import language
from survey_service.problems import Problem
from survey_service.questionnaire import journey, places, tracing, uploads
from survey_service.questionnaire.journey import Stop
from survey_service.questionnaire.judge import Circumstances, Judgement, is_empty, judge
from survey_service.questionnaire.model import Question, Questionnaire
from survey_service.questionnaire.tracing import Held, TracedStop
from survey_service.responses import definitions
from survey_service.translating import catalogs
from survey_service.web import i18n, page_form, readable, wordings
from survey_service.web.context import current
from survey_service.web.filling import Filler
from survey_service.web.manage import conditions
from survey_service.web.manage.desk import blueprint
from survey_service.web.page_form import Posted

_INPUTS, _AT, _LANGUAGE = "_inputs", "_at", "_language"
_GO, _ADD, _REMOVE, _BACK, _RESTART = "_go", "_add", "_remove", "_back", "_restart"
_SEED = 1
_LONGEST = 140


@dataclass(frozen=True)
class Run:
    """A test run: where it stands (None: at the end), what was typed, in which language."""

    questionnaire: Questionnaire
    tag: str
    stop: Stop | None
    inputs: Mapping[str, Any]
    flagged: tuple[str, ...] = ()

    @property
    def judgement(self) -> Judgement:
        around = Circumstances(_SEED, self.tag, clock.now(), frozenset({uploads.TRIED}))
        return judge(self.questionnaire, self.inputs, clock.today(), around)


@blueprint.get("/drafts/<name>/try")
def try_draft(name: str) -> str:
    """Begin a test run of a working copy."""
    questionnaire = definitions.get(current().store, name).questionnaire
    tag = _tag(questionnaire, request.args.get("language", ""))
    return _page(Run(questionnaire, tag, journey.first(questionnaire), {}))


@blueprint.post("/drafts/<name>/try")
def go_on_trying(name: str) -> str:
    """Go on with a test run as the pressed button says."""
    questionnaire = definitions.get(current().store, name).questionnaire
    tag = _tag(questionnaire, request.form.get(_LANGUAGE, ""))
    if _RESTART in request.form:
        return _page(Run(questionnaire, tag, journey.first(questionnaire), {}))
    stop = journey.find(questionnaire, request.form.get(_AT, ""))
    return _page(_moved(Run(questionnaire, tag, stop, _inputs())))


def _tag(questionnaire: Questionnaire, wanted: str) -> str:
    return wanted if wanted in questionnaire.languages else questionnaire.languages[0]


def _inputs() -> dict[str, Any]:
    """Return what the page brought along; whatever is no JSON object counts as nothing."""
    try:
        found = json.loads(request.form.get(_INPUTS, "{}"))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _moved(run: Run) -> Run:
    """Take what was typed on the page and go where the pressed button leads."""
    stop = run.stop
    if stop is None:
        return _gone(run)
    posted = _with_named_files(stop, page_form.read(stop, request.form, frozenset()))
    run = replace(run, inputs=places.put(run.inputs, posted.path, posted.inputs))
    if _GO in request.form:
        return _gone(run)
    if stop.repeat and (_ADD in request.form or _REMOVE in request.form):
        return _changed_entries(run, stop)
    judgement = run.judgement
    run = replace(run, inputs=_with_kept(run.inputs, judgement))
    if _BACK in request.form:
        return replace(run, stop=journey.before(run.questionnaire, judgement, stop) or stop)
    faults = tuple(name for name in posted.shown if places.key(posted.path, name) in judgement.refusals)
    if faults or _is_over(judgement):
        return replace(run, flagged=faults) if faults else replace(run, stop=None)
    if _unveiled(run, stop, judgement, set(posted.shown)):
        return run
    return replace(run, stop=journey.after(run.questionnaire, judgement, stop))


def _with_named_files(stop: Stop, posted: Posted) -> Posted:
    """Return what was typed with each chosen file as an answer: of a test run's files only the name is sent."""
    named = {}
    for question in stop.page.questions if stop.page else ():
        name = request.form.get(question.name, "").strip()[: uploads.LONGEST_NAME]
        if question.type in uploads.TYPES and name:
            named[question.name] = {"file": uploads.TRIED, "name": name, "type": "", "size": 0}
    return replace(posted, inputs={**posted.inputs, **named})


def _is_over(judgement: Judgement) -> bool:
    """Tell whether the interview ends early: by a condition, or because nobody agreed."""
    return judgement.screen_out is not None or not judgement.consented


def _unveiled(run: Run, stop: Stop, judgement: Judgement, shown: set[str]) -> bool:
    """Tell whether the answers of a page brought up more questions on it that are still empty."""
    typed = places.at(run.inputs, stop.path)
    return any(
        key in judgement.shown and key.rpartition("/")[2] not in shown and is_empty(typed.get(key.rpartition("/")[2]))
        for key in stop.visible_keys
    )


def _with_kept(inputs: Mapping[str, Any], judgement: Judgement) -> Mapping[str, Any]:
    for path, values in judgement.kept.items():
        inputs = places.put(inputs, path, values)
    return inputs


def _gone(run: Run) -> Run:
    target = journey.find(run.questionnaire, request.form.get(_GO, ""))
    return replace(run, stop=target) if target is not None else run


def _changed_entries(run: Run, stop: Stop) -> Run:
    """Add an entry to the repeat and go to its first page, or remove one."""
    if _REMOVE in request.form:
        number = request.form[_REMOVE]
        count = run.judgement.count(stop.repeat, stop.path)
        if number.isascii() and number.isdigit() and len(number) <= 3 and 1 <= int(number) <= count:
            path = (*stop.path, (stop.repeat, int(number) - 1))
            return replace(run, inputs=places.without(run.inputs, path))
        return run
    count = run.judgement.count(stop.repeat, stop.path)
    if count >= places.MAX_ENTRIES:
        raise Problem("entries.full", limit=places.MAX_ENTRIES)
    path = (*stop.path, (stop.repeat, count))
    run = replace(run, inputs=places.put(run.inputs, path, {}))
    inside = [one for one in journey.stops(run.questionnaire, run.judgement) if one.path[: len(path)] == path]
    return replace(run, stop=inside[0] if inside else stop)


# Showing it


@dataclass(frozen=True)
class Told:
    """A question of the trace in words: whether it is shown, why, its value, why an input was refused."""

    name: str
    label: str
    shown: bool
    reasons: list[tuple[str, bool]]
    value: tuple[Markup, ...]
    refusal: str


@dataclass(frozen=True)
class ToldStop:
    """A page or repeat of the trace in words; ``address`` leads there, ``here`` is the present one."""

    label: str
    entry: str
    address: str
    shown: bool
    here: bool
    reasons: list[tuple[str, bool]]
    questions: list[Told]
    entries: int | None


def _page(run: Run) -> str:
    judgement = run.judgement
    stop = run.stop if run.stop is not None and not _is_gone(run, judgement) else None
    labels = conditions.Labels(run.questionnaire)
    return render_template(
        "manage/try.html",
        questionnaire=run.questionnaire,
        tag=run.tag,
        speaks=language(run.tag),
        inputs=json.dumps(run.inputs, ensure_ascii=False),
        at=stop.address if stop else "",
        overview=stop.repeat if stop and stop.page is None else "",
        entries=judgement.count(stop.repeat, stop.path) if stop and stop.page is None else 0,
        shown=" ".join(_shown_names(stop, judgement)) if stop else "",
        html=_rendered(run, stop, judgement),
        flagged=bool(run.flagged),
        screen_out=judgement.screen_out if run.stop is None else None,
        consented=judgement.consented,
        open_stop=journey.first_open(run.questionnaire, judgement),
        trace=[_told(run, one, stop, labels) for one in tracing.trace(run.questionnaire, judgement)],
        ends=[
            (name, labels.sentence("when", held.expression), held.holds)
            for name, held in tracing.ends(run.questionnaire, judgement)
        ],
    )


def _is_gone(run: Run, judgement: Judgement) -> bool:
    """Tell whether the present page is not there at all, such as one of an entry that was removed."""
    stop = run.stop
    return stop is not None and any(
        index >= judgement.count(repeat, stop.path[:depth]) for depth, (repeat, index) in enumerate(stop.path)
    )


def _shown_names(stop: Stop, judgement: Judgement) -> list[str]:
    return [key.rpartition("/")[2] for key in stop.keys if key in judgement.shown]


def _rendered(run: Run, stop: Stop | None, judgement: Judgement) -> Markup:
    """Return the present page in the language of the run; the desk's language is spoken before and after."""
    if stop is None:
        return Markup("")
    here = i18n.language().tag
    i18n.use(run.tag)
    try:
        filler = Filler(run.questionnaire, judgement, stop.path)
        part = stop.page or run.questionnaire.repeats[stop.repeat]
        items = page_form.build(stop, run.questionnaire, judgement, run.inputs, _SEED, run.flagged)
        page = replace(part, label=filler.text(part.label), hint=filler.text(part.hint))
        return Markup(render_template("manage/try_page.html", page=page, items=items))  # noqa: S704 - our own template
    finally:
        i18n.use(here, catalogs.DESK)


def _told(run: Run, one: TracedStop, here: Stop | None, labels: conditions.Labels) -> ToldStop:
    part = one.stop.page or run.questionnaire.repeats[one.stop.repeat]
    questions = [
        Told(
            found.question.name,
            conditions.short(wordings.in_attribute(found.question.label), _LONGEST),
            found.shown,
            _reasons(found.conditions, labels),
            _value(found.question, found.value),
            wordings.message_of(found.refusal) if found.refusal is not None else "",
        )
        for found in one.questions
    ]
    return ToldStop(
        wordings.in_attribute(part.label) or part.name,
        " › ".join(str(index + 1) for _, index in one.stop.path),
        one.stop.address,
        one.shown,
        one.stop == here,
        _reasons(one.conditions, labels),
        questions,
        one.entries if one.stop.page is None else None,
    )


def _value(question: Question, value: Any) -> tuple[Markup, ...]:
    return readable.lines_of(question, value)


def _reasons(held: tuple[Held, ...], labels: conditions.Labels) -> list[tuple[str, bool]]:
    return [(labels.sentence(one.key, one.expression), one.holds) for one in held]
