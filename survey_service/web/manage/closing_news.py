"""Newsletters on the desk: items that are public already, their order, short texts in each language, publishing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service.closing import gate, issues, news
from survey_service.closing.gate import Needed
from survey_service.closing.news import Issue, Published
from survey_service.problems import D_, Problem
from survey_service.web import rendering, security
from survey_service.web.closing import words
from survey_service.web.context import current
from survey_service.web.manage import closing_texts, desk
from survey_service.web.manage.desk import blueprint

KINDS: Mapping[str, str] = {
    news.BECAME: D_("What became of the answers"),
    news.CONCEPT: D_("Adopted concept"),
    news.MEASURES: D_("Finished measures"),
    news.FIGURES: D_("Published figures"),
    news.OFFER: D_("Newest offers"),
    news.QUESTIONNAIRE: D_("Open questionnaires"),
}


def _source() -> Published:
    return Published(current().store, current().batches, current().publications)


@blueprint.get("/news")
def closing_news() -> str:
    """Show the newsletter that is worked on, what may be put into it, and the published ones."""
    return _page()


@blueprint.post("/news/items")
def arrange_news() -> BaseResponse:
    """Put an item into the newsletter, move it, take it out, or begin anew."""
    what, kind, ref = (request.form.get(name, "") for name in ("what", "kind", "ref"))
    if what == "add":
        news.choose(_source(), kind, ref)
    elif what in ("up", "down", "out"):
        news.rearrange(current().store, kind, ref, what)
    else:
        raise Problem("request.bad")
    return redirect(url_for(".closing_news", _anchor="items"), 303)


@blueprint.post("/news")
def save_news_words() -> BaseResponse | tuple[str, int]:
    """Keep texts of the newsletter in one language."""
    chosen = closing_texts.tag()
    if security.is_forged():
        return _page(Problem("request.forged")), 400
    try:
        closing_texts.save(_writable(news.compose(_source())), chosen)
    except Problem as problem:
        if not problem.code.startswith("closing."):
            raise
        return _page(problem), problem.status
    return redirect(url_for(".closing_news", saved="yes", **closing_texts.into(chosen)), 303)


@blueprint.post("/news/publish")
def publish_news() -> BaseResponse | tuple[str, int]:
    """Publish the newsletter as the preview showed it."""
    by, mark = desk.signed_in().account.name, request.form.get("mark", "")
    try:
        letter = issues.publish(_source(), closing_texts.wanted(), mark, by)
    except Problem as problem:
        if not problem.code.startswith("closing."):
            raise
        return _page(problem), problem.status
    return redirect(url_for(".closing_news", published=letter.number), 303)


def _writable(issue: Issue) -> list[Needed]:
    """Return the texts of a newsletter, those too that it can do without and that nobody has written yet."""
    store = current().store
    found = {each.key: each for each in news.needed(store, issue) if each.key}
    free = [Needed(gate.WORDS, "", issue.intro, news.key_of(store, "intro"))]
    free += [
        Needed(gate.NOTE, f"{each.kind} {each.ref}", each.note, news.key_of(store, f"note/{each.kind}/{each.ref}"))
        for each in issue.entries
    ]
    listed = {**found, **{each.key: each for each in free}}
    kinds = (gate.TITLE, gate.WORDS, gate.RESULT, gate.MEASURE, gate.NOTE)
    return sorted(listed.values(), key=lambda each: kinds.index(each.kind))


def _named(needed: Iterable[Needed], issue: Issue) -> list[Needed]:
    """Return texts with the items that they belong to called by their place and heading."""
    places = {f"{each.kind} {each.ref}": f"{place}. {words.title(each)}" for place, each in enumerate(issue.entries, 1)}
    return [dataclasses.replace(each, name=places.get(each.name, each.name)) for each in needed]


def _page(problem: Problem | None = None) -> str:
    made, store = _source(), current().store
    issue = news.compose(made)
    taken = {(each.kind, each.ref) for each in issue.entries}
    candidates = {
        kind: [each for each in made.candidates(kind) if (kind, each.ref) not in taken] for kind in news.KINDS
    }
    view = closing_texts.view(_named(news.needed(store, issue), issue), {}, problem)
    view["fields"] = closing_texts.fields(
        _named(_writable(issue), issue), closing_texts.tag(), request.form if problem is not None else None
    )
    return render_template(
        "manage/closing_news.html",
        issue=issue,
        preview=closing_texts.preview("closing/entries.html", closing_texts.tag(), issue=issue),
        number=news.number(store),
        candidates=candidates,
        kinds=KINDS,
        letters=issues.all_letters(store),
        mark=issues.mark_of(issue),
        saved=request.args.get("saved", ""),
        published=request.args.get("published", ""),
        **{**view, **words.HELPERS, **({"error": rendering.expired()} if security.is_forged() else {})},
    )
