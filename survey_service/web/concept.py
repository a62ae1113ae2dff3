"""The adopted versions of the concept for everybody: each at its own address, which stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

from flask import Blueprint, Response, g, render_template, request

from survey_service import languages
from survey_service.concept import docx, paper, pdf, versions, words
from survey_service.concept.model import SUPERSEDED, Concept
from survey_service.concept.paper import Paper
from survey_service.problems import Problem
from survey_service.translating import catalogs
from survey_service.web import concept_changes, i18n
from survey_service.web.audience import PUBLIC
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.rendering import everywhere

blueprint = Blueprint("concept", __name__)
AUDIENCES = {f"concept.{name}": PUBLIC for name in ("versions", "show", "document", "compare")}
_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_GERMAN = "de"
"""What was adopted is German, and so are its files."""


@blueprint.get("/<lang:lang>/concept", endpoint="versions")
def all_versions() -> str:
    """List the adopted versions, newest first."""
    found = versions.adopted(current().store)
    return render_template(
        "public/concepts.html",
        title=gettext(words.CONCEPT),
        nothing=gettext(words.NOTHING),
        versions=[(each, _lines(each), [before.number]) for each, before in pairwise(found)]
        + [(each, _lines(each), []) for each in found[-1:]],
        addresses=everywhere("concept.versions"),
    )


@blueprint.get("/<lang:lang>/concept/<int:number>")
def show(number: int) -> str:
    """Show an adopted version: what it says as it was adopted, the words around it in the reader's language."""
    found = _adopted(number)
    tag = i18n.language().tag
    return render_template(
        "public/concept.html",
        concept=found,
        lines=_lines(found),
        newer=gettext(words.NEWER) if found.state == SUPERSEDED else "",
        title=paper.run_of(found.title, tag),
        sections=paper.sections(found, tag, gettext),
        earlier=[each for each in versions.adopted_numbers(current().store) if each < number],
        formats=tuple(_FORMS),
        german=languages.language(_GERMAN),
        addresses=everywhere("concept.show", number=number),
    )


@blueprint.get("/<lang:lang>/concept/compare")
def compare() -> str:
    """Show what differs between two adopted versions, word by word."""
    numbers = [request.args.get(name, "") for name in ("old", "new")]
    if not all(each.isascii() and each.isdigit() and len(each) < 10 for each in numbers):
        raise Problem("page.missing")
    old, new = (_adopted(int(each)) for each in numbers)
    return render_template(
        "public/concept_compare.html",
        heading=gettext(concept_changes.HEADING, old=old.number, new=new.number),
        nothing=gettext(concept_changes.SAME),
        versions=[(each, _lines(each)) for each in (old, new)],
        changes=concept_changes.between(old, new),
        registry=languages.registry(),
        addresses=everywhere("concept.compare", old=old.number, new=new.number),
    )


_FORMS: Mapping[str, tuple[str, Callable[[Paper, Concept], bytes]]] = {
    "pdf": ("application/pdf", lambda made, _found: pdf.render(made)),
    "docx": (_OFFICE, lambda made, found: docx.render(made, docx.day_of(found))),
}


@blueprint.get("/<lang:lang>/concept/<int:number>.<form>")
def document(number: int, form: str) -> Response:
    """Send an adopted version as a file, in German."""
    if form not in _FORMS:
        raise Problem("page.missing")
    found = _adopted(number)
    i18n.use(_GERMAN, catalogs.DESK)
    media_type, make = _FORMS[form]
    response = Response(make(paper.of(found, _GERMAN, gettext), found), mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=f"integrationskonzept-{number}.{form}")
    g.sandboxed = True
    return response


def _adopted(number: int) -> Concept:
    """Return an adopted version; a draft does not exist for the public."""
    try:
        found = versions.load(current().store, number)
    except Problem as problem:
        if problem.code == "concept.missing":
            raise Problem("page.missing") from None
        raise
    if found.open:
        raise Problem("page.missing")
    return found


def _lines(found: Concept) -> list[str]:
    return [*paper.decision_lines(found, i18n.language().tag, gettext)]
