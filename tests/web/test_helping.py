"""Helping somebody to answer: the script, two languages side by side, and how it is recorded."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from survey_service.questionnaire import definition
from survey_service.responses import drafts
from survey_service.responses.drafts import DRAFTS
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from survey_service.web.helping import ALONE, Help, asked
from tests.web.browser import Browser

SECOND = re.compile(r'<span class="second" lang="([^"]+)" dir="([^"]+)">([^<]*)</span>')


def body(store: Store, collection: object = DRAFTS) -> dict[str, object]:
    (stored,) = store.collection(collection).iterate()  # type: ignore[arg-type]
    return dict(stored.body)


def agree(browser: Browser, how: str = "assisted", tag: str = "ar", own: str = "de") -> None:
    """Choose on the helper's page, and give consent."""
    browser.open(f"/{own}/help/every")
    browser.send(how=how, language=tag)
    browser.send(browser.page.action, OK="yes")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("assisted.de", Help("assisted", "de")),
        ("interview", Help("interview")),
        ("assisted.xx", Help("assisted")),
        ("assisted.om", Help("assisted")),  # registered, but the interface does not speak it
        *((value, ALONE) for value in ("", "web", "web.de", "api", "demo.de", "ASSISTED", "assisted<b>", ".de")),
    ],
)
def test_what_an_address_may_say(app: Flask, value: str, expected: Help) -> None:
    with app.test_request_context("/en/q/every", query_string={"with": value}):
        assert asked() == expected


def test_from_the_start_page_to_a_stored_response(browser: Browser, store: Store) -> None:
    page = browser.open("/de/q/every")
    assert "/de/help/every" in page.links
    page = browser.open("/de/help/every")
    assert page.html.count("<li>") >= 6, "the script"
    browser.send(how="assisted", language="ar")
    assert browser.url == "/ar/q/every?with=assisted.de"
    for spec in (DRAFTS, RESPONSES):
        assert store.collection(spec).count() == 0, "nothing is stored before consent"
    browser.send(browser.page.action, OK="yes")
    assert browser.url == "/ar/q/every/all"
    assert (body(store)["mode"], body(store)["second"]) == ("assisted", "de")
    browser.send(validate="x")
    browser.send()
    assert browser.url == "/ar/q/every/check"
    browser.send()
    assert body(store, RESPONSES)["mode"] == "assisted"
    assert "second" not in body(store, RESPONSES)


def test_an_interview_is_recorded_as_one_and_answering_alone_as_web(browser: Browser, store: Store) -> None:
    agree(browser, "interview")
    assert body(store)["mode"] == "interview"
    browser.open("/de/erase")
    browser.send()
    browser.open("/de/q/every?with=api")
    browser.send(browser.page.action, OK="yes")
    assert "mode" not in body(store)
    assert drafts.WEB == "web"


def test_both_languages_stand_on_the_pages_each_with_its_own_direction(browser: Browser) -> None:
    browser.open("/ar/q/every?with=assisted.de")
    page = browser.page
    assert '<h1><span>كل شيء<span class="second" lang="de" dir="ltr">Alles</span></span></h1>' in page.html
    assert ("de", "ltr", "Weiter") in SECOND.findall(page.html)
    assert ("de", "ltr", "Ja") in SECOND.findall(page.html), "a choice"
    assert ("de", "ltr", "Ja?") in SECOND.findall(page.html), "a question"
    assert '<div class="second" lang="de" dir="ltr"><p>Ein Satz.</p></div>' in page.html, "the hint"
    browser.send(page.action, OK="yes")
    said = SECOND.findall(browser.page.html)
    assert ("de", "ltr", "Alle Arten") in said
    assert ("de", "ltr", "Rot") in said
    assert "Meiningen" in browser.page.html
    assert "Meiningen · " not in browser.page.html, "a name is said once"
    browser.send(validate="x" * 30)
    assert browser.status == 422
    assert any(lang == "de" and "20" in text for lang, _, text in SECOND.findall(browser.page.html)), "the error"


def test_options_hold_both(browser: Browser) -> None:
    agree(browser, tag="en")
    assert "\u2068Red\u2069 · \u2068Rot\u2069</option>" in browser.page.html


def test_the_other_way_round(browser: Browser) -> None:
    page = browser.open("/en/q/every?with=assisted.ar")
    assert '<span class="second" lang="ar" dir="rtl">كل شيء</span>' in page.html


def test_the_same_language_stands_there_once(browser: Browser, store: Store) -> None:
    agree(browser, own="en", tag="en")
    assert body(store)["second"] == ""
    assert 'class="second"' not in browser.page.html
    assert "Somebody helps with the answers." in browser.page.text


def test_a_second_language_the_questionnaire_is_not_offered_in_is_left_out(browser: Browser, store: Store) -> None:
    page = browser.open("/en/q/every?with=assisted.uk")
    assert 'class="second"' not in page.html
    browser.send(page.action, OK="yes")
    assert (body(store)["mode"], body(store)["second"]) == ("assisted", "")


def test_it_stays_while_the_language_is_changed(browser: Browser, store: Store) -> None:
    browser.open("/ar/q/every?with=interview.de")
    browser.send(browser.page.action, button=("_language", "en"))
    assert "/de/help/every?with=interview.de" in browser.page.links
    browser.send(browser.page.action, OK="yes")
    page = browser.open("/ar/q/every/all")
    assert ("de", "ltr", "Alle Arten") in SECOND.findall(page.html)
    assert body(store)["mode"] == "interview"


def test_it_can_begin_and_end_in_the_middle(begun: Browser, store: Store) -> None:
    begun.send(validate="kept", csrf_token="3")
    assert "/en/help/every" in begun.open("/en/q/every").links
    page = begun.open("/de/help/every")
    assert [one.value for one in page.controls if one.name == "how"] == ["assisted", "interview"], "nobody helps yet"
    begun.send(how="assisted", language="en")
    assert begun.url == "/en/q/every/follow"
    assert (body(store)["mode"], body(store)["second"]) == ("assisted", "de")
    assert body(store)["inputs"]["validate"] == "kept"  # type: ignore[index]
    page = begun.open("/de/help/every")
    assert page.value("how") == "assisted"
    begun.send(how="web", language="en")
    assert "mode" not in body(store)
    assert 'class="second"' not in begun.page.html


@pytest.mark.parametrize(
    "fields", [{"how": "api"}, {"how": ""}, {"language": "uk"}, {"language": "xx"}, {"language": ""}]
)
def test_what_cannot_be_meant_is_asked_again(browser: Browser, store: Store, fields: dict[str, str]) -> None:
    browser.open("/de/help/every")
    browser.send(**{"how": "assisted", "language": "ar", **fields})
    assert browser.status == 422
    assert browser.page.value("how") == "assisted"
    assert store.collection(DRAFTS).count() == 0


def test_without_its_token_nothing_is_changed(begun: Browser, store: Store) -> None:
    begun.open("/de/help/every")
    begun.send(how="assisted", language="en", _csrf="x")
    assert begun.status == 400
    assert "mode" not in body(store)


def test_what_does_not_exist_or_was_sent(browser: Browser) -> None:
    browser.open("/de/help/nothing")
    assert browser.status == 404


def test_a_shared_tablet_keeps_it_for_one_person_only(browser: Browser, store: Store) -> None:
    browser.open("/en/q/every?kiosk=every&with=assisted.de")
    idle = next(link for link in re.findall(r'data-target="([^"]+)"', browser.page.html))
    assert "with=assisted.de" in idle
    page = browser.open(idle.replace("&amp;", "&"))
    back = next(link for link in page.links if "/q/every" in link)
    assert "with=assisted.de" in back
    browser.open(back)
    browser.send(browser.page.action, OK="yes")
    assert body(store)["mode"] == "assisted"
    browser.open("/en/erase?kiosk=every")
    browser.send()
    assert "with=" not in browser.url
    assert not any("with=" in link for link in browser.page.links)


def test_a_text_that_names_an_answer_says_it_in_its_own_language(app: Flask, store: Store) -> None:
    """The label of a choice stands in the respondent's language in the one wording, in the helper's in the other."""
    raw = definition.to_json(Publications(store).current("every").questionnaire)
    raw["pages"][2]["questions"][0]["label"] = {"de": "Magst du ${one}?", "en": "Do you like ${one}?"}
    Publications(store).publish({"every": definition.from_json(raw)})
    browser = Browser(app.test_client())
    browser.open("/en/q/every?with=assisted.de")
    browser.send(browser.page.action, OK="yes")
    browser.send(one="red")
    assert "Do you like \u2068Red\u2069?" in browser.page.html
    assert "Magst du \u2068Rot\u2069?" in browser.page.html
