"""Packages of other counties on the desk: our own key, whom we trust, what came; bring one, make one, take one away."""

from __future__ import annotations

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock
from survey_service.packages import exporting, importing, kept, keys, manifest, own, sealed, senders, zipped
from survey_service.packages.importing import Here, Taken
from survey_service.packages.manifest import INDICATORS, PLUGIN, QUESTIONNAIRE, County, Manifest
from survey_service.problems import D_, Problem
from survey_service.reports import installed
from survey_service.responses import definitions
from survey_service.web import incoming, wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint

MOST_BYTES = zipped.MOST_BYTES
KINDS = {
    INDICATORS: D_("Published figures"),
    QUESTIONNAIRE: D_("Questionnaire"),
    PLUGIN: D_("Report plugin"),
}
STATES = {
    importing.NEW: D_("The package was taken."),
    importing.NEWER: D_("The package was taken. It replaces the earlier one of that county."),
    importing.UNCHANGED: D_("The package was here already. Nothing was changed."),
}
_ANSWERED = ("package.", "wheel.", "plugin.", "import.no_file", "publish.missing_files")
_UNKNOWN = ("package.unknown_key", "package.other_key")


@blueprint.get("/packages")
def packages() -> str:
    """Show our key, whom we trust, what came, and what a package can be made of."""
    return _page()


@blueprint.post("/packages")
def import_package() -> tuple[str, int]:
    """Take a package, or say why not; then nothing has changed."""
    context, now = current(), clock.now()
    try:
        file, data = incoming.brought()
        county = own.county(context.settings, context.municipalities).key
        here = Here(context.store, context.settings.instance, county, context.indicators)
        taken = importing.take(here, data, file, desk.signed_in().account.name, now)
    except Problem as problem:
        if not problem.code.startswith(_ANSWERED):
            raise
        return _page(problem), problem.status
    return _page(taken=taken), 200


@blueprint.post("/packages/made")
def export_package() -> BaseResponse | tuple[str, int]:
    """Make a package and send it; that is noted in the audit log."""
    context = current()
    try:
        made, data = _made(request.form.get("what", ""))
    except Problem as problem:
        if not problem.code.startswith(_ANSWERED):
            raise
        return _page(problem), problem.status
    exporting.noted(context.store, made, desk.signed_in().account.name, clock.now())
    response = BaseResponse(data, mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{sealed.file_name(made)}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _made(what: str) -> tuple[Manifest, bytes]:
    """Return a package of what was chosen: ``indicators``, ``questionnaire:<name>`` or ``plugin:<name>``."""
    context, now = current(), clock.now()
    kind, _, name = what.partition(":")
    if kind not in KINDS:
        raise Problem("request.bad")
    sender = own.sender(context.settings, context.municipalities)
    if kind == INDICATORS:
        return exporting.indicators(sender, context.batches, context.library.labels("municipalities"), now)
    if kind == QUESTIONNAIRE:
        return exporting.questionnaire(sender, context.publications, name, now)
    return exporting.plugin(sender, context.store, name, now)


@blueprint.post("/packages/senders")
def trust_sender() -> BaseResponse | tuple[str, int]:
    """Trust the key of a county whose fingerprint was compared by telephone."""
    form = request.form
    county, key = County(form.get("county", ""), form.get("name", "")), form.get("key", "")
    if not manifest.is_county(county) or not keys.is_public(key):
        raise Problem("request.bad")
    heard = form.get("fingerprint", "")
    try:
        senders.trust(current().store, county, key, heard, desk.signed_in().account.name, clock.now())
    except Problem as problem:
        if problem.code != "package.trust":
            raise
        return _page(problem, unknown=_unknown(county, key)), problem.status
    return redirect(url_for(".packages", trusted=county.key, _anchor="senders"), 303)


def _unknown(county: County, key: str) -> Mapping[str, str]:
    """Return what is to be compared by telephone, as the Problems of an unknown sender say it."""
    known = senders.find(current().store, county.key)
    facts = {"name": county.name, "county": county.key, "key": key, "fingerprint": keys.fingerprint(key)}
    return {**facts, "known": known.fingerprint} if known is not None else facts


@blueprint.post("/packages/senders/<county>/remove")
def forget_sender(county: str) -> BaseResponse:
    """Trust a county no longer."""
    senders.forget(current().store, county, desk.signed_in().account.name, clock.now())
    return redirect(url_for(".packages", _anchor="senders"), 303)


@blueprint.post("/packages/<int:number>/remove")
def remove_package(number: int) -> BaseResponse:
    """Take a package away again."""
    importing.remove(current().store, number, desk.signed_in().account.name, clock.now())
    return redirect(url_for(".packages", _anchor="came"), 303)


def _page(
    problem: Problem | None = None, *, taken: Taken | None = None, unknown: Mapping[str, str] | None = None
) -> str:
    context = current()
    settings = context.settings
    if problem is not None and problem.code in _UNKNOWN:
        unknown = problem.details
    active = [each for each in installed.all_plugins(context.store) if each.active]
    return render_template(
        "manage/packages.html",
        own=own.county(settings, context.municipalities),
        fingerprint=keys.fingerprint(keys.public(settings.instance)),
        kinds=KINDS,
        came=kept.all_kept(context.store),
        copies={copy.questionnaire.name for copy in definitions.all_copies(context.store)},
        trusted=senders.all_trusted(context.store),
        trusted_now=request.args.get("trusted", ""),
        published=context.batches.count(),
        questionnaires=[entry.questionnaire for entry in context.publications.all()],
        plugins=[(each.name, each.of(each.active).info["title"]) for each in active],
        megabytes=MOST_BYTES // 1_000_000,
        taken=taken,
        states=STATES,
        notices=[notice.text(gettext) for notice in taken.notices] if taken is not None else [],
        problem=wordings.problem_message(problem) if problem is not None else "",
        problem_title=gettext(problem.kind.title) if problem is not None else "",
        unknown=unknown,
    )
