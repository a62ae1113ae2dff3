"""The privacy notice and the consent versions say what is really collected and what was really agreed to."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from survey_service import settings
from survey_service.app import create_app
from survey_service.privacy import notice
from survey_service.privacy.instance import Instance
from survey_service.questionnaire import collected
from survey_service.questionnaire.loader import Library
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import consents
from survey_service.responses.collection import RESPONSES
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from tests.conftest import SMALL, TODAY
from tests.responses.test_submissions import send
from tests.web.browser import Browser

MORE = {
    "sensitive": "- {type: text, name: faith, label: {de: F, en: F}, sensitive: true}",
    "contact": "- {type: text, name: mail, label: {de: M, en: M}, autocomplete: email}",
    "files": "- {type: image, name: photo, label: {de: B, en: B}}",
    "places": "- {type: geopoint, name: spot, label: {de: O, en: O}}",
}
LINES = {
    "sensitive": "Answers to especially personal questions",
    "files": "Pictures, recordings and files",
    "places": "A place on the map",
}


def with_question(line: str) -> str:
    return SMALL.replace("  - name: more\n", f"      {line}\n  - name: more\n")


@pytest.mark.parametrize("kind", MORE)
def test_a_question_of_a_kind_shows_up_in_the_notice_and_stays_as_long_as_answers_may(
    store: Store, publications: Publications, questionnaire: Callable[[str], Questionnaire], tmp_path: Path, kind: str
) -> None:
    here = Instance(store, publications, settings.load(tmp_path / "instance"))
    fact, told = ("anonymous", False) if kind == "contact" else (kind, True)
    assert getattr(notice.facts(here, TODAY), fact) != told
    form = questionnaire(with_question(MORE[kind]))
    publications.publish({"small": form}, today=TODAY)
    assert getattr(collected.of(form), kind)
    assert getattr(notice.facts(here, TODAY), fact) == told
    page = Browser(create_app(here.settings, store).test_client()).open("/en/privacy")
    assert [name for name, line in LINES.items() if line in page.text] == ([kind] if kind in LINES else [])
    assert "Your name, address or telephone number" in page.text, "there is always the page of contact wishes"
    assert ("not asked for their names" in page.text) == (kind != "contact")
    publications.publish({"small": questionnaire(SMALL)}, today=TODAY)
    assert getattr(notice.facts(here, dt.date(2027, 11, 30)), fact) == told, "answers to it may still be stored"
    assert getattr(notice.facts(here, dt.date(2028, 2, 1)), fact) != told


def test_every_kind_of_what_is_collected_has_its_line() -> None:
    kinds = {field.name for field in dataclasses.fields(collected.Collected)} - {"texts"}
    assert kinds == MORE.keys() == {*LINES, "contact"}
    assert LINES.keys() < {field.name for field in dataclasses.fields(notice.Facts)}


def test_the_times_are_those_of_the_settings(store: Store, publications: Publications, tmp_path: Path) -> None:
    values = settings.load(tmp_path / "instance", retention_months=24, retention_text_months=1)
    page = Browser(create_app(values, store).test_client()).open("/en/privacy").text
    assert "Answers you sent: 24 months." in page
    assert "Texts and files in them: 1 month." in page


def test_what_the_bundled_questionnaires_ask_of_people(bundled: Library) -> None:
    needs = bundled.questionnaires["needs"]
    assert needs.consents == ("B00", "C2")
    found = collected.of(needs)
    health = {name for name in needs.questions if name.endswith(("_GES", "_GES_other")) and name != "B12_GES_title"}
    assert set(found.sensitive) == health | {"B18", "B19"}, "what only the second consent shows is sensitive, too"
    assert (found.contact, found.files, found.places) == ((), (), ())
    assert collected.of(bundled.questionnaires["experts"]).contact == ("E12_name",)


def test_a_consent_has_a_version_for_each_wording(
    store: Store, publications: Publications, questionnaire: Callable[[str], Questionnaire]
) -> None:
    send(store, publications, key="11111111-1111-4111-8111-111111111111", age=20)
    publications.publish({"small": questionnaire(with_question(MORE["files"]))})  # the same consent
    send(store, publications, key="22222222-2222-4222-8222-222222222222", age=30)
    publications.publish({"small": questionnaire(SMALL.replace("Do you agree?", "Do you really agree?"))})
    send(store, publications, key="33333333-3333-4333-8333-333333333333", language="en", age=40)
    told = [
        (each.language, each.number, each.revision, each.count)
        for each in consents.versions(store, publications, "small")
    ]
    assert told == [("de", 1, "small-1", 2), ("en", 1, "small-1", 0), ("en", 2, "small-3", 1)]
    first, *_, last = store.collection(RESPONSES).find()
    assert first.body["consent"] != last.body["consent"] == consents.mark_of(publications, last.body)
    earlier = {name: value for name, value in first.body.items() if name != "consent"}
    assert consents.mark_of(publications, earlier) == first.body["consent"], "one from before there were versions"
    (asked,) = consents.asked(publications.questionnaire("small-3"), "en")
    assert (asked.before, asked.words, asked.choices["yes"]) == (("Start",), "Do you really agree?", "Yes")
