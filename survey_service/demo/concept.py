"""An invented concept for the demonstration: bodies with members, a version adopted, its revision, a round prepared.

Its statements are judgements of invented bodies, for no concept may rest on invented answers; each says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from survey_service.concept import items, progress, versions
from survey_service.concept.model import GOAL, MEASURE, RUNNING, STATEMENT, Decision, Judgement, Measure, Progress
from survey_service.consulting import rounds
from survey_service.network import bodies, members
from survey_service.questionnaire.loader import Library
from survey_service.store.base import Store

BY = "demo"
TITLE = {
    "de": "Integrationskonzept (erfunden, zur Vorführung)",
    "en": "Integration concept (invented, to look around)",
}
WHO = "erfundener Arbeitskreis"
_ROUND = "Runde zur Vorführung"
_MEMBERS = (
    ("AK_ARB", "Alex Beispiel", "Beispiel-Jobcenter"),
    ("AK_ARB", "Kim Muster", "Musterverein"),
    ("AK_WOH", "Robin Probe", "Probe-Wohnungsgesellschaft"),
    ("advisory_board", "Sascha Vorlage", ""),
)
_SAID: tuple[tuple[str, str, str, str], ...] = (
    (STATEMENT, "ARB", "Deutschkurse sind vom Land aus am Abend schwer zu erreichen.",
     "From the countryside, German courses are hard to reach in the evening."),
    (GOAL, "ARB", "Wer arbeitet, kann trotzdem Deutsch lernen.", "Whoever works can learn German all the same."),
    (MEASURE, "ARB", "Deutschkurse am Abend, auch online.", "German courses in the evening, online too."),
    (STATEMENT, "WOH", "Große Familien finden kaum eine Wohnung.", "Large families hardly find a flat."),
    (MEASURE, "WOH", "Eine Stelle, die zwischen Vermietern und Familien vermittelt.",
     "An office that brings landlords and families together."),
)  # fmt: skip
"""Kind, field, German and English text; a measure answers the statement before it in its field."""


def fill(store: Store, library: Library, *, today: dt.date) -> bool:
    """Make the bodies and the concept, unless there is a concept already; return whether it was made."""
    if versions.numbers(store):
        return False
    with store.transaction():
        chosen = _bodies(store, library, today)
        fields = library.labels("fields_of_action")
        first = versions.begin(store, TITLE, fields, BY).number
        _write(store, first, today)
        versions.consult(store, first, BY)
        ends = today.replace(year=today.year + 3, day=1)
        decision = Decision("Kreistag (erfunden)", today.isoformat(), "einstimmig", today.isoformat(), ends.isoformat())
        versions.adopt(store, first, decision, BY)
        progress.note(store, "item-3", Progress(RUNNING), BY)
        second = versions.begin(store, TITLE, fields, BY).number
        rounds.make(
            store,
            concept=second,
            title=_ROUND,
            closes=(today + dt.timedelta(days=28)).isoformat(),
            bodies=chosen.values(),
            items=[item.key for item in versions.load(store, second).items],
            languages=("de", "en"),
            by=BY,
        )
    return True


def _bodies(store: Store, library: Library, today: dt.date) -> Mapping[str, int]:
    """Add the bodies of the choice list with invented members, and return the ids of those that have some."""
    bodies.take(store, library.vocabularies.get("working_groups"))
    ids = {body.code: body.id for body in bodies.all_bodies(store)}
    asked = {}
    for number, (code, name, organisation) in enumerate(_MEMBERS, 1):
        if code in ids:
            email = f"person{number}@example.org"
            members.add(store, ids[code], name=name, email=email, organisation=organisation, since=today.isoformat())
            asked[code] = ids[code]
    return asked


def _write(store: Store, number: int, today: dt.date) -> None:
    due = today.replace(year=today.year + 1, day=1).isoformat()
    serves: dict[str, str] = {}
    for kind, field, german, english in _SAID:
        answered = (serves[field],) if kind == MEASURE else ()
        measure = Measure("Volkshochschule (erfunden)", "short", "M", 2_500_000, due, answered)
        made = items.add(
            store,
            number,
            kind=kind,
            field=field,
            texts={"de": german, "en": english},
            basis=Judgement(WHO),
            by=BY,
            measure=measure if kind == MEASURE else None,
        )
        if kind == STATEMENT:
            serves[field] = made.key
