"""The page of one offer, and its opening hours for a calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from survey_service import clock
from survey_service.offers import calendar as calendars
from survey_service.offers import freshness, hours, open_data
from survey_service.problems import Problem
from survey_service.store.base import Document
from survey_service.web import qr, rendering
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.offer import facts, ways, words
from survey_service.web.offer.ways import blueprint
from survey_service.web.offer.words import Reader


@blueprint.get("/<lang:lang>/offers/<offer>")
def show(offer: str) -> ResponseReturnValue:
    """Show what one gets there, for whom, where and when, and how fresh that is."""
    try:
        body = ways.find(offer)
    except ways.Moved as found:
        return ways.moved(found, "offer.show")
    reader, address = ways.reader_of(body), ways.public_address(offer)
    return render_template(
        "offer/show.html",
        offer=offer,
        reader=reader,
        name=name_of(reader, body),
        kind=_kind(reader),
        sections=facts.sections(reader),
        standing=standing(body),
        is_doubtful=_state(body) == freshness.UNCONFIRMED,
        needs_care=_state(body) in (freshness.UNCONFIRMED, freshness.ENDED),
        closed=_closed(reader),
        opening=_opening(reader, body),
        has_calendar=_takes_place(reader, body) and bool(hours.spans(reader.answers)),
        foreign=_foreign(reader),
        reported="reported" in request.args,
        address=address,
        code=qr.svg(address, gettext("QR code that leads to this page")),
        data=_data(reader, body, address),
        list_address=ways.list_address(),
        addresses=rendering.everywhere("offer.show", offer=offer),
    )


@blueprint.get("/<lang:lang>/offers/<offer>.ics")
def calendar(offer: str) -> ResponseReturnValue:
    """Send the opening hours as weekly events. Raises Problem page.missing if there are none that go on."""
    try:
        body = ways.find(offer)
    except ways.Moved as found:
        return ways.moved(found, "offer.calendar")
    reader = ways.reader_of(body)
    spans = hours.spans(reader.answers)
    if not spans or not _takes_place(reader, body):
        raise Problem("page.missing")
    event = calendars.Event(
        offer=offer,
        name=str(reader.answers.get("A04_name") or reader.answers.get("A02") or offer),
        place=", ".join(facts.address_lines(reader)),
        about=str(reader.answers.get("A08_times") or ""),
        address=ways.public_address(offer),
        language=reader.written.html,
        until=words.day_of(reader.answers.get("A21")),
    )
    text = calendars.calendar(event, spans, clock.now())
    response = Response(text, mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'attachment; filename="{offer}.ics"'
    return response


def _data(reader: Reader, body: Document, address: str) -> Markup:
    """Return the offer as schema.org has it, for a ``<script>`` element that no browser runs."""
    content = open_data.script(open_data.json_ld(body, reader.form, clock.today(), address))
    return Markup(content.decode("utf-8"))  # noqa: S704 - JSON without signs of markup


def name_of(reader: Reader, body: Mapping[str, Any]) -> Markup:
    """Return the name of an offer; a structure's is that of the organisation."""
    return reader.own(str(reader.answers.get("A04_name") or body["name"] or body["offer"]))


def _kind(reader: Reader) -> tuple[Markup, ...]:
    """Return what it is: offer, project or structure with its types, and its fields of action."""
    what = [reader.label("A01", reader.answers["A01"])] if reader.has("A01") else []
    lines = (words.joined([*what, reader.labels("A05_types")] if reader.has("A05_types") else what),)
    return tuple(line for line in (*lines, reader.labels("A05_fields")) if line)


def _foreign(reader: Reader) -> str:
    """Return what the language of the provider's texts is called, "" if it is the page's."""
    if reader.is_own_language:
        return ""
    code = words.primary(reader.written)
    known = reader.choice("A09", code) is not None
    return words.plain(reader.label("A09", code)) if known else reader.written.autonym


def _state(body: Document) -> str:
    return freshness.state(body, clock.today(), current().settings)


def standing(body: Document) -> str:
    """Return how fresh an offer is, in a sentence."""
    state = _state(body)
    shown = words.day_of(body["ends"] if state == freshness.ENDED else body["confirmed"])
    return gettext(facts.STANDING[state], day=words.day(shown)) if shown else ""


def _closed(reader: Reader) -> Markup:
    """Return the status if it is any but active."""
    return reader.labels("A06", without=("active",))


def _takes_place(reader: Reader, body: Document) -> bool:
    return reader.answers.get("A06", "active") == "active" and not freshness.has_ended(body, clock.today())


def _opening(reader: Reader, body: Document) -> str:
    """Return whether it is open now by its weekly hours, or when it is next."""
    spans, now = hours.spans(reader.answers), clock.now()
    if not spans or not _takes_place(reader, body):
        return ""
    if hours.is_open(spans, now):
        return gettext("Open now")
    following = hours.next_opening(spans, now)
    return "" if following is None else _opens(reader, following, now.astimezone(hours.ZONE).date())


def _opens(reader: Reader, moment: dt.datetime, today: dt.date) -> str:
    time = f"\u2066{moment:%H:%M}\u2069"
    if moment.date() == today:
        return gettext("Opens today at %(time)s", time=time)
    weekday = words.plain(reader.label("A08_days", hours.DAYS[moment.weekday()]))
    return gettext("Closed now. Next time: %(day)s, %(time)s", day=f"\u2068{weekday}\u2069", time=time)
