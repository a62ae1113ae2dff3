"""Publishing figures: what a batch would hold, what is hidden and why; and the indicators of a field at a glance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from survey_service import languages
from survey_service.monitoring import figures, goals, observations, publication, withholding
from survey_service.monitoring.definitions import Indicator
from survey_service.monitoring.publication import Draft
from survey_service.monitoring.withholding import Judged
from survey_service.problems import D_, Problem
from survey_service.questionnaire import translating
from survey_service.questionnaire.translating import INDICATORS
from survey_service.web import wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import correcting, desk, indicators
from survey_service.web.manage.desk import blueprint
from survey_service.web.trend import trend

WHY: dict[str, str] = {
    withholding.SMALL: D_("Hidden: fewer than 5 people, or fewer than 5 are missing to the whole"),
    withholding.DERIVABLE: D_("Hidden: a small number could be computed from it"),
    withholding.OBSERVED: D_("Hidden: it was hidden already in the report"),
    withholding.UNCOUNTED: D_("Hidden: without numerator and denominator nobody knows how many people it is about"),
    withholding.BEFORE: D_("Hidden: it was hidden in an earlier publication, and the difference would tell"),
}
HELD: dict[str, str] = {
    withholding.FEW: D_("Stays as published: fewer than 5 more have answered since"),
    withholding.DIFFERENCE: D_("Stays as published: the difference would tell of fewer than 5 people"),
}
_MOST_LISTED = 60
"""How many figures of an indicator are listed with their reason."""


@dataclass(frozen=True)
class Preview:
    """An indicator as it would be published: how many of its figures are shown, hidden, kept, new or changed, and which
    these are: the first of those that are hidden or kept, each with its reason, and of those that are new; and whether
    its target is not published.
    """

    indicator: Indicator
    counts: Mapping[str, int]
    listed: Sequence[tuple[Judged, str]]
    left_out: int
    target_hidden: bool


@blueprint.get("/indicators/publish")
def preview_figures() -> str:
    """Show what would be published of the chosen indicators, and what is hidden or kept, and why."""
    return _page()


@blueprint.post("/indicators/publish")
def publish_figures() -> BaseResponse | tuple[str, int]:
    """Publish what the preview showed; noted in the audit log."""
    context = current()
    chosen = _chosen(request.form.getlist("code"))
    try:
        with context.store.transaction():
            by = desk.signed_in().account.name
            batch = publication.publish(
                context.store,
                context.indicators,
                chosen,
                request.form.get("mark", ""),
                by,
                withdraw=correcting.withdrawn(request.form.getlist("withdraw")),
                reason=request.form.get("reason", ""),
            )
            count = sum(len(each.cells) for each in batch.figures)
            corrected, withdrawn = (
                sum(len(each.cells) for each in batch.corrections if each.withdrawn == gone) for gone in (False, True)
            )
            desk.note("figures.published", f"batch {batch.number}", count=count, digest=batch.digest,
                      corrected=corrected, withdrawn=withdrawn)  # fmt: skip
    except Problem as problem:
        if not problem.code.startswith("figures."):
            raise
        return _page(problem), problem.status
    return redirect(url_for(".preview_figures", published=batch.number), 303)


def _chosen(codes: Sequence[str]) -> frozenset[str] | None:
    """Return the indicators that are chosen; None, which is all, if none is."""
    return frozenset(code for code in codes if code in current().indicators) or None


def _page(problem: Problem | None = None) -> str:
    context = current()
    chosen = _chosen(request.values.getlist("code"))
    withdraw = correcting.withdrawn(request.values.getlist("withdraw"))
    draft = publication.prepare(context.store, context.indicators, chosen, withdraw)
    batches = context.batches.news()
    return render_template(
        "manage/figures.html",
        draft=draft,
        silent=_silent(draft),
        wrong=correcting.wrong(draft),
        reason=request.form.get("reason") or correcting.reason(draft),
        longest=publication.LONGEST_REASON,
        withdraw=["/".join(map(str, each)) for each in sorted(withdraw)],
        published_groups=correcting.published(),
        previews=_previews(draft),
        chosen=chosen or frozenset(),
        indicators=context.indicators,
        areas=indicators.areas(),
        batches=batches,
        published=request.args.get("published", ""),
        error=wordings.problem_message(problem) if problem is not None else "",
    )


@dataclass(frozen=True)
class Silent:
    """A language that the results will not be offered in: the texts that can be written, each with the address of the
    page for that, and the indicators that stay as they were published, without texts that exist by now.
    """

    tag: str
    missing: Sequence[tuple[str, str]]
    stale: Sequence[str]


def _silent(draft: Draft) -> list[Silent]:
    found = figures.lacking(draft.figures, [entry.tag for entry in languages.offered()])
    return [_silent_in(tag, lacks) for tag, lacks in found.items()]


def _silent_in(tag: str, lacks: Sequence[figures.Lack]) -> Silent:
    present = {code: dict(each.texts()) for code, each in current().indicators.items()}
    missing, stale = [], []
    for lack in lacks:
        text = present.get(lack.code, {}).get(lack.address)
        if text is None or tag in text:
            stale.append(lack.code)
        else:
            key = translating.key_of(lack.address)
            values: dict[str, Any] = {"text": key, "_anchor": f"t-{key}"}
            missing.append((lack.code, url_for(".translate", scope=INDICATORS, tag=tag, **values)))
    return Silent(tag, missing, list(dict.fromkeys(stale)))


def _previews(draft: Draft) -> list[Preview]:
    newest = current().batches.count() + 1
    told = {each.indicator.code for each in draft.figures if each.target is not None}
    aimed = {code for code in draft.judged if goals.of_indicator(current().store, code) is not None}
    return [_preview(code, judged, newest, code in aimed - told) for code, judged in draft.judged.items()]


def _preview(code: str, judged: Sequence[Judged], newest: int, target_hidden: bool) -> Preview:
    counts = Counter(
        "held" if each.held else "hidden" if each.cell.hidden else "shown" for each in judged
    )  # fmt: skip
    counts["new"] = sum(each.cell.batch == newest for each in judged)
    said = HELD | WHY
    told = [(each, gettext(said[each.held or each.why])) for each in judged if each.held or each.why]
    plain = [each for each in reversed(judged) if each.cell.batch == newest and not (each.held or each.why)]
    told += [(each, gettext("New or changed")) for each in plain]
    left_out = max(0, len(told) - _MOST_LISTED)
    return Preview(current().indicators[code], counts, told[:_MOST_LISTED], left_out, target_hidden)


@dataclass(frozen=True)
class Glance:
    """An indicator among those of its field: its course in the whole county, and how it stands to the goal."""

    indicator: Indicator
    drawing: Markup
    newest: observations.Observation | None
    standing: str


@blueprint.get("/indicators/overview")
def glance_at_indicators() -> str:
    """Show the indicators of a field side by side, as they were recorded: not published, nothing rounded or hidden."""
    context = current()
    fields = list(dict.fromkeys(each.field for each in context.indicators.values()))
    asked = request.args.get("field", fields[0] if fields else "")
    field = asked if asked in fields else next(iter(fields), "")
    return render_template(
        "manage/glance.html",
        fields=fields,
        names=context.library.labels("fields_of_action"),
        chosen=field,
        shown=[_glance(each) for each in context.indicators.values() if each.field == field],
    )


def _glance(indicator: Indicator) -> Glance:
    store = current().store
    runs = observations.series(observations.of_indicator(store, indicator.code))
    goal = goals.of_indicator(store, indicator.code)
    newest = runs[-1][-1] if runs else None
    title = gettext("Course of %(indicator)s, as the table says", indicator=indicator.code)
    return Glance(
        indicator,
        trend(runs, goal, title) if runs else Markup(""),
        newest.observation if newest is not None else None,
        indicators.progress(indicator, newest, goal),
    )
