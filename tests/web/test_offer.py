"""The page of an offer and what hangs on it: every answer in words, bad rows shown and never followed, who is gone."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey_service import clock, languages, settings
from survey_service.app import create_app
from survey_service.offers import contacts, moderation, notices, register
from survey_service.questionnaire.loader import Library
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import Submission, submit
from survey_service.store.base import Store
from tests.offers.sample import FULL
from tests.web.browser import Browser

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)  # a Monday, ten o'clock in Berlin
PUBLIC = "https://survey.example"
PRIVATE = ("A20_name", "A20_phone", "A20_email")


@pytest.fixture
def app(store: Store, bundled: Library, tmp_path: Path) -> Iterator[Flask]:
    Publications(store).publish({"offers": bundled.questionnaires["offers"]})
    with clock.fixed(NOW):
        yield create_app(settings.load(tmp_path / "instance", public_url=PUBLIC, mail_from="dienst@a.example"), store)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    return client


class Inventory:
    """Registers and publishes offers; each differs from FULL in what is given, None leaves an answer out."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.made = 0

    def register(self, language: str = "de", **changes: Any) -> str:
        self.made += 1
        inputs = {name: value for name, value in {**FULL, **changes}.items() if value is not None}
        key = f"33333333-3333-4333-8333-{self.made:012}"
        submission = Submission(key, "offers-1", language, inputs, 0, "web")
        submit(self.store, Publications(self.store), submission, receipt_key="0" * 64, today=clock.today())
        return str(self.store.collection(register.OFFERS).first(response_key=key).body["offer"])  # type: ignore[union-attr]

    def publish(self, language: str = "de", **changes: Any) -> str:
        offer = self.register(language, **changes)
        moderation.decide(self.store, offer, "published", "Mara")
        return offer

    def put(self, **changes: Any) -> str:
        """Publish answers that the questionnaire would refuse, as old data and imports bring them."""
        offer = self.publish()
        public = {name: value for name, value in {**FULL, **changes}.items() if value is not None}
        register.change(self.store, offer, public=public)
        return offer


@pytest.fixture
def inventory(app: Flask, store: Store) -> Inventory:
    return Inventory(store)


def page(client: FlaskClient, offer: str, tag: str = "de") -> str:
    answer = client.get(f"/{tag}/offers/{offer}")
    assert answer.status_code == 200
    text = answer.text
    return text[text.index("<main") : text.index("</main>")]


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_all_that_was_answered_is_said_in_words(client: FlaskClient, inventory: Inventory) -> None:
    said = plain(page(client, inventory.publish(), "en"))
    for words in (
        "Sprachcafé",
        "Project, Meeting place",
        "Confirmed on November 23, 2026",
        "Language of the text: German",
        "Familien",
        "16 to 27 years old",
        "No certain residence status needed",
        "€12.50",
        "im Monat",
        "Einfach kommen.",
        "Which documents are needed? Ausweis",
        "How long is the wait at present? Zwei Wochen",
        "12 of 10 More places are free than there are. Please ask there.",
        "German, Arabic",
        "Is interpreting available? Yes, on request",
        "Step-free access",
        "Child care",
        "Am Markt 1 09861 Meiningen",
        "Meiningen , Schmalkalden",
        "Open now",
        "Monday, Wednesday 09:00–12:30",
        "In den Ferien geschlossen.",
        "Frau Muster",
        "0049 3693 485-0 oder 0171 1234567",
        "muster@verein.example",
        "Verein Beispiel",
        "Wir helfen. Seit 1990.",
        f"{PUBLIC}/en/offers/",
    ):
        assert words in said, words
    assert "pruefung@verein.example" not in said


def test_codes_prices_and_days_are_in_the_language_of_the_page(client: FlaskClient, inventory: Inventory) -> None:
    offer = inventory.publish()
    german, arabic = plain(page(client, offer)), plain(page(client, offer, "ar"))
    assert "Montag, Mittwoch 09:00–12:30" in german
    assert "12,50 €" in german.replace("\xa0", " ")
    assert "23. November 2026" in german
    assert "الاثنين، الأربعاء 09:00–12:30" in arabic
    for code in ("INT", "BIL", "meeting_place", "on_request", "step_free", "child_care", "16066042"):
        assert f" {code} " not in arabic


def test_texts_of_the_provider_bear_their_language(client: FlaskClient, inventory: Inventory) -> None:
    offer = inventory.publish()
    assert '<bdi dir="auto" lang="de">Einfach kommen.</bdi>' in page(client, offer, "ar")
    for tag in ("de", "de-simple"):
        assert '<bdi dir="auto">Einfach kommen.</bdi>' in page(client, offer, tag)
    english = inventory.publish("en", A18_join="Just come.")
    assert '<bdi dir="auto" lang="en">Just come.</bdi>' in page(client, english)


def test_addresses_lead_to_the_telephone_the_map_and_the_mail(client: FlaskClient, inventory: Inventory) -> None:
    links = re.findall(r'href="([^"]+)"', page(client, inventory.publish()))
    for address in (
        "tel:+49-3693-4850",
        "tel:+49-171-1234567",
        "mailto:muster@verein.example",
        "mailto:info@verein.example",
        "https://verein.example/a?b=1&amp;c=2",
        "geo:50.5679,10.4152?q=Am%20Markt%201%2C%2009861%20Meiningen",
    ):
        assert address in links, address


@pytest.mark.parametrize("publish", ["no", None])
def test_a_contact_is_shown_only_with_leave(client: FlaskClient, inventory: Inventory, publish: str | None) -> None:
    offer = inventory.publish(A20_publish=publish)
    answer = client.get(f"/de/offers/{offer}").text
    printed = client.get(f"/de/offers/print?offer={offer}").text
    for name in PRIVATE:
        assert FULL[name] not in answer + printed
    assert "0171" not in answer + printed


def test_nothing_typed_is_ever_markup(client: FlaskClient, inventory: Inventory) -> None:
    evil = "<script>alert(1)</script>\"'&"
    typed = {
        name: evil
        for name, value in FULL.items()
        if isinstance(value, str)
        and name not in ("A00", "A01", "A06", "A07_type", "A07_place", "A14_cost", "A21", "A20_publish")
    }
    offer = inventory.put(**typed)
    for path in (offer, f"{offer}/report", f"print?offer={offer}", "map"):
        for tag in ("de", "ar"):
            answer = client.get(f"/{tag}/offers/{path}")
            assert answer.status_code == 200
            assert "<script>alert" not in answer.text
            data = re.findall(r'<script type="application/ld\+json">(.*?)</script>', answer.text)
            for block in data:
                assert "<" not in block
                assert evil in json.dumps(json.loads(block), ensure_ascii=False).replace('\\"', '"')


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt://verein.example/%0aalert(1)",
        "data:text/html,x",
        "ftp://verein.example",
        "//verein.example",
        "www.verein.example",
        "https://",
        "https:///a",
        "http://[::1",
        "https://verein.example/a b",
        "https://verein.example\\@other.example",
        "https://verein.example/\u202etxt",
        "https://verein.example:99999/",
    ],
)
def test_what_is_no_website_is_shown_and_not_followed(client: FlaskClient, inventory: Inventory, address: str) -> None:
    html = page(client, inventory.put(A02_website=address), "en")
    assert f'href="{address}"' not in html
    assert 'rel="external' not in html
    assert f"Website {' '.join(address.split())} E-mail" in plain(html)


@pytest.mark.parametrize(
    ("typed", "links"),
    [
        ("067 123 45 67", []),
        ("auf Anfrage", []),
        ("٠٣٦٩٣ ٤٨٥٠٠٠", ["tel:+49-3693-485000"]),
        ("116 117", ["tel:116117"]),
    ],
)
def test_telephone_numbers_of_all_kinds(
    client: FlaskClient, inventory: Inventory, typed: str, links: list[str]
) -> None:
    html = page(client, inventory.publish(A20_phone=typed), "en")
    assert re.findall(r'href="(tel:[^"]+)"', html) == links
    assert f"Telephone {'03693 485000' if '٠' in typed else typed} E-mail" in plain(html)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"A08_from": "12:30", "A08_to": "09:00"}, "Montag, Mittwoch 12:30–09:00"),
        ({"A08_from": "09:00", "A08_to": "09:00"}, "Montag, Mittwoch 09:00 – 09:00"),
        ({"A08_from": "morgens", "A08_to": None}, "Montag, Mittwoch morgens"),
        ({"A14_cost": None}, "Kosten Es kostet Geld. im Monat"),
        ({"A14_cost": "1E+3"}, "1.000,00 €"),
        ({"A07_postcode": "00001"}, "00001 Meiningen"),
        ({"A07_place": "other", "A07_place_other": "Suhl"}, "09861 Suhl"),
        ({"A07_place": "99999999"}, "Am Markt 1 09861"),
        ({"A09": ["xx"]}, "xx"),
        ({"A19_free": 3}, "3 von 10"),
        ({"A06": "temporarily_closed"}, "Vorübergehend geschlossen"),
        ({"A01": "structure", "A04_name": None}, "Struktur"),
    ],
)
def test_odd_answers_are_shown(client: FlaskClient, inventory: Inventory, changes: dict[str, Any], said: str) -> None:
    shown = plain(page(client, inventory.put(**changes)))
    assert said in shown.replace("\xa0", " ")


def test_an_offer_without_any_details_is_shown(client: FlaskClient, inventory: Inventory) -> None:
    offer = inventory.publish(**dict.fromkeys(set(FULL) - {"A00", "A01", "A02", "A04_name", "A05_fields"}))
    html = page(client, offer)
    assert "Sprachcafé" in html
    assert html.count("<section") == 1, "the organisation"
    assert client.get(f"/de/offers/{offer}.ics").status_code == 404


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-23T06:00", "Opens today at"),
        ("2026-11-23T09:00", "Open now"),
        ("2026-11-23T12:00", "Closed now. Next time:"),
        ("2026-11-28T12:00", "Closed now. Next time:"),
    ],
)
def test_whether_it_is_open_now(client: FlaskClient, inventory: Inventory, moment: str, said: str) -> None:
    offer = inventory.publish()
    with clock.fixed(dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)):
        assert said in page(client, offer, "en")
    closed = inventory.publish(A06="temporarily_closed")
    assert "Open now" not in page(client, closed, "en")
    assert client.get(f"/en/offers/{closed}.ics").status_code == 404


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "Confirmed on November 23, 2026"),
        (180, "Confirmed on November 23, 2026"),
        (181, "Not confirmed since November 23, 2026 Please ask there whether it is still right."),
        (404, "Ended on December 31, 2027"),
    ],
)
def test_how_fresh_it_is(client: FlaskClient, inventory: Inventory, days: int, said: str) -> None:
    offer = inventory.publish()
    with clock.fixed(NOW + dt.timedelta(days)):
        assert said in plain(page(client, offer, "en"))


def test_what_was_merged_leads_on_for_good(client: FlaskClient, inventory: Inventory) -> None:
    first, second, third = (inventory.publish() for _ in range(3))
    register.change(inventory.store, first, merged_into=second)
    register.change(inventory.store, second, merged_into=third)
    for path, where in (("", ""), ("/report", "/report"), (".ics", ".ics")):
        answer = client.get(f"/ar/offers/{first}{path}")
        assert (answer.status_code, answer.location) == (308, f"/ar/offers/{third}{where}")
    register.change(inventory.store, third, merged_into=first)
    assert client.get(f"/ar/offers/{first}").status_code in (404, 410), "a circle ends"


def test_what_is_gone_says_so_and_leads_on(client: FlaskClient, inventory: Inventory) -> None:
    offer = inventory.publish()
    moderation.take_off(inventory.store, offer, "Mara", reason="Das gibt es nicht mehr.")
    answer = client.get(f"/en/offers/{offer}")
    assert answer.status_code == 410
    assert "This offer is no longer in the directory." in answer.text
    assert 'href="/en/offers"' in answer.text
    assert "Sprachcafé" not in answer.text
    withdrawn = inventory.publish()
    register.withdraw(inventory.store, str(register.find(inventory.store, withdrawn).body["response_key"]))
    assert client.get(f"/en/offers/{withdrawn}").status_code == 410


def test_what_never_stood_there_is_missing_like_any_other(client: FlaskClient, inventory: Inventory) -> None:
    waiting = inventory.register()
    pages = {client.get(f"/en/offers/{offer}").text.replace(offer, "") for offer in (waiting, "zzzzzzzzzz")}
    assert len(pages) == 1
    for path in ("", ".ics", "/report"):
        assert client.get(f"/en/offers/{waiting}{path}").status_code == 404
    assert client.get(f"/en/offers/print?offer={waiting}").status_code == 404


def test_a_change_that_waits_is_not_shown(client: FlaskClient, inventory: Inventory) -> None:
    offer = inventory.publish()
    body = register.find(inventory.store, offer).body
    register.change(inventory.store, offer, answers={**body["answers"], "A04_name": "Neu"}, moderation="submitted")
    assert "Neu" not in page(client, offer)


def test_the_calendar_is_one(client: FlaskClient, inventory: Inventory) -> None:
    offer = inventory.publish()
    answer = client.get(f"/de/offers/{offer}.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    (event,) = icalendar.Calendar.from_ical(answer.text).walk("VEVENT")
    assert (event["SUMMARY"], event["LOCATION"]) == ("Sprachcafé", "Am Markt 1, 09861 Meiningen")
    assert event["URL"] == f"{PUBLIC}/de/offers/{offer}"
    assert event["RRULE"]["BYDAY"] == ["MO", "WE"]
    assert event["RRULE"]["UNTIL"][0] == dt.datetime(2027, 12, 31, 22, 59, 59, tzinfo=dt.UTC)


def test_the_data_for_machines_holds_no_secret(client: FlaskClient, inventory: Inventory) -> None:
    text = client.get(f"/de/offers/{inventory.publish(A20_publish='no')}").text
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
    data = json.loads(block)
    assert data["@context"] == "https://schema.org"
    assert "Sprachcafé" in block
    assert not any(FULL[name] in block for name in (*PRIVATE, "A22_by"))


def test_a_list_to_print(client: FlaskClient, inventory: Inventory) -> None:
    first, second, gone = inventory.publish(), inventory.publish(A04_name="Nähkurs"), inventory.register()
    text = client.get(f"/de/offers/print?offer={first}&offer={second}&offer={gone}&offer={first}").text
    assert text.count('class="slip"') == 2
    assert text.count('<svg role="img"') == 2
    assert text.index("Sprachcafé") < text.index("Nähkurs")
    assert f'href="/ar/offers/print?offer={first}&amp;offer={second}"' in text
    assert client.get("/de/offers/print").status_code == 404


def test_the_map_and_its_table_say_the_same(client: FlaskClient, inventory: Inventory) -> None:
    inventory.publish()
    inventory.publish(A07_place="16066063", A17=["16066042"])
    inventory.publish(A17_whole="yes", A17=None)
    inventory.register()
    text = client.get("/en/offers/map").text
    rows = dict(re.findall(r"<bdi>([^<]+)</bdi>(?:</a>)?</th><td>(\d+)</td>", text))
    assert len(rows) == 38
    assert (rows["Meiningen"], rows["Schmalkalden"], rows["Oberhof"]) == ("2", "2", "0")
    assert 'href="/en/offers?place=16066042"' in text
    assert "1 offer is for the whole county." in plain(text)
    assert "Rhönblick" in plain(text).split("Not on the map:")[1].split("1 offer")[0]
    assert text.count("<circle") == 37
    assert text.count('class="none"') == 35
    listed = client.get("/en/offers?place=16066042").text
    assert listed.count("Sprachcafé</bdi></a>") == 3, "those for the whole county besides"


@pytest.mark.parametrize(("status", "count"), [("temporarily_closed", 1), ("inactive", 0), ("defunct", 0)])
def test_the_map_counts_what_the_list_shows(client: FlaskClient, inventory: Inventory, status: str, count: int) -> None:
    inventory.publish(A06=status)
    rows = dict(re.findall(r"<bdi>([^<]+)</bdi>(?:</a>)?</th><td>(\d+)</td>", client.get("/de/offers/map").text))
    assert rows["Meiningen"] == str(count)
    assert client.get("/de/offers?place=16066042").text.count("Sprachcafé</bdi></a>") == count


def test_an_error_is_reported(client: FlaskClient, inventory: Inventory, store: Store, tmp_path: Path) -> None:
    offer = inventory.publish()
    browser = Browser(client)
    browser.open(f"/de/offers/{offer}/report")
    browser.send(text="Die Nummer ist falsch.\n")
    assert browser.status == 422
    assert 'role="alert"' in browser.page.html
    assert "Die Nummer ist falsch." in browser.page.html
    browser.send(about="contact")
    assert browser.url == f"/de/offers/{offer}?reported=yes"
    (notice,) = notices.of(store, offer)
    assert (notice.about, notice.text, notice.day, notice.state) == (
        "contact",
        "Die Nummer ist falsch.",
        "2026-11-23",
        "open",
    )
    letters = list((tmp_path / "instance" / "outbox").iterdir())
    assert len(letters) == len(contacts.of_offer(store, register.find(store, offer).body)) == 1
    browser.open(f"/de/offers/{offer}/report")
    browser.send(about="times")
    assert len(notices.of(store, offer)) == 2
    assert list((tmp_path / "instance" / "outbox").iterdir()) == letters, "one letter a day"


def test_a_flood_of_notices_ends(client: FlaskClient, inventory: Inventory, store: Store) -> None:
    offer, other = inventory.publish(), inventory.publish()
    browser = Browser(client)
    for number in range(notices.MOST_OF_ONE + 2):
        browser.open(f"/de/offers/{offer}/report")
        browser.send(about="other", text=f"Nummer {number}")
    assert browser.status == 429
    assert f"Nummer {number}" in browser.page.html
    assert len(notices.of(store, offer)) == notices.MOST_OF_ONE
    browser.open(f"/de/offers/{other}/report")
    browser.send(about="other", text="x" * (notices.LONGEST + 1))
    assert browser.status == 422
    browser.send(about="other", text="x" * notices.LONGEST)
    assert [len(notice.text) for notice in notices.of(store, other)] == [notices.LONGEST]


def test_a_forged_notice_is_shown_again_and_not_kept(client: FlaskClient, inventory: Inventory, store: Store) -> None:
    offer = inventory.publish()
    answer = client.post(f"/de/offers/{offer}/report", data={"about": "gone", "text": "Hallo"})
    assert answer.status_code == 422
    assert "Hallo" in answer.text
    assert notices.of(store, offer) == []


@pytest.mark.parametrize("tag", [entry.tag for entry in languages.offered()])
def test_the_page_keeps_its_budget_in_every_language(client: FlaskClient, inventory: Inventory, tag: str) -> None:
    offer = inventory.publish()
    for path in (offer, "map", f"{offer}/report"):
        answer = client.get(f"/{tag}/offers/{path}", headers={"Accept-Encoding": "br"})
        assert answer.headers["Content-Encoding"] == "br"
        assert len(answer.data) <= 8 * 1024, path
