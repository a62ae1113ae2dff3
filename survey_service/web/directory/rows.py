"""One offer in a list: its name in its own language, who offers it, where, what it is about, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from babel.dates import format_date
from markupsafe import Markup, escape

from survey_service import languages
from survey_service.offers.directory import CLOSED, ENDED, INACTIVE, UNCONFIRMED
from survey_service.offers.entry import COUNTY, FIELD, FLAG, FLAGS, LANGUAGE, PLACE, Entry
from survey_service.web import i18n
from survey_service.web.directory.naming import STATUS, Names
from survey_service.web.i18n import gettext

_BETWEEN = Markup(" · ")
_MOST_PLACES = 3


def row(entry: Entry, standing: int, names: Names, address: str, *, says_language: bool) -> Markup:
    """Return an offer as an item of a list; ``address`` is that of its page, ``says_language`` whether the language of
    its text is said."""
    body = entry.body
    own = _attributes(body["language"])
    name = Markup('<h3><a href="{}"{}>{}</a></h3>').format(address, own, body["name"])
    by = Markup("<p><bdi{}>{}</bdi></p>").format(own, body["organisation"])
    where = _line([*_place(entry, names)])
    about = _line(names.shown[FIELD, value] for value in body["fields"] if (FIELD, value) in names.shown)
    spoken = [names.shown[LANGUAGE, value] for value in body["languages"] if (LANGUAGE, value) in names.shown]
    lines = [name, by if body["organisation"] != body["name"] else "", where, about]
    if spoken:
        lines.append(
            Markup("<p>{}</p>").format(escape(gettext("Languages: %(names)s")) % {"names": _BETWEEN.join(spoken)})
        )
    if says_language:
        lines.append(Markup("<p>{}</p>").format(written_in(body["language"], names)))
    badges = [*_standing(entry, standing, names), *_good(entry, names)]
    if badges:
        items = Markup("").join(Markup("<li>{}</li>").format(badge) for badge in badges)
        lines.append(Markup('<ul class="marks">{}</ul>').format(items))
    return Markup("<li>{}</li>").format(Markup("").join(lines))


def written_in(tag: str, names: Names) -> str:
    """Return what says in which language a text is written."""
    known = [names.plain[LANGUAGE, one] for one in languages.chain(tag) if (LANGUAGE, one) in names.plain]
    return gettext("Language of the text: %(language)s", language=known[0] if known else tag)


def _attributes(tag: str) -> Markup:
    known = languages.registry().get(tag)
    return Markup("") if known is None or tag == i18n.language().tag else i18n.html_attributes(known)


def _line(parts: Iterable[Markup]) -> Markup:
    line = _BETWEEN.join(parts)
    return Markup("<p>{}</p>").format(line) if line else Markup("")


def _place(entry: Entry, names: Names) -> Iterable[Markup]:
    if entry.place and (PLACE, entry.place) in names.shown:
        yield names.shown[PLACE, entry.place]
    elif entry.place_name:
        yield Markup("<bdi>{}</bdi>").format(entry.place_name)
    if entry.body["whole_county"]:
        yield names.shown[PLACE, COUNTY]
    elif not entry.place and not entry.place_name:
        served = [value for value in entry.body["municipalities"] if (PLACE, value) in names.shown]
        yield from (names.shown[PLACE, value] for value in served[:_MOST_PLACES])
        if len(served) > _MOST_PLACES:
            yield Markup("…")


def _standing(entry: Entry, standing: int, names: Names) -> Iterable[Markup]:
    """Return what must be known before one goes there; it is said in words and marked."""
    body = entry.body
    if standing in (CLOSED, INACTIVE):
        yield Markup("<strong>{}</strong>").format(names.shown.get((STATUS, body["status"]), body["status"]))
    if standing == UNCONFIRMED:
        yield _dated(gettext("Not confirmed since %(day)s", day=_day(body.get("confirmed"))))
    if standing == ENDED:
        yield _dated(gettext("Ended on %(day)s", day=_day(body.get("ends"))))


def _dated(text: str) -> Markup:
    return Markup("<strong>{}</strong>").format(text)


def _day(iso: str | None) -> str:
    return str(format_date(dt.date.fromisoformat(iso), "medium", locale=i18n.language().locale)) if iso else "–"


def _good(entry: Entry, names: Names) -> Iterable[Markup]:
    return (names.shown[FLAG, flag] for flag in FLAGS if (FLAG, flag) in entry.marks and (FLAG, flag) in names.shown)
