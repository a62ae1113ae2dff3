"""The pages for everybody, languages on the page, and how refusals look."""

from __future__ import annotations

import datetime as dt
import logging
import re
from pathlib import Path

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from wtforms import Form, StringField
from wtforms.validators import InputRequired

from survey_service import languages, settings
from survey_service.app import create_app
from survey_service.problems import CATALOGUE, Problem
from survey_service.questionnaire.judge import judge
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from survey_service.web import i18n, wordings
from survey_service.web.audience import PUBLIC
from survey_service.web.page_form import _Meta
from tests.conftest import TODAY
from tests.web.browser import Browser


def test_languages_by_their_own_names(browser: Browser) -> None:
    page = browser.open("/")
    links = {values["href"]: values for tag, values in page.tags if tag == "a" and "hreflang" in values}
    assert list(links) == ["/de/", "/de-simple/", "/en/", "/ar/"], "those of the one questionnaire"
    assert (links["/ar/"]["lang"], links["/ar/"]["dir"]) == ("ar", "rtl")
    assert links["/de-simple/"]["lang"] == "de-x-simple"
    for name in ("Deutsch", "Einfache Sprache", "English", "العربية"):
        assert name in page.text


@pytest.mark.parametrize(
    ("accepted", "first", "page_language"),
    [
        ("ar-SY, de;q=0.5", "/ar/", "ar"),
        ("uk, en;q=0.5", "/en/", "en"),
        ("es-MX", "/de/", "de"),
        ("xx", "/de/", "de"),
        ("", "/de/", "de"),
        ("de-simple", "/de/", "de"),
    ],
)
def test_what_the_browser_accepts_only_sorts(
    client: FlaskClient, accepted: str, first: str, page_language: str
) -> None:
    answer = client.get("/", headers={"Accept-Language": accepted})
    browser = Browser(client)
    page = browser.open("/", headers={"Accept-Language": accepted})
    assert answer.status_code == 200
    assert next(
        link for link in page.links if link.count("/") == 2 and link in {f"/{t}/" for t in languages.registry()}
    )
    choices = [str(values["href"]) for tag, values in page.tags if "hreflang" in values]
    assert choices[0] == first
    html = next(values for tag, values in page.tags if tag == "html")
    assert html["lang"] == page_language


def test_open_questionnaires_in_the_language_are_listed(browser: Browser, store: Store) -> None:
    assert "/en/q/every" in browser.open("/en/").links
    assert "/uk/q/every" not in browser.open("/uk/").links
    assert "/es/q/every" not in browser.open("/es/").links
    Publications(store).set_open("every", False)
    assert "No questionnaire is open at the moment." in browser.open("/en/").text


def test_the_operator_stands_in_privacy_and_imprint(store: Store, tmp_path: Path) -> None:
    known = settings.load(
        tmp_path / "known",
        operator="Landkreis <Muster>",
        operator_address="Weg 1\n98617 Ort",
        operator_email="a@example.org",
        data_protection_email="d@example.org",
    )
    browser = Browser(create_app(known, store).test_client())
    for url in ("/en/privacy", "/en/imprint"):
        page = browser.open(url)
        for text in ("Landkreis <Muster>", "98617 Ort", "a@example.org", "d@example.org"):
            assert text in page.text
        assert "mailto:a@example.org" in page.links
    assert "/en/privacy" in page.links
    assert "/en/imprint" in page.links


def test_an_operator_that_is_not_entered_is_said(browser: Browser) -> None:
    assert "The operator has not entered a name and address yet." in browser.open("/en/imprint").text


def test_language_switch_on_pages_leads_to_the_same_page(browser: Browser) -> None:
    assert {"/de/privacy", "/ar/privacy"} <= set(browser.open("/en/privacy").links)
    assert "/de/q/every/thanks?end=refused" in browser.open("/en/q/every/thanks?end=refused").links


# -- lang and dir -----------------------------------------------------------------------------------------------------


def test_pages_and_fallback_texts_carry_their_language(browser: Browser) -> None:
    page = browser.open("/ar/q/every")
    html = next(values for tag, values in page.tags if tag == "html")
    assert (html["lang"], html["dir"]) == ("ar", "rtl")
    assert "<h1>كل شيء</h1>" in page.html
    assert '<p lang="en" dir="ltr">One sentence.</p>' in page.html
    assert '<legend><span lang="en" dir="ltr">Do you agree?</span>' in page.html
    assert '<ul lang="en" dir="ltr"><li>one</li><li>two</li></ul>' in page.html


def test_options_carry_their_language_and_names_are_isolated(browser: Browser) -> None:
    browser.open("/ar/q/every")
    page = browser.send(OK="yes")
    assert '<option value="a" dir="auto">Meiningen</option>' in page.html
    assert '<option value="red" lang="en" dir="ltr">Red</option>' in page.html
    browser.send(place="a")
    page = browser.send(known="no")
    assert "<bdi>Meiningen</bdi>" in page.html


def test_easy_german_has_its_own_tag_and_falls_back_to_german(browser: Browser) -> None:
    page = browser.open("/de-simple/q/every")
    assert '<html lang="de-x-simple" dir="ltr">' in page.html
    assert '<h1><span lang="de" dir="ltr">Alles</span></h1>' in page.html


def test_prose(app: Flask) -> None:
    with app.test_request_context("/de/"):
        text = {"de": "Eins\nzwei\n\n- a & b\n- <c>\nDanach"}
        assert wordings.prose(text) == "<p>Eins<br>zwei</p><ul><li>a &amp; b</li><li>&lt;c&gt;</li></ul><p>Danach</p>"
        assert wordings.prose({}) == ""
        assert wordings.prose({"*": "Ort"}) == '<p dir="auto">Ort</p>'


def test_a_refusal_names_the_choice_in_the_readers_language(app: Flask, every: Questionnaire) -> None:
    refusal = judge(every, {"OK": "yes", "some": ["pna", "red"]}, TODAY).refusals["some"]
    with app.test_request_context("/de/"):
        assert "Keine Angabe" in wordings.message_of(refusal)
    with app.test_request_context("/ar/"):
        assert "\u2068Prefer not to say\u2069" in wordings.message_of(refusal)


def test_wtforms_own_messages_are_translated(app: Flask) -> None:
    class Login(Form):
        Meta = _Meta
        name = StringField(validators=[InputRequired()])

    def message(url: str) -> str:
        with app.test_request_context(url):
            form = Login(meta={"csrf": False})
            form.validate()
            return str(form.name.errors[0])

    assert message("/en/") == "This field is required."
    assert message("/de/") == "Dieses Feld wird benötigt."
    assert message("/ar/") not in (message("/en/"), message("/de/"))
    assert message("/de-simple/") == message("/de/")


def test_the_language_of_an_address_that_leads_nowhere(client: FlaskClient) -> None:
    assert '<html lang="ar" dir="rtl">' in client.get("/ar/nowhere").text
    assert '<html lang="uk" dir="ltr">' in client.get("/nowhere", headers={"Accept-Language": "uk"}).text
    assert '<html lang="de" dir="ltr">' in client.get("/nowhere").text
    assert client.get("/om/").status_code == 404, "registered, but not offered yet"


def test_url_for_fills_in_the_present_language(app: Flask) -> None:
    from flask import url_for

    with app.test_request_context("/ro/"):
        assert url_for("public.privacy") == "/ro/privacy"
        i18n.use("pl")
        assert url_for("public.privacy") == "/pl/privacy"
        assert url_for("public.privacy", lang="de") == "/de/privacy"


# -- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "method", "status", "code"),
    [
        ("/nowhere", "GET", 404, "page.missing"),
        ("/en/", "DELETE", 405, "request.method"),
        ("/en/q/nothing", "GET", 404, "questionnaire.missing"),
        ("/en/q/every/all", "GET", 404, "draft.missing"),
    ],
)
def test_a_refusal_is_a_page_with_a_way_on(browser: Browser, url: str, method: str, status: int, code: str) -> None:
    answer = browser.client.open(url, method=method)
    assert answer.status_code == status
    page = browser._take(url, answer)
    assert page.text
    assert any(link in ("/en/", "/de/") for link in page.links)
    assert code in CATALOGUE


def test_405_names_the_methods(client: FlaskClient) -> None:
    assert set(client.post("/en/").headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_programs_get_problem_json(client: FlaskClient) -> None:
    answer = client.get("/api/v1/nowhere")
    assert answer.mimetype == "application/problem+json"
    assert answer.json == {
        "type": "urn:survey-service:problem:page.missing",
        "title": answer.json["title"],
        "status": 404,
        "detail": answer.json["detail"],
        "code": "page.missing",
    }
    asked = client.get("/en/nowhere", headers={"Accept": "application/problem+json"})
    assert asked.mimetype == "application/problem+json"
    assert client.get("/en/nowhere", headers={"Accept": "*/*"}).mimetype == "text/html"


def test_an_unexpected_error_tells_nobody_what_was_typed(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> str:
        raise RuntimeError(request.args["typed"])

    app = create_app(settings.load(tmp_path / "failing"), store)
    app.add_url_rule("/fail", "fail", fail)
    app.extensions["survey_service.audience"].rows["fail"] = PUBLIC
    with caplog.at_level(logging.DEBUG):
        answer = app.test_client().get("/fail?typed=mysecret", headers={"Accept-Language": "en"})
    assert answer.status_code == 500
    logged = caplog.text
    reference = next(word for word in answer.text.replace(".", " ").split() if len(word) == 8 and word in logged)
    assert "RuntimeError at fail" in logged
    assert reference in answer.text
    for place in (answer.text, logged):
        assert "mysecret" not in place
    assert "Traceback" not in answer.text


def test_the_words_of_every_problem_can_be_filled_in(app: Flask) -> None:
    for code, kind in CATALOGUE.items():
        details = dict.fromkeys(re.findall(r"%\((\w+)\)", kind.message), "X")
        with app.test_request_context("/de/"):
            message = wordings.problem_message(Problem(code, **details))
        assert message
        assert "%(" not in message


def test_the_calendar_example_is_this_year(app: Flask, every: Questionnaire) -> None:
    refusal = judge(every, {"OK": "yes", "day": "1403-01-01"}, dt.date(2031, 5, 1)).refusals["day"]
    with app.test_request_context("/en/"):
        assert "for example 2031" in wordings.message_of(refusal)


def test_the_declaration_of_accessibility_says_whom_to_tell(store: Store, tmp_path: Path) -> None:
    def page(**values: str) -> str:
        folder = tmp_path / "-".join(values) / "instance"
        return Browser(create_app(settings.load(folder, **values), store).test_client()).open("/en/accessibility").text

    assert "has not entered a name and address yet" in page()
    assert "This declaration is of" not in page()
    assert "a@example.org" in page(operator_email="a@example.org")
    known = page(
        operator_email="a@example.org",
        accessibility_email="b@example.org",
        accessibility_day="2026-12-01",
        enforcement_body="Stelle <X>\n99096 Ort",
    )
    assert "b@example.org" in known
    assert "a@example.org" not in known
    assert "December 1, 2026" in known
    assert "Stelle <X> 99096 Ort" in known


def test_every_page_leads_to_the_declaration(browser: Browser) -> None:
    for url in ("/en/", "/en/q/every", "/en/nowhere", "/manage/login"):
        assert "/en/accessibility" in browser.open(url, headers={"Accept-Language": "en"}).links, url
