"""One offer in a list: its name in its own language, who offers it, where, what it is about, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from babel.dates import format_date
from markupsafe import Markup, escape

from survey_service import languages
from survey_service.offers.directory import CLOSED, ENDED, INACTIVE, UNCONFIRMED
from survey_service.offers.entry import COUNTY, FIELD, FLAG, FLAGS, LANGUAGE, PLACE, Entry
from survey_service.web import i18n
from survey_service.web.directory.naming import SPOKEN, STATUS, Names
from survey_service.web.i18n import gettext

_BETWEEN = " · "
_MOST_PLACES = 3


def row(entry: Entry, standing: int, names: Names, address: str, *, says_language: bool) -> Markup:
    """Return an offer as an item of a list; ``address`` is that of its page, ``says_language`` whether the language of
    its text is said.
    """
    body = entry.body
    own = _attributes(body["language"])
    lines = [f'<h3><a href="{escape(address)}"><bdi{own}>{escape(body["name"])}</bdi></a></h3>']
    if body["organisation"] != body["name"]:
        lines.append(f"<p><bdi{own}>{escape(body['organisation'])}</bdi></p>")
    lines += [_line(_place(entry, names)), _line(_shown(FIELD, body["fields"], names))]
    spoken = _BETWEEN.join(_shown(LANGUAGE, body["languages"], names))
    if spoken:
        lines.append(f"<p>{names.spoken.replace(SPOKEN, spoken)}</p>")
    if says_language:
        lines.append(f"<p>{escape(written_in(body['language'], names))}</p>")
    marks = [*_standing(entry, standing, names), *_good(entry, names)]
    if marks:
        lines.append(f'<ul class="marks"><li>{"</li><li>".join(marks)}</li></ul>')
    return Markup(f"<li>{''.join(lines)}</li>")  # noqa: S704 - every part was escaped


def _shown(kind: str, values: Iterable[str], names: Names) -> Iterable[str]:
    return (names.shown[kind, value] for value in values if (kind, value) in names.shown)


def written_in(tag: str, names: Names) -> str:
    """Return what says in which language a text is written."""
    known = [names.plain[LANGUAGE, one] for one in languages.chain(tag) if (LANGUAGE, one) in names.plain]
    return gettext("Language of the text: %(language)s", language=known[0] if known else tag)


def _attributes(tag: str) -> Markup:
    known = languages.registry().get(tag)
    return Markup("") if known is None or tag == i18n.language().tag else i18n.html_attributes(known)


def _line(parts: Iterable[str]) -> str:
    line = _BETWEEN.join(parts)
    return f"<p>{line}</p>" if line else ""


def _place(entry: Entry, names: Names) -> Iterator[str]:
    if entry.place and (PLACE, entry.place) in names.shown:
        yield names.shown[PLACE, entry.place]
    elif entry.place_name:
        yield f"<bdi>{escape(entry.place_name)}</bdi>"
    if entry.body["whole_county"]:
        yield names.shown[PLACE, COUNTY]
    elif not entry.place and not entry.place_name:
        served = [value for value in entry.body["municipalities"] if (PLACE, value) in names.shown]
        yield from (names.shown[PLACE, value] for value in served[:_MOST_PLACES])
        if len(served) > _MOST_PLACES:
            yield "…"


def _standing(entry: Entry, standing: int, names: Names) -> Iterator[str]:
    """Yield what must be known before one goes there; it is said in words and marked."""
    body = entry.body
    if standing in (CLOSED, INACTIVE) or body["status"] == "temporarily_closed":
        yield f"<strong>{names.shown.get((STATUS, body['status']), escape(body['status']))}</strong>"
    if standing == UNCONFIRMED:
        yield _strong(gettext("Not confirmed since %(day)s", day=_day(body.get("confirmed"))))
    if standing == ENDED:
        yield _strong(gettext("Ended on %(day)s", day=_day(body.get("ends"))))


def _strong(text: str) -> str:
    return f"<strong>{escape(text)}</strong>"


def _day(iso: str | None) -> str:
    return str(format_date(dt.date.fromisoformat(iso), "medium", locale=i18n.language().locale)) if iso else "–"


def _good(entry: Entry, names: Names) -> Iterable[str]:
    return (names.shown[FLAG, flag] for flag in FLAGS if (FLAG, flag) in entry.marks and (FLAG, flag) in names.shown)
