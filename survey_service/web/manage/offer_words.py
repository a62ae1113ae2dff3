"""Offers in words: what differs, in the words of the questionnaire; what happened; why two may be one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import format_datetime
from markupsafe import Markup

from survey_service.offers import changes, duplicates, events, organisations, register
from survey_service.offers.events import Event
from survey_service.problems import D_
from survey_service.questionnaire.model import Choice, Question
from survey_service.store.base import Document
from survey_service.web import i18n
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import answers
from survey_service.web.wordings import in_page

KINDS = {
    "registered": D_("Registered"),
    "imported": D_("Taken over from a file"),
    "changed": D_("Changed, to be decided about"),
    "published": D_("Published"),
    "live": D_("Small change, gone live by itself"),
    "returned": D_("Returned"),
    "rejected": D_("Rejected"),
    "taken_off": D_("Taken off the directory"),
    "taken_back": D_("Small change taken back"),
    "withdrawn": D_("Withdrawn"),
    "confirmed": D_("Confirmed as still true"),
    "reminded": D_("Reminder sent"),
    "ended": D_("Ended with its funding"),
    "merged": D_("Merged into another entry"),
    "absorbed": D_("Another entry was merged into this one"),
    "separated": D_("Merge undone"),
    "reassigned": D_("Given to another organisation"),
}
REASONS = {
    duplicates.PHONE: D_("the same telephone number"),
    duplicates.SAME_NAME: D_("the same name"),
    duplicates.ALIKE: D_("names alike"),
    duplicates.PLACE: D_("the same place"),
    duplicates.ORGANISATION: D_("the same organisation"),
    duplicates.ORGANISATIONS_ALIKE: D_("names of the organisations alike"),
}
_WHO = {events.PROVIDER: D_("the provider"), events.SERVICE: D_("the service")}


@dataclass(frozen=True)
class Said:
    """One question with what was and is said to it, "" for nothing."""

    name: str
    label: Markup
    before: Markup
    after: Markup


@dataclass(frozen=True)
class Happened:
    """One entry of a history: when, what, who, why, to which questions, and about which other offer or organisation."""

    moment: str
    when: str
    what: str
    who: str
    reason: str
    questions: tuple[Markup, ...]
    other: str
    other_name: str


def questions_of(body: Mapping[str, Any]) -> Mapping[str, Question]:
    """Return the questions as the revision of an offer (its document) asks them."""
    return current().publications.revision(body["revision"]).questionnaire.questions


def said(body: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[Said]:
    """Yield each answered question with its answer, in the order of the questionnaire."""
    questions = questions_of(body)
    for name in _ordered(questions, given):
        yield Said(name, _label(questions, name), Markup(""), answers.shown(questions.get(name), given[name]))


def differences(
    body: Mapping[str, Any], before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[Said]:
    """Return what differs between two states of an offer's answers, in the order of the questionnaire."""
    questions = questions_of(body)
    found = {entry.question: entry for entry in changes.between(before or {}, after or {})}
    return [
        Said(
            name,
            _label(questions, name),
            _shown(questions.get(name), found[name].before),
            _shown(questions.get(name), found[name].after),
        )
        for name in _ordered(questions, found)
    ]


def history(body: Document) -> list[Happened]:
    """Return what happened to an offer, newest first."""
    return [_happened(body, event) for event in reversed(events.of(current().store, body["offer"]))]


def moment(iso: str) -> str:
    """Return a moment, given as ISO 8601 in UTC, as it is written here."""
    return str(format_datetime(dt.datetime.fromisoformat(iso), "short"))


def who(name: str) -> str:
    """Return who did something: an account's name, the provider or the service."""
    return gettext(_WHO[name]) if name in _WHO else name


def reason_names(reasons: Iterable[str]) -> list[str]:
    """Return why two offers may be one."""
    return [gettext(REASONS[reason]) for reason in reasons]


def choices_of(question: str) -> dict[str, Choice]:
    """Return the choices of a question by name, as the newest questionnaire for providers lists them."""
    models = (published.questionnaire for published in current().publications.all())
    found = (model.questions.get(question) for model in models if model.audience == "providers")
    return {choice.name: choice for asked in found if asked for choice in asked.choices}


def _happened(body: Document, event: Event) -> Happened:
    questions = questions_of(body)
    names = tuple(_label(questions, name) for name in _ordered(questions, dict.fromkeys(event.changed)))
    return Happened(
        moment=event.moment,
        when=moment(event.moment),
        what=gettext(KINDS[event.kind]),
        who=who(event.by),
        reason=event.reason,
        questions=names if event.kind not in ("registered", "imported") else (),
        other=event.other if event.kind != "reassigned" else "",
        other_name=_other_name(event),
    )


def _other_name(event: Event) -> str:
    if not event.other:
        return ""
    if event.kind == "reassigned":
        return organisations.name_of(current().store, event.other)
    other = current().store.collection(register.OFFERS).first(offer=event.other)
    return other.body["name"] if other is not None else event.other


def _ordered(questions: Mapping[str, Question], names: Mapping[str, Any]) -> list[str]:
    """Return names in the order of the questionnaire; those that it does not ask come last."""
    return [name for name in questions if name in names] + sorted(name for name in names if name not in questions)


def _label(questions: Mapping[str, Question], name: str) -> Markup:
    return in_page(questions[name].label) if name in questions else Markup("<bdi>{}</bdi>").format(name)


def _shown(question: Question | None, answer: Any) -> Markup:
    return Markup("") if answer is None else answers.shown(question, answer)


def typed_language(body: Mapping[str, Any]) -> Markup:
    """Return ``lang`` for what a provider typed."""
    tag = body["language"]
    return Markup("") if tag == i18n.language().tag else Markup(' lang="{}"').format(tag)
