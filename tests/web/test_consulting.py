"""The pages behind a link to a consultation: what they say, what they take, and that looking changes nothing."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from survey_service import clock, outbox, settings
from survey_service.app import create_app
from survey_service.cli.linking import send_asked
from survey_service.concept import items, versions
from survey_service.concept.model import Decision
from survey_service.consulting import asked, attending, ballots, comments, invitations, rounds
from survey_service.questionnaire.loader import Library
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from survey_service.web.context import Context
from tests.web import consultation
from tests.web.browser import Browser
from tests.web.consultation import AFTER, OPENED, Consultation

BOTH_STORES = True


@pytest.fixture(autouse=True)
def in_september() -> Iterator[None]:
    with clock.fixed(OPENED):
        yield


@pytest.fixture
def app(store: Store, bundled: Library, tmp_path: Path) -> Flask:
    Publications(store).publish({"consultation": bundled.questionnaires["consultation"]})
    return create_app(settings.load(tmp_path / "instance", public_url="https://survey.example"), store)


@pytest.fixture
def held(store: Store) -> Consultation:
    return consultation.begin(store)


def arrive(app: Flask, held: Consultation, name: str, tag: str = "", **answers: str | None) -> Browser:
    """Return the browser of somebody who has come by a new link and agreed."""
    browser = Browser(app.test_client())
    browser.open(held.address(name, tag))
    browser.send(**{"K0": "yes", "K5": "organisation", **answers})
    return browser


def vote(browser: Browser, item: str, **answers: str) -> None:
    browser.open(re.sub(r"/(statements.*|votes.*)$", "", browser.url) + f"/statements/{item}")
    browser.send(**answers)


def snapshot(store: Store) -> list[object]:
    specs = (invitations.INVITATIONS, invitations.LINKS, attending.ATTENDING, ballots.CURRENT, ballots.HISTORY)
    return [[(each.id, each.body) for each in store.collection(spec).find()] for spec in (*specs, asked.ASKED)]


def test_the_first_page_says_what_until_when_and_who_speaks_for_whom(app: Flask, held: Consultation) -> None:
    browser = Browser(app.test_client())
    page = browser.open(held.address("Anna", "en"))
    for said in ("Herbstrunde", "September 15, 2026", "Anna", "Jobcenter", "Working group Work"):
        assert said in page.text
    assert page.names() >= {"K0", "K5"}
    browser.send(K5="self")
    assert browser.status == 422
    assert "Please choose yes or no." in browser.page.text
    assert browser.page.value("K5") == "self", "what was chosen stays"
    assert '<a href="#K0">' in browser.page.html
    assert attending.of(held.store, held.invitation("Anna").id) is None
    browser.send(K0="yes", K5="organisation")
    assert browser.url.endswith("/statements")
    agreed = attending.of(held.store, held.invitation("Anna").id)
    assert agreed is not None
    assert (agreed.speaking, agreed.language, agreed.day) == ("organisation", "en", "2026-09-01")
    assert held.invitation("Anna").opened == "2026-09-01"


def test_who_does_not_agree_leaves_no_trace(app: Flask, held: Consultation) -> None:
    before = snapshot(held.store)
    browser = Browser(app.test_client())
    browser.open(held.address("Anna", "en"))
    links = held.store.collection(invitations.LINKS).count()
    browser.send(K0="no")
    assert "We have stored nothing." in browser.page.text
    assert held.store.collection(invitations.LINKS).count() == links
    assert snapshot(held.store)[2:] == before[2:]
    assert held.invitation("Anna").opened == ""


def test_looking_changes_nothing_however_it_is_done(app: Flask, held: Consultation) -> None:
    start = held.address("Anna")
    begun = arrive(app, held, "Ben").url.removesuffix("/statements")
    before = snapshot(held.store)
    client = app.test_client()
    for base in (start, begun):
        for end in ("", "/statements", "/statements/item-1", "/votes", "/results", "/erase"):
            for headers in ({}, {"Sec-Purpose": "prefetch"}, {"User-Agent": "scanner"}):
                assert client.get(base + end, headers=headers).status_code in (200, 303)
                client.head(base + end, headers=headers)
                client.options(base + end, headers=headers)
                client.post(base + end, headers=headers, data={"K0": "yes", "K1": "agree"})  # without the page's mark
    client.get("/de/consulting/")
    client.post("/de/consulting/", data={"email": "anna@example.org"})
    assert snapshot(held.store) == before


def test_every_answer_keeps_the_link_to_itself(
    app: Flask, held: Consultation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    browser = arrive(app, held, "Anna", "en")
    secret = browser.url.split("/")[3]
    pages = ["", "/statements", "/statements/item-1", "/votes"]
    answers = [browser.client.get(f"/en/consulting/{secret}{end}") for end in pages]
    answers += [browser.client.get("/en/consulting/unknown"), browser.client.get("/en/consulting/")]
    for answer in answers:
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"].startswith("noindex")
        assert not re.findall(r'(?:href|src|action)="https?://', answer.text), "no page leads to another site"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ballots, "cast", lambda *_a, **_k: 1 / 0)
        browser.open("/en/consulting/" + secret + "/statements/item-1")
        app.config["PROPAGATE_EXCEPTIONS"] = False
        browser.send(K1="agree", K2="Geheim")
    assert browser.status == 500
    assert secret not in caplog.text
    assert "Geheim" not in caplog.text


def test_a_statement_says_what_it_rests_on_in_plain_words(app: Flask, held: Consultation) -> None:
    browser = arrive(app, held, "Anna", "en")
    page = browser.open(browser.url + "/item-1")
    assert "40 of 95 look for work." in page.text
    for said in (
        "40 of 95 people said so. That is 42%.",
        "If everybody had been asked, it would probably be 33% to 52%.",
        "Offers for it: 3",
        "Experts who name it: 5",
        "Statement 1 of 3",
    ):
        assert said in page.text
    page = browser.open(browser.url.replace("item-1", "item-2"))
    assert "Judgement of: \u2068AK Arbeit\u2069" in page.text
    assert "Who does it: \u2068Volkshochschule\u2069. By when: June 30, 2027" in page.text
    assert page.names() >= {"K1", "K2", "K3", "K4"}
    assert "K5" not in page.names()


def test_a_vote_is_taken_and_the_next_statement_follows(app: Flask, held: Consultation) -> None:
    browser = arrive(app, held, "Anna", "en")
    assert "Statements with your vote: 0 of 3" in browser.page.text
    vote(browser, "item-1", K1="disagree")
    assert browser.status == 422
    assert "Please write why you disagree with the statement." in browser.page.text
    assert browser.page.value("K1") == "disagree"
    assert ballots.current(held.store, held.round.id) == []
    browser.send(K1="disagree", K2="Zu <b>teuer</b>.", K3="Weniger.", K4="2")
    assert browser.url.endswith("/statements/item-2?saved=yes")
    assert "Your vote is saved." in browser.page.text
    (cast,) = ballots.current(held.store, held.round.id)
    assert cast.answers == {"K1": "disagree", "K2": "Zu <b>teuer</b>.", "K3": "Weniger.", "K4": "2"}
    assert (cast.speaking, cast.name, cast.language, cast.organisation) == ("organisation", "Anna", "en", "Jobcenter")
    browser.send(K1="agree")
    browser.send(K1="abstain", K4="pna")
    assert browser.url.endswith("/votes?saved=yes")
    assert "Statements with your vote: 3 of 3" in browser.page.text
    assert "Zu &lt;b&gt;teuer&lt;/b&gt;." in browser.page.html
    vote(browser, "item-1", K1="agree", K2=None, K3=None)  # type: ignore[arg-type]
    assert [each.answers["K1"] for each in ballots.current(held.store, held.round.id)] == ["agree", "agree", "abstain"]
    assert browser.url.endswith("/votes?saved=yes")


def test_a_colleagues_vote_is_told_and_the_later_one_counts(app: Flask, held: Consultation) -> None:
    anna, ben = arrive(app, held, "Anna", "en"), arrive(app, held, "Ben", "en")
    vote(anna, "item-1", K1="agree", K2="Gut so.")
    page = ben.open(ben.url + "/item-1")
    assert "\u2068Anna\u2069 voted for your organisation on September 1, 2026." in page.text
    assert page.value("K2") == "Gut so."
    ben.send(K1="reservation")
    (cast,) = ballots.current(held.store, held.round.id)
    assert (cast.name, cast.answers["K1"], cast.turn) == ("Ben", "reservation", 2)
    assert (
        "\u2068Ben\u2069 voted for your organisation"
        in anna.open(anna.url.split("/statements")[0] + "/statements/item-1").text
    )
    cem = arrive(app, held, "Cem", "en")
    assert "voted for your organisation" not in cem.open(cem.url + "/item-1").text


def test_votes_are_taken_back_and_what_a_colleague_voted_before_counts_again(app: Flask, held: Consultation) -> None:
    anna, ben = arrive(app, held, "Anna", "en"), arrive(app, held, "Ben", "en")
    vote(anna, "item-1", K1="agree", K2="Von Anna.")
    vote(ben, "item-1", K1="disagree", K2="Von Ben.")
    vote(ben, "item-1", K1="disagree", K2="Noch einmal von Ben.")
    vote(ben, "item-2", K1="abstain")
    at = ben.url.split("/statements")[0].split("/votes")[0]
    ben.open(f"{at}/votes")
    ben.open(next(link for link in ben.page.links if link.endswith("/erase")))
    ben.send(_csrf="old")
    assert ben.status == 400
    assert len(ballots.current(held.store, held.round.id)) == 2
    ben.send()
    assert "Your answers are erased" in ben.page.text
    (left,) = ballots.current(held.store, held.round.id)
    assert (left.name, left.comment, left.item, left.turn) == ("Anna", "Von Anna.", "item-1", 4)
    assert ballots.before(held.store, left) == []
    assert attending.of(held.store, held.invitation("Ben").id) is None
    assert ben.open(f"{at}/statements").names() >= {"K0"}, "who comes again is asked again"
    assert attending.of(held.store, held.invitation("Anna").id) is not None
    with clock.fixed(AFTER):
        ben.open(f"{at}/erase")
        assert ben.url.endswith("/results")


def test_others_votes_are_not_shown_before_the_end_but_the_turnout_is(app: Flask, held: Consultation) -> None:
    anna, dora = arrive(app, held, "Anna", "en"), arrive(app, held, "Dora", "en", K5="self")
    assert 'value="organisation"' not in Browser(app.test_client()).open(held.address("Dora", "en")).html
    vote(anna, "item-3", K1="disagree", K2="Nur unter uns.")
    page = dora.open(dora.url)
    assert "Working group Work : 1 of 1" in page.text or "Working group Work: 1 of 1" in page.text
    assert "Working group Housing: 0 of 2" in page.text
    assert "Nur unter uns." not in page.text + dora.open(dora.url + "/item-3").text
    assert dora.open(dora.url.replace("/statements/item-3", "/results")).text.count("Nur unter uns.") == 0


def test_after_the_last_day_there_are_results_and_then_answers(app: Flask, held: Consultation) -> None:
    anna, cem = arrive(app, held, "Anna", "en"), arrive(app, held, "Cem", "ar")
    anna.open(anna.url.replace("/en/", "/de-simple/"))
    vote(anna, "item-1", K1="disagree", K2="Zu teuer.")
    anna.open(anna.url.replace("/de-simple/", "/en/"))
    vote(cem, "item-1", K1="agree", K3="أكثر من ذلك.")
    late = anna.open(anna.url.split("/statements")[0] + "/statements/item-2")
    with clock.fixed(AFTER):
        anna.send(K1="agree", K2="Noch schnell.")
        assert anna.status == 410
        assert "This vote ended on September 15, 2026." in anna.page.text
        assert anna.page.value("K2") == "Noch schnell.", "what was typed can be copied"
        assert late.action in anna.page.html
        page = anna.open(anna.url.split("/statements")[0])
        assert anna.url.endswith("/results")
        assert "The answers to the comments will stand here" in page.text
        assert "Disagree: 1" in page.text
        assert "Zu teuer." in page.text
        assert '<blockquote dir="auto" lang="de-x-simple">Zu teuer.</blockquote>' in page.html
        assert '<blockquote dir="auto" lang="ar">أكثر من ذلك.</blockquote>' in page.html
        for comment in comments.of_round(held.store, held.now()):
            comments.answer(held.store, held.round.id, comment.id, "partly", "Wir sparen anderswo.", seen=0, by="Mara")
        assert "Wir sparen anderswo." not in anna.open(anna.url).text
        stored = held.store.collection(rounds.ROUNDS).get(held.round.id)
        assert stored is not None
        held.store.collection(rounds.ROUNDS).replace(
            stored.id, {**stored.body, "final": "2026-09-16"}, version=stored.version
        )
        page = anna.open(anna.url)
        assert page.text.count("Accepted in part") == 2
        assert page.html.count('<p lang="de" dir="ltr">Wir sparen anderswo.</p>') == 2
        assert page.text.count("Your comment") == 1


def test_results_stay_readable_when_a_field_has_left_the_adopted_version(app: Flask, held: Consultation) -> None:
    anna = arrive(app, held, "Anna")
    rounds.close(held.store, held.round.id, "Mara")
    versions.take_back(held.store, held.round.concept, "Mara")
    items.take_out(held.store, held.round.concept, "item-3")  # the only one in its field
    versions.consult(held.store, held.round.concept, "Mara")
    decision = Decision("Kreistag", "2026-09-01", "einstimmig", "2026-09-01", "2029-12-31")
    assert "WOH" not in versions.adopt(held.store, held.round.concept, decision, "Mara").fields
    page = anna.open(re.sub("/statements$", "/results", anna.url))
    assert "Wohnungen sind knapp." in page.text


def test_altered_revoked_and_unknown_links_are_one_missing_page(app: Flask, held: Consultation) -> None:
    good, revoked = held.address("Anna", "en"), held.address("Ben", "en")
    invitations.revoke(held.store, held.invitation("Ben").id)
    client = app.test_client()
    expected = client.get("/en/consulting/never")
    other = good[:-1] + ("A" if good[-1] != "A" else "B")
    unknown = ("/en/consulting/" + "A" * 22, good[:-1], other)
    for address in (*unknown, revoked, f"{revoked}/statements", f"{good}x/votes", f"{other}/results", f"{other}/erase"):
        answer = client.get(address)
        assert (answer.status_code, answer.text) == (404, expected.text), address
    assert 'href="/en/consulting/"' in expected.text
    assert client.get(f"{good}/statements/item-99").status_code == 404
    assert client.get(f"{good}/statements").status_code == 303


def test_a_lost_link_is_asked_for_by_address_and_nobody_learns_who_is_known(app: Flask, held: Consultation) -> None:
    browser = Browser(app.test_client())
    browser.open("/en/consulting/")
    pages = []
    for address in (" Anna@Example.ORG ", "nobody@example.org"):
        browser.open("/en/consulting/")
        browser.send(email=address)
        pages.append((browser.url, browser.page.html))
    assert pages[0] == pages[1]
    context = app.extensions["survey_service"]
    assert isinstance(context, Context)
    assert send_asked(context) == 1
    (path,) = outbox.folder(context.settings.instance, outbox.OUTBOX).glob("*.eml")
    letter = outbox.message(path)
    assert letter["To"] == "anna@example.org"
    plain = letter.get_body(("plain",))
    assert plain is not None
    (link,) = re.findall(r"https://survey\.example(/\S+)", plain.get_content())
    assert "Herbstrunde" in browser.open(link).text
    browser.open("/en/consulting/")
    browser.send(email="anna@")
    assert browser.status == 422
    assert browser.page.value("email") == "anna@"
    assert send_asked(context) == 0


def test_who_asks_too_often_is_told_so_and_no_box_is_flooded(app: Flask, held: Consultation) -> None:
    context = app.extensions["survey_service"]
    browser = Browser(app.test_client())
    browser.open("/en/consulting/")
    for _ in range(asked.BY_NETWORK.most):
        asked.ask(held.store, "anna@example.org", "https://survey.example", "some network")
    for _ in range(3):
        send_asked(context)
    assert outbox.count(context.settings.instance, outbox.OUTBOX) == asked.BY_ADDRESS.most
    for _ in range(asked.BY_NETWORK.most):
        browser.open("/en/consulting/")
        browser.send(email="x@example.org")
    browser.open("/en/consulting/")
    browser.send(email="x@example.org")
    assert browser.status == 429
    assert "Please try again in ten minutes." in browser.page.text


def test_an_expired_page_comes_back_with_what_was_typed(app: Flask, held: Consultation) -> None:
    browser = arrive(app, held, "Anna", "en")
    browser.open(browser.url + "/item-1")
    browser.send(K1="agree", K2="Bitte nicht verlieren.", _csrf="old")
    assert browser.status == 400
    assert browser.page.value("K2") == "Bitte nicht verlieren."
    assert ballots.current(held.store, held.round.id) == []
    browser.send()
    assert [each.comment for each in ballots.current(held.store, held.round.id)] == ["Bitte nicht verlieren."]


def test_the_language_changes_and_nothing_typed_is_lost(app: Flask, held: Consultation) -> None:
    browser = arrive(app, held, "Cem", "en")
    page = browser.open(browser.url + "/item-3")
    assert "Flats are scarce." in page.text
    page = browser.send(K2="Nur kurz.", button=("_language", "ar"))
    assert '<html lang="ar" dir="rtl">' in page.html
    assert "الشقق نادرة." in page.text
    assert page.value("K2") == "Nur kurz."
    assert page.action.startswith("/ar/consulting/")
    assert browser.page.controls[0].kind == "button", "the Enter key sends, it does not change the language"
    assert {c.value for c in page.controls if c.name == "_language"} == {"de", "en", "ar"}


def test_a_text_that_is_missing_in_a_language_is_marked(app: Flask, held: Consultation) -> None:
    browser = arrive(app, held, "Cem", "uk")
    page = browser.open(browser.url + "/item-3")
    assert re.search(r'<p lang="(en|de)" dir="ltr">(Flats|Wohnungen)', page.html)
