"""Pages for everybody: the choice of language, the open questionnaires, privacy notice, imprint and
declaration of accessibility."""

from __future__ import annotations

import datetime as dt
import re

from flask import Blueprint, Response, g, render_template, send_file, url_for
from flask_babel import format_date

from survey_service import clock
from survey_service.closing import issues, publishing
from survey_service.concept import versions
from survey_service.privacy import notice
from survey_service.problems import N_, Problem
from survey_service.questionnaire.file_kinds import KINDS
from survey_service.questionnaire.media import ACCEPTED
from survey_service.questionnaire.pictograms import pictogram_sets
from survey_service.responses import media as kept
from survey_service.web import aloud, copies, i18n, pictures, styles
from survey_service.web.audience import PUBLIC
from survey_service.web.context import current
from survey_service.web.rendering import answerable, duration, everywhere, language_choice

blueprint = Blueprint("public", __name__)
_FOR = {
    "newcomers": N_("For people who are new here"),
    "providers": N_("For associations, authorities and schools"),
    "experts": N_("For people who work in integration"),
    "working_groups": N_("For working groups"),
}
"""Whom a questionnaire is for, in the order of the list: who needs most help finding the way comes first."""
_FOR_GOOD = "public, max-age=31536000, immutable"
_MEDIA = re.compile(r"(?P<sha256>[0-9a-f]{64})(?P<ending>\.[a-z0-9]{3,4})")
_TYPES = {KINDS[mime].endings[0]: mime for mimes in ACCEPTED.values() for mime in mimes}
"""Ending of an address → the MIME type that is sent with it."""

AUDIENCES = {
    "public.choose_language": PUBLIC,
    "public.questionnaires": PUBLIC,
    "public.privacy": PUBLIC,
    "public.imprint": PUBLIC,
    "public.accessibility": PUBLIC,
    "public.style": PUBLIC,
    "public.drawings": PUBLIC,
    "public.media": PUBLIC,
    "public.read_aloud": PUBLIC,
}


@blueprint.get("/")
def choose_language() -> str:
    """Offer languages in which there is something to answer; what the browser accepts decides which comes first."""
    entries = answerable(current().publications.all())
    return language_choice([(entry, url_for("public.questionnaires", lang=entry.tag)) for entry in entries])


@blueprint.get("/<lang:lang>/")
def questionnaires() -> str:
    """List the open questionnaires that are offered in the present language; if there are none, lead to another. Where
    offers are listed, the way to them comes first."""
    published, tag = current().publications.all(), i18n.language().tag
    current().directory.glance()
    listed = [entry for entry in published if entry.is_open and tag in entry.questionnaire.languages]
    return render_template(
        "public/questionnaires.html",
        published=sorted(listed, key=lambda entry: list(_FOR).index(entry.questionnaire.audience)),
        audiences=_FOR,
        duration=duration,
        any_concept=versions.any_adopted(current().store),
        any_became=publishing.any_page(current().store),
        any_news=issues.any_letter(current().store),
        any_offers=len(current().directory) > 0,
        any_results=_any_results(tag),
        any_open=any(entry.is_open for entry in published),
        addresses=[(entry, url_for(".questionnaires", lang=entry.tag)) for entry in answerable(published)],
    )


def _any_results(tag: str) -> bool:
    """Tell whether there are published figures to read in a language; a damaged batch is no way on."""
    try:
        newest = current().batches.newest()
    except Problem:
        return False
    return newest is not None and newest.speaks(tag)


@blueprint.get("/<lang:lang>/privacy")
def privacy() -> str:
    """Say what is stored, what not, for how long, and who answers for it."""
    context = current()
    return render_template(
        "public/privacy.html",
        settings=context.settings,
        facts=notice.facts(copies.instance(context), clock.today()),
        addresses=everywhere("public.privacy"),
    )


@blueprint.get("/<lang:lang>/imprint")
def imprint() -> str:
    """Say who runs the service."""
    return render_template("public/imprint.html", settings=current().settings, addresses=everywhere("public.imprint"))


@blueprint.get("/<lang:lang>/accessibility")
def accessibility() -> str:
    """Declare how accessible the pages are, what was tested and whom to tell about barriers."""
    settings = current().settings
    day = settings.accessibility_day
    return render_template(
        "public/accessibility.html",
        settings=settings,
        contact=settings.accessibility_email or settings.operator_email,
        declared=format_date(dt.date.fromisoformat(day), "long") if day else "",
        addresses=everywhere("public.accessibility"),
    )


@blueprint.get("/static/<mark>.css")
def style(mark: str) -> Response:
    """Return the style sheet; its address changes with its content, so that a browser may keep it for good."""
    sheet = styles.sheet()
    if mark != sheet.mark:
        raise Problem("page.missing")
    return _kept(sheet.text, "text/css")


@blueprint.get("/static/<title>-<mark>.svg")
def drawings(title: str, mark: str) -> Response:
    """Return a set of pictograms; a browser may keep it for good."""
    if title not in pictogram_sets() or mark != pictures.sprite(title).mark:
        raise Problem("page.missing")
    return _kept(pictures.sprite(title).text, "image/svg+xml")


@blueprint.get("/static/aloud-<lang:lang>-<mark>.js")
def read_aloud(mark: str) -> Response:
    """Return the script that reads aloud; a browser may keep it for good."""
    script = aloud.script()
    if mark != script.mark:
        raise Problem("page.missing")
    return _kept(script.text, "text/javascript")


def _kept(text: str, kind: str) -> Response:
    response = Response(text, mimetype=kind)
    response.headers["Cache-Control"] = _FOR_GOOD
    return response


@blueprint.get("/media/<file>")
def media(file: str) -> Response:
    """Send a picture, sound or film of a questionnaire, or the part of it that a player asks for; its address changes
    with its content, so that a browser may keep it for good."""
    found = _MEDIA.fullmatch(file)
    if found is None or found["ending"] not in _TYPES:
        raise Problem("page.missing")
    try:
        path = kept.path_of(current().settings.instance, found["sha256"])
    except FileNotFoundError:
        raise Problem("page.missing") from None
    response = send_file(path, mimetype=_TYPES[found["ending"]], etag=found["sha256"])
    response.headers["Cache-Control"] = _FOR_GOOD
    g.sandboxed = True
    return response
