"""A questionnaire as one document that a phone keeps, answers without a network, and sends when there is one.

``/<lang>/offline/<revision>`` is the same for everybody: it holds no session and no answer. The pages without scripts
go on page by page; ``static/begin.js`` leads from their start page here once the document is on the phone.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
from collections.abc import Mapping
from typing import Any

import orjson
from flask import Blueprint, Flask, Response, render_template, request, url_for
from markupsafe import Markup

from survey_service import languages
from survey_service.problems import Problem
from survey_service.questionnaire import offline
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.offline_parts import Parts, parts
from survey_service.questionnaire.question_types import MESSAGES
from survey_service.responses import receipts
from survey_service.responses.revisions import Published
from survey_service.web import i18n, kiosk, page_form, rendering, security, styles, way_in, wordings, words
from survey_service.web.audience import PUBLIC
from survey_service.web.context import current
from survey_service.web.i18n import gettext

blueprint = Blueprint("offline", __name__)
AUDIENCES = {f"offline.{endpoint}": PUBLIC for endpoint in ("document", "worker", "script", "manifest", "icon")}
WORKER = ("keep", "worker")
DEVICE = ("keep", "evaluate", "evaluate_more", "read", "more", "named", "device")
"""The parts of a document's script, in order."""
_FOR_GOOD = "public, max-age=31536000, immutable"
_KILOBYTES = 10
"""About how much one language's document weighs on the way."""


def suits(questionnaire: Questionnaire) -> bool:
    """Tell whether a phone can judge the answers by itself; found once, and kept with the questionnaire."""
    kept = vars(questionnaire)
    if "offline.suits" not in kept:
        kept["offline.suits"] = not offline.obstacles(questionnaire)
    found: bool = kept["offline.suits"]
    return found


@blueprint.get("/<lang:lang>/offline/<revision>")
def document(revision: str) -> Response:
    """One language of a questionnaire. Raises Problem questionnaire.missing, also if a phone cannot judge it."""
    published = current().publications.revision(revision)
    questionnaire = published.questionnaire
    if i18n.language().tag not in questionnaire.languages or not suits(questionnaire):
        raise Problem("questionnaire.missing")
    return _revalidated(_kept_page(published), "text/html")


def _revalidated(text: str, kind: str) -> Response:
    """Return what may be kept if it is asked each time whether it is still the same."""
    security.allow_offline()
    response = Response(text, mimetype=kind)
    response.headers["Cache-Control"] = "public, no-cache"
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:16])
    response.make_conditional(request)
    return response


def _kept_page(published: Published) -> str:
    """Return the document, made once for each state of the texts that were edited at the desk.

    What an address says besides (the group of a link, a shared tablet) goes into the document's own addresses, so that
    one is made for each request.
    """
    here = current()
    if request.query_string:
        return _page(published)
    key = (published.revision, i18n.language().tag, request.script_root, here.workbench.edits.now.number)

    def make() -> tuple[str, security.Allowed]:
        return _page(published), security.allowed()

    page, allowed = here.documents.get(key, make)
    security.allow_again(allowed)
    return page


def _page(published: Published) -> str:
    questionnaire = published.questionnaire
    here = rendering.languages_of(questionnaire)
    addresses = [(entry, url_for(".document", revision=published.revision, lang=entry.tag)) for entry in here]
    return render_template(
        "respondent/offline.html",
        questionnaire=questionnaire,
        pages=[(page, page_form.blank(page)) for page in questionnaire.pages],
        duration=rendering.duration(questionnaire),
        addresses=addresses,
        plan=_plan(published),
        script=url_for(".script", mark=_script(parts(questionnaire)).mark),
        kilobytes=_KILOBYTES * len(addresses),
        start=url_for("respondent.start", questionnaire=questionnaire.name),
        resume=words.public("resume.enter").partition("://")[2],
    )


def _plan(published: Published) -> Markup:
    """Return what the script needs, as JSON that can stand in a ``<script>`` element."""
    tag, questionnaire = i18n.language().tag, published.questionnaire
    content: dict[str, Any] = {
        **offline.plan(questionnaire, tag),
        **receipts.drawing(),
        "revision": published.revision,
        "language": tag,
        "locale": languages.language(tag).locale.replace("_", "-"),
        "title": wordings.in_attribute(questionnaire.label),
        "url": url_for("api.respond", name=questionnaire.name),
        "syllables": receipts.syllables(tag),
        "messages": {code: gettext(MESSAGES[code]) for code in sorted(offline.messages(questionnaire))},
        "texts": {
            "progress": gettext("Page %(number)s of %(count)s"),
            "kept": gettext("Saved on this phone."),
            "unkept": gettext("This phone cannot save your answers. Keep this page open until you have sent them."),
            "unsent": gettext("There is no network. Your answers are on this page only: keep it open and try again."),
            "later": gettext("Saved on this phone. Your answers are sent by themselves when there is a network."),
            "arrived": gettext("Thank you! Your answers have arrived."),
            "waiting": gettext("Answers on this phone that wait for a network: %(count)s"),
            "offline": gettext("There is no network, and this is not on the phone yet."),
            "languages": gettext("All languages are on this phone now."),
            "yes": gettext("Yes"),
            "stays": gettext("There is no network. Your answers are still saved on this phone."),
            "until": gettext(
                "Your answers are saved. We keep them until %(day)s. Each time you continue, the 14 days begin anew."
            ),
        },
    }
    text = orjson.dumps(content).decode().replace("<", "\\u003c")
    return Markup(text)  # noqa: S704 - JSON without <


@blueprint.get("/worker.js")
def worker() -> Response:
    """The service worker: at the root, because what it may serve lies below its own address."""
    return _revalidated(styles.bundle(*WORKER).text, "text/javascript")


@blueprint.get("/static/<mark>.js")
def script(mark: str) -> Response:
    """A document's script; its address changes with its content, so that a browser may keep it for good."""
    found = _scripts().get(mark)
    if found is None:
        raise Problem("page.missing")
    response = Response(found.text, mimetype="text/javascript")
    response.headers["Cache-Control"] = _FOR_GOOD
    return response


def _script(needed: Parts) -> styles.Sheet:
    """Return the script of a document; parts that its questionnaire does not need are left out."""
    rare = {"more": needed.types, "evaluate_more": needed.expressions, "named": needed.names}
    return styles.bundle(*(part for part in DEVICE if rare.get(part, True)))


@functools.cache
def _scripts() -> Mapping[str, styles.Sheet]:
    """Return all scripts that documents can have, by their marks."""
    found = (_script(Parts(*row)) for row in itertools.product((True, False), repeat=len(Parts._fields)))
    return {each.mark: each for each in found}


@blueprint.get("/<lang:lang>/manifest.webmanifest")
def manifest() -> Response:
    """What a phone needs to put the service on its home screen, in the present language."""
    here = i18n.language()
    content = {
        "name": gettext("Integration survey"),
        "lang": here.html,
        "dir": here.direction,
        "start_url": url_for("public.questionnaires"),
        "scope": "/",
        "display": "minimal-ui",
        "background_color": "#ffffff",
        "theme_color": "#00508a",
        "icons": [{"src": url_for(".icon"), "sizes": "any", "type": "image/svg+xml", "purpose": "any maskable"}],
    }
    response = Response(orjson.dumps(content), mimetype="application/manifest+json")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@blueprint.get("/static/icon.svg")
def icon() -> Response:
    """The service's picture on a home screen."""
    response = Response(_icon(), mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@functools.cache
def _icon() -> str:
    return styles.read("icon.svg")


def begin_script(questionnaire: Questionnaire, revision: str) -> Markup:
    """Return the script that leads from a start page to the document on the phone, and allow it there.

    Nothing where the phone cannot judge, where a code is asked for, and on a tablet that many share.
    """
    way = way_in.present(questionnaire.name)
    if kiosk.is_on() or way.code or not suits(questionnaire):
        return Markup("")
    found = security.allow_script("begin")
    security.allow_offline()
    return Markup(
        '<link rel="manifest" href="{}">\n<script data-path="{}" data-name="{}" data-source="{}">{}</script>'
    ).format(
        url_for("offline.manifest"),
        url_for("offline.document", revision=revision),
        questionnaire.name,
        way.source,
        Markup(found.text),  # noqa: S704 - a file of ours
    )


def install(app: Flask) -> None:
    """Give templates ``begin_script``."""
    app.jinja_env.globals["begin_script"] = begin_script
