"""Going on with a draft on another phone: page by page, handed in by a phone, and what the first device is told."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey_service import clock
from survey_service.responses import drafts, holder, receipts
from survey_service.responses.drafts import DRAFTS
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from tests.web.browser import Browser

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
LATER = ("_later", "yes")
WRONG = "bamiku-tukuri-nininu-zahasa"
URL = "/api/v1/questionnaires/every/drafts"
KEY = "33333333-3333-4333-8333-333333333333"


@pytest.fixture(autouse=True)
def at_nine() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def other(app: Flask) -> Browser:
    """A second phone."""
    return Browser(app.test_client())


def words_on(browser: Browser) -> str:
    found = re.search(r'lang="zxx">([a-z-]{27})</code>', browser.page.html)
    assert found, browser.page.html
    return found[1]


def resume(browser: Browser, words: str, **options: object) -> None:
    browser.open("/en/resume")
    browser.send("/en/resume", words=words)


def test_a_page_is_saved_and_gone_on_with_on_another_phone(begun: Browser, other: Browser, store: Store) -> None:
    begun.send(begun.page.action, button=LATER, validate="half a word", csrf_token="abc")
    assert begun.url == "/en/resume/every"
    assert "We keep them until December 7, 2026." in begun.page.text
    words = words_on(begun)
    resume(other, words.replace("-", " ").upper())
    assert other.url == "/en/q/every"
    assert "You have begun already" in other.page.text
    other.open("/en/q/every/all")
    assert other.page.value("validate") == "half a word"
    assert other.page.value("csrf_token") == "abc", "what was typed is kept as it was typed"
    for url in ("/en/q/every", "/en/q/every/all", "/en/q/every/check", "/en/resume/every"):
        begun.open(url)
        assert begun.status == 409
        assert "You went on with these answers on another phone or computer." in begun.page.text
    assert store.collection(DRAFTS).count() == 1


def test_the_first_device_can_take_it_back_or_begin_anew(begun: Browser, other: Browser, store: Store) -> None:
    begun.open("/en/resume/every")
    words = words_on(begun)
    resume(other, words)
    resume(begun, words)
    begun.open("/en/q/every/all")
    assert begun.status == 200
    other.open("/en/q/every")
    other.send("/en/resume/every", button=("_anew", "yes"))
    assert (other.url, other.status) == ("/en/q/every", 200)
    assert other.page.names() >= {"OK"}
    assert begun.open("/en/q/every").title
    assert begun.status == 200
    assert store.collection(DRAFTS).count() == 1


def test_one_set_of_words_before_and_after_sending(begun: Browser, other: Browser, store: Store) -> None:
    begun.open("/en/resume/every")
    words = words_on(begun)
    resume(other, words)
    other.open("/en/q/every/all")
    other.send(other.page.action, validate="x")
    other.send(other.page.action, known="no")
    other.send("/en/q/every/check")
    assert other.url == "/en/q/every/done"
    assert words_on(other) == words
    assert store.collection(RESPONSES).find()[0].body["receipt_hash"] == receipts.hash_of(words)
    assert store.collection(DRAFTS).count() == 0
    begun.open("/en/q/every")
    assert begun.status == 200
    resume(begun, words)
    assert "These answers were sent already." in begun.page.text
    begun.send("/en/receipt")
    assert "The answers you sent" in begun.page.title


def test_words_of_answers_that_are_not_sent_lead_on_from_the_receipt_page(begun: Browser, other: Browser) -> None:
    begun.open("/en/resume/every")
    words = words_on(begun)
    other.open("/ar/receipt")
    other.send("/ar/receipt", words=receipts.in_script(words, "ar"))
    assert other.status == 200
    assert 'action="/ar/resume"' in other.page.html
    other.send("/ar/resume")
    assert other.url == "/ar/q/every"
    begun.open("/en/q/every/all")
    assert begun.status == 409


def test_somebody_elses_answers_on_the_device_are_not_lost_unasked(
    begun: Browser, other: Browser, store: Store
) -> None:
    begun.open("/en/resume/every")
    words = words_on(begun)
    other.open("/en/q/every")
    other.send(OK="yes")
    other.open("/en/resume/every")
    theirs = words_on(other)
    resume(other, words)
    assert other.status == 409
    assert "Somebody has begun this questionnaire here" in other.page.text
    assert "/en/q/every" in other.page.links
    assert drafts.find(store, theirs) is not None
    other.send("/en/resume", button=("_replace", "yes"))
    assert other.url == "/en/q/every"
    assert drafts.find(store, theirs) is None
    assert drafts.find(store, words) is not None


def test_the_device_can_forget_and_the_words_still_lead_back(begun: Browser, other: Browser, store: Store) -> None:
    begun.open("/en/resume/every")
    words = words_on(begun)
    begun.send("/en/resume/every")
    assert begun.url == "/en/erased"
    assert begun.page.title
    begun.open("/en/resume/every")
    assert begun.status == 404
    resume(other, words)
    assert other.url == "/en/q/every"


def test_wrong_words_are_limited_on_both_pages_together(browser: Browser, begun: Browser) -> None:
    begun.open("/en/resume/every")
    words = words_on(begun)
    for number in range(60):
        page = ("/en/resume", "/en/receipt")[number % 2]
        browser.open(page)
        browser.send(page, words=WRONG)
        assert browser.status == 404
    browser.send("/en/receipt", words=words)
    assert browser.status == 429
    assert browser.page.value("words") == words
    assert "Try again in ten minutes." in browser.page.text
    with clock.fixed(NOW + dt.timedelta(minutes=11)):
        browser.send("/en/resume", words=words)
        assert browser.url == "/en/q/every"


def test_a_draft_that_is_too_old_is_gone_for_its_words_too(begun: Browser, other: Browser, store: Store) -> None:
    begun.open("/en/resume/every")
    words = words_on(begun)
    drafts.erase_old(store, NOW.date() + dt.timedelta(days=15))
    resume(other, words)
    assert other.status == 404


@pytest.mark.parametrize("url", ["/en/q/every/all", "/en/q/every/check", "/en/q/every"])
def test_every_page_offers_it(begun: Browser, url: str) -> None:
    begun.send(begun.page.action, validate="x")
    begun.send(begun.page.action, known="no")
    page = begun.open(url)
    assert "Continue later or on another phone" in page.text
    if "_later" in page.names():
        begun.send(begun.page.action if "/all" in url else url, button=LATER)
    else:
        begun.open("/en/resume/every")
    assert begun.url == "/en/resume/every"


def test_in_a_language_that_the_questionnaire_has_not_one_goes_on_in_the_drafts(begun: Browser, other: Browser) -> None:
    begun.open("/en/resume/every")
    words = words_on(begun)
    other.open("/uk/resume")
    other.send("/uk/resume", words=receipts.in_script(words, "uk"))
    assert (other.url, other.status) == ("/en/q/every", 200)


def test_words_in_the_script_of_the_page(begun: Browser) -> None:
    words = words_on(begun) if begun.open("/en/resume/every") else ""
    begun.open("/ar/resume/every")
    assert receipts.in_script(words, "ar") in begun.page.text
    assert words in begun.page.text


def test_the_card_leads_to_a_fragment_and_no_address_holds_the_words(begun: Browser, client: FlaskClient) -> None:
    begun.open("/ar/resume/every")
    words = words_on(begun)
    target = next(str(values["action"]) for tag, values in begun.page.tags if "card" in str(values.get("action")))
    assert target == "/ar/receipt/card"
    begun.send(target)
    assert begun.status == 200
    assert not urlsplit(begun.url).query
    assert receipts.in_script(words, "ar") in begun.page.text
    assert words not in "".join(begun.page.links)
    assert begun.response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("words", ["", "bamiku", "<script>", f"{WRONG}-{WRONG}"])
def test_a_card_is_made_of_words_only(client: FlaskClient, words: str) -> None:
    """A phone that answers without a session sends no token, and gets nothing but its own words back."""
    answer = client.post("/en/receipt/card", data={"words": words})
    assert answer.status_code == 422
    assert client.post("/en/receipt/card", data={"words": WRONG}).status_code == 200


def phone(**changes: object) -> dict[str, object]:
    inputs = {"OK": "yes", "validate": "x", "some": ["red", "blue"], "day": "2020-1-5"}
    return {
        "id": KEY,
        "language": "en",
        "revision": "every-1",
        "seed": 7,
        "inputs": inputs,
        "seen": ["OK", "validate"],
        **changes,
    }


def test_a_phone_hands_in_its_draft(client: FlaskClient, other: Browser, store: Store) -> None:
    answer = client.post(URL, json=phone())
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["id"], answer.json["until"]) == (KEY, "2026-12-07")
    assert client.post(URL, json=phone()).json == answer.json
    resume(other, answer.json["receipt"])
    other.open("/en/q/every/all")
    assert other.page.value("validate") == "x"
    assert sorted(other.page.values("some")) == ["blue", "red"]
    assert [other.page.value(f"day:{part}") for part in ("year", "month", "day")] == ["2020", "1", "5"]
    refused = client.post(URL, json=phone())
    assert refused.json is not None
    assert (refused.status_code, refused.json["code"]) == (409, "draft.moved")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"inputs": {"OK": "no"}}, 422, "response.screened_out"),
        ({"inputs": {}}, 422, "response.no_consent"),
        ({"inputs": {"OK": {"deep": 1}}}, 422, "request.members"),
        ({"inputs": {"OK": 1}}, 422, "request.members"),
        ({"seen": "OK"}, 422, "request.members"),
        ({"seen": [1]}, 422, "request.members"),
        ({"id": "1"}, 422, "request.members"),
        ({"extra": 1}, 422, "request.members"),
        ({"receipt": WRONG}, 422, "request.members"),
        ({"language": "tr"}, 422, "response.language"),
        ({"revision": "every-9"}, 404, "questionnaire.missing"),
        ({"inputs": {"OK": "yes", "data": "x" * 500_000}}, 413, "request.too_large"),
    ],
)
def test_a_draft_that_cannot_be_kept(
    client: FlaskClient, store: Store, changes: dict[str, object], status: int, code: str
) -> None:
    answer = client.post(URL, json=phone(**changes))
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert store.collection(DRAFTS).count() == 0


def test_what_was_sent_meanwhile_is_not_handed_in(client: FlaskClient, store: Store) -> None:
    sent = client.post(URL.replace("drafts", "responses"), json={"id": KEY, "language": "en", "answers": {"OK": "yes"}})
    assert sent.status_code == 201
    answer = client.post(URL, json=phone())
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (409, "draft.sent")
    assert store.collection(DRAFTS).count() == 0


def test_a_corrected_response_with_words_from_a_phone(client: FlaskClient, other: Browser, store: Store) -> None:
    """The service cannot know the words; what it says after the correction is that they stay the same."""
    body = {"id": KEY, "language": "en", "answers": {"OK": "yes", "known": "no"}, "receipt": WRONG, "mode": "web"}
    assert client.post(URL.replace("drafts", "responses"), json=body).status_code == 201
    other.open("/en/receipt")
    other.send("/en/receipt", words=WRONG)
    other.send("/en/receipt", button=("_correct", "yes"))
    assert other.url == "/en/q/every/check"
    other.open("/en/resume/every")
    assert other.status == 200
    assert "Your four words are those of the receipt that you have already." in other.page.text
    other.open("/en/q/every/check")
    other.send("/en/q/every/check")
    assert other.url == "/en/q/every/done"
    assert "Your four words are those of the receipt that you have already." in other.page.text
    assert holder.find(store, WRONG).body["answers"]["known"] == "no"


def test_a_correction_goes_on_on_another_phone(begun: Browser, other: Browser, store: Store) -> None:
    begun.send(begun.page.action, validate="x")
    begun.send(begun.page.action, known="no")
    begun.send("/en/q/every/check")
    words = words_on(begun)
    begun.open("/en/receipt")
    begun.send("/en/receipt", words=words)
    begun.send("/en/receipt", button=("_correct", "yes"))
    begun.open("/en/q/every/all")
    begun.send(begun.page.action, button=LATER, validate="changed")
    other.open("/en/receipt")
    other.send("/en/receipt", words=words)
    assert "You have begun to change these answers" in other.page.text
    other.send("/en/resume")
    other.open("/en/q/every/check")
    other.send("/en/q/every/check")
    assert words_on(other) == words
    (stored,) = store.collection(RESPONSES).find()
    assert stored.body["answers"]["validate"] == "changed"
    begun.open("/en/q/every/all")
    assert begun.url == "/en/q/every/done"


def test_withdrawal_says_what_it_reaches_and_leaves_nothing_on_any_device(
    begun: Browser, other: Browser, store: Store
) -> None:
    begun.send(begun.page.action, validate="x")
    begun.send(begun.page.action, known="no")
    begun.send("/en/q/every/check")
    words = words_on(begun)
    begun.open("/en/receipt")
    begun.send("/en/receipt", words=words)
    begun.send("/en/receipt", button=("_correct", "yes"))
    other.open("/en/receipt")
    other.send("/en/receipt", words=words, button=("_withdraw", "yes"))
    for said in (
        "changes that you have begun on any device",
        "figures that were published before",
        "Backups made before",
    ):
        assert said in other.page.text
    other.send("/en/receipt", button=("_withdraw_now", "yes"))
    assert other.url == "/en/receipt/withdrawn"
    assert (store.collection(RESPONSES).count(), store.collection(DRAFTS).count()) == (0, 0)
    begun.open("/en/q/every/check")
    assert begun.status == 404
    resume(other, words)
    assert other.status == 404
