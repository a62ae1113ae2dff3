"""Newsletters: the newest, each one at its address, as a page, as PDF, and all of them as a feed. Nobody is counted."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, g, render_template, request, url_for

from survey_service import languages
from survey_service.closing import feed, issues, pdf
from survey_service.closing.issues import Letter
from survey_service.languages import Language
from survey_service.problems import Problem
from survey_service.web import audience, i18n, rendering, wordings
from survey_service.web.audience import PUBLIC
from survey_service.web.closing import words
from survey_service.web.closing.became import blueprint
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.kept import Kept

NEWS = {
    "closing.news": PUBLIC,
    "closing.letter": PUBLIC,
    "closing.newest_pdf": PUBLIC,
    "closing.letter_pdf": PUBLIC,
    "closing.news_feed": audience.PROGRAM,
}
_documents: Kept[bytes] = Kept(20)


@blueprint.get("/<lang:lang>/news")
def news() -> str:
    """Show the newest newsletter of the present language, and the way to the older ones."""
    letters = issues.all_letters(current().store)
    spoken = [each for each in letters if each.speaks(i18n.language().tag)]
    addresses = _addresses(letters, "closing.news")
    if letters and not spoken:
        return rendering.language_choice(addresses)
    return _shown(spoken[0] if spoken else None, addresses or rendering.everywhere("closing.news"), spoken)


@blueprint.get("/<lang:lang>/news/<int:number>")
def letter(number: int) -> str:
    """Show a newsletter, at the address that stays."""
    found = _letter(number)
    addresses = _addresses([found], "closing.letter", number=number)
    if not found.speaks(i18n.language().tag):
        return rendering.language_choice(addresses)
    letters = issues.all_letters(current().store)
    return _shown(found, addresses, [each for each in letters if each.speaks(i18n.language().tag)])


def _shown(found: Letter | None, addresses: list[tuple[Language, str]], spoken: list[Letter]) -> str:
    return render_template(
        "closing/news.html",
        letter=found,
        others=[each for each in spoken if found is None or each.number != found.number],
        addresses=addresses,
    )


@blueprint.get("/<lang:lang>/news.pdf")
def newest_pdf() -> Response:
    """Send the newest newsletter of the present language as PDF."""
    letters = issues.all_letters(current().store)
    found = next((each for each in letters if each.speaks(i18n.language().tag)), None)
    if found is None:
        raise Problem("page.missing")
    return _document(found)


@blueprint.get("/<lang:lang>/news/<int:number>.pdf")
def letter_pdf(number: int) -> Response:
    """Send a newsletter as PDF."""
    found = _letter(number)
    if not found.speaks(i18n.language().tag):
        raise Problem("page.missing")
    return _document(found)


def _document(found: Letter) -> Response:
    tag, edits = i18n.language().tag, current().workbench.edits.now.number
    server = (current().settings.public_url or request.url_root).rstrip("/")
    key = (found.digest, tag, edits, server)
    response = Response(_documents.get(key, lambda: pdf.render(_paper(found, server))), mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=f"news-{found.number}-{tag}.pdf")
    g.sandboxed = True
    return response


def _paper(found: Letter, server: str) -> pdf.Paper:
    tag = i18n.language().tag
    said = wordings.in_attribute
    facts = [gettext("Published on %(day)s", day=words.day(found.day)), words.checked(found.languages[tag])]
    parts = tuple(
        pdf.Part(
            title=words.title(entry),
            link=f"{server}/{tag}/{entry.link}",
            lines=tuple(filter(None, (*words.facts(entry), said(words.body(entry)), said(entry.note)))),
        )
        for entry in found.issue.entries
    )
    return pdf.Paper(said(found.issue.title), tag, tuple(filter(None, facts)), said(found.issue.intro), parts)


@blueprint.get("/<lang:lang>/news.atom")
def news_feed() -> Response:
    """Send the newsletters of the present language as a feed."""
    tag = i18n.language().tag
    server = (current().settings.public_url or request.url_root).rstrip("/")
    entries = [
        feed.Entry(
            number=each.number,
            digest=each.digest,
            title=wordings.in_attribute(each.issue.title),
            moment=each.moment,
            lines=tuple(filter(None, (wordings.in_attribute(each.issue.intro), *map(words.title, each.issue.entries)))),
        )
        for each in issues.all_letters(current().store)
        if each.speaks(tag)
    ]
    if not entries:
        raise Problem("page.missing")
    publisher = current().settings.operator or gettext("Integration survey")
    content = feed.atom(entries, i18n.language(), gettext("News"), server, publisher)
    response = Response(content, content_type="application/atom+xml")
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.set_etag(hashlib.sha256(content).hexdigest()[:32])
    response.make_conditional(request)
    return response


def _letter(number: int) -> Letter:
    try:
        return issues.load(current().store, number)
    except Problem as problem:
        if problem.code == "closing.missing":
            raise Problem("page.missing") from None
        raise


def _addresses(letters: list[Letter], endpoint: str, **values: Any) -> list[tuple[Language, str]]:
    entries = [entry for entry in languages.offered() if any(each.speaks(entry.tag) for each in letters)]
    return [(entry, url_for(endpoint, lang=entry.tag, **values)) for entry in entries]
