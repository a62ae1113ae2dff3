"""Fixtures for consultation: a draft of the concept with four items, a round on three of them, invitations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from survey_service import clock
from survey_service.concept import items, versions
from survey_service.concept.model import Judgement
from survey_service.consulting import ballots, invitations, rounds
from survey_service.consulting.model import Invitation, Round, Vote
from survey_service.network import bodies
from survey_service.problems import Problem
from survey_service.questionnaire.loader import Library
from survey_service.questionnaire.model import Questionnaire
from survey_service.store.base import Store

NOW = dt.datetime(2026, 9, 1, 9, 0, tzinfo=dt.UTC)
AFTER = dt.datetime(2026, 9, 16, 0, 0, tzinfo=dt.UTC)
"""The first moment after the last day of the round."""
WORK, HOUSING = 1, 2
"""Ids of two bodies."""
FIELDS = {"ARB": {"de": "Arbeit", "en": "Work"}, "WOH": {"de": "Wohnen", "en": "Housing"}}
TEXTS = {
    "item-1": {"de": "Viele suchen Arbeit.", "en": "Many look for work.", "ar": "كثيرون يبحثون عن عمل."},
    "item-2": {"de": "Mehr Kurse am Abend.", "en": "More courses in the evening."},
    "item-3": {"de": "Wohnungen sind knapp.", "en": "Flats are scarce.", "ar": "الشقق نادرة."},
    "item-4": {"de": "Niemand fragt danach."},
}


@pytest.fixture(autouse=True)
def in_september() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture(scope="session")
def form(bundled: Library) -> Questionnaire:
    """The bundled questionnaire that votes are judged by."""
    return bundled.questionnaires["consultation"]


@pytest.fixture
def concept(store: Store) -> int:
    """The number of a draft with items 1 and 2 in ARB, 3 and 4 in WOH; there are two bodies."""
    for name, key in (("AK Arbeit", WORK), ("AK Wohnen", HOUSING)):
        assert bodies.add(store, {"de": name}, "working_group").id == key
    number = versions.begin(store, {"de": "Integrationskonzept"}, FIELDS, "Mara").number
    for key, texts in TEXTS.items():
        kind = "goal" if key == "item-2" else "statement"
        field = "ARB" if key in ("item-1", "item-2") else "WOH"
        made = items.add(
            store, number, kind=kind, field=field, texts=texts, basis=Judgement("AK"), by="Willi"
        )  # fmt: skip
        assert made.key == key
    return number


def make(store: Store, concept: int, **changes: Any) -> Round:
    given: dict[str, Any] = {
        "title": "Herbstrunde",
        "closes": "2026-09-15",
        "bodies": (WORK, HOUSING),
        "items": ("item-1", "item-2", "item-3"),
        "languages": ("de", "en"),
        "by": "Mara",
    }
    return rounds.make(store, concept=concept, **{**given, **changes})


@pytest.fixture
def round(store: Store, concept: int) -> Round:
    """A round that is open until 15 September, with both bodies."""
    return rounds.open_round(store, make(store, concept).id, "Mara")


PEOPLE = {
    "Anna": (WORK, "Jobcenter", 11),
    "Ben": (WORK, "  jobCENTER ", 12),
    "Cem": (HOUSING, "Jobcenter", 13),
    "Dora": (WORK, "", 14),
    "Emil": (WORK, "", 15),
    "Fatma": (HOUSING, "Wohnbau", 16),
}
"""Name → body, organisation as written in the list, id as a member."""


def invite(store: Store, round: Round, name: str) -> Invitation:
    body, organisation, member = PEOPLE[name]
    return invitations.add(
        store,
        round,
        body=body,
        organisation=organisation,
        member=member,
        name=name,
        email=f"{name.lower()}@example.org",
        language="de",
    )


def vote(
    store: Store, form: Questionnaire, invitation: Invitation, item: str = "item-1", number: int = 1, **answers: str
) -> Vote:
    return ballots.cast(store, invitation, item, number, {"K1": "agree", **answers}, form=form)


def refusal(call: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(Problem) as caught:
        call(*arguments, **named)
    return caught.value.code
