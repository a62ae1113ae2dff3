"""How a questionnaire reaches people: links, QR codes, links for groups, an access code, posters, frames, tablets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from survey_service import languages
from survey_service.languages import Language
from survey_service.problems import Problem
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import access_codes, links, sources
from survey_service.responses.links import Link
from survey_service.statistics.disclosure import THRESHOLD
from survey_service.typesetting import fonts
from survey_service.web import i18n, qr, rendering, wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint
from survey_service.web.poster import content, pdf
from survey_service.web.poster.content import Invitation, Poster

_AT = "/questionnaires/<name>/distribute"
_KINDS = {"svg": "image/svg+xml", "png": "image/png"}


@dataclass(frozen=True)
class Address:
    """One address of a questionnaire; ``language`` is None for the one where people choose it themselves."""

    language: Language | None
    url: str
    code: Markup


@blueprint.get(_AT)
def distribute(name: str) -> str:
    """Show the ways to a questionnaire; ``?from`` chooses the link of a group."""
    store, settings = current().store, current().settings
    published = current().publications.current(name)
    link = _link(name)
    counted = sources.counts(store, name)
    return render_template(
        "manage/distribute.html",
        published=published,
        link=link,
        way=links.way(store, name, link.tag),
        groups=[(entry, counted.get(entry.tag, 0)) for entry in links.groups(store, name)],
        threshold=THRESHOLD,
        addresses=_addresses(published.questionnaire, link.tag),
        suggestion=access_codes.suggestion(),
        sizes=content.SIZES,
        lacking=_lacking(published.questionnaire),
        kiosk=f"{_outside(name, link.tag)}?kiosk",
        settings=settings,
        snippet=_snippet(published.questionnaire, link.tag),
    )


@blueprint.post(f"{_AT}/links")
def create_link(name: str) -> BaseResponse:
    """Make a link for a group."""
    store = current().store
    with store.transaction():
        current().publications.current(name)
        link = links.create(store, name, request.form.get("tag", ""))
        desk.note("link.created", name, tag=link.tag)
    return _back(name, link.tag)


@blueprint.post(f"{_AT}/retired")
def retire_link(name: str) -> BaseResponse:
    """Let the tag of a group no longer count, or count again."""
    store, tag = current().store, request.form.get("tag", "")
    retired = request.form.get("retired") == "yes"
    with store.transaction():
        links.set_retired(store, name, tag, retired=retired)
        desk.note("link.retired" if retired else "link.restored", name, tag=tag)
    return _back(name, "" if retired else tag)


@blueprint.post(f"{_AT}/code")
def set_code(name: str) -> BaseResponse:
    """Let a link ask for the code that was typed, or for none."""
    store, tag = current().store, request.form.get("tag", "")
    code = "" if "remove" in request.form else request.form.get("code", "")
    if not code and "remove" not in request.form:
        raise Problem("link.code", shortest=access_codes.SHORTEST, longest=access_codes.LONGEST)
    with store.transaction():
        current().publications.current(name)
        links.set_code(store, name, tag, code)
        desk.note("code.set" if code else "code.removed", name, tag=tag)
    return _back(name, tag)


@blueprint.get(f"{_AT}/qr.<kind>")
def qr_code(name: str, kind: str) -> Response:
    """Send the QR code of an address as a file; ``?language`` is that of the page it leads to."""
    questionnaire = current().publications.current(name).questionnaire
    language, link = request.args.get("language", ""), _link(name)
    if kind not in _KINDS or (language and language not in questionnaire.languages):
        raise Problem("page.missing")
    address = _outside(name, link.tag, language)
    parts = "-".join(part for part in (name, link.tag, language) if part)
    return _file(qr.png(address) if kind == "png" else qr.image(address), f"{parts}.{kind}", _KINDS[kind])


@blueprint.get(f"{_AT}/poster")
def poster(name: str) -> str:
    """Show a poster as the browser prints it."""
    made = _poster(name)
    given = {key: request.args.getlist(key) for key in ("languages", "size", "from", "code") if key in request.args}
    return render_template(
        "manage/poster.html",
        poster=made,
        code_labels=pdf.code_labels(made),
        qr=qr.svg(made.address, made.address),
        title_attributes=_title_attributes,
        back=_address("manage.distribute", name, {"from": request.args.get("from")}),
        as_pdf=_address("manage.poster_pdf", name, given),
    )


def _title_attributes(entry: Invitation) -> Markup:
    """Return ``lang`` and ``dir`` for the questionnaire's title within an invitation."""
    tag = entry.title.tag
    if tag == wordings.EVERYWHERE:
        return Markup(' dir="auto"')
    return Markup("") if tag == entry.language.tag else i18n.html_attributes(languages.language(tag))


@blueprint.get(f"{_AT}/poster.pdf")
def poster_pdf(name: str) -> Response:
    """Send a poster as PDF."""
    return _file(pdf.pdf(_poster(name)), f"{name}-{request.args['size']}.pdf", "application/pdf")


def _poster(name: str) -> Poster:
    """Return the poster that the arguments ask for. Raises Problem poster.languages."""
    link = _link(name)
    return content.poster(
        current().publications.current(name).questionnaire,
        request.args.getlist("languages"),
        size=request.args.get("size", ""),
        address=_outside(name, link.tag),
        sender=current().settings.operator,
        code=links.way(current().store, name, link.tag).code if "code" in request.args else "",
    )


def _lacking(questionnaire: Questionnaire) -> list[tuple[Language, str]]:
    """Return the languages in which no PDF can be made here, each with the reason."""
    installed, found = fonts.installed(), []
    for entry in rendering.languages_of(questionnaire):
        made = content.poster(questionnaire, [entry.tag], size=content.SIZES[0], address="", sender="")
        try:
            pdf.check(made, installed)
        except Problem as problem:
            found.append((entry, wordings.problem_message(problem)))
    return found


def _link(name: str) -> Link:
    """Return the group's link that ``?from`` names, or the plain one. Raises Problem link.missing."""
    tag = request.args.get("from", "")
    if not tag:
        return links.find(current().store, name) or Link(name)
    link = links.find(current().store, name, tag) if links.TAG.fullmatch(tag) else None
    if link is None:
        raise Problem("link.missing")
    return link


def _outside(name: str, tag: str, language: str = "") -> str:
    """Return an address as people outside write it; without a language the one where they choose it."""
    if language:
        given: dict[str, Any] = {"from": tag} if tag else {}
        path = url_for("respondent.start", lang=language, questionnaire=name, **given)
    else:
        path = url_for("arrival.choose", questionnaire=name, tag=tag or None)
    public = urlsplit(current().settings.public_url)
    return f"{public.scheme}://{public.netloc}{path}" if public.netloc else request.host_url.rstrip("/") + path


def _addresses(questionnaire: Questionnaire, tag: str) -> Sequence[Address]:
    tags: list[Language | None] = [None, *rendering.languages_of(questionnaire)]
    urls = [_outside(questionnaire.name, tag, entry.tag if entry else "") for entry in tags]
    return [
        Address(entry, url, qr.svg(url, gettext("QR code of %(address)s", address=url)))
        for entry, url in zip(tags, urls, strict=True)
    ]


def _snippet(questionnaire: Questionnaire, tag: str) -> str:
    """Return the markup that shows a questionnaire in a frame of another site, with a link for what shows no frames."""
    title, address = wordings.in_attribute(questionnaire.label), _outside(questionnaire.name, tag)
    return str(
        Markup(
            '<iframe src="{}" title="{}" width="100%" height="700" loading="lazy">\n  <a href="{}">{}</a>\n</iframe>'
        ).format(address, title, address, title)
    )


def _back(name: str, tag: str) -> BaseResponse:
    return redirect(_address("manage.distribute", name, {"from": tag or None}), 303)


def _address(endpoint: str, name: str, arguments: dict[str, Any]) -> str:
    return url_for(endpoint, name=name, **arguments)


def _file(data: bytes, name: str, media_type: str) -> Response:
    response = Response(data, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
