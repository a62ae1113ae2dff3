"""The response browser: a list that can be narrowed, what is done to several at once, filters that are kept."""

from __future__ import annotations

import bisect
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from survey_service import clock
from survey_service.problems import Problem
from survey_service.questionnaire.model import Text
from survey_service.responses import browsing, filters, holder, quarantine, reviewing, sources, standing
from survey_service.responses.browsing import Found, Wanted
from survey_service.responses.collection import RESPONSES
from survey_service.responses.export import FACTS, codebook
from survey_service.responses.export.codebook import Codebook
from survey_service.responses.reviewing import Act
from survey_service.responses.revisions import Published
from survey_service.store.base import Stored
from survey_service.web.context import current
from survey_service.web.manage import answers, desk, response_words
from survey_service.web.manage.desk import blueprint

PAGE_SIZE = 50
_ALL_SOURCES = "all responses"  # no tag has a blank


@dataclass(frozen=True)
class Row:
    """One response as a row: its facts, how far the team is with it, what it shows, a cell for each column."""

    facts: Mapping[str, Any]
    state: str
    reason: str
    flags: tuple[str, ...]
    cells: tuple[Markup, ...]


@blueprint.get("/questionnaires/<name>/responses")
def responses(name: str) -> str:
    """Show a page of the responses as a table, newest first; that is noted in the audit log."""
    asked = asked_for(request.args.to_dict())
    found = find(name, asked)
    if asked.source is not None and asked.source not in found.facets["source"]:
        raise Problem("page.missing")
    pages = max(1, -(-len(found.numbers) // PAGE_SIZE))
    number = _page_number(request.args.get("page", "1"), pages)
    details: dict[str, bool] = {"narrowed": True} if asked.asks else {}
    desk.note("responses.read", name, page=number, count=len(found.numbers), **details)
    return _page(name, asked, found, number, pages)


def _page(name: str, asked: Wanted, found: Found, number: int, pages: int) -> str:
    context = current()
    published = context.publications.current(name)
    store, newest = context.store, _asked(codebook.of(context.publications, name))
    shown = found.numbers[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    stored = [each for each in map(store.collection(RESPONSES).get, shown) if each is not None]
    states = context.response_rows.states([each.body["key"] for each in stored])
    by_source = sources.shown_of(store, name)
    owner = desk.signed_in().account.name
    return render_template(
        "manage/responses.html",
        published=published,
        columns=list(newest.items()),
        rows=[_row(each, state, by_source, tuple(newest)) for each, state in zip(stored, states, strict=True)],
        total=len(found.numbers),
        page=number,
        pages=pages,
        facets=found.facets,
        statuses=found.statuses,
        asked=asked,
        arguments=asked.asks,
        questions=_questions(published),
        all_sources=_ALL_SOURCES,
        kept=filters.of(store, name, owner),
        owner=owner,
        last=reviewing.newest(store, name, clock.now()),
        moderated=published.questionnaire.audience == "providers",
        longest_remark=reviewing.LONGEST_REMARK,
        longest_name=filters.LONGEST_NAME,
        **response_words.HELPERS,
    )


def asked_for(given: Mapping[str, str]) -> Wanted:
    """Return what the arguments of an address, or the fields of a form, narrow the list to."""
    return browsing.wanted({name: value for name, value in given.items() if (name, value) != ("source", _ALL_SOURCES)})


def _back(name: str, asked: Wanted, **more: str) -> ResponseReturnValue:
    """Lead back to the same list."""
    values: dict[str, Any] = {**asked.asks, **more}
    return redirect(url_for("manage.responses", name=name, **values), 303)


def neighbours(name: str, asked: Wanted, number: int) -> tuple[int | None, int | None]:
    """Return the numbers of the next newer and the next older response of a list, wherever this one stands."""
    numbers = find(name, asked).numbers
    older = bisect.bisect_right(numbers, -number, key=operator.neg)
    newer = bisect.bisect_left(numbers, -number, key=operator.neg) - 1
    return (numbers[newer] if newer >= 0 else None), (numbers[older] if older < len(numbers) else None)


def find(name: str, asked: Wanted) -> Found:
    """Return the responses to a questionnaire that are asked for. Raises Problem questionnaire.missing."""
    context = current()
    context.publications.current(name)
    return context.response_rows.find(context.store, context.publications, name, asked)


def _page_number(text: str, pages: int) -> int:
    """Return the number of an existing page. Raises Problem page.missing."""
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= pages):
        raise Problem("page.missing")
    return int(text)


def _asked(book: Codebook) -> dict[str, Text]:
    """Return the questions and repeats outside of other repeats, of all revisions, with their labels."""
    main, *others = book.tables
    found: dict[str, Text] = {}
    for variable in main.variables:
        found.setdefault(variable.question.name, variable.question.label)
    for table in others:
        if len(table.chain) == 1:
            found.setdefault(table.chain[0], table.label)
    return found


def _questions(published: Published) -> list[tuple[str, Text]]:
    """Return the questions that answers can be looked for in."""
    found = published.questionnaire.questions.values()
    return [(question.name, question.label) for question in found if codebook.has_value(question) and question.label]


def _row(stored: Stored, state: str, by_source: Mapping[str, str], names: tuple[str, ...]) -> Row:
    body = stored.body
    source = by_source.get(body.get("source", ""), sources.SMALL)
    facts = {**{name: body[name] for name in FACTS[1:-1]}, "number": stored.id, "source": source}
    questionnaire = current().publications.questionnaire(body["revision"])
    cells = tuple(answers.cell(questionnaire, name, body, stored.id) for name in names)
    return Row(facts, state, standing.reason_of(body), tuple(body.get("flags", ())), cells)


@blueprint.post("/questionnaires/<name>/responses")
def act_on_responses(name: str) -> ResponseReturnValue:
    """Do something to the chosen responses, or to all that the filter finds; it can be undone within a day."""
    context = current()
    if context.publications.current(name).questionnaire.audience == "providers":
        raise Problem("review.offers")
    asked, act = asked_for(request.form.to_dict()), act_of_form()
    everything = request.form.get("which") == "all"
    numbers = find(name, asked).numbers if everything else _chosen()
    if not numbers:
        raise Problem("review.none")
    batch = act_on(name, numbers, act)
    return _back(name, asked, done=batch.batch if batch.count else "")


def act_of_form() -> Act:
    """Return what the form wants to be done. Raises the Problems of `reviewing.checked`."""
    what, _, value = request.form.get("act", "").partition(":")
    if what == reviewing.EXCLUDE:
        value = request.form.get("exclusion", "")
    remark = " ".join(request.form.get("remark", "").replace("\0", "").split()) if what == reviewing.EXCLUDE else ""
    return reviewing.checked(Act(what, value, remark))


def act_on(name: str, numbers: list[int], act: Act) -> reviewing.Batch:
    """Do something to responses, and note it in the audit log first."""
    details = {"value": act.value} if act.value else {}
    desk.note(_NOTED[act.what], name, count=len(numbers), **details)
    return reviewing.do(current().store, name, numbers, act, desk.signed_in().account.name, clock.now())


_NOTED = {
    reviewing.EXCLUDE: "responses.excluded",
    reviewing.INCLUDE: "responses.included",
    reviewing.STATE: "responses.marked",
}


def _chosen() -> list[int]:
    given = request.form.getlist("number")[:PAGE_SIZE]
    return [int(text) for text in dict.fromkeys(given) if text.isascii() and text.isdigit() and len(text) < 16]


@blueprint.post("/questionnaires/<name>/responses/undo")
def undo_on_responses(name: str) -> ResponseReturnValue:
    """Undo what was done to several responses within the last day."""
    context = current()
    context.publications.current(name)
    batch = reviewing.undo(context.store, request.form.get("batch", ""), clock.now())
    desk.note("responses.undone", name, count=batch.count)
    asked = asked_for(request.form.to_dict())
    return _back(name, asked, undone=str(batch.count))


@blueprint.post("/questionnaires/<name>/responses/filters")
def keep_response_filter(name: str) -> ResponseReturnValue:
    """Keep the present filter under a name, or remove one of one's own."""
    context, owner = current(), desk.signed_in().account.name
    context.publications.current(name)
    asked = asked_for(request.form.to_dict())
    if "remove" in request.form:
        filters.remove(context.store, request.form["remove"], owner)
    else:
        shared = "shared" in request.form
        filters.keep(context.store, name, owner, request.form.get("name", ""), asked.asks, shared=shared)
    return _back(name, asked)


@blueprint.post("/responses/find")
def find_response() -> ResponseReturnValue:
    """Lead to the response of four words that its holder says."""
    stored = holder.find(current().store, request.form.get("words", ""))
    return redirect(url_for("manage.response", number=stored.id), 303)


@blueprint.get("/quarantine")
def show_quarantine() -> ResponseReturnValue:
    """Lead to what waits to be looked at: to the questionnaire with the oldest such response."""
    store = current().store
    waiting = store.collection(RESPONSES).first(status=standing.QUARANTINED) if quarantine.waiting(store) else None
    if waiting is None:
        return redirect(url_for("manage.home"), 303)
    name = waiting.body["questionnaire"]
    return redirect(url_for("manage.responses", name=name, status=standing.QUARANTINED), 303)
