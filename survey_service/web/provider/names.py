"""Names of states and events on providers' pages, days, places and questions, in the reader's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import format_date, format_datetime
from markupsafe import Markup, escape

from survey_service import clock
from survey_service.offers import events, freshness
from survey_service.offers.events import Event
from survey_service.problems import P_, Problem
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import providing
from survey_service.web import readable, wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext

STATES = {
    "submitted": P_("We have it and will look at it."),
    "published": P_("It is in the list."),
    "returned": P_("Please change it. We have written why."),
    "rejected": P_("It is not in the list. We have written why."),
    "withdrawn": P_("You have taken it back."),
    "merged": P_("It was joined with another entry of yours."),
}
_UNCONFIRMED = P_("After %(after)s days the list says “not confirmed” beside an offer. Confirm it, and that goes away.")
_ENDED = P_("The funding has ended, so the list shows it as ended. It goes on? Then change the day.")
EVENTS = {
    "registered": P_("Registered"),
    "imported": P_("Taken over from another list"),
    "changed": P_("Changed; waits for us"),
    "published": P_("Published"),
    "live": P_("Changed and published at once"),
    "returned": P_("Returned to you"),
    "rejected": P_("Not published"),
    "taken_off": P_("Taken out of the list"),
    "withdrawn": P_("Taken back"),
    "confirmed": P_("Confirmed as true"),
    "reminded": P_("Reminder sent"),
    "ended": P_("Shown as ended, because the funding ended"),
    "merged": P_("Joined with another entry"),
    "absorbed": P_("Another entry was joined with it"),
    "taken_back": P_("Set back to what stood before the last change"),
    "separated": P_("No longer joined with another entry"),
    "reassigned": P_("Given to another organisation or contact"),
}


def state(code: str) -> str:
    """Return what is said of a state of moderation."""
    return gettext(STATES[code])


def age(body: Mapping[str, Any]) -> str:
    """Return what the list says of an offer (its document) beside its name because of its age; "" if nothing."""
    settings = current().settings
    if not body["listed"]:
        return ""
    found = freshness.state(body, clock.today(), settings)
    if found == freshness.ENDED:
        return gettext(_ENDED)
    return gettext(_UNCONFIRMED, after=settings.reminder_days[-1]) if found == freshness.UNCONFIRMED else ""


def event(code: str) -> str:
    """Return what happened, by the kind of an entry in the history."""
    return gettext(EVENTS[code])


def doer(by: str) -> str:
    """Return who did it: the provider, the service by itself, or the office, whose people are not named."""
    if by == events.PROVIDER:
        return gettext("by you or a colleague")
    return gettext("by itself") if by == events.SERVICE else gettext("by the office")


def day(iso: str) -> str:
    """Return a day in words."""
    return str(format_date(dt.date.fromisoformat(iso[:10]), "long"))


def moment(iso: str) -> str:
    """Return day and time, of UTC, as they are here."""
    return str(format_datetime(dt.datetime.fromisoformat(iso), "short"))


def model_of(body: Mapping[str, Any]) -> Questionnaire:
    """Return the questionnaire of the revision that an offer (its document) answers."""
    return current().publications.questionnaire(body["revision"])


def question(model: Questionnaire, name: str) -> Markup:
    """Return what a question asks."""
    found = model.questions.get(name)
    return wordings.in_page(found.label) if found is not None else escape(name)


def asked(model: Questionnaire, changed: Event | tuple[str, ...]) -> list[Markup]:
    """Return what the changed questions ask."""
    return [question(model, name) for name in (changed.changed if isinstance(changed, Event) else changed)]


def answer(model: Questionnaire, name: str, value: Any) -> Markup:
    """Return an answer as people read it, a dash for none."""
    found = model.questions.get(name)
    if value is None:
        return Markup("–")
    lines = readable.lines_of(found, value) if found is not None else (escape(value),)
    return Markup("<br>").join(lines) or Markup("–")


def place(public: Mapping[str, Any] | None) -> Markup:
    """Return the place of a published entry, nothing if it has none or is not published."""
    if public is None:
        return Markup("")
    if public.get("A07_place_other"):
        return Markup("<bdi>{}</bdi>").format(public["A07_place_other"])
    try:
        model = providing.questionnaire(current().publications).questionnaire
    except Problem:
        return Markup("")
    found = model.questions.get("A07_place")
    choices = found.choices if found is not None else ()
    return next(
        (wordings.in_page(choice.label) for choice in choices if choice.name == public.get("A07_place")), Markup("")
    )


def answers(model: Questionnaire, given: Mapping[str, Any]) -> Iterator[tuple[Markup, Markup]]:
    """Yield what was asked and answered, in the order of the questionnaire, but for the consent."""
    for name in model.questions:
        if name in given and name != model.consent:
            yield question(model, name), answer(model, name, given[name])


HELPERS = {"state": state, "age": age, "event": event, "doer": doer, "day": day, "moment": moment, "place": place}
