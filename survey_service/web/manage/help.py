"""Help at the desk: the guide in the reader's language, and from each page the chapter that it belongs to."""

from __future__ import annotations

from flask import render_template, request, url_for

from survey_service.problems import Problem
from survey_service.web import i18n
from survey_service.web.manage import guide
from survey_service.web.manage.desk import blueprint

INDEX = "index"
CHAPTERS = {
    "": "service",
    "account": "first-hour",
    "audit": "service",
    "audit.file": "service",
    "calls": "offers",
    "closing": "concept",
    "coding": "reports",
    "concept": "concept",
    "confirm": "first-hour",
    "contacts": "responses",
    "consulting": "concept",
    "drafts": "questionnaires",
    "handover": "role-manager",
    "help": INDEX,
    "indicators": "monitoring",
    "network": "concept",
    "news": "concept",
    "offers": "offers",
    "organisations": "offers",
    "outbox": "year",
    "packages": "monitoring",
    "password": "first-hour",
    "people": "role-admin",
    "plugins": "reports",
    "privacy": "privacy",
    "quarantine": "responses",
    "questionnaires": "questionnaires",
    "reports": "reports",
    "responses": "responses",
    "status": "service",
    "tokens": "service",
    "translations": "translations",
    "webhooks": "service",
}
"""First part of a desk page's address → the chapter about it."""
OF_ONE = {"responses": "responses", "export": "responses", "codebook": "responses"}
"""What is behind the name of a questionnaire → the chapter, where it is another one."""


def chapter_address() -> str:
    """Return where the chapter about the present page is."""
    first, *behind = request.path.removeprefix(blueprint.url_prefix or "").strip("/").split("/")
    chapter = CHAPTERS.get(first, INDEX)
    if first == "questionnaires" and len(behind) > 1:
        chapter = OF_ONE.get(behind[1], chapter)
    return _address(_folder(), chapter)


@blueprint.get("/help")
def help_index() -> str:
    """Show what chapters there are."""
    return _show(_folder(), INDEX)


@blueprint.get("/help/<page>")
def help_page(page: str) -> str:
    """Show a chapter in the reader's language."""
    return _show(_folder(), page)


@blueprint.get("/help/details/<page>")
def help_details(page: str) -> str:
    """Show a page of details, in English."""
    return _show(guide.DETAILS, page)


def _show(folder: str, name: str) -> str:
    try:
        shown = guide.page(folder, name, _address)
    except KeyError:
        raise Problem("page.missing") from None
    return render_template("manage/help.html", page=shown, is_index=name == INDEX, english=folder == guide.DETAILS)


def _folder() -> str:
    return guide.FOLDERS.get(i18n.language().tag, guide.FOLDERS["en"])


def _address(folder: str, name: str) -> str:
    if folder == guide.DETAILS:
        return url_for("manage.help_details", page=name)
    return url_for("manage.help_index") if name == INDEX else url_for("manage.help_page", page=name)


@blueprint.context_processor
def _helpers() -> dict[str, object]:
    return {"chapter_address": chapter_address}
