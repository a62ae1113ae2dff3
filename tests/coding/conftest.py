"""A small expert questionnaire with free texts and consent to be quoted, people who code, and a codebook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from argon2 import PasswordHasher

from survey_service.accounts import accounts, passwords
from survey_service.coding import codebooks, codings, people, tasks
from survey_service.coding.codebooks import Code
from survey_service.coding.codings import Judgement
from survey_service.coding.people import Person
from survey_service.coding.tasks import Plan, Task
from survey_service.coding.units import Unit, of_task
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import submissions
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import Submission
from survey_service.store.base import Store

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
TODAY = NOW.date()
KEY = "k" * 64

WORDS = """
questionnaire: words
audience: experts
languages: [de, en, ar]
label: {de: Worte, en: Words, ar: كلمات}
minutes: [1, 2]
consent: OK
choices:
  yes_no:
    - {name: "yes", label: {de: Ja, en: "Yes", ar: نعم}}
    - {name: "no", label: {de: Nein, en: "No", ar: لا}}
  quote:
    - {name: by_name, label: {de: Mit Namen, en: By name, ar: بالاسم}}
    - {name: anonymous, label: {de: Ohne Namen, en: Without name, ar: بلا اسم}}
pages:
  - name: start
    label: {de: Beginn, en: Start, ar: بداية}
    questions:
      - {type: select_one, name: OK, choices: yes_no, required: true, label: {de: "Ja?", en: "Yes?", ar: "نعم؟"}}
  - name: about
    label: {de: Texte, en: Texts, ar: نصوص}
    questions:
      - {type: text, name: org, label: {de: Träger, en: Organisation, ar: منظمة}, autocomplete: organization}
      - {type: text, name: needs, label: {de: "Was fehlt?", en: "What is missing?", ar: "ماذا ينقص؟"}}
      - {type: text, name: ideas, label: {de: "Was tun?", en: "What to do?", ar: "ماذا نفعل؟"}}
      - {type: select_one, name: may, choices: quote, label: {de: "Zitat?", en: "Quote?", ar: "اقتباس؟"}}
      - type: text
        name: may_name
        label: {de: Name, en: Name, ar: الاسم}
        relevant: "${may} = 'by_name'"
        autocomplete: name
"""


@pytest.fixture(autouse=True, scope="module")
def quick_passwords() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture
def publications(store: Store, questionnaire: Callable[[str], Questionnaire]) -> Publications:
    published = Publications(store)
    published.publish({"words": questionnaire(WORDS)})
    return published


@dataclass
class Team:
    """A store with three people: Mara manages, Anna and Willi code; a codebook of two codes, and ways to act."""

    store: Store
    publications: Publications
    mara: Person
    anna: Person
    willi: Person
    book: str = ""
    sent: int = field(default=0)

    def send(self, language: str = "de", today: dt.date = TODAY, **inputs: str) -> str:
        """Submit a response and return its receipt."""
        self.sent += 1
        key = f"00000000-0000-4000-8000-{self.sent:012}"
        revision = self.publications.current("words").revision
        submission = Submission(key, revision, language, {"OK": "yes", **inputs}, self.sent, "web")
        return submissions.submit(self.store, self.publications, submission, receipt_key=KEY, today=today).receipt

    def correct(self, number: int, **inputs: str) -> None:
        key = f"00000000-0000-4000-8000-{number:012}"
        revision = self.publications.current("words").revision
        submission = Submission(key, revision, "de", {"OK": "yes", **inputs}, number, "web", replaces=True)
        submissions.submit(self.store, self.publications, submission, receipt_key=KEY, today=NOW.date())

    def begin(self, *questions: str, periods: tuple[str, ...] = ()) -> Task:
        plan = Plan(self.book, "words", questions or ("needs",), periods, (self.anna.id, self.willi.id))
        return tasks.begin(self.store, self.publications, plan, by=self.mara, now=NOW)

    def units(self, task: Task) -> list[Unit]:
        return of_task(self.store, task.task)

    def code(self, task: Task, unit: Unit, person: Person, *codes: str, memo: str = "") -> None:
        book = codebooks.find(self.store, self.book)
        given = Judgement(codes, not_codable=not codes, memo=memo)
        codings.save(self.store, task, unit, book, given, by=person, now=NOW)

    def code_all(self, task: Task, *rows: tuple[str, str]) -> None:
        """Let Anna and Willi give one code each to the units in order, ``-`` for not codable, and compare."""
        for unit, row in zip(self.units(task), rows, strict=True):
            for person, code in zip((self.anna, self.willi), row, strict=True):
                self.code(task, unit, person, *([] if code == "-" else [code]))
        codings.compare(self.store, task, by=self.mara, now=NOW)


@pytest.fixture
def team(store: Store, publications: Publications) -> Team:
    return gathered(store, publications)


def gathered(store: Store, publications: Publications) -> Team:
    """Return a team over a store with the questionnaire."""
    roles = {"Mara": ["manager"], "Anna": ["working_group"], "Willi": ["working_group"]}
    made = [
        people.of(accounts.add(store, name, role, "drei Birnen im Schnee", actor="test", now=NOW))
        for name, role in roles.items()
    ]
    built = Team(store, publications, *made)
    built.book = codebooks.begin(store, "Bedarfe", by=built.mara, now=NOW).codebook
    for label, keywords in (("Wohnung", ("Miete*", "سكن", "ቤት")), ("Sprache", ("Deutschkurs", "زبان"))):
        code = Code("", {"de": label, "en": f"{label} (en)"}, keywords=keywords)
        codebooks.add(store, built.book, code, by=built.mara, now=NOW)
    return built
