"""Privacy on the desk: rules and what they erased, erasure on request, the record, versions of consents, access."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable

import docx
import orjson
from flask import Flask

from survey_service import clock
from survey_service.accounts import audit
from survey_service.cli import tidying
from survey_service.offers import contacts
from survey_service.privacy import record
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses.collection import RESPONSES
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from survey_service.web import copies
from tests.web.manage.conftest import NOW, SMALL, Desk

SENSITIVE = "- {type: text, name: faith, label: {de: Glaube, en: Faith}, sensitive: true}\n  - name: more"


def noted(store: Store, action: str) -> list[tuple[str, str, dict[str, object]]]:
    found = store.collection(audit.AUDIT).find(action=action)
    return [(entry.body["actor"], entry.body["subject"], entry.body["details"]) for entry in found]


def test_the_rules_say_what_went_and_what_will(
    app: Flask, manager: Desk, store: Store, respond: Callable[..., str]
) -> None:
    respond(age=30, town="Suhl")
    context = app.extensions["survey_service"]
    with clock.fixed(dt.datetime(2027, 3, 20, tzinfo=dt.UTC)):
        tidying.tidy(context)
    with clock.fixed(dt.datetime(2027, 4, 2, tzinfo=dt.UTC)):
        tidying.tidy(context)
    page = manager.get("/manage/privacy?lang=en").text
    assert "SURVEY_RETENTION_TEXT_MONTHS" in page
    assert "<h3>2027-04</h3>" in page
    assert "Free texts and files in these responses: 1" in page
    assert "should have been erased and was not" not in page


def test_the_record_names_what_is_collected_on_the_page_and_as_a_document(
    app: Flask,
    manager: Desk,
    publications: Publications,
    questionnaire: Callable[[str], Questionnaire],
) -> None:
    publications.publish({"small": questionnaire(SMALL.replace("- name: more", f"    {SENSITIVE}"))})
    page = manager.get("/manage/privacy/record?lang=en")
    assert "Especially personal questions: faith" in page.text
    assert "Free texts: town, faith" in page.text
    assert "SURVEY_DATA_PROTECTION_EMAIL" in page.text
    answer = manager.get("/manage/privacy/record.docx?lang=en")
    assert answer.headers["Content-Disposition"].endswith('-2026-11-23.docx"')
    told = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(answer.data)).paragraphs)
    here = copies.instance(app.extensions["survey_service"])
    for part in record.of(here, NOW.date()).parts:
        assert part.activity.title in told
        assert part.activity.purpose in told
    assert "Especially personal questions: faith" in told


def test_erased_on_request_by_what_stands_in_the_answers(
    manager: Desk, store: Store, publications: Publications, respond: Callable[..., str]
) -> None:
    words = respond(age=30, town="Anna  Amsel")
    respond(age=40, town="Suhl")
    contacts.add(store, "awo", "anna.amsel@example.org", "de")
    short = manager.post("/manage/privacy/erase?lang=en", {"text": "Ann"})
    assert (short.status_code, "at least 4 characters" in short.text) == (422, True)
    found = manager.post("/manage/privacy/erase?lang=en", {"text": " anna amsel "})
    assert "Response 1" in found.text
    assert "Response 2" not in found.text
    assert "Amsel" not in found.text.replace('value="anna amsel"', ""), "no answers are shown"
    assert (
        "Contacts of organisations</a>: 1" in manager.post("/manage/privacy/erase?lang=en", {"text": "ANNA.AMSEL"}).text
    )
    assert "Response 1" in manager.post("/manage/privacy/erase?lang=en", {"words": words}).text
    refused = manager.post("/manage/privacy/erase/1", {"reason": "because"})
    assert refused.status_code == 422
    assert store.collection(RESPONSES).count() == 2
    done = manager.post("/manage/privacy/erase/1", {"reason": "asked"}, follow_redirects=True)
    assert done.status_code == 200
    assert [stored.id for stored in store.collection(RESPONSES).find()] == [2]
    assert noted(store, "response.erased") == [("Mara", "1", {"reason": "asked"})]
    assert manager.post("/manage/privacy/erase/1", {"reason": "asked"}).status_code == 404
    entries = b"".join(orjson.dumps(stored.body) for stored in store.collection(audit.AUDIT).iterate())
    assert b"msel" not in entries


def test_versions_of_the_consent_and_who_looked(manager: Desk, store: Store, respond: Callable[..., str]) -> None:
    respond(age=30)
    manager.get("/manage/questionnaires/small/responses")
    versions = manager.get("/manage/privacy/consents/small?lang=en").text
    assert "version 1, since revision small-1" in versions
    assert "Do you agree?" in versions
    (stored,) = store.collection(RESPONSES).find()
    mark = stored.body["consent"][:12]
    assert f'id="{mark}"' in versions
    assert f'/manage/privacy/consents/small#{mark}"' in manager.get("/manage/responses/1").text
    log = manager.get("/manage/privacy/access?lang=en").text
    assert "A list of responses was opened" in log
    assert "Mara" in log
    assert "One response was opened" in log
    assert "1 entry" in manager.get("/manage/privacy/access?lang=en&subject=1").text
    assert "1 entry" in manager.get("/manage/privacy/access?lang=en&actor=Mara&subject=small&since=2026-11-23").text
    assert "0 entries" in manager.get("/manage/privacy/access?lang=en&until=2026-11-22").text
    assert manager.get("/manage/privacy/access?page=2").status_code == 404
