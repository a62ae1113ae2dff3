"""One response: the questions in the very words that the person saw, what they said, what the team made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from survey_service import clock, languages
from survey_service.coding import tasks
from survey_service.problems import Problem
from survey_service.questionnaire.judge import Circumstances, judge
from survey_service.questionnaire.model import Questionnaire, Text
from survey_service.questionnaire.plan import NOT_SHOWN
from survey_service.responses import consents, files, holder, reviewing, sources, standing
from survey_service.responses.collection import RESPONSES
from survey_service.responses.derived import UNITS
from survey_service.store.base import Stored
from survey_service.web import i18n, wordings
from survey_service.web.context import current
from survey_service.web.filling import Filler
from survey_service.web.manage import answers, desk, response_list, response_words
from survey_service.web.manage.desk import blueprint
from survey_service.web.wordings import wording_of


@dataclass(frozen=True)
class Line:
    """A question as it was seen, the same in the desk's language ("" if that is the same), and the answer."""

    seen: Markup
    beside: Markup
    answer: Markup


@dataclass(frozen=True)
class Part:
    """A page with what was asked on it."""

    title: Text
    lines: tuple[Line, ...]


@blueprint.get("/responses/<int:number>")
def response(number: int) -> ResponseReturnValue:
    """Show a response; that is noted in the audit log, and in the response's progress."""
    stored = _stored(number)
    desk.note("response.read", str(number))
    reviewing.look(current().store, stored.body["key"])
    return _page(stored)


@blueprint.post("/responses/<int:number>")
def act_on_response(number: int) -> ResponseReturnValue:
    """Note something, exclude the response, let it count, or mark it; refused, the page comes back."""
    context, stored = current(), _stored(number)
    name, key = stored.body["questionnaire"], stored.body["key"]
    try:
        if "add" in request.form:
            with context.store.transaction():
                reviewing.add_note(context.store, key, desk.lines("note"), desk.signed_in().account.name, clock.today())
                desk.note("response.noted", str(number))
        elif "remove" in request.form:
            reviewing.remove_note(context.store, key, request.form["remove"])
            desk.note("response.noted", str(number))
        elif context.publications.current(name).questionnaire.audience == "providers":
            raise Problem("review.offers")
        else:
            response_list.act_on(name, [number], response_list.act_of_form())
    except Problem as problem:
        if problem.status != 422:
            raise
        return _page(stored, wordings.problem_message(problem), _FIELDS.get(problem.code, "act")), problem.status
    values: dict[str, Any] = response_list.asked_for(request.args.to_dict()).asks
    return redirect(url_for("manage.response", number=number, **values), 303)


_FIELDS = {
    "review.note": "note",
    "review.many": "note",
    "review.reason": "exclusion",
    "review.remark": "remark",
}
"""Problem → the field that an error leads to."""


def _stored(number: int) -> Stored:
    stored = current().store.collection(RESPONSES).get(number)
    if stored is None:
        raise Problem("page.missing")
    return stored


def _page(stored: Stored, error: str = "", wrong: str = "") -> str:
    context, body = current(), stored.body
    published = context.publications.revision(body["revision"])
    asked = response_list.asked_for(request.args.to_dict())
    newer, older = response_list.neighbours(body["questionnaire"], asked, stored.id)
    shown = sources.shown_of(context.store, body["questionnaire"])
    return render_template(
        "manage/response.html",
        published=published,
        number_=stored.id,
        arguments=asked.asks,
        newer=newer,
        older=older,
        body=body,
        source=shown.get(body.get("source", ""), sources.SMALL),
        consent=consents.mark_of(context.publications, body),
        reason=standing.reason_of(body),
        flags=body.get("flags", []),
        review=reviewing.of(context.store, body["key"]),
        parts=list(_parts(published.questionnaire, stored)),
        coded=_coded(body["key"]),
        moderated=published.questionnaire.audience == "providers",
        longest_note=reviewing.LONGEST_NOTE,
        longest_remark=reviewing.LONGEST_REMARK,
        typed=desk.lines("note") if error else "",
        error=error,
        wrong=wrong,
        **response_words.HELPERS,
    )


def _parts(questionnaire: Questionnaire, stored: Stored) -> Iterator[Part]:
    """Yield the pages that something was asked on; a repeat stands where its first question does."""
    body = stored.body
    around = Circumstances(body["seed"], body["language"], clock.now(), files.issued(current().store, body["key"]))
    judgement = judge(questionnaire, holder.inputs_of(questionnaire, body), clock.today(), around)
    filler, told = Filler(questionnaire, judgement, ()), set[str]()
    for page in questionnaire.pages:
        lines = []
        for question in page.questions:
            chain = questionnaire.repeats_of.get(question.name, ())
            name = chain[0] if chain else question.name
            if name in told or body["states"].get(name, NOT_SHOWN) == NOT_SHOWN:
                continue
            told.add(name)
            label = questionnaire.repeats[name].label if chain else question.label
            answer = answers.cell(questionnaire, name, body, stored.id)
            lines.append(_line(filler, label or {"*": name}, body["language"], answer))
        if lines:
            yield Part(page.label, tuple(lines))


def _line(filler: Filler, label: Text, tag: str, answer: Markup) -> Line:
    text = filler.text(label)
    seen, here = wording_of(text, tag), wording_of(text, i18n.language().tag)
    attributes = Markup(' dir="auto"')
    if seen.tag in languages.registry():
        attributes = i18n.html_attributes(languages.language(seen.tag))
    beside = Markup("") if here == seen else Markup("{}").format(here.text)
    return Line(Markup("<span{}>{}</span>").format(attributes, seen.text), beside, answer)


def _coded(response: str) -> list[Mapping[str, Any]]:
    """Return the coding tasks that texts of a response belong to, each with its question."""
    found = [stored.body for stored in current().store.collection(UNITS).find(response=response)]
    known = {task.task for task in tasks.of_questionnaire(current().store, found[0]["questionnaire"])} if found else ()
    return [unit for unit in found if unit["task"] in known]
