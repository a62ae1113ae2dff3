"""How pages about what became of the answers say their facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from flask import url_for
from flask_babel import format_date, format_decimal

from survey_service.closing import news
from survey_service.closing.model import DRAFTED, Decided, Figure, number_of
from survey_service.closing.news import Entry
from survey_service.concept import words
from survey_service.concept.model import DONE, DROPPED, PLANNED, RUNNING, Item, Measure
from survey_service.monitoring.figures import HIDDEN
from survey_service.problems import N_
from survey_service.questionnaire.model import Text
from survey_service.web import i18n, wordings
from survey_service.web.i18n import gettext
from survey_service.web.results import present

STATES: Mapping[str, str] = {
    PLANNED: N_("It is planned."),
    RUNNING: N_("It has begun."),
    DONE: N_("It has been done since %(day)s."),
    DROPPED: N_("It was given up."),
}
TITLES: Mapping[str, str] = {
    news.FIGURES: N_("New figures: %(names)s"),
    news.CONCEPT: N_("The integration concept was decided"),
    news.BECAME: N_("What became of your answers: %(names)s"),
    news.MEASURES: N_("This is done"),
    news.OFFER: N_("New help: %(names)s"),
    news.QUESTIONNAIRE: N_("You can answer now: %(names)s"),
}
CHECKED = N_("A person has checked this translation.")
DRAFT = N_("A computer translated this page. A person has not checked it yet.")


def day(iso: str) -> str:
    """Return a day as it is written here."""
    return str(format_date(dt.date.fromisoformat(iso), "long"))


def _isolated(text: str) -> str:
    """Return a name so that a sentence from the other side doesn't turn it round."""
    return f"\u2068{text}\u2069"


def _share(value: float) -> str:
    """Return a share that no line end and no direction takes apart."""
    return _isolated(present.share(value).replace(" ", "\u00a0"))


def periods(of: Iterable[str]) -> str:
    """Return in which surveys people said something."""
    return gettext("Survey: %(periods)s", periods=", ".join(map(_isolated, of)))


def people(count: int | None, n: int | None) -> str:
    """Return about how many people said something, from rounded numbers; "•" if they are hidden."""
    if count is None or not n:
        return HIDDEN
    part, whole = (str(format_decimal(number)) for number in (count, n))
    return gettext("About %(part)s of %(whole)s people said this (%(share)s).", part=part, whole=whole,
                   share=_share(count / n))  # fmt: skip


def figure(of: Figure) -> str:
    """Return a published figure: its share and, if there are any, its counts."""
    if of.value is None:
        return HIDDEN
    share = _share(of.value)
    if of.part is None or of.whole is None:
        return share
    part, whole = (str(format_decimal(number)) for number in (of.part, of.whole))
    counts = gettext("%(part)s of %(whole)s", part=part, whole=whole)
    return f"{share} ({counts})"


def state(name: str, done: str) -> str:
    """Return how far a measure is."""
    return gettext(STATES[name], day=day(done)) if name == DONE else gettext(STATES[name])


def who_and_when(lead: str, due: str) -> str:
    """Return who does a measure, and by when."""
    return gettext(words.WHO_AND_WHEN, who=_isolated(lead), day=day(due))


def serves(keys: Sequence[str]) -> str:
    """Return which statements a measure answers."""
    return gettext(words.SERVES, numbers=", ".join(map(number_of, keys)))


def decision(of: Decided) -> str:
    """Return who decided what, and when."""
    result = wordings.in_attribute(of.result)
    return gettext(words.DECIDED, day=day(of.day), body=_isolated(of.body), result=_isolated(result))


def measure_of(item: Item) -> Measure:
    """Return the facts of a measure."""
    assert item.wording.measure is not None  # noqa: S101 - only measures answer statements
    return item.wording.measure


def checked(state: str) -> str:
    """Return whether a person has read a page in this language; nothing for German, in which it was written."""
    if i18n.language().tag == i18n.DEFAULT:
        return ""
    return gettext(DRAFT if state == DRAFTED else CHECKED)


def title(entry: Entry) -> str:
    """Return the heading of an item of a newsletter."""
    names = ", ".join(_isolated(wordings.in_attribute(name)) for name in entry.names)
    return gettext(TITLES[entry.kind], names=names) if entry.names else gettext(TITLES[entry.kind])


def address(entry: Entry) -> str:
    """Return where an item of a newsletter leads to, in the present language."""
    ref = entry.ref
    if entry.kind == news.FIGURES:
        return url_for("results.overview", batch=ref)
    if entry.kind == news.CONCEPT:
        return url_for("concept.show", number=int(ref))
    if entry.kind == news.MEASURES:
        concept, _, key = entry.link.removeprefix("concept/").partition("#")
        return url_for("concept.show", number=int(concept), _anchor=key)
    if entry.kind == news.BECAME:
        return url_for("closing.page", field=entry.link.split("/")[1], number=int(ref))
    if entry.kind == news.OFFER:
        return url_for("offer.show", offer=ref)
    return url_for("respondent.start", questionnaire=ref)


def facts(entry: Entry) -> list[str]:
    """Return the further facts of an item of a newsletter."""
    known = entry.facts
    if entry.kind == news.CONCEPT:
        result = wordings.in_attribute(entry.text)
        return [gettext(words.DECIDED, day=day(known["day"]), body=_isolated(known["body"]), result=_isolated(result))]
    if entry.kind == news.MEASURES:
        return [state(DONE, known["day"])]
    if entry.kind == news.BECAME:
        return [periods([known["wave"]])]
    return [known["organisation"]] if known.get("organisation") else []


def body(entry: Entry) -> Text:
    """Return the longer text of an item; the result of a decision stands among its facts."""
    return entry.text if entry.kind == news.MEASURES else {}


HELPERS = {
    "day": day, "periods": periods, "people": people, "figure": figure, "state": state, "who_and_when": who_and_when,
    "serves": serves, "decision": decision, "measure_of": measure_of, "checked": checked, "number_of": number_of,
    "entry_address": address, "entry_title": title, "entry_facts": facts, "entry_body": body,
}  # fmt: skip
"""What the templates of these pages use."""
