"""A round of two bodies for tests of the pages behind its links: four people of two organisations, one without any."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from survey_service import clock
from survey_service.concept import accepting, items, versions
from survey_service.concept.model import Evidence, Judgement, Measure
from survey_service.consulting import invitations, inviting, rounds
from survey_service.consulting.model import Invitation, Round
from survey_service.network import bodies, members
from survey_service.questionnaire.model import Text
from survey_service.store.base import Store
from tests.concept.conftest import block, file

OPENED = dt.datetime(2026, 9, 1, 9, tzinfo=dt.UTC)
CLOSES = "2026-09-15"
AFTER = dt.datetime(2026, 9, 16, 9, tzinfo=dt.UTC)
FIELDS = {"ARB": {"de": "Arbeit", "en": "Work", "ar": "العمل"}, "WOH": {"de": "Wohnen", "en": "Housing", "ar": "السكن"}}
LANGUAGES = ("de", "en", "ar")
COURSES = {"de": "Mehr Kurse am Abend.", "en": "More courses in the evening.", "ar": "المزيد من الدورات مساءً."}
FLATS = {"de": "Wohnungen sind knapp.", "en": "Flats are scarce.", "ar": "الشقق نادرة."}
WORK = {"de": "%(count)s von %(n)s suchen Arbeit.", "en": "%(count)s of %(n)s look for work.",
        "ar": "%(count)s من %(n)s يبحثون عن عمل."}  # fmt: skip
FIGURES = {
    "count": {"kind": "persons", "value": 42}, "n": {"kind": "persons", "value": 97},
    "experts": {"kind": "integer", "value": 4},
}  # fmt: skip
PEOPLE = {
    "Anna": ("work", "Jobcenter", "de"),
    "Ben": ("work", "Jobcenter", "en"),
    "Cem": ("housing", "Wohnen für alle e. V.", "ar"),
    "Dora": ("housing", "", "de"),
}
"""Name → body, organisation, language."""


@dataclass(frozen=True)
class Consultation:
    """An open round with its store; ``round`` is as it was when it was opened."""

    store: Store
    round: Round

    def now(self) -> Round:
        return rounds.load(self.store, self.round.id)

    def invitation(self, name: str) -> Invitation:
        return next(each for each in invitations.of_round(self.store, self.round.id) if each.name == name)

    def token(self, name: str) -> str:
        """Return the secret part of a new link for somebody."""
        return invitations.issue(self.store, self.invitation(name).id)

    def address(self, name: str, tag: str = "") -> str:
        invitation = self.invitation(name)
        return f"/{tag or invitation.language}/consulting/{self.token(name)}"


def begin(store: Store, **changes: Any) -> Consultation:
    """Make a concept with three items, two bodies with four members, and open a round."""
    number = versions.begin(store, {"de": "Integrationskonzept"}, FIELDS, "Mara").number
    accepting.accept(store, number, file(store, block(text=WORK, values=FIGURES)), "Mara")
    items.add(store, number, kind="measure", field="ARB", texts=COURSES, basis=Judgement("AK Arbeit"), by="Mara",
              measure=Measure("Volkshochschule", "short", "S", None, "2027-06-30"))  # fmt: skip
    items.add(store, number, kind="goal", field="WOH", texts=FLATS, basis=Judgement("AK Wohnen"), by="Mara")
    asked = {
        "work": bodies.add(store, {"de": "Arbeitskreis Arbeit", "en": "Working group Work"}, "working_group").id,
        "housing": bodies.add(store, {"de": "Arbeitskreis Wohnen", "en": "Working group Housing"}, "working_group").id,
    }
    for name, (body, organisation, language) in PEOPLE.items():
        members.add(store, asked[body], name=name, email=f"{name.lower()}@example.org", organisation=organisation,
                    language=language, since="2026-01-01")  # fmt: skip
    given: dict[str, Any] = {
        "title": "Herbstrunde", "closes": CLOSES, "bodies": asked.values(), "languages": LANGUAGES,
        "items": [item.key for item in versions.load(store, number).items], **changes,
    }  # fmt: skip
    made = rounds.open_round(store, rounds.make(store, concept=number, by="Mara", **given).id, "Mara")
    inviting.invite(store, made, dt.date.fromisoformat(made.opens))
    return Consultation(store, made)


def in_languages(store: Store, tags: Iterable[str], statements: Sequence[Text], fields: Sequence[Text]) -> Consultation:
    """Open a round in many languages, with a member of each; ``statements`` and ``fields`` are texts in all of them."""
    named = {f"F{number}": field for number, field in enumerate(fields)}
    number = versions.begin(store, {"de": "Integrationskonzept"}, named, "Mara").number
    figures = Evidence(1, "gaps", "abc", "2026-Q3", "work", "answered", 42, 97, 0.43, 0.34, 0.53, offers=3, experts=4)
    measure = Measure("VHS", "short", "S", None, "2027-06-30")
    put = []
    for place, texts in enumerate(statements):
        kind = ("statement", "measure", "goal")[place % 3]
        made = items.add(
            store,
            number,
            kind=kind,
            field=f"F{place % len(fields)}",
            texts=texts,
            by="Mara",
            basis=Judgement("AK") if place % 2 else figures,
            measure=measure if kind == "measure" else None,
        )
        put.append(made.key)
    body = bodies.add(store, fields[0], "working_group").id
    for tag in tags:
        members.add(
            store, body, name=f"Anna {tag}", email=f"{tag}@example.org", organisation=f"Verein {tag}", language=tag
        )
    today = clock.today()
    closes = (today + dt.timedelta(days=14)).isoformat()
    prepared = rounds.make(
        store, concept=number, title="Herbstrunde", closes=closes, bodies=[body], languages=tags, items=put, by="Mara"
    )
    opened = rounds.open_round(store, prepared.id, "Mara")
    inviting.invite(store, opened, today)
    return Consultation(store, opened)
