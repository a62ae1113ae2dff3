"""Providers' pages: the way in, “my offers”, changes, copies, withdrawal."""

from __future__ import annotations

import datetime as dt
import functools
import logging

import pytest

from survey_service import clock
from survey_service.offers import asked, contacts, events, links, moderation, people, register
from survey_service.offers.visits import VISITS
from survey_service.responses.drafts import DRAFTS
from survey_service.responses.submissions import RESPONSES
from survey_service.web.provider import names
from tests.web.browser import Browser
from tests.web.provider_desk import ANNA, BEN, CARO, Office

HOME = "/provider/de/offers"


def test_look_first_finds_what_is_listed_with_place_and_of_what_waits_the_name(office: Office) -> None:
    office.register(A07_type="physical", A07_place="16066042")
    office.register(publish=False, A04_name="Sprachcafé für Frauen", A02="Frauenhaus")
    browser = office.browser()
    page = browser.open("/provider/de/?q=sprachkafe")
    assert browser.status == 200
    assert "Verein Beispiel" in page.text
    assert "Meiningen" in page.text
    assert "Sprachcafé für Frauen" in page.text
    assert "Frauenhaus" not in page.text
    assert ANNA not in page.html
    assert "copy" not in page.html, "only a contact copies"
    assert "/de/q/offers" in page.links, "and the way to register"


@pytest.mark.parametrize("typed", ["", "   ", "?", "x" * 500, "<script>alert(1)</script>", "\u202eabc", "%00"])
def test_whatever_is_looked_for_is_answered(office: Office, typed: str) -> None:
    office.register()
    response = office.app.test_client().get("/provider/de/", query_string={"q": typed})
    assert response.status_code == 200
    assert "<script>alert" not in response.text


@pytest.mark.parametrize("tag", ["de", "de-simple", "en"])
def test_every_language_of_providers_has_these_pages_and_no_other_has(office: Office, tag: str) -> None:
    client = office.app.test_client()
    for path in ("", "link", "link/sent"):
        assert client.get(f"/provider/{tag}/{path}").status_code == 200
    assert client.get("/provider/ar/").status_code == 404


@pytest.mark.parametrize(("accepted", "tag"), [("en-GB,en", "en"), ("ar", "de"), ("", "de"), ("de-AT", "de")])
def test_the_short_address_leads_to_a_language_of_providers(office: Office, accepted: str, tag: str) -> None:
    response = office.app.test_client().get("/provider/", headers={"Accept-Language": accepted})
    assert (response.status_code, response.headers["Location"]) == (303, f"/provider/{tag}/")


def test_by_a_link_a_contact_comes_to_its_offers_once(office: Office) -> None:
    offer = office.register()
    link = office.link()
    for scanner in (office.app.test_client(), office.app.test_client()):
        assert scanner.head(link).status_code == 200
        assert scanner.get(link).status_code == 200
    assert office.store.collection(VISITS).count() == 0, "looking changes nothing"
    browser = office.browser()
    page = browser.open(link)
    assert [control.kind for control in page.controls].count("button") == 1
    page = browser.send(link)
    assert browser.url == HOME
    assert offer in page.html
    cookie = browser.client.get_cookie("provider")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, len(cookie.value) >= 22) == (True, "Lax", True)
    assert cookie.value not in str([stored.body for stored in office.store.collection(VISITS).find()])
    again = office.browser()
    used, altered, missing = (
        again.client.get(address)
        for address in (link, link[:-1] + ("A" if link[-1] != "A" else "B"), "/provider/de/open/nothing")
    )
    assert {used.status_code, altered.status_code, missing.status_code} == {404}
    assert used.text.replace(link, "") == altered.text == missing.text


def test_a_forged_press_uses_no_link_up(office: Office) -> None:
    office.register()
    link = office.link()
    browser = office.browser()
    assert browser.client.post(link).status_code == 400
    assert browser.client.post(link, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    browser.open(link)
    browser.send(link)
    assert browser.url == HOME


@pytest.mark.parametrize("typed", ["", "anna", "anna@", "an na@beispiel.example", "a@b\nBcc: x@y.example", "ａnna@"])
def test_what_is_no_address_is_said_at_the_field(office: Office, typed: str) -> None:
    browser = office.browser()
    browser.open("/provider/de/link")
    page = browser.send("/provider/de/link", email=typed)
    assert (browser.status, "email:error" in page.ids) == (422, True)
    assert office.store.collection(asked.ASKED).count() == 0


@pytest.mark.parametrize("known", ["ANNA@Beispiel.Example", " anna@beispiel.example "])
def test_an_address_counts_whatever_its_case_and_no_look_alike_does(office: Office, known: str) -> None:
    office.register()
    browser = office.browser()
    browser.open("/provider/de/link")
    browser.send("/provider/de/link", email=known)
    assert [to for to, _link in office.post()] == [ANNA]
    browser.open("/provider/de/link")
    for alike in ("аnna@beispiel.example", "ａnna@beispiel.example", "anna@beispiel.example.evil.example"):
        browser.send("/provider/de/link", email=alike)
        assert office.post() == []


def work_of(office: Office, email: str, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], str, int]:
    """Return what the store does while somebody asks for a link, the page that follows, and the letters written
    meanwhile.
    """
    browser, calls = office.browser(), []
    browser.open("/provider/de/link")
    collection = type(office.store.collection(DRAFTS))
    with monkeypatch.context() as patched:
        for name in ("add", "get", "find", "first", "count", "iterate", "replace", "delete"):
            real = getattr(collection, name)

            def noted(self, *args, _real=real, _name=name, **options):  # type: ignore[no-untyped-def]
                calls.append(_name)
                return _real(self, *args, **options)

            patched.setattr(collection, name, noted)
        response = browser.client.post("/provider/de/link", data={**browser.page.form(), "email": email})
    assert response.status_code == 303
    outbox = office.settings.instance / "outbox"
    return calls, browser.open(response.headers["Location"]).html, len(list(outbox.rglob("*.eml")))


def test_known_and_unknown_addresses_cost_the_same_work_and_see_the_same_page(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.register()
    work_of(office, BEN, monkeypatch)  # what is made at first use
    known, unknown = work_of(office, ANNA, monkeypatch), work_of(office, CARO, monkeypatch)
    assert known == unknown
    assert known[2] == 0, "no letter is written before the answer"
    assert [to for to, _link in office.post()] == [ANNA]
    assert office.store.collection(asked.ASKED).count() == 0


def test_nobodys_mailbox_is_flooded_and_the_page_stays_the_same(office: Office) -> None:
    office.register()
    browser, pages = office.browser(), set()
    for _ in range(asked.BY_ADDRESS.most + 2):
        browser.open("/provider/de/link")
        pages.add(browser.send("/provider/de/link", email=ANNA).text)
    assert len(pages) == 1
    assert len(office.post()) == asked.BY_ADDRESS.most


def test_from_one_network_links_are_asked_for_only_so_often(office: Office) -> None:
    browser = office.browser()
    browser.open("/provider/de/link")
    data = {**browser.page.form(), "email": CARO}
    statuses = [browser.client.post("/provider/de/link", data=data).status_code for _ in range(61)]
    assert statuses == [303] * 60 + [429]


def test_the_letter_is_kept_for_the_next_round_if_it_cannot_be_written(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "full")

    office.register()
    browser = office.browser()
    browser.open("/provider/de/link")
    browser.send("/provider/de/link", email=ANNA)
    with monkeypatch.context() as patched:
        patched.setattr("survey_service.letters.post", full)
        with pytest.raises(OSError, match="full"):
            office.post()
    assert office.store.collection(links.LINKS).count() == 0
    ((to, link),) = office.post()
    assert (to, office.app.test_client().get(link).status_code) == (ANNA, 200)


def test_no_token_gets_into_a_log_or_a_referer(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    office.register()
    link = office.link()
    token = link.rpartition("/")[2]
    with caplog.at_level(logging.DEBUG):
        response = office.app.test_client().get(link)
        office.app.test_client().get(link + "x")
        browser = office.browser()
        browser.open(link)
        browser.send(link)
    assert token not in caplog.text
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


OWN_PAGES = [
    ("GET", "/offers"),
    ("GET", "/offers/OFFER"),
    ("POST", "/offers/OFFER/change"),
    ("POST", "/offers/OFFER/confirm"),
    ("POST", "/offers/OFFER/copy"),
    ("GET", "/offers/OFFER/withdraw"),
    ("POST", "/offers/OFFER/withdraw"),
    ("POST", "/another"),
    ("POST", "/begun/1"),
    ("POST", "/begun/1/erase"),
    ("GET", "/people"),
    ("POST", "/people"),
    ("GET", "/people/someone/remove"),
    ("POST", "/people/someone/remove"),
    ("GET", "/leave"),
    ("POST", "/leave"),
    ("POST", "/stay"),
    ("GET", "/bulk"),
    ("POST", "/bulk"),
    ("GET", "/bulk/template.KIND"),
    ("POST", "/bulk/TOKEN"),
    ("POST", "/bulk/TOKEN/findings.csv"),
]


@pytest.mark.parametrize(("method", "path"), OWN_PAGES)
def test_without_a_visit_nothing_of_it_is_there(office: Office, method: str, path: str) -> None:
    offer = office.register()
    browser = office.browser()
    browser.open("/provider/de/link")
    before = office.offer(offer)
    address = f"/provider/de{path.replace('OFFER', offer)}"
    response = browser.client.open(address, method=method, data=browser.page.form() if method == "POST" else None)
    assert response.status_code == 401
    assert offer not in response.text
    assert office.offer(offer) == before


def test_every_page_of_a_contact_is_in_that_list(office: Office) -> None:
    rules = [rule for rule in office.app.url_map.iter_rules() if rule.endpoint.startswith("provider.")]
    public = {"start", "ask", "send", "sent", "arrive", "enter", "finish"}
    own = {
        (method, rule.rule.removeprefix("/provider/<provider_lang:lang>"))
        for rule in rules
        for method in (rule.methods or set()) & {"GET", "POST"}
        if rule.endpoint.partition(".")[2] not in public
    }
    parts = {"OFFER": "<offer>", "someone": "<other>", "/1": "/<int:number>", "KIND": "<kind>", "TOKEN": "<token>"}
    listed = {
        (method, functools.reduce(lambda text, part: text.replace(*part), parts.items(), path))
        for method, path in OWN_PAGES
    }
    assert own == listed


@pytest.mark.parametrize("path", ["", "/change", "/confirm", "/copy", "/withdraw"])
def test_somebody_elses_offer_is_the_same_missing_page_as_none(office: Office, path: str) -> None:
    office.register()
    other = office.register(publish=False, A02="Anderer Träger", A04_name="Fremdes", A22_by=BEN)
    browser = office.visiting()
    shown = []
    for offer in (other, "nothing000"):
        address = f"/provider/de/offers/{offer}{path}"
        got = browser.client.get(address) if path in ("", "/withdraw") else None
        sent = browser.client.post(address, data=browser.page.form()) if path else None
        shown.append([(each.status_code, each.text.replace(offer, "")) for each in (got, sent) if each is not None])
    assert shown[0] == shown[1]
    assert {status for status, _text in shown[0]} == {404}


@pytest.mark.parametrize("path", ["change", "confirm", "copy", "withdraw"])
def test_a_forged_press_changes_nothing(office: Office, path: str) -> None:
    offer = office.register()
    browser = office.visiting()
    before = office.offer(offer)
    assert browser.client.post(f"/provider/de/offers/{offer}/{path}").status_code == 400
    assert office.offer(offer) == before
    assert office.store.collection(DRAFTS).count() == 0


def test_a_contact_for_one_offer_sees_that_only(office: Office) -> None:
    whole, single = office.register(), office.register(A04_name="Nähstube", A22_by=BEN)
    browser = office.visiting(BEN)
    assert single in browser.page.html
    assert whole not in browser.page.html
    assert browser.client.get(f"/provider/de/offers/{whole}").status_code == 404
    first = office.visiting(ANNA)
    assert whole in first.page.html
    assert single in first.page.html


def test_the_name_of_an_organisation_opens_nothing_of_it(office: Office) -> None:
    """Whoever registers under a known name gets at what they registered only, also by a change of the name."""
    mine = office.register()
    evil = office.register(A04_name="Falsches", A22_by="evil@evil.example", publish=False)
    other = office.register(A02="Eigener Name", A04_name="Eigenes", A22_by="evil@evil.example", publish=False)
    body = office.offer(other)
    (response,) = office.store.collection(RESPONSES).find(key=body["response_key"])
    register.update(
        office.store,
        {**response.body, "answers": {**response.body["answers"], "A02": "Verein Beispiel"}},
        clock.today(),
    )
    reach = contacts.of_address(office.store, "evil@evil.example")
    may = {offer for offer in (mine, evil, other) for contact in reach if contact.is_for(office.offer(offer))}
    assert may == {evil, other}


def send_all(browser: Browser, **answers: object) -> None:
    """Go through the pages that are left, giving these answers where they are asked, and send."""
    for _ in range(40):
        if browser.url.split("?")[0].endswith("/check"):
            browser.send()
        elif "/q/offers/" not in browser.url or browser.url.endswith("/done"):
            return
        else:
            browser.send(
                browser.page.action, **{name: answers[name] for name in answers if name in browser.page.names()}
            )
    raise AssertionError(browser.url)


def test_a_change_is_made_on_the_questionnaires_pages_and_waits(office: Office) -> None:
    offer = office.register()
    browser = office.visiting()
    browser.send(f"/provider/de/offers/{offer}/change")
    assert browser.url == "/de/q/offers/check"
    browser.open("/de/q/offers/entry?_return=check")
    assert browser.page.value("A04_name") == "Sprachcafé"
    browser.send(browser.page.action, A04_name="Sprachcafé am Markt")
    send_all(browser)
    assert browser.url.startswith(HOME)
    body = office.offer(offer)
    assert (body["moderation"], body["name"], body["answers"]["A04_name"]) == (
        "submitted",
        "Sprachcafé",
        "Sprachcafé am Markt",
    )
    page = browser.open(f"/provider/de/offers/{offer}")
    assert "Sprachcafé am Markt" in page.text
    assert office.store.collection(DRAFTS).count() == 0


def test_who_changes_an_offer_never_sees_the_four_words_of_who_registered_it(office: Office) -> None:
    offer = office.register()
    browser = office.visiting()
    browser.send(f"/provider/de/offers/{offer}/change")
    kept = browser.open("/de/resume/offers")
    assert "<code" not in kept.html
    browser.open("/de/q/offers/check")
    send_all(browser)
    assert browser.client.get("/de/q/offers/done").status_code == 404


def test_a_returned_offer_says_why_and_can_be_sent_again(office: Office) -> None:
    offer = office.register(publish=False)
    moderation.decide(office.store, offer, "returned", "Mara", reason="Bitte nennen Sie die <b>Zeiten</b>.")
    browser = office.visiting()
    assert "Bitte nennen Sie die <b>Zeiten</b>." in browser.page.text
    assert "Mara" not in browser.open(f"/provider/de/offers/{offer}").text, "people of the office are not named"


def test_confirming_notes_the_day_and_takes_the_reminder_back(office: Office) -> None:
    offer = office.register()
    waiting = office.register(publish=False, A04_name="Neues")
    register.change(office.store, offer, confirmed="2026-01-01", reminded=165)
    browser = office.visiting()
    browser.send(f"/provider/de/offers/{offer}/confirm")
    body = office.offer(offer)
    assert (body["confirmed"], body["reminded"]) == (clock.today().isoformat(), 0)
    assert events.of(office.store, offer)[-1].kind == "confirmed"
    assert browser.client.post(f"/provider/de/offers/{waiting}/confirm", data=browser.page.form()).status_code == 404


def test_what_the_list_says_because_of_its_age_is_said_where_it_can_be_mended(office: Office) -> None:
    offer = office.register(A01="offer")
    project = office.register(A01="project", A04_name="Projekt", A21="2030-06-30")
    with clock.fixed(dt.datetime(2030, 6, 30, 9, tzinfo=dt.UTC)):
        for each in (offer, project):
            register.change(office.store, each, confirmed="2030-06-29")
        browser = office.visiting()
        assert 'class="notice"' not in browser.open(HOME).html
        register.change(office.store, offer, confirmed="2029-12-31")  # 181 days ago
        assert browser.open(HOME).text.count("Nach 180 Tagen") == 1
        assert "Nach 180 Tagen" in browser.open(f"{HOME}/{offer}").text
        assert "Nach 180 Tagen" not in browser.open(f"{HOME}/{project}").text
    with clock.fixed(dt.datetime(2030, 7, 1, 9, tzinfo=dt.UTC)):
        browser = office.visiting()
        for address in (HOME, f"{HOME}/{project}"):
            assert browser.open(address).text.count("steht es in der Liste als beendet") == 1
        browser.send(f"{HOME}/{offer}/confirm")
        assert "Nach 180 Tagen" not in browser.open(HOME).text


def test_a_copy_begins_with_what_is_published_but_for_people_and_consent(office: Office) -> None:
    office.register()
    listed = office.register(A02="Anderer Träger", A04_name="Vorbild", A22_by=BEN, A20_name="Ben", A20_publish="yes")
    browser = office.visiting()
    browser.send(f"/provider/de/offers/{listed}/copy")
    (draft,) = office.store.collection(DRAFTS).find()
    inputs = draft.body["inputs"]
    assert (inputs["A04_name"], inputs["A02"], inputs["A09"]) == ("Vorbild", "Anderer Träger", ["de", "ar"])
    assert not [name for name in inputs if name.startswith(("A20_", "A22_", "A00"))]
    assert browser.status == 200
    send_all(browser, A00="yes", A04_name="Nachbild")
    assert browser.url == "/de/q/offers/done"
    (made,) = [stored.body for stored in register.all_offers(office.store) if stored.body["name"] == "Nachbild"]
    assert made["moderation"] == "submitted"
    anna = contacts.of_address(office.store, ANNA)
    assert any(contact.is_for(made) for contact in anna), "who has sent it looks after it"
    assert not [contact for contact in anna if contact.is_for(office.offer(listed))]


def test_another_offer_begins_with_the_organisation(office: Office) -> None:
    office.register(A02_email="post@beispiel.example", A03="VR 123")
    browser = office.visiting()
    browser.send("/provider/de/another")
    (draft,) = office.store.collection(DRAFTS).find()
    assert draft.body["inputs"] == {"A02": "Verein Beispiel", "A02_email": "post@beispiel.example", "A03": "VR 123"}
    browser.open(HOME)
    other = office.visiting()
    other.send(f"/provider/de/begun/{draft.id}")
    assert "/de/q/offers/" in other.url
    assert browser.open("/de/q/offers").text != "", "the first device no longer holds it"
    assert office.store.collection(DRAFTS).find()[0].body["token_hash"] != draft.body["token_hash"]
    other.open(HOME)
    other.send(f"/provider/de/begun/{draft.id}/erase")
    assert office.store.collection(DRAFTS).count() == 0


def test_a_registration_begun_on_this_device_is_not_lost_by_a_change(office: Office) -> None:
    offer = office.register()
    browser = office.browser()
    browser.open("/de/q/offers")
    browser.send(browser.page.action, A00="yes")
    link = office.link()
    browser.open(link)
    browser.send(link)
    browser.send(f"/provider/de/offers/{offer}/change")
    page = browser.open(HOME)
    (kept,) = [stored for stored in office.store.collection(DRAFTS).find() if not stored.body["replaces"]]
    assert f"/provider/de/begun/{kept.id}" in page.html


def test_a_colleague_sees_that_an_offer_is_being_changed_and_may_go_on(office: Office) -> None:
    offer = office.register()
    contacts.add(office.store, office.offer(offer)["organisation_id"], BEN, "de")
    anna, ben = office.visiting(), office.visiting(BEN)
    anna.send(f"/provider/de/offers/{offer}/change")
    page = ben.open(f"/provider/de/offers/{offer}")
    assert ANNA in page.text
    ben.open(HOME)
    ben.send(f"/provider/de/offers/{offer}/change")
    assert ben.status == 409
    ben.send(f"/provider/de/offers/{offer}/change", go_on="yes")
    assert ben.url == "/de/q/offers/check"
    page = anna.open("/de/q/offers/check")
    assert office.store.collection(DRAFTS).count() == 1
    assert anna.status == 409, "it has moved"


def test_a_withdrawal_asks_first_and_erases_what_was_typed(office: Office) -> None:
    offer = office.register(A04_description="Nur hier zu lesen")
    browser = office.visiting()
    browser.open(f"/provider/de/offers/{offer}/withdraw")
    assert office.offer(offer)["moderation"] == "published"
    browser.send(f"/provider/de/offers/{offer}/withdraw")
    body = office.offer(offer)
    assert (body["moderation"], body["answers"], body["public"]) == ("withdrawn", {}, None)
    assert office.store.collection(RESPONSES).count() == 0
    assert not any(event.answers for event in events.of(office.store, offer))
    page = browser.open(f"/provider/de/offers/{offer}")
    assert browser.status == 200
    assert "Nur hier" not in page.text
    assert browser.client.post(f"/provider/de/offers/{offer}/change", data=browser.page.form()).status_code == 404


def test_the_history_is_told_in_words(office: Office) -> None:
    offer = office.register()
    for kind in events.KINDS:
        events.append(office.store, offer, kind, "Mara", changed=["A04_name", "gone"])
    browser = office.visiting()
    page = browser.open(f"/provider/en/offers/{offer}")
    assert browser.status == 200
    words = [f"{names.EVENTS[kind]}, by the office" for kind in events.KINDS]
    assert not [word for word in words if word not in page.text]
    assert "What is the name of the offer or project?" in page.text


def test_a_visit_ends_by_finished_on_the_server_too(office: Office) -> None:
    offer = office.register()
    browser = office.visiting()
    browser.send(f"/provider/de/offers/{offer}/change")
    cookie = browser.client.get_cookie("provider")
    assert cookie is not None
    browser.open(HOME)
    browser.send("/provider/de/finish")
    assert browser.url == "/provider/de/?finished=yes"
    replayed = office.app.test_client()
    replayed.set_cookie("provider", cookie.value)
    assert replayed.get(HOME).status_code == 401
    assert browser.client.get("/de/q/offers/check").status_code == 404, "the device has forgotten the answers"
    assert office.store.collection(DRAFTS).count() == 1, "and the office keeps them for the next visit"


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (31, 401)])
def test_a_visit_ends_when_nobody_is_there(office: Office, minutes: int, status: int) -> None:
    office.register()
    browser = office.visiting()
    with clock.fixed(clock.now() + dt.timedelta(minutes=minutes)):
        assert browser.client.get(HOME).status_code == status


def test_a_visit_lasts_while_the_questionnaire_is_answered_but_not_longer_than_half_a_day(office: Office) -> None:
    offer = office.register()
    browser = office.visiting()
    browser.send(f"/provider/de/offers/{offer}/change")
    begun = clock.now()
    for minutes in range(20, 12 * 60, 20):
        with clock.fixed(begun + dt.timedelta(minutes=minutes)):
            assert browser.client.get("/de/q/offers/entry").status_code == 200
    with clock.fixed(begun + dt.timedelta(minutes=11 * 60 + 50)):
        assert browser.client.get(HOME).status_code == 200
    with clock.fixed(begun + dt.timedelta(hours=12, minutes=5)):
        assert browser.client.get(HOME).status_code == 401


def test_a_new_link_ends_the_visit_before_it_on_this_device(office: Office) -> None:
    office.register()
    browser = office.visiting()
    first = browser.client.get_cookie("provider")
    link = office.link()
    browser.open(link)
    browser.send(link)
    second = browser.client.get_cookie("provider")
    assert first is not None
    assert second is not None
    assert first.value != second.value
    replayed = office.app.test_client()
    replayed.set_cookie("provider", first.value)
    assert replayed.get(HOME).status_code == 401


def test_removed_contacts_are_anonymous_at_once_wherever_they_were(office: Office) -> None:
    offer = office.register()
    organisation = office.offer(offer)["organisation_id"]
    ben = contacts.add(office.store, organisation, BEN, "de")
    device = office.visiting(BEN)
    spare = office.link(BEN)
    device.send(f"/provider/de/offers/{offer}/change")
    people.leave(office.store, ben.contact)
    assert device.client.get(HOME).status_code == 401
    assert device.client.get(spare).status_code == 404
    assert device.client.get("/de/q/offers/check").status_code == 404, "what was begun cannot be sent any more"
    contacts.add(office.store, organisation, BEN, "de")
    assert device.client.get(HOME).status_code == 401, "who comes back uses a new link"
    assert device.client.get(spare).status_code == 404
