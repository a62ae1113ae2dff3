"""The pages of the published figures. What they hold was frozen, so it is rendered once for each language and filter.

Every choice stands in the address, so that it can be passed on: topic, area, year, and the number of an older batch.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from markupsafe import Markup

from survey_service.languages import Language
from survey_service.monitoring.figures import Batch, Figure
from survey_service.monitoring.observations import COUNTY
from survey_service.problems import Problem
from survey_service.web import i18n, rendering
from survey_service.web.audience import PUBLIC
from survey_service.web.context import current
from survey_service.web.kept import Kept
from survey_service.web.results import present
from survey_service.web.results.present import Shown

blueprint = Blueprint("results", __name__)
AUDIENCES = {"results.overview": PUBLIC, "results.indicator": PUBLIC}
_KEY = "survey_service.results"
_MOST_KEPT = 500
"""How many contents of pages are kept rendered, some 10 kB each."""


@dataclass(frozen=True)
class Wanted:
    """What a page is asked for: a topic ("" for all together), an area, a year ("" for all), and of which batch."""

    batch: Batch
    is_newest: bool
    field: str
    area: str
    year: str

    def address(self, endpoint: str, **changes: str) -> str:
        """Return the address of a page with the same choices but for ``changes``."""
        chosen = {"field": self.field, "area": self.area, "year": self.year, **changes}
        batch = "" if self.is_newest else str(self.batch.number)
        if endpoint == "results.indicator":
            chosen.pop("field")
        elif chosen["field"] == "":
            chosen["field"] = present.TOGETHER
        values: dict[str, Any] = {name: value for name, value in {**chosen, "batch": batch}.items() if value}
        return url_for(endpoint, **values)


@blueprint.record
def _prepare(state: BlueprintSetupState) -> None:
    state.app.extensions[_KEY] = Kept[Markup](_MOST_KEPT)


@blueprint.get("/<lang:lang>/results")
def overview() -> str:
    """Show the indicators of a topic, each with its course, a table beside it, and how it stands to its target."""
    batch, is_newest = _batch()
    if batch is None:
        return _page(None, "results.overview", Markup(""))
    if not batch.speaks(i18n.language().tag):
        return _elsewhere(batch, "results.overview")
    fields = present.fields(batch.figures)
    asked = request.args.get("field", "")
    field = "" if asked == present.TOGETHER else asked
    wanted = Wanted(
        batch, is_newest, field if field in fields and asked else fields[0], *_choices(batch.figures, batch)
    )
    chosen = [figure for figure in batch.figures if figure.indicator.field == wanted.field]

    def content() -> str:
        return render_template(
            "results/topic.html",
            wanted=wanted,
            day=present.day,
            fields=fields,
            names=present.names(),
            areas=sorted({*present.areas(chosen, batch), wanted.area}),
            years=present.years(chosen, batch),
            shown=_shown(chosen, wanted),
        )

    return _page(wanted, "results.overview", _kept(wanted, "", content))


@blueprint.get("/<lang:lang>/results/<code>")
def indicator(code: str) -> str:
    """Show one indicator, also by municipality; ``embed`` shows it alone, for a frame on another site."""
    batch, is_newest = _batch()
    figure = batch.figure(code) if batch is not None else None
    if batch is None or figure is None:
        raise Problem("page.missing")
    if not batch.speaks(i18n.language().tag):
        return _elsewhere(batch, "results.indicator", code=code)
    wanted = Wanted(batch, is_newest, figure.indicator.field, *_choices([figure], batch))
    embedded = bool(request.args.get("embed"))

    def content() -> str:
        return render_template(
            "results/indicator.html",
            wanted=wanted,
            day=present.day,
            names=present.names(),
            areas=present.areas([figure], batch),
            years=present.years([figure], batch),
            alone=embedded,
            shown=_shown([figure], wanted)[0],
            by_area=present.by_area(figure, wanted, current().batches.remarks(batch)),
        )

    return _page(wanted, "results.indicator", _kept(wanted, (code, embedded), content), figure, embedded=embedded)


def _shown(figures: Sequence[Figure], wanted: Wanted) -> list[Shown]:
    remarks = current().batches.remarks(wanted.batch)
    return [present.shown(each, wanted, remarks) for each in figures]


def _elsewhere(batch: Batch, endpoint: str, /, **values: str) -> str:
    """Lead to the languages in which all that a batch holds has texts."""
    return rendering.language_choice(_addresses(batch, endpoint, **values))


def _addresses(batch: Batch | None, endpoint: str, /, **values: str) -> list[tuple[Language, str]]:
    found = rendering.everywhere(endpoint, **values)
    return found if batch is None else [pair for pair in found if batch.speaks(pair[0].tag)]


def _batch() -> tuple[Batch | None, bool]:
    """Return the batch that is asked for, and whether it is the newest. Raises Problem page.missing."""
    batches = current().batches
    asked = request.args.get("batch", "")
    if not asked:
        return batches.newest(), True
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 0
    found = batches.get(number)
    if found is None:
        raise Problem("page.missing")
    return found, number == batches.count()


def _choices(figures: Sequence[Figure], batch: Batch) -> tuple[str, str]:
    """Return area and year that are asked for, where there are figures of them."""
    area, year = request.args.get("area", COUNTY), request.args.get("year", "")
    return (
        area if area in present.areas(figures, batch) else COUNTY,
        year if year in present.years(figures, batch) else "",
    )


def _kept(wanted: Wanted, kind: Hashable, make: Callable[[], str]) -> Markup:
    kept: Kept[Markup] = current_app.extensions[_KEY]
    second, edits = i18n.second(), current().workbench.edits.now.number
    key = (i18n.language().tag, second.tag if second else "", edits, wanted.batch.number, current().batches.count(),
           wanted.field, wanted.area, wanted.year, kind)  # fmt: skip
    return kept.get(key, lambda: Markup(make()))  # noqa: S704 - a template of ours


def _page(
    wanted: Wanted | None, endpoint: str, content: Markup, figure: Figure | None = None, *, embedded: bool = False
) -> str:
    more = {"code": figure.indicator.code} if figure is not None else {}
    if wanted is not None and request.args:
        more |= {name: value for name, value in request.args.items() if name in ("field", "area", "year", "batch")}
    return render_template(
        "results/embedded.html" if embedded else "results/page.html",
        content=content,
        figure=figure,
        wanted=wanted,
        whole=wanted.address(endpoint, **more) if embedded and wanted is not None else "",
        addresses=_addresses(wanted.batch if wanted is not None else None, endpoint, **more),
    )
