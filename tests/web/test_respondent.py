"""The respondent's way through a questionnaire, page by page, and what is stored at each step."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from survey_service.questionnaire.model import Questionnaire
from survey_service.responses.drafts import DRAFTS
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from tests.web.browser import Browser, Page


def draft(store: Store) -> dict[str, Any]:
    """Return the only draft in the store."""
    (stored,) = store.collection(DRAFTS).find()
    return stored.body


def answer_all(browser: Browser) -> None:
    """Go from the second page to the check, answering little."""
    browser.send(validate="hello", some=["blue", "red"])
    browser.send(known="no")
    assert browser.url == "/en/q/every/check"


# -- before consent ---------------------------------------------------------------------------------------------------


def test_start_shows_what_it_is_and_the_consent(browser: Browser, store: Store) -> None:
    page = browser.open("/en/q/every")
    assert page.title == "Everything – Integration survey"
    assert "It takes about 1 to 2 minutes." in page.text
    assert {"OK", "_csrf", "_shown"} <= page.names()
    assert store.collection(DRAFTS).count() == 0


def test_no_answer_to_the_consent_is_an_error_and_stores_nothing(browser: Browser, store: Store) -> None:
    browser.open("/en/q/every")
    page = browser.send()
    assert browser.status == 422
    assert page.title.startswith("Error: ")
    assert "#OK" in page.links
    assert page.ids["OK"] == "input"
    assert store.collection(DRAFTS).count() == 0


def test_no_consent_ends_the_interview_and_stores_nothing(browser: Browser, store: Store) -> None:
    browser.open("/en/q/every")
    page = browser.send(OK="no")
    assert browser.url == "/en/q/every/thanks?end=refused"
    assert "Thank you anyway" in page.text
    assert "We have stored nothing." in page.text
    assert store.collection(DRAFTS).count() == 0
    with browser.client.session_transaction() as session:
        assert "device" not in session


def test_language_switch_before_consent_stores_nothing_and_keeps_what_was_chosen(
    browser: Browser, store: Store
) -> None:
    browser.open("/de/q/every")
    page = browser.send(OK="yes", button=("_language", "en"))
    assert browser.status == 200
    assert "Do you agree?" in page.text
    assert page.value("OK") == "yes"
    assert store.collection(DRAFTS).count() == 0
    browser.send("/en/q/every")
    assert browser.url == "/en/q/every/all"
    assert draft(store)["language"] == "en"


# -- pages ------------------------------------------------------------------------------------------------------------


def test_consent_begins_a_draft_pinned_to_revision_and_language(begun: Browser, store: Store) -> None:
    body = draft(store)
    assert (body["questionnaire"], body["revision"], body["language"]) == ("every", "every-1", "en")
    assert body["inputs"] == {"OK": "yes"}
    assert begun.page.title == "All kinds – Everything – Integration survey"
    assert "Page 2 of 3" in begun.page.text


def test_every_kind_of_answer_reaches_the_draft_and_comes_back(begun: Browser, store: Store) -> None:
    answers = {
        "validate": "سلام 🎉 e\u0301",
        "data": "one\r\ntwo",
        "csrf_token": "١٠",
        "euros": "3,50",
        "one": "red",
        "place": "b",
        "scale": "pna",
        "some": ["red", "green"],
        "best:1": "blue",
        "best:2": "red",
        "day:day": "٣",
        "day:month": "4",
        "day:year": "2025",
        "seen": "yes",
    }
    begun.send(**answers)
    assert begun.url == "/en/q/every/follow"
    page = begun.open("/en/q/every/all")
    assert page.value("validate") == "سلام 🎉 e\u0301"
    assert page.value("data") == "one\ntwo"
    assert page.value("csrf_token") == "١٠"
    assert page.value("place") == "b"
    assert sorted(page.values("some")) == ["green", "red"]
    assert (page.value("best:1"), page.value("best:2"), page.value("best:3")) == ("blue", "red", "")
    assert (page.value("day:day"), page.value("day:year")) == ("٣", "2025")
    assert page.value("seen") == "yes"
    begun.send()
    page = begun.send(known="no")
    for shown in (
        "سلام 🎉 e\u0301",
        "10",
        "3.5",
        "Red",
        "Zella-Mehlis & <b>",
        "1. Blue",
        "2. Red",
        "April 3, 2025",
        "Yes",
    ):
        assert shown in page.text
    begun.send()
    (stored,) = store.collection(RESPONSES).find()
    assert stored.body["answers"] == {
        "OK": "yes",
        "validate": "سلام 🎉 e\u0301",
        "data": "one\ntwo",
        "csrf_token": 10,
        "euros": 3.5,
        "one": "red",
        "place": "b",
        "some": ["red", "green"],
        "best": ["blue", "red"],
        "day": "2025-04-03",
        "seen": True,
        "known": "no",
    }
    assert stored.body["states"]["scale"] == "pna"
    assert stored.body["states"]["which"] == "not_shown"


def test_errors_keep_everything_typed_and_lead_to_each_field(begun: Browser, store: Store) -> None:
    page = begun.send(validate="x" * 21, csrf_token="11", some=["red", "blue", "none"], day__day="30", day__month="2")
    assert begun.status == 422
    assert page.title.startswith("Error: ")
    assert [link for link in page.links if link.startswith("#") and link != "#_main"] == [
        "#validate",
        "#csrf_token",
        "#some",
        "#day",
    ]
    for name in ("validate", "csrf_token", "some", "day"):
        assert f"{name}:error" in page.ids
    assert page.value("validate") == "x" * 21
    assert page.value("day:day") == "30"
    assert sorted(page.values("some")) == ["blue", "none", "red"]
    assert draft(store)["inputs"]["validate"] == "x" * 21
    again = begun.open("/en/q/every/all")
    assert again.value("validate") == "x" * 21
    assert "Please use at most 20 characters. You have 21." in again.text


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"one": "purple"}, "Please choose one of the answers in the list."),
        ({"one": ["red", "blue"]}, "Please choose only one answer."),
        ({"csrf_token": "-1"}, "Please write 0 or more."),
        ({"csrf_token": "3.5"}, "Please write a whole number, for example 12."),
        ({"csrf_token": "5" * 5000}, "Please write a whole number, for example 12."),
        ({"validate": "a\0b"}, "This text has characters that cannot be stored. Please type it again."),
        ({"best:1": "red", "best:2": "red"}, "Please give each answer only one place."),
        ({"day:day": "1", "day:month": "1", "day:year": "1"}, "Please write a year from 1900 to 2100."),
        ({"day:day": "30", "day:month": "2", "day:year": "2024"}, "This date does not exist."),
        ({"day:day": "1", "day:month": "1", "day:year": "1403"}, "Is this year from another calendar?"),
        ({"some": ["none", "red"]}, "“None” cannot be combined with other answers."),
    ],
)
def test_bad_input_gets_422_and_its_message(begun: Browser, answers: dict[str, Any], message: str) -> None:
    page = begun.send(**answers)
    assert begun.status == 422
    assert message in page.text.replace("\u2068", "").replace("\u2069", "")


def test_text_with_nul_is_not_saved_and_the_rest_is(begun: Browser, store: Store) -> None:
    begun.send(validate="a\0b", data="kept")
    inputs = draft(store)["inputs"]
    assert inputs["data"] == "kept"
    assert "validate" not in inputs


def test_markup_in_answers_and_labels_is_escaped(begun: Browser) -> None:
    begun.send(validate="<script>x", place="b")
    begun.send(known="no")
    assert "<script>x" not in begun.page.html
    assert "&lt;script&gt;x" in begun.page.html
    assert "Zella-Mehlis &amp; &lt;b&gt;" in begun.page.html


def test_an_answer_to_a_question_that_is_not_shown_is_dropped(begun: Browser, store: Store) -> None:
    answer_all(begun)
    begun.open("/en/q/every/follow?_return=check")
    begun.send(which="sneaked in", _shown="known which")
    begun.send("/en/q/every/check")
    (stored,) = store.collection(RESPONSES).find()
    assert "which" not in stored.body["answers"]


# -- questions that an answer on the same page brings up --------------------------------------------------------------


def test_new_questions_on_the_same_page_are_shown_once_without_an_error(begun: Browser, store: Store) -> None:
    begun.send()
    page = begun.send(known="yes")
    assert begun.url == "/en/q/every/follow?more=which#_more"
    assert begun.status == 200
    assert page.ids["_more"] == "p"
    assert "which:error" not in page.ids
    page = begun.send()
    assert begun.status == 422
    assert "which:error" in page.ids
    page = begun.send(which="x")
    assert begun.url == "/en/q/every/follow?more=remark#_more"
    assert "A pity." in page.text
    begun.send()
    assert begun.url == "/en/q/every/check"


def test_a_question_that_comes_back_with_its_answer_is_not_shown_again(begun: Browser) -> None:
    begun.send()
    begun.send(known="yes")
    begun.send(which="kept")
    begun.open("/en/q/every/follow")
    begun.send(known="no")
    assert begun.url == "/en/q/every/check"
    assert "kept" not in begun.page.text
    begun.open("/en/q/every/follow")
    begun.send(known="yes")
    assert begun.url == "/en/q/every/check"
    assert "kept" in begun.page.text


# -- the way ----------------------------------------------------------------------------------------------------------


def test_pages_that_are_not_reached_yet_lead_to_the_one_that_is_needed(begun: Browser) -> None:
    begun.open("/en/q/every/check")
    assert begun.url == "/en/q/every/all"
    begun.open("/en/q/every/nonsense")
    assert begun.status == 404


def test_back_leads_to_the_page_before(begun: Browser) -> None:
    assert "/en/q/every/consent" in begun.page.links
    begun.send()
    assert "/en/q/every/all" in begun.page.links


def test_a_change_from_the_check_page_leads_back_to_it(begun: Browser) -> None:
    answer_all(begun)
    assert "/en/q/every/all?_return=check#validate" in begun.page.links
    page = begun.open("/en/q/every/all?_return=check#validate")
    assert "/en/q/every/check" in page.links
    page = begun.send(validate="changed")
    assert begun.url == "/en/q/every/check"
    assert "changed" in page.text


def test_an_error_while_changing_still_leads_back_to_the_check(begun: Browser) -> None:
    answer_all(begun)
    begun.open("/en/q/every/all?_return=check")
    begun.send(csrf_token="99")
    assert begun.status == 422
    begun.send(csrf_token="9")
    assert begun.url == "/en/q/every/check"


def test_start_page_offers_to_continue(begun: Browser) -> None:
    begun.send(validate="there")
    page = begun.open("/en/q/every")
    assert "Your answers are still here." in page.text
    assert "/en/q/every/follow" in page.links
    assert "OK" not in page.names()


def test_language_switch_in_mid_form_keeps_everything_even_what_is_wrong(begun: Browser, store: Store) -> None:
    page = begun.send(validate="x" * 30, csrf_token="zwölf", best__1="red", button=("_languages", "yes"))
    assert begun.url == "/en/q/every/all?languages=yes"
    offered = [link for link in page.links if "/q/every/all" in link]
    assert sorted(offered) == [f"/{tag}/q/every/all" for tag in ("ar", "de-simple", "de", "en")]
    page = begun.open("/de/q/every/all")
    assert begun.status == 200
    assert page.value("validate") == "x" * 30
    assert page.value("csrf_token") == "zwölf"
    assert page.value("best:1") == "red"
    assert "Alle Arten" in page.text
    begun.send(validate="kurz", csrf_token="3")
    assert draft(store)["language"] == "de"


def test_language_switch_keeps_the_way_back_to_the_check(begun: Browser) -> None:
    answer_all(begun)
    begun.open("/en/q/every/all?_return=check")
    page = begun.send(button=("_languages", "yes"))
    assert "/de/q/every/all?_return=check" in page.links


def test_a_language_that_is_not_offered_is_no_switch(browser: Browser) -> None:
    browser.open("/en/q/every")
    browser.send(OK="yes", button=("_language", "uk"))
    assert browser.url == "/en/q/every/all"


def test_a_questionnaire_is_not_found_in_a_language_it_is_not_offered_in(browser: Browser) -> None:
    browser.open("/uk/q/every")
    assert browser.status == 404
    browser.open("/xx/q/every")
    assert browser.status == 404
    browser.open("/en/q/nothing")
    assert browser.status == 404


def test_the_first_button_of_the_form_is_no_language(begun: Browser) -> None:
    buttons = [values for tag, values in begun.page.tags if tag == "button" and values.get("id") != "_out"]
    assert "hidden" in buttons[0]
    assert "name" not in buttons[0]
    assert buttons[0]["form"] == "_form"
    assert buttons[1]["name"] == "_languages"


def test_the_start_page_offers_the_languages_of_the_questionnaire(browser: Browser) -> None:
    page = browser.open("/en/q/every")
    buttons = [values for tag, values in page.tags if tag == "button" and values.get("id") != "_out"]
    assert "hidden" in buttons[0]
    assert "name" not in buttons[0]
    switches = [values for values in buttons if values.get("name") == "_language"]
    assert {values["value"] for values in switches} == {"de", "de-simple", "en", "ar"}
    assert next(values for values in switches if values["value"] == "ar")["dir"] == "rtl"


def test_the_order_of_choices_stays_the_same_for_one_respondent(begun: Browser) -> None:
    def order() -> list[str]:
        return [control.value for control in begun.open("/en/q/every/all").controls if control.name == "some"]

    first = order()
    assert sorted(first[:3]) == ["blue", "green", "red"]
    assert first[3:] == ["none", "pna"]
    assert all(order() == first for _ in range(3))


def test_an_early_end_erases_the_draft(begun: Browser, store: Store) -> None:
    begun.send()
    begun.send(known="yes")
    page = begun.send(which="end")
    assert begun.url == "/en/q/every/thanks?end=early"
    assert "The end" in page.text
    assert "Nothing was stored." in page.text
    assert store.collection(DRAFTS).count() == 0
    begun.open("/en/q/every/all")
    assert begun.status == 404


def test_withdrawing_the_consent_on_the_way_erases_the_draft(begun: Browser, store: Store) -> None:
    begun.send(validate="x")
    begun.open("/en/q/every/consent")
    begun.send(OK="no")
    assert begun.url == "/en/q/every/thanks?end=refused"
    assert store.collection(DRAFTS).count() == 0
    assert store.collection(RESPONSES).count() == 0


# -- sending ----------------------------------------------------------------------------------------------------------


def words(page: Page) -> str:
    return page.html.split("<code", 1)[1].split(">", 1)[1].split("<", 1)[0]


def test_sending_stores_one_response_and_shows_four_words(begun: Browser, store: Store) -> None:
    answer_all(begun)
    page = begun.send()
    assert begun.url == "/en/q/every/done"
    assert len(words(page).split("-")) == 4
    (stored,) = store.collection(RESPONSES).find()
    assert (stored.body["language"], stored.body["revision"], stored.body["mode"]) == ("en", "every-1", "web")
    assert stored.body["answers"] == {"OK": "yes", "validate": "hello", "some": ["red", "blue"], "known": "no"}
    assert set(stored.body) == {
        *("key", "questionnaire", "revision", "language", "period", "mode", "answers", "states", "seed", "digest"),
        *("receipt_hash", "status", "consent"),
    }
    assert store.collection(DRAFTS).count() == 0


def test_programs_that_only_ask_for_the_head_of_a_page_change_nothing(begun: Browser, store: Store) -> None:
    begun.send()
    begun.send()
    assert begun.url.endswith("/check")
    (before,) = store.collection(DRAFTS).find()
    for address in ("", "/all", "/follow", "/check"):
        assert begun.client.head(f"/en/q/every{address}").status_code == 200
    assert begun.client.head("/en/erase").status_code == 200
    (after,) = store.collection(DRAFTS).find()
    assert (after.body, store.collection(RESPONSES).count()) == (before.body, 0)


def test_back_after_sending_and_sending_twice_show_the_same_receipt(begun: Browser, store: Store) -> None:
    answer_all(begun)
    check = begun.page
    receipt = words(begun.send())
    for url in ("/en/q/every/check", "/en/q/every/all", "/en/q/every/follow"):
        assert words(begun.open(url)) == receipt
        assert begun.url == "/en/q/every/done"
    begun.url, begun.page = "/en/q/every/check", check
    assert words(begun.send()) == receipt
    assert store.collection(RESPONSES).count() == 1


def test_a_second_press_that_still_carries_the_old_cookie_shows_the_same_receipt(
    app: Flask, begun: Browser, store: Store
) -> None:
    answer_all(begun)
    cookie = begun.client.get_cookie("survey")
    assert cookie is not None
    twin = Browser(app.test_client())
    twin.client.set_cookie("survey", cookie.value)
    twin.open("/en/q/every/check")
    receipt = words(begun.send())
    assert words(twin.send("/en/q/every/check")) == receipt
    assert store.collection(RESPONSES).count() == 1


def test_nothing_can_be_sent_before_all_pages_were_seen(begun: Browser, store: Store) -> None:
    token = begun.page.value("_csrf")
    answer = begun.client.post("/en/q/every/check", data={"_csrf": token})
    assert answer.headers["Location"] == "/en/q/every/all"
    assert store.collection(RESPONSES).count() == 0


def test_another_person_can_start_after_sending(begun: Browser, store: Store) -> None:
    answer_all(begun)
    first = words(begun.send())
    page = begun.open("/en/q/every")
    assert "/en/q/every/done" in page.links
    begun.send(OK="yes")
    answer_all(begun)
    assert words(begun.send()) != first
    assert store.collection(RESPONSES).count() == 2


# -- erasing ----------------------------------------------------------------------------------------------------------


def test_erase_asks_first_then_erases_draft_and_cookie(begun: Browser, store: Store) -> None:
    page = begun.send(validate="typed", button=("_erase", "yes"))
    assert begun.url == "/en/erase"
    assert "/en/q/every" in page.links
    assert draft(store)["inputs"]["validate"] == "typed"
    begun.send()
    assert begun.url == "/en/erased"
    assert store.collection(DRAFTS).count() == 0
    assert begun.client.get_cookie("survey") is None
    begun.open("/en/q/every/all")
    assert begun.status == 404
    assert "There are no saved answers on this device." in begun.page.text


def test_erase_after_sending_forgets_the_receipt_but_not_the_response(begun: Browser, store: Store) -> None:
    answer_all(begun)
    begun.send()
    answer = begun.client.post("/en/erase", data={"_csrf": begun.page.value("_csrf")})
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    begun.open("/en/q/every/done")
    assert begun.status == 404
    assert store.collection(RESPONSES).count() == 1


def test_opening_the_erase_page_erases_nothing(begun: Browser, store: Store) -> None:
    begun.open("/en/erase")
    assert store.collection(DRAFTS).count() == 1


def test_a_draft_that_is_gone_is_said_and_one_can_start_again(begun: Browser, store: Store) -> None:
    (stored,) = store.collection(DRAFTS).find()
    store.collection(DRAFTS).delete(stored.id)
    begun.send(validate="x")
    assert begun.status == 404
    assert "/en/" in begun.page.links
    page = begun.open("/en/q/every")
    assert begun.status == 200
    assert "OK" in page.names()


# -- what changes meanwhile -------------------------------------------------------------------------------------------


def test_a_closed_questionnaire_can_be_finished_but_not_begun(app: Flask, begun: Browser, store: Store) -> None:
    Publications(store).set_open("every", False)
    page = begun.open("/en/q/every/all")
    assert "This questionnaire is closed for new people." in page.text
    answer_all(begun)
    begun.send()
    assert store.collection(RESPONSES).count() == 1
    other = Browser(app.test_client())
    other.open("/en/q/every")
    assert other.status == 410


def test_a_new_revision_leaves_those_who_began_with_theirs(
    app: Flask, begun: Browser, store: Store, every: Questionnaire
) -> None:
    from dataclasses import replace

    shorter = replace(every, pages=(every.pages[0], every.pages[2]))
    app.extensions["survey_service"].publications.publish({"every": shorter})
    page = begun.open("/en/q/every/all")
    assert begun.status == 200
    assert "The questions have changed since you began." in page.text
    answer_all(begun)
    begun.send()
    (stored,) = store.collection(RESPONSES).find()
    assert stored.body["revision"] == "every-1"
    other = Browser(app.test_client())
    other.open("/en/q/every")
    other.send(OK="yes")
    assert other.url == "/en/q/every/follow"
    assert "have changed" not in other.page.text
