"""Offers that may be one: what is proposed, declared different, merged field by field, and undone."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock
from survey_service.offers import duplicates, merging, moderation, register
from survey_service.problems import Problem
from survey_service.questionnaire.judge import Refusal
from survey_service.responses import joining, parting
from survey_service.store.base import Document
from survey_service.web import wordings
from survey_service.web.context import current
from survey_service.web.manage import desk, offer_words
from survey_service.web.manage.desk import blueprint
from survey_service.web.manage.offers import page_number, proposed_pairs

PAGE_SIZE = 25


@blueprint.get("/offers/duplicates")
def duplicate_offers() -> str:
    """List the pairs that may be one offer, the surest first, and those that were declared different."""
    pairs = proposed_pairs()
    pages = max(1, -(-len(pairs) // PAGE_SIZE))
    page = page_number(pages)
    shown = pairs[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return render_template(
        "manage/duplicates.html",
        rows=[(pair, offer_words.reason_names(pair.reasons)) for pair in shown],
        declared=_declared(),
        total=len(pairs),
        page=page,
        pages=pages,
    )


@blueprint.post("/offers/duplicates")
def declare_offers() -> BaseResponse:
    """Remember that two offers are different ones, or propose them again."""
    one, other = (register.find(current().store, request.form.get(name, "")).body["offer"] for name in ("one", "other"))
    with current().store.transaction():
        if request.form.get("action") == "again":
            duplicates.propose_again(current().store, one, other)
            desk.note("offer.proposed_again", one, other=other)
        else:
            duplicates.declare_distinct(current().store, one, other, desk.signed_in().account.name)
            desk.note("offer.distinct", one, other=other)
    return redirect(url_for("manage.duplicate_offers"), 303)


@blueprint.get("/offers/<offer>/merge/<other>")
def merge_form(offer: str, other: str) -> str:
    """Show two offers side by side: which one stays, and what it says where they differ."""
    return _form(offer, other)


@blueprint.post("/offers/<offer>/merge/<other>")
def merge_offers(offer: str, other: str) -> ResponseReturnValue:
    """Merge two offers as chosen."""
    store, keep = current().store, request.form.get("keep", "")
    if keep not in (offer, other):
        raise Problem("request.bad")
    gone = other if keep == offer else offer
    seen = [request.form.get(f"seen-{name}", "") for name in (keep, gone)]
    names = [
        name.removeprefix("take-") for name, value in request.form.items() if name.startswith("take-") and value == gone
    ]
    try:
        with store.transaction():
            joining.merge(
                store,
                current().publications,
                keep,
                gone,
                desk.signed_in().account.name,
                taken=names,
                today=clock.today(),
                seen=seen,
            )
            desk.note("offer.merged", gone, into=keep)
    except Problem as problem:
        if problem.code not in ("response.invalid", "offer.changed"):
            raise
        return _form(offer, other, problem), problem.status
    return redirect(url_for("manage.offer", offer=keep, _anchor="merged"), 303)


@blueprint.post("/offers/<offer>/separate")
def separate_offer(offer: str) -> BaseResponse:
    """Undo that an offer was merged into another."""
    with current().store.transaction():
        parted = parting.separate(current().store, offer, desk.signed_in().account.name)
        desk.note("offer.separated", offer, **{"from": parted.kept.body["offer"]})
    return redirect(url_for("manage.offer", offer=offer), 303)


@blueprint.post("/offers/<offer>/leave-merged")
def leave_offer_merged(offer: str) -> BaseResponse:
    """Let an offer stay merged, although its provider has changed it since."""
    with current().store.transaction():
        name, seen = desk.signed_in().account.name, request.form.get("seen", "")
        merging.leave_merged(current().store, offer, name, seen=seen)
        desk.note("offer.left_merged", offer)
    return redirect(url_for("manage.offer", offer=offer), 303)


def _form(offer: str, other: str, problem: Problem | None = None) -> str:
    first, second = (stored.body for stored in merging.check(current().store, offer, other))
    keep = request.form.get("keep", offer)
    return render_template(
        "manage/merge.html",
        first=first,
        second=second,
        marks={body["offer"]: moderation.mark(body) for body in (first, second)},
        keep=keep,
        rows=[(said, _preferred(said, first, second)) for said in _differences(first, second)],
        same=_same(first, second),
        faults=_faults(problem),
        error=wordings.problem_message(problem) if problem is not None else "",
    )


def _differences(first: Document, second: Document) -> list[offer_words.Said]:
    return offer_words.differences(first, merging.standing(first), merging.standing(second))


def _preferred(said: offer_words.Said, first: Document, second: Document) -> str:
    """Return the offer whose answer is ticked: as it was sent, else of the one that has an answer."""
    typed = request.form.get(f"take-{said.name}", "")
    if typed in (first["offer"], second["offer"]):
        return typed
    name: str = (first if said.before else second)["offer"]
    return name


def _same(first: Document, second: Document) -> int:
    one, other = merging.standing(first), merging.standing(second)
    return sum(1 for name in one if name in other and one[name] == other[name])


def _faults(problem: Problem | None) -> list[tuple[str, Markup, Markup]]:
    """Return the question, its label and what is wrong, for each answer that does not go with the others."""
    if problem is None or problem.code != "response.invalid":
        return []
    found: list[tuple[str, Markup, Markup]] = []
    questions: dict[str, Any] = dict(current().publications.current("offers").questionnaire.questions)
    for fault in problem.faults:
        refusal = fault.get("refusal")
        if isinstance(refusal, Refusal):
            asked = questions.get(refusal.question)
            label = wordings.in_page(asked.label) if asked is not None else Markup("{}").format(refusal.question)
            found.append((refusal.question, label, wordings.refused(refusal)))
    return found


def _declared() -> list[tuple[Document, Document]]:
    store = current().store
    found = [key.split() for key in sorted(duplicates.distinct(store))]
    return [(register.find(store, one).body, register.find(store, other).body) for one, other in found]
