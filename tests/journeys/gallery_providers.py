"""Every page that providers see, in one of their languages, as the service sends it: walks through a test client."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator

from survey_service import clock
from survey_service.offers import contacts, freshness, links, moderation, register
from survey_service.offers.contacts import Contact
from survey_service.responses.submissions import Submission, submit
from tests.journeys.gallery import Studio, Walk
from tests.offers import sample
from tests.web.browser import Browser


def looking(studio: Studio, browser: Browser, tag: str) -> Iterator[str]:
    """The start page, what is found there, a link asked for, and what is refused."""
    at = f"/provider/{tag}"
    offer = _published(studio, tag, "Sprachcafé")
    for address, name in (
        ("/", "start"),
        ("/?q=sprachkafe", "found"),
        ("/?q=zzzz", "nothing found"),
        ("/?finished=yes", "finished"),
        ("/?left=yes", "left"),
        ("/link/sent", "link sent"),
        ("/offers", "nobody is signed in"),
        (f"/open/{'A' * 22}", "a link that is no good"),
        (f"/confirm/{'A' * 22}", "a link to confirm that is no good"),
        (f"/link?offer={offer}", "link"),
    ):
        browser.open(f"{at}{address}")
        yield name
    browser.open(f"{at}/link")
    browser.send(email="anna@")
    assert browser.status == 422
    yield "link refused"


def minding(studio: Studio, browser: Browser, tag: str) -> Iterator[str]:
    """What a contact sees of its offers in all states, of its colleagues, and of a file with many offers."""
    at, (contact, offers) = f"/provider/{tag}", _in_all_states(studio, tag)
    browser.open(f"{at}/open/{links.issue(studio.store, contact.contact, links.EDIT)}")
    yield "arrived"
    browser.send()
    assert browser.url.endswith("/offers")
    yield "my offers"
    for name, offer in offers.items():
        browser.open(f"{at}/offers/{offer}")
        yield f"offer {name}"
    browser.send(f"{at}/offers/{offers['waiting']}/change")
    yield "check of a change"
    browser.open(f"{at}/offers/{offers['waiting']}")
    yield "offer that is being changed"
    browser.open(f"{at}/offers")
    browser.send(f"{at}/another")
    browser.open(f"{at}/offers")
    yield "my offers with a registration begun"
    for address in (f"offers/{offers['published']}/withdraw", "people", "leave", "?q=sprachkafe", "bulk"):
        browser.open(f"{at}/{address}")
        yield address.replace(offers["published"], "…")
    for address in ("people", "leave"):
        browser.open(f"{at}/{address}")
        browser.send(email="anna@")
        assert browser.status == 422
        yield f"{address} refused"
    browser.open(f"{at}/people")
    browser.send(email="ben@beispiel.example")
    yield "people with a colleague"
    browser.open(next(link for link in browser.page.links if link.endswith("/remove")))
    yield "remove"
    yield from _many_at_once(browser, at)


def _many_at_once(browser: Browser, at: str) -> Iterator[str]:
    browser.open(f"{at}/bulk")
    token = browser.page.value("_csrf")
    for data, name in (
        (b"\x00nothing", "file refused"),
        (b"A01;A02;A04_name;A05_fields\noffer;Verein;Chor;INT\nboat;Verein;;XYZ\n", "file looked through"),
    ):
        sent = {"_csrf": token, "file": (io.BytesIO(data), "angebote.csv")}
        browser.page.html = browser.client.post(f"{at}/bulk", data=sent).get_data(as_text=True)
        yield name


def confirming(studio: Studio, browser: Browser, tag: str) -> Iterator[str]:
    """The page behind a reminder, with one offer and with several."""
    at, (contact, offers) = f"/provider/{tag}", _in_all_states(studio, tag)
    store = studio.store
    browser.open(f"{at}/confirm/{links.issue(store, contact.contact, links.CONFIRM, offer=offers['unconfirmed'])}")
    yield "one"
    browser.open(f"{at}/confirm/{links.issue(store, contact.contact, links.CONFIRM)}")
    yield "several"
    browser.send(offer=None)
    assert browser.status == 422
    yield "none chosen"
    browser.open(browser.url)
    browser.send()
    assert browser.status == 200
    yield "confirmed"


def _published(studio: Studio, tag: str, name: str, **changes: object) -> str:
    """Publish an offer of one organisation in each language and return its id; once for each name."""
    store, key = studio.store, str(uuid.uuid5(uuid.NAMESPACE_OID, f"{tag} {name}"))
    inputs = {**sample.FULL, "A02": f"Verein {tag}", "A04_name": name, "A22_by": _address(tag), "A20_email": None}
    given = {name: answer for name, answer in {**inputs, **changes}.items() if answer is not None}
    submission = Submission(key, studio.publications.current("offers").revision, "de", given, 0, "web")
    submit(store, studio.publications, submission, receipt_key="0" * 64, today=clock.today())
    (stored,) = store.collection(register.OFFERS).find(response_key=key)
    moderation.decide(store, stored.body["offer"], "published", "gallery")
    return str(stored.body["offer"])


def _address(tag: str) -> str:
    return f"anna.{tag}@beispiel.example"


def _in_all_states(studio: Studio, tag: str) -> tuple[Contact, dict[str, str]]:
    """Return a contact and its offers by state."""
    store = studio.store
    made = {name: _published(studio, tag, f"Angebot {name}", **changes) for name, changes in _STATES.items()}
    register.change(store, made["unconfirmed"], confirmed="2020-02-01")
    waiting = register.find(store, made["waiting"])
    register.change(
        store, made["waiting"], answers={**waiting.body["answers"], "A04_name": "Neuer Name"}, moderation="submitted"
    )
    moderation.decide(store, made["returned"], "returned", "gallery", reason="Bitte nennen Sie die Uhrzeiten.")
    today, settings = clock.today(), studio.app.extensions["survey_service"].settings
    for state in (freshness.UNCONFIRMED, freshness.ENDED):
        assert freshness.state(register.find(store, made[state]).body, today, settings) == state
    (contact,) = contacts.of_address(store, _address(tag))
    return contact, made


_STATES: dict[str, dict[str, object]] = {
    "published": {"A21": "2099-12-31"},
    "unconfirmed": {"A01": "offer", "A21": None},
    "ended": {"A21": "2001-01-31"},
    "waiting": {"A01": "offer", "A21": None},
    "returned": {"A01": "offer", "A21": None},
}
PROVIDERS: tuple[Walk, ...] = (looking, minding, confirming)
