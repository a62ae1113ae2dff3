"""Items of the concept on the desk: written, worded anew by one person at a time, arranged; what they rest on."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock, languages
from survey_service.concept import evidence, items, money, progress, versions, words
from survey_service.concept.checks import checked_judgement
from survey_service.concept.model import (
    EFFORTS,
    HORIZONS,
    KINDS,
    MEASURE,
    STATES,
    Basis,
    Concept,
    Item,
    Judgement,
    Measure,
    Progress,
)
from survey_service.problems import Problem
from survey_service.web import difference, rendering, security, wordings
from survey_service.web.context import current
from survey_service.web.manage import concept_words, desk
from survey_service.web.manage.desk import blueprint

_USUAL = ("de", "de-simple", "en")
_MOST = 500
Given = Mapping[str, Any]


@blueprint.get("/concept/<int:number>/items/new")
def new_concept_item(number: int) -> str:
    """Show the form for a further item."""
    found = versions.load(current().store, number)
    versions.changeable(current().store, number)
    return _new(found, {"kind": request.args.get("kind", ""), "field": request.args.get("field", "")})


@blueprint.post("/concept/<int:number>/items/new")
def add_concept_item(number: int) -> BaseResponse | tuple[str, int]:
    """Add an item to the draft."""
    form, store = request.form, current().store
    if security.is_forged():
        return _new(versions.load(store, number), form, rendering.expired()), 400
    kind = form.get("kind", "")
    try:
        with store.transaction():
            made = items.add(
                store,
                number,
                kind=kind,
                field=form.get("field", ""),
                texts=texts_of_form(form),
                basis=checked_judgement(form.get("judgement", "")),
                by=desk.signed_in().account.name,
                measure=_measure(form) if kind == MEASURE else None,
            )
            desk.note("concept.item", made.key, version=number, act="added")
    except Problem as problem:
        if problem.status != 422:
            raise
        return _new(versions.load(store, number), form, wordings.problem_message(problem)), 422
    return redirect(_place(number, made.key), 303)


def _new(found: Concept, given: Given, error: str = "") -> str:
    return render_template("manage/concept_new.html", concept=found, error=error, **_form(given, ()))


@blueprint.get("/concept/<int:number>/items/<key>")
def concept_item(number: int, key: str) -> str:
    """Show an item: the form to word it anew, how far a measure is, all its statement versions."""
    found = versions.load(current().store, number)
    item = found.item(key)
    return _page(found, item, _given(item))


@blueprint.post("/concept/<int:number>/items/<key>")
def save_concept_item(number: int, key: str) -> BaseResponse | tuple[str, int]:
    """Keep a new wording. Whoever comes second sees both texts; nothing is overwritten."""
    form, store = request.form, current().store
    found = versions.load(store, number)
    item = found.item(key)
    if security.is_forged():
        return _page(found, item, form, rendering.expired()), 400
    try:
        with store.transaction():
            made = items.edit(
                store,
                number,
                key,
                seen=seen_in(form),
                texts=texts_of_form(form),
                by=desk.signed_in().account.name,
                basis=_judged(form, item),
                measure=_measure(form) if item.kind == MEASURE else None,
                why=form.get("why", "")[:_MOST],
            )
            if made != item.wording:
                desk.note("concept.item", key, version=number, act="worded")
    except Problem as problem:
        if problem.code == "concept.conflict":
            return met(versions.load(store, number), key, problem)
        if problem.status != 422:
            raise
        return _page(found, item, form, wordings.problem_message(problem)), 422
    return redirect(_place(number, key), 303)


@blueprint.post("/concept/<int:number>/items/<key>/place")
def place_concept_item(number: int, key: str) -> BaseResponse:
    """Move an item up or down or to another field, or take it out of the draft."""
    store, what = current().store, request.form.get("what", "")
    if what not in ("up", "down", "field", "out"):
        raise Problem("request.bad")
    with store.transaction():
        if what == "out":
            items.take_out(store, number, key)
        elif what == "field":
            items.change_field(store, number, key, request.form.get("field", ""))
        else:
            items.rearrange(store, number, key, up=what == "up")
        desk.note("concept.item", key, version=number, act=what)
    back = url_for(".concept_version", number=number, _anchor=None if what == "out" else key)
    return redirect(back, 303)


@blueprint.post("/concept/<int:number>/items/<key>/progress")
def keep_measure_progress(number: int, key: str) -> BaseResponse | tuple[str, int]:
    """Note how far a measure is, of whatever version; an adopted version stays as it is."""
    store, form = current().store, request.form
    found = versions.load(store, number)
    item = found.item(key)
    if item.kind != MEASURE:
        raise Problem("request.bad")
    try:
        with store.transaction():
            state = Progress(form.get("state", ""), form.get("done", "").strip())
            progress.note(store, key, state, desk.signed_in().account.name)
            desk.note("concept.progress", key, state=state.state)
    except Problem as problem:
        if problem.status != 422:
            raise
        return _page(found, item, {**_given(item), **form}, wordings.problem_message(problem)), 422
    return redirect(_place(number, key), 303)


def _page(found: Concept, item: Item, given: Given, error: str = "", *, conflict: bool = False) -> str:
    history = items.wordings(current().store, item.key)
    before = {each.number: each for each in history}
    return render_template(
        "manage/concept_item.html",
        concept=found,
        item=item,
        error=error,
        conflict=conflict,
        history=[(each, before.get(each.number - 1)) for each in history],
        left=evidence.left_of(current().store, item.key),
        state=progress.all_states(current().store).get(item.key, item.progress),
        states={state: words.STATES[state] for state in STATES},
        basis=concept_words.basis,
        difference=difference.difference,
        kind_names=words.KINDS,
        flagged=any(flag.item.key == item.key for flag in evidence.flags(current().store, found)),
        saved=_saved(found, item),
        today=clock.today().isoformat(),
        **_form(given, item.wording.texts),
    )


def _saved(found: Concept, item: Item) -> list[tuple[str, str]]:
    """Return the facts of a measure as they are saved, each with its name."""
    measure = item.wording.measure
    names = [field.name for field in dataclasses.fields(Measure)] if measure is not None else []
    return [(words.FACTS[name], concept_words.fact(name, getattr(measure, name), found)) for name in names]


def _form(given: Given, present: Any) -> dict[str, Any]:
    """Return what the fields of an item need: the languages shown are the usual ones, those there are, and one more."""
    offered = [entry.tag for entry in languages.offered()]
    typed = [name.removeprefix("text-") for name in given if name.startswith("text-")]
    shown = dict.fromkeys((*_USUAL, *present, *typed, *request.args.getlist("more")))
    return {
        "given": given,
        "tags": [tag for tag in shown if tag in offered],
        "more": [entry for entry in languages.offered() if entry.tag not in shown],
        "kinds": {kind: words.KINDS[kind] for kind in KINDS},
        "horizons": {name: words.HORIZONS[name] for name in HORIZONS},
        "efforts": {name: words.EFFORTS[name] for name in EFFORTS},
        "facts": words.FACTS,
    }


def _given(item: Item) -> dict[str, Any]:
    """Return an item as its form holds it."""
    wording = item.wording
    given = {f"text-{tag}": text for tag, text in wording.texts.items()}
    given["judgement"] = wording.basis.of if isinstance(wording.basis, Judgement) else ""
    if wording.measure is not None:
        names = ("lead", "horizon", "effort", "due")
        given |= {name: getattr(wording.measure, name) for name in names}
        given["budget"] = money.typed(wording.measure.budget)
    return given


def met(found: Concept, key: str, problem: Problem) -> tuple[str, int]:
    """Show a second editor both texts."""
    item = found.item(key)
    return _page(found, item, _both(request.form, item), wordings.problem_message(problem), conflict=True), 409


def _both(form: Mapping[str, str], saved: Item) -> dict[str, Any]:
    """Return what a second editor has typed, with what was saved meanwhile where they have changed nothing."""
    seen = next((each for each in items.wordings(current().store, saved.key) if each.number == seen_in(form)), None)
    theirs = _given(saved)
    before = _given(dataclasses.replace(saved, wording=seen)) if seen is not None else {}
    both = {name: desk.lines(name) for name in form}
    kept = {name: text for name, text in theirs.items() if both.get(name) == before.get(name, "").strip()}
    return {**theirs, **both, **kept}


def texts_of_form(form: Mapping[str, str]) -> dict[str, str]:
    offered = (entry.tag for entry in languages.offered())
    return {tag: desk.lines(f"text-{tag}") for tag in offered if f"text-{tag}" in form}


def _measure(form: Mapping[str, str]) -> Measure:
    names = ("lead", "horizon", "effort", "due")
    return Measure(**{name: form.get(name, "").strip() for name in names}, budget=money.cents(form.get("budget", "")))


def _judged(form: Mapping[str, str], item: Item) -> Basis | None:
    """Return whose judgement an item rests on from now; None keeps the evidence that it has."""
    said = form.get("judgement", "")
    return None if not said.strip() and not isinstance(item.wording.basis, Judgement) else checked_judgement(said)


def seen_in(form: Mapping[str, str]) -> int:
    seen = form.get("seen", "")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0


def _place(number: int, key: str) -> str:
    return url_for("manage.concept_item", number=number, key=key)
