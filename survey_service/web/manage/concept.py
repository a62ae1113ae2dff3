"""The concept on the desk: its versions, one of them, what is decided on it, what differs between two, files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock
from survey_service.concept import differences, docx, evidence, measures, paper, pdf, taking_part, versions, words
from survey_service.concept.model import Concept, Decision
from survey_service.concept.paper import Paper
from survey_service.consulting import rounds
from survey_service.consulting import words as consulting_words
from survey_service.problems import Problem
from survey_service.web import difference, i18n, wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import concept_words, desk
from survey_service.web.manage.desk import blueprint

_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@blueprint.get("/concept")
def concept() -> str:
    """List the versions of the concept; say which statements of the present one have other figures by now."""
    return _overview()


def _overview(problem: Problem | None = None) -> str:
    store = current().store
    found = [versions.load(store, number) for number in versions.numbers(store)]
    newest = next((each for each in found if not each.open), None)
    due = measures.done_by_due(measures.standing(store), clock.today())
    return render_template(
        "manage/concept.html",
        versions=found,
        states=words.VERSION_STATES,
        flags=evidence.flags(store, newest) if newest is not None else [],
        newest=newest,
        any_open=any(each.open for each in found),
        done=due[0],
        due=due[1],
        lines=_decision_lines,
        observed=request.args.get("observed", ""),
        error=wordings.problem_message(problem) if problem is not None else "",
    )


@blueprint.post("/concept")
def begin_concept() -> BaseResponse:
    """Begin a version: empty, or as the revision of the one adopted last."""
    title = {"de": "Integrationskonzept", "en": "Integration concept"}
    fields = current().library.labels("fields_of_action")
    made = versions.begin(current().store, title, fields, desk.signed_in().account.name)
    return redirect(url_for(".concept_version", number=made.number), 303)


@blueprint.post("/concept/observe")
def observe_measures() -> BaseResponse | tuple[str, int]:
    """Record for the present quarter how many of the due measures were done in time."""
    try:
        with current().store.transaction():
            by = desk.signed_in().account.name
            reason = desk.lines("reason")[:500]
            made = measures.observe(current().store, current().indicators, clock.today(), by, reason)
            desk.note("indicator.recorded", made.indicator, period=made.period, state="new")
    except Problem as problem:
        if not problem.code.startswith("observation."):
            raise
        return _overview(problem), problem.status
    return redirect(url_for(".concept", observed=made.period), 303)


@blueprint.get("/concept/<int:number>")
def concept_version(number: int) -> str:
    """Show a version as it is read, with the way to each item and what can be done with it."""
    return _version(versions.load(current().store, number), {})


def _version(found: Concept, given: Mapping[str, str], problem: Problem | None = None) -> str:
    store = current().store
    others = [each for each in versions.numbers(store) if each != found.number]
    return render_template(
        "manage/concept_version.html",
        concept=found,
        paper=_paper(found),
        flags={flag.item.key: flag for flag in evidence.flags(store, found)},
        items={item.key: item for item in found.items},
        others=others,
        rounds=rounds.of_concept(store, found.number) if desk.may("run_consultations") else [],
        round_states=consulting_words.STATES,
        formats=tuple(FORMS),
        given=given,
        error=wordings.problem_message(problem) if problem is not None else "",
        accepted=request.args.get("accepted", ""),
        known=request.args.get("known", ""),
        done=request.args.get("done", ""),
    )


@blueprint.post("/concept/<int:number>")
def turn_concept(number: int) -> BaseResponse | tuple[str, int]:
    """Give a version into consultation, take it back, or adopt it; that is noted in the audit log."""
    store, by, form = current().store, desk.signed_in().account.name, request.form
    acts: dict[str, Callable[[], object]] = {
        "consult": lambda: versions.consult(store, number, by),
        "take_back": lambda: _unless_running(number, lambda: versions.take_back(store, number, by)),
        "adopt": lambda: _unless_running(number, lambda: versions.adopt(store, number, _decision(form), by)),
    }
    act = acts.get(form.get("what", ""))
    if act is None:
        raise Problem("request.bad")
    try:
        act()
    except Problem as problem:
        if problem.status != 422:
            raise
        return _version(versions.load(store, number), form, problem), 422
    return redirect(url_for(".concept_version", number=number, done=form["what"]), 303)


def _unless_running(number: int, act: Callable[[], object]) -> None:
    """Do something with a version unless a round takes votes on it. Raises Problem consulting.running."""
    with current().store.transaction():
        rounds.refuse_running(current().store, number)
        act()


def _decision(form: Mapping[str, str]) -> Decision:
    return Decision(**{name: form.get(name, "").strip() for name in ("body", "day", "result", "start", "end")})


@blueprint.get("/concept/compare")
def compare_concepts() -> str:
    """Show what differs between two versions: wording, evidence, measures."""
    numbers = [request.args.get(name, "") for name in ("old", "new")]
    if not all(each.isascii() and each.isdigit() and len(each) < 10 for each in numbers):
        raise Problem("concept.missing")
    old, new = (versions.load(current().store, int(each)) for each in numbers)
    return render_template(
        "manage/concept_compare.html",
        old=old,
        new=new,
        changes=differences.between(old, new),
        kinds=concept_words.CHANGES,
        told=difference.told,
        basis=concept_words.basis,
        facts=lambda change: [
            (
                gettext(words.FACTS[fact.name]),
                *(concept_words.fact(fact.name, value, of) for value, of in ((fact.old, old), (fact.new, new))),
            )
            for fact in change.facts
        ],
        states=words.VERSION_STATES,
    )


def _decision_lines(found: Concept) -> list[str]:
    return [*paper.decision_lines(found, i18n.language().tag, gettext)]


def _paper(found: Concept) -> Paper:
    took_part = versions.taking_part_in(current().store, found)
    return paper.of(found, i18n.language().tag, gettext, took_part, taking_part.named(current().store, took_part))


# -- files ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Form:
    """A format of files: its media type, and what makes it of a paper."""

    media_type: str
    make: Callable[[Paper, Concept], bytes]


def _page(made: Paper, _found: Concept) -> bytes:
    return render_template("manage/concept_document.html", paper=made).encode("utf-8")


FORMS: Mapping[str, Form] = {
    "docx": Form(_OFFICE, lambda made, found: docx.render(made, docx.day_of(found))),
    "pdf": Form("application/pdf", lambda made, _found: pdf.render(made)),
    "html": Form("text/html", _page),
}


@blueprint.get("/concept/<int:number>/file")
def concept_file(number: int) -> Response:
    """Send a version as a file in the language of the desk."""
    name = request.args.get("format", "")
    if name not in FORMS:
        raise Problem("page.missing")
    found = versions.load(current().store, number)
    content = FORMS[name].make(_paper(found), found)
    response = Response(content, mimetype=FORMS[name].media_type)
    filename = f"integrationskonzept-{number}-{i18n.language().tag}.{name}"
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    g.sandboxed = True
    return response
