"""What a phone fetches of offers first, in bytes as sent: over the demonstration, which fills each list and filter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from survey_service import clock, demo, languages, settings
from survey_service.app import create_app
from survey_service.offers import contacts, links, register
from survey_service.paths import bundled
from survey_service.questionnaire.loader import load_folder
from survey_service.responses.revisions import Publications
from survey_service.store import open_store
from survey_service.store.base import Document, Store
from tests.web.browser import Browser

FIRST, LATER = 8 * 1024, 14 * 1024
BROTLI = {"Accept-Encoding": "br"}
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
PROVIDERS = [entry.tag for entry in languages.registry().values() if entry.provider]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store("tinydb:", tmp_path_factory.mktemp("demo"))
    publications = Publications(opened)
    publications.publish(load_folder(bundled("forms")).questionnaires)
    demo.fill(opened, publications, today=NOON.date())
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def shown(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    app = create_app(settings.load(tmp_path_factory.mktemp("instance")), store)
    with clock.fixed(NOON):
        yield Browser(app.test_client())


def size(client: FlaskClient, address: str) -> int:
    answer = client.get(address, headers=BROTLI)
    assert answer.status_code == 200, address
    assert answer.headers["Content-Encoding"] == "br"
    return len(answer.data)


@pytest.mark.parametrize("tag", [entry.tag for entry in languages.offered()])
def test_what_newcomers_fetch(shown: Browser, store: Store, tag: str) -> None:
    listed = [stored.body for stored in store.collection(register.OFFERS).find(listed=True)]
    fullest = max(listed, key=lambda body: len(str(body["public"])))["offer"]
    assert shown.open(f"/{tag}/offers").html.count("<h3>") == 20
    addresses = ("", "?page=2", "?field=INT&language=ar&only=free", "?q=xyz&day=SU", "/map", f"/{fullest}")
    for address in (*addresses, f"/{fullest}/report"):
        assert size(shown.client, f"/{tag}/offers{address}") <= FIRST, address
    chosen = "&".join(f"offer={body['offer']}" for body in listed[:20])
    assert size(shown.client, f"/{tag}/offers/print?{chosen}") <= LATER, "twenty codes to photograph"


@pytest.mark.parametrize("tag", PROVIDERS)
def test_what_providers_fetch(shown: Browser, store: Store, tag: str) -> None:
    at = f"/provider/{tag}"
    for address in ("/", "/?q=sprachcafe", "/link", "/link/sent"):
        assert size(shown.client, f"{at}{address}") <= FIRST, address
    everybody = contacts.every(store)
    busiest = max(everybody, key=lambda contact: sum(contact.is_for(body) for body in _listed(store, contact)))
    confirming = links.issue(store, busiest.contact, links.CONFIRM)
    assert size(shown.client, f"{at}/confirm/{confirming}") <= FIRST
    shown.open(f"{at}/open/{links.issue(store, busiest.contact, links.EDIT)}")
    shown.send()
    assert shown.page.html.count('class="box"') > 5
    for address in ("offers", "people", "leave", "bulk"):
        assert size(shown.client, f"{at}/{address}") <= FIRST, address


def _listed(store: Store, contact: contacts.Contact) -> list[Document]:
    found = store.collection(register.OFFERS).find(listed=True, organisation_id=contact.organisation)
    return [stored.body for stored in found]
