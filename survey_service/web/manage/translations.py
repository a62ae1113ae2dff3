"""The translation workbench on the desk: how far each language is, and the texts side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock, languages
from survey_service.problems import Problem
from survey_service.questionnaire import translating
from survey_service.questionnaire.translating import Entry
from survey_service.translating.workbench import Wish, Workbench, source_tag
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk
from survey_service.web.manage import translation_views as views
from survey_service.web.manage.desk import blueprint
from survey_service.web.manage.translation_views import FILTERS, Listing, Typed

PAGE_SIZE = 20
_MARK = "m-"
_LONGEST_SEARCH = 200


@blueprint.get("/translations")
def translations() -> str:
    """Show for each language and part how many texts can be seen, and in which states they are."""
    workbench = current().workbench
    snapshot = workbench.edits.renew()
    wanted = {entry.tag for entry in languages.offered()} | set(snapshot.made)
    added = request.args.get("language", "")
    rows = [
        (
            entry,
            [
                None
                if source_tag(scope) == entry.tag
                else (scope, translating.completeness(workbench.entries(scope, entry.tag, snapshot)))
                for scope in workbench.scopes
            ],
        )
        for entry in languages.registry().values()
        if entry.tag in wanted or entry.tag == added
    ]
    forms = [scope for scope in workbench.scopes if f"{scope}/label" in workbench.sources]
    return render_template(
        "manage/translations.html",
        rows=rows,
        scopes={scope: views.scope_name(workbench, scope) for scope in workbench.scopes},
        questionnaires=forms if desk.may("publish") else [],
        others=[entry for entry in languages.registry().values() if entry.tag not in {row[0].tag for row in rows}],
        faults=[fault.said.text(gettext) for fault in workbench.catalog_faults()],
    )


@blueprint.get("/translations/<scope>/<tag>")
def translate(scope: str, tag: str) -> str:
    """Show a page of the texts of one part beside their translation."""
    workbench = current().workbench
    workbench.edits.renew()
    return _page(workbench, scope, tag, _listing(workbench.entries(scope, tag)), {})


@blueprint.post("/translations/<scope>/<tag>")
def save_translations(scope: str, tag: str) -> BaseResponse | tuple[str, int] | str:
    """Save one text, or all of the page; if one is refused nothing is saved, and all that was typed comes back."""
    workbench, one = current().workbench, request.form.get("one", "")
    workbench.edits.renew()
    sent = {
        entry.source.key: entry for entry in workbench.entries(scope, tag) if _MARK + entry.source.key in request.form
    }
    chosen = {key: entry for key, entry in sent.items() if not one or key == one}
    if not chosen:
        raise Problem("request.bad")
    wishes = {key: _wish(entry) for key, entry in chosen.items()}
    try:
        count = workbench.save(tag, list(wishes.values()), by=desk.signed_in().account.name, now=clock.now())
    except Problem as problem:
        if problem.code != "translation.rows":
            raise
        problems = {translating.key_of(str(fault["place"])): fault["problem"] for fault in problem.faults}
        return _again(workbench, scope, tag, sent, problems), 422
    if any(_wish(entry).touched for key, entry in sent.items() if key not in chosen):  # it would be lost
        return _again(workbench, scope, tag, sent, {}, saved=count)
    values: dict[str, Any] = {**_query(), "saved": count, "_anchor": f"t-{one}" if one else "_main"}
    return redirect(url_for(".translate", scope=scope, tag=tag, **values), 303)


def _query() -> dict[str, str]:
    """Return what the present address asks to be shown, as far as it is known."""
    return {name: request.args[name] for name in ("show", "q", "english", "page", "text") if name in request.args}


def _wish(entry: Entry) -> Wish:
    key = entry.source.key
    mark, _, seen = request.form[_MARK + key].partition(" ")
    return Wish(entry.source.address, mark, seen, _wording(entry), f"r-{key}" in request.form)


def _wording(entry: Entry) -> tuple[str, ...]:
    """Return what was typed for a text; nothing if all boxes are empty. A browser sends line ends as CR LF."""
    prefix = f"w-{entry.source.key}-"
    forms: list[str] = []
    while (name := f"{prefix}{len(forms)}") in request.form:
        forms.append(request.form[name].replace("\r\n", "\n").replace("\r", "\n"))
    return tuple(forms) if any(form.strip() for form in forms) else ()


def _again(
    workbench: Workbench,
    scope: str,
    tag: str,
    sent: Mapping[str, Entry],
    problems: Mapping[str, Problem],
    saved: int | None = None,
) -> str:
    """Return the page with what was typed in the boxes, as far as it isn't saved."""
    now = {entry.source.key: entry for entry in workbench.entries(scope, tag)}
    typed = {
        key: Typed(_wording(entry), f"r-{key}" in request.form and now[key].mark == entry.mark, problems.get(key))
        for key, entry in sent.items()
    }
    listing = _listing(workbench.entries(scope, tag), [now[key] for key in sent])
    return _page(workbench, scope, tag, listing, typed, saved=saved, unsaved=not problems)


def _listing(entries: list[Entry], shown: list[Entry] | None = None) -> Listing:
    """Return what the query asks for, or given entries under the same filter. Raises Problem page.missing."""
    show, words = request.args.get("show", "all"), request.args.get("q", "").strip()[:_LONGEST_SEARCH]
    if show not in FILTERS:
        raise Problem("page.missing")
    found = translating.found(entries, states=FILTERS[show][1], words=words)
    pages = max(1, -(-len(found) // PAGE_SIZE))
    number = min(_number(request.args.get("page", "1")), pages)  # saving may have made the list shorter
    wanted = request.args.get("text", "")
    if wanted:
        keys = [entry.source.key for entry in found]
        if wanted not in keys:
            raise Problem("page.missing")
        number = keys.index(wanted) // PAGE_SIZE + 1
    cut = found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    english = "english" in request.args
    return Listing(show, words, number, english, pages, len(found), tuple(cut if shown is None else shown))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) >= 1):
        raise Problem("page.missing")
    return int(text)


def _page(
    workbench: Workbench,
    scope: str,
    tag: str,
    listing: Listing,
    typed: Mapping[str, Typed],
    *,
    saved: int | None = None,
    unsaved: bool = False,
) -> str:
    shown = [views.view(workbench, entry, tag, typed.get(entry.source.key)) for entry in listing.entries]
    if saved is None and request.method == "GET" and "saved" in request.args:
        saved = _number(request.args["saved"]) if request.args["saved"] != "0" else 0
    query: dict[str, Any] = {"page": listing.page, **listing.address}
    return render_template(
        "manage/translate.html",
        scope=scope,
        target=languages.language(tag),
        title=views.scope_name(workbench, scope),
        counted=translating.completeness(workbench.entries(scope, tag)),
        listing=listing,
        views=shown,
        refused=[one for one in shown if one.problem],
        filters=FILTERS,
        state_name=views.state_name,
        states=views.STATES,
        from_english=source_tag(scope) == "en",
        saved=saved,
        unsaved=unsaved,
        action=url_for(".translate", scope=scope, tag=tag, **query),
    )
