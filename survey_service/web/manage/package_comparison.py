"""Our published figures beside those of other counties, as a page and as files."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from flask import Response, render_template, request
from markupsafe import Markup

from survey_service.concept.differences import GONE, NEW, SAME
from survey_service.monitoring import periods
from survey_service.packages import comparing, exporting, figures, kept, own, tables
from survey_service.packages.comparing import Beside, Compared, Difference
from survey_service.packages.figures import Given
from survey_service.problems import D_, Problem
from survey_service.web import difference
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk, indicators, names
from survey_service.web.manage.desk import blueprint

STANDINGS: Mapping[str, str] = {
    comparing.OURS: D_("Our definition"),
    comparing.SAME: D_("The same definition"),
    comparing.WORDING: D_("Other wording: do not compare"),
    comparing.VERSION: D_("Other version (%(version)s): do not compare"),
    comparing.MISSING: D_("Not published"),
    comparing.GONE: D_("No longer published; it was in an earlier package"),
    comparing.UNKNOWN: D_("Not published here"),
}
WHAT: Mapping[str, str] = {
    "name": D_("Name"),
    "definition": D_("What is counted"),
    "better": D_("Direction"),
    "source": D_("Where it comes from"),
}
_BAR = Markup(
    '<svg class="sharebar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
    '<rect width="{width}" height="8"></rect></svg>'
)


@blueprint.get("/packages/comparison")
def compare_counties() -> str:
    """Show the indicators of a field of action: each county's figure, and how its definition differs from ours."""
    context = current()
    period = _period()
    whole = _compared(period)
    fields = list(dict.fromkeys(each.field for each in whole))
    asked = request.args.get("field", fields[0] if fields else "")
    field = asked if asked in fields else next(iter(fields), "")
    shown = [each for each in whole if each.field == field]
    return render_template(
        "manage/package_comparison.html",
        fields=fields,
        names=context.library.labels("fields_of_action"),
        chosen=field,
        period=period,
        periods=sorted({one for each in shown for one in each.periods}, reverse=True),
        shown=shown,
        given=kept.with_figures(context.store),
        other_rules=[each for each in kept.with_figures(context.store) if each.disclosure != figures.RULES],
        formats=tables.FORMATS,
        standing=_standing,
        written=names.written_day,
        share=_share,
        counts=_counts,
        limits=_limits,
        bar=_bar,
        what=lambda differs: gettext(WHAT[differs.name]),
        told=_told,
        hidden=any(one.figure is not None and one.figure.state == "hidden" for each in shown for one in each.besides),
        may_bring=desk.may("exchange_packages"),
    )


@blueprint.get("/packages/comparison.<form>")
def comparison_file(form: str) -> Response:
    """Send the comparison of all indicators as a file."""
    if form not in tables.FORMATS:
        raise Problem("page.missing")
    write, media_type = tables.FORMATS[form]
    response = Response(write(_compared(_period())), mimetype=media_type)
    response.headers["Content-Disposition"] = f"attachment; filename=comparison.{form}"
    return response


def _period() -> str:
    asked = request.args.get("period", "")
    return asked if any(periods.fits(asked, kind) for kind in periods.KINDS) else comparing.NEWEST


def _compared(period: str) -> list[Compared]:
    context = current()
    ours = own.county(context.settings, context.municipalities)
    content = exporting.public(context.batches, context.library.labels("municipalities"), own.about(context.settings))
    public = orjson.loads(content) if content is not None else None
    return comparing.compare(ours, public, context.indicators, kept.with_figures(context.store), period)


def _standing(beside: Beside) -> str:
    return gettext(STANDINGS[beside.standing], version=beside.version)


def _share(figure: Given) -> str:
    """Return a share as it is written here."""
    return names.share(figure.percent / 100 if figure.percent is not None else None)


def _counts(figure: Given) -> str:
    if figure.numerator is None or figure.denominator is None:
        return "–"
    numbers = {"numerator": names.number(figure.numerator), "denominator": names.number(figure.denominator)}
    return gettext("%(numerator)s of %(denominator)s", **numbers)


def _limits(figure: Given) -> str:
    """Return the interval of a figure, "" if there is none."""
    if figure.low is None or figure.high is None:
        return ""
    low, high = (names.share(limit / 100) for limit in (figure.low, figure.high))
    return gettext("between %(low)s and %(high)s", low=low, high=high)


def _bar(beside: Beside, most: float) -> Markup:
    """Return a bar as long as the share, beside those that count the same; nothing for all others."""
    share = beside.figure.percent if beside.comparable and beside.figure is not None else None
    return Markup("") if share is None or not most else _BAR.format(width=round(share / most * 100, 1))


def _told(differs: Difference) -> Markup:
    """Return how our text becomes theirs, word by word; a fact in words."""
    known = {"better": indicators.BETTER, "source": indicators.SOURCES}.get(differs.name)
    if known is None:
        return difference.difference(differs.ours, differs.theirs)
    ours, theirs = (gettext(known[each]) if each in known else each for each in (differs.ours, differs.theirs))
    return difference.told(((GONE, ours), (SAME, " "), (NEW, theirs)))
