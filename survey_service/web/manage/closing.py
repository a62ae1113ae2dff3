"""What became of the answers, on the desk: waves and fields, texts in each language, the preview, publishing."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service.closing import composing, gate, publishing, receipts
from survey_service.closing.composing import Source
from survey_service.closing.model import Content
from survey_service.problems import Problem
from survey_service.web import rendering, security, wordings
from survey_service.web.context import current
from survey_service.web.manage import closing_texts, desk
from survey_service.web.manage.desk import blueprint


def source() -> Source:
    """Return what pages are made of here."""
    context = current()
    return Source(
        context.store,
        context.batches.newest(),
        context.library.labels("fields_of_action"),
        context.library.labels("needs"),
        {code: indicator.name for code, indicator in context.indicators.items()},
    )


@blueprint.get("/closing")
def closing() -> str:
    """List the waves there is something to tell of, with their fields, and what is published."""
    return _overview()


def _overview(problem: Problem | None = None) -> str:
    made, pages = source(), publishing.all_pages(current().store)
    day = receipts.look_again(current().store)
    return render_template(
        "manage/closing.html",
        waves=composing.waves(made),
        names=made.fields,
        newest={(page.content.wave, page.content.field): page for page in reversed(pages)},
        look_again=request.form.get("day", day.isoformat() if day is not None else ""),
        saved=request.args.get("saved", ""),
        error=wordings.problem_message(problem) if problem is not None else "",
    )


@blueprint.post("/closing")
def set_look_again() -> BaseResponse | tuple[str, int]:
    """Keep the day from which people are told to look again."""
    day = request.form.get("day", "").strip()
    try:
        with current().store.transaction():
            receipts.set_look_again(current().store, day)
            desk.note("closing.look", "look_again", day=day)
    except Problem as problem:
        if problem.code != "closing.day":
            raise
        return _overview(problem), problem.status
    return redirect(url_for(".closing", saved="yes"), 303)


@blueprint.get("/closing/<wave>/<field>")
def closing_page(wave: str, field: str) -> str:
    """Show a page as everybody would see it, its texts in one language, and what each language lacks."""
    return _page(_content(wave, field))


@blueprint.post("/closing/<wave>/<field>")
def save_closing_words(wave: str, field: str) -> BaseResponse | tuple[str, int]:
    """Keep texts in one language."""
    content, chosen = _content(wave, field), closing_texts.tag()
    if security.is_forged():
        return _page(content, Problem("request.forged")), 400
    try:
        closing_texts.save([*gate.of_content(content)], chosen)
    except Problem as problem:
        if not problem.code.startswith("closing."):
            raise
        return _page(content, problem), problem.status
    return redirect(url_for(".closing_page", wave=wave, field=field, saved="yes", **closing_texts.into(chosen)), 303)


@blueprint.post("/closing/<wave>/<field>/publish")
def publish_closing(wave: str, field: str) -> BaseResponse | tuple[str, int]:
    """Publish what the preview showed, in the languages that were chosen."""
    _content(wave, field)
    by, mark = desk.signed_in().account.name, request.form.get("mark", "")
    try:
        page = publishing.publish(source(), wave, field, closing_texts.wanted(), mark, by)
    except Problem as problem:
        if not problem.code.startswith("closing."):
            raise
        return _page(_content(wave, field), problem), problem.status
    return redirect(url_for(".closing_page", wave=wave, field=field, published=page.number), 303)


def _content(wave: str, field: str) -> Content:
    made = source()
    if field not in composing.waves(made).get(wave, ()):
        raise Problem("closing.missing")
    return composing.compose(made, wave, field)


def _page(content: Content, problem: Problem | None = None) -> str:
    store = current().store
    newest = publishing.newest(store, content.wave, content.field)
    return render_template(
        "manage/closing_page.html",
        content=content,
        preview=closing_texts.preview("closing/body.html", closing_texts.tag(), content=content),
        newest=newest,
        mark=publishing.mark_of(content),
        exact=[key.removeprefix("item-") for key in composing.exact(store, content)],
        saved=request.args.get("saved", ""),
        published=request.args.get("published", ""),
        **{
            **closing_texts.view([*gate.of_content(content)], newest.languages if newest is not None else {}, problem),
            **({"error": rendering.expired()} if security.is_forged() else {}),
        },
    )
