"""Report plugins on the desk: what there is, ask for one, approve it, look at an upgrade, take it back, remove it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import PurePath

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock
from survey_service.accounts import login
from survey_service.problems import Problem
from survey_service.reports import catalogue, host, installed, runs, upgrading
from survey_service.reports.finding import PluginEntry
from survey_service.reports.installed import Plugin, Who
from survey_service.web import wordings
from survey_service.web.context import Context, current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk, plugin_words
from survey_service.web.manage.desk import blueprint
from survey_service.web.manage.runs import begun

_ANSWERED = ("wheel.", "plugin.", "access.confirm", "access.locked")
_LONGEST_NAME = 200


def who() -> Who:
    """Return who takes the present step, and when."""
    return Who(desk.signed_in().account.name, clock.now())


def load(name: str) -> tuple[Plugin, PluginEntry | None]:
    """Return what is known of a plugin, and how it could be run. Raises Problem plugin.missing."""
    context = current()
    plugin = installed.known(context.store, name)
    entries = {entry.name: entry for entry in host.available(context.store, context.settings)}
    if name not in entries and not plugin.versions:
        raise Problem("plugin.missing", name=name, known=", ".join(entries) or "–")
    return plugin, entries.get(name)


@blueprint.get("/plugins")
def plugins() -> str:
    """Show the plugins that are there, those that wait, and those on offer."""
    return _list()


def _list(problem: Problem | None = None) -> str:
    context = current()
    known = installed.all_plugins(context.store)
    faults, offered = "", []
    try:
        offered = catalogue.offers(context.settings)
    except Problem as fault:
        faults = wordings.problem_message(fault)
    return render_template(
        "manage/plugins.html",
        entries=host.available(context.store, context.settings),
        waiting=[(plugin, version) for plugin in known for version in plugin.waiting],
        candidates={plugin.name: plugin for plugin in known if plugin.candidate},
        removed=[plugin for plugin in known if plugin.versions and not plugin.active and not plugin.waiting],
        offered=offered,
        index=bool(context.settings.plugin_index),
        index_fault=faults,
        told=wordings.problem_message,
        problem=wordings.problem_message(problem) if problem is not None else "",
        problem_title=gettext(problem.kind.title) if problem is not None else "",
        words=plugin_words,
    )


@blueprint.post("/plugins")
def request_plugin() -> BaseResponse | tuple[str, int]:
    """Look at a wheel from all sides and ask for its approval."""
    try:
        sent = request.files.get("wheel")
        if sent is None or not sent.filename:
            raise Problem("wheel.none")
        with contextlib.closing(sent):
            data, filename = sent.read(), PurePath(sent.filename).name[-_LONGEST_NAME:]
        return _request(data, filename)
    except Problem as problem:
        if not problem.code.startswith(_ANSWERED):
            raise
        return _list(problem), problem.status


@blueprint.post("/plugins/offered")
def request_offered_plugin() -> BaseResponse | tuple[str, int]:
    """Ask for a plugin by name, from the folder on offer."""
    try:
        offer = catalogue.offered(current().settings, request.form.get("plugin", ""))
        return _request(offer.path.read_bytes(), offer.path.name)
    except Problem as problem:
        if not problem.code.startswith(_ANSWERED):
            raise
        return _list(problem), problem.status


def _request(data: bytes, filename: str) -> BaseResponse:
    context = current()
    version = installed.request(context.store, context.settings.instance, data, filename, who())
    return redirect(url_for(".plugin", name=version.info["name"]), 303)


@blueprint.get("/plugins/<name>")
def plugin(name: str) -> str:
    """Show a plugin: what it is and may see, its versions, what a candidate would change, its history."""
    return _show(name)


def _show(name: str, problem: Problem | None = None) -> str:
    context = current()
    plugin, entry = load(name)
    comparison = upgrading.kept(context.store, plugin) if desk.may("run_reports") else None
    return render_template(
        "manage/plugin.html",
        plugin=plugin,
        entry=entry,
        title=dict(entry.title if entry is not None else plugin.versions[-1].info["title"]),
        active=plugin.of(plugin.active) if plugin.active else None,
        candidate=plugin.of(plugin.candidate) if plugin.candidate else None,
        earlier=plugin.of(plugin.earlier[-1]) if plugin.earlier else None,
        comparison=comparison,
        changes=list(plugin_words.change_views(comparison.changes)) if comparison is not None else [],
        problem=wordings.problem_message(problem) if problem is not None else "",
        problem_title=gettext(problem.kind.title) if problem is not None else "",
        words=plugin_words,
    )


def _step(name: str, act: Callable[[Context, Who], object]) -> BaseResponse | tuple[str, int]:
    """Take a step with a plugin and show it again, or why that was refused."""
    load(name)
    try:
        act(current(), who())
    except Problem as problem:
        if not problem.code.startswith(_ANSWERED):
            raise
        return _show(name, problem), problem.status
    return redirect(url_for(".plugin", name=name), 303)


@blueprint.post("/plugins/<name>/versions/<key>/approve")
def approve_plugin(name: str, key: str) -> BaseResponse | tuple[str, int]:
    """Install a requested version; the administrator's own password is asked for again."""

    def act(context: Context, who: Who) -> None:
        login.confirm(context.store, desk.signed_in().account, request.form.get("password", ""), now=who.now)
        installed.approve(context.store, context.settings.instance, name, key, who)

    return _step(name, act)


@blueprint.post("/plugins/<name>/versions/<key>/refuse")
def refuse_plugin(name: str, key: str) -> BaseResponse | tuple[str, int]:
    """Turn a request down."""
    return _step(name, lambda here, who: installed.refuse(here.store, here.settings.instance, name, key, who))


@blueprint.post("/plugins/<name>/compare")
def compare_plugin(name: str) -> BaseResponse | tuple[str, int]:
    """Begin to run the candidate beside the last report, and show how far that is."""
    plugin, _ = load(name)
    if not plugin.candidate:
        problem = Problem("plugin.no_candidate", name=name)
        return _show(name, problem), problem.status
    return begun(name, runs.COMPARISON, runs.compare)


@blueprint.post("/plugins/<name>/activate")
def activate_plugin(name: str) -> BaseResponse | tuple[str, int]:
    """Put the candidate in the place of the active version."""
    return _step(name, lambda here, who: installed.activate(here.store, name, who))


@blueprint.post("/plugins/<name>/roll-back")
def roll_back_plugin(name: str) -> BaseResponse | tuple[str, int]:
    """Go back to the version before."""
    return _step(name, lambda here, who: installed.roll_back(here.store, name, who))


@blueprint.post("/plugins/<name>/enable")
def enable_plugin(name: str) -> BaseResponse | tuple[str, int]:
    """Let a plugin be run again."""
    return _step(name, lambda here, who: installed.enable(here.store, name, who))


@blueprint.post("/plugins/<name>/disable")
def disable_plugin(name: str) -> BaseResponse | tuple[str, int]:
    """Let a plugin not be run."""
    return _step(name, lambda here, who: installed.disable(here.store, name, who))


@blueprint.post("/plugins/<name>/remove")
def remove_plugin(name: str) -> BaseResponse | tuple[str, int]:
    """Erase an installed plugin; its reports and its history stay."""
    return _step(name, lambda here, who: installed.remove(here.store, here.settings.instance, name, who))
