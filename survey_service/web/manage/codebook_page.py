"""The codebook as a document of its own, as one page to read or print and as PDF."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Response, render_template, request
from markupsafe import Markup, escape

from survey_service import languages
from survey_service.problems import Problem
from survey_service.questionnaire.model import Text
from survey_service.responses.revisions import Publications
from survey_service.web import i18n
from survey_service.web.context import current
from survey_service.web.manage import codebook, codebook_pdf, names
from survey_service.web.manage.desk import blueprint
from survey_service.web.wordings import wording_of


def page(publications: Publications, name: str, tag: str) -> bytes:
    """Return the codebook of a questionnaire as one HTML page in UTF-8. Raises Problem questionnaire.missing."""
    with codebook.content(publications, name, tag) as content:
        html = render_template(
            "manage/codebook.html",
            content=content,
            states=codebook.STATES,
            told=lambda text: _told(text, tag),
            **names.HELPERS,
        )
    return html.encode("utf-8")


FORMS: Mapping[str, tuple[str, Callable[[Publications, str, str], bytes]]] = {
    "html": ("text/html", page),
    "pdf": ("application/pdf", codebook_pdf.pdf),
}
"""Kind of file → its media type, and what makes it of the publications, a questionnaire's name and a language."""


def _told(text: str | Text, tag: str) -> Markup:
    """Return a text in the language chosen, marked where it differs from the page's."""
    if isinstance(text, str):
        return escape(text)
    wording = wording_of(text, tag)
    if wording.tag == i18n.language().tag:
        return escape(wording.text)
    entry = languages.registry().get(wording.tag)
    attributes = i18n.html_attributes(entry) if entry is not None else Markup(' dir="auto"')
    return Markup("<span{}>{}</span>").format(attributes, wording.text) if wording.text else Markup("")


@blueprint.get("/questionnaires/<name>/codebook")
def codebook_document(name: str) -> Response:
    """Send the codebook as a file: it is for those who read the exports, and holds no answer."""
    tag, form = request.args.get("language", ""), request.args.get("format", "html")
    if tag not in languages.registry() or form not in FORMS:
        raise Problem("page.missing")
    media_type, make = FORMS[form]
    response = Response(make(current().publications, name, tag), mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}-codebook-{tag}.{form}")
    return response
