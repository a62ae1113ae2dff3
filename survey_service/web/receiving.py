"""Files that come with a page: who may send so much, and what becomes of each."""

from __future__ import annotations

from flask import request

from survey_service.problems import Problem
from survey_service.questionnaire import journey, places, uploads
from survey_service.questionnaire.journey import Stop
from survey_service.responses import files
from survey_service.responses.files import Incoming
from survey_service.web import device
from survey_service.web.context import Context, current
from survey_service.web.page_form import Posted
from survey_service.web.visit import Visit


def on_start() -> bool:
    """Tell whether the first page of the requested questionnaire asks for a file."""
    try:
        questionnaire = current().publications.current(_requested("questionnaire")).questionnaire
    except Problem:
        return False
    return _asks(journey.first(questionnaire))


def on_page() -> bool:
    """Tell whether files may come with the requested page: for a draft that this device holds."""
    held = device.held(_requested("questionnaire"))
    return held is not None and bool(held.token)


def _requested(name: str) -> str:
    return str((request.view_args or {})[name])


def _asks(stop: Stop) -> bool:
    return any(question.type in uploads.TYPES for question in (stop.page.questions if stop.page else ()))


def take(context: Context, visit: Visit, stop: Stop, posted: Posted) -> Posted:
    """Return what was sent with its files in the place of their names; one that is refused says why."""
    if not _asks(stop):
        return posted
    typed, inputs, incoming = places.at(visit.inputs, stop.path), dict(posted.inputs), list(posted.files)
    others = sum(1 for _ in uploads.ids(visit.inputs))
    for question in stop.page.questions if stop.page else ():
        sent = request.files.get(question.name)
        if question.type not in uploads.TYPES or question.name not in posted.shown or not (sent and sent.filename):
            continue
        before = typed.get(question.name)
        others -= uploads.is_file(before)
        content = sent.stream.read(context.file_limits.size + 1)
        found = files.take(context.store, context.file_limits, question.type, sent.filename, content, others)
        if isinstance(found, Incoming):
            incoming.append(found)
            inputs[question.name] = found.answer
        else:
            inputs[question.name] = uploads.Refused(found.code, found.values, before)
        others += isinstance(found, Incoming) or uploads.is_file(before)
    return Posted(posted.path, inputs, posted.shown, tuple(incoming))
