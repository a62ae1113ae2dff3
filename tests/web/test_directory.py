"""The pages of the directory: what they say, in whose language, what they do with bad input, and what they keep."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey_service import languages, settings
from survey_service.app import create_app
from survey_service.questionnaire.loader import Library
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from tests.offers.listed import MEININGEN, SCHMALKALDEN, add

MOST_BYTES = 8 * 1024


@pytest.fixture
def offers(store: Store) -> Store:
    """A store with three listed offers and one that is not."""
    add(
        store,
        "course",
        A02="Volkshochschule <b>",
        A04_name="Deutschkurs & mehr",
        A05_fields=["INT", "BIL"],
        A05_types=["INT.integration_course"],
        A09=["de", "ar"],
        A14_free="yes",
        A12="no",
        A10="always",
    )
    add(store, "county", A04_name="Wohnungslotsen", A05_fields=["WOH"], A17_whole="yes", A06="temporarily_closed")
    add(store, "old", A04_name="Altes Angebot", A17=[SCHMALKALDEN], confirmed="2020-02-01")
    add(store, "hidden", A04_name="Noch nicht geprüft", listed=False)
    return store


@pytest.fixture
def app(offers: Store, bundled: Library, tmp_path: Path) -> Flask:
    Publications(offers).publish({name: bundled.questionnaires[name] for name in ("needs", "offers")})
    return create_app(settings.load(tmp_path / "instance"), offers)


def page(client: FlaskClient, address: str, status: int = 200, **arguments: Any) -> str:
    answer = client.get(address, query_string=arguments or None)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def listed(html: str) -> list[str]:
    return re.findall(r'<h3><a href="/[\w-]+/offers/(\w+)', html)


def test_the_list_without_a_question(client: FlaskClient) -> None:
    html = page(client, "/de/offers")
    assert listed(html) == ["course", "county", "old"]
    assert "Volkshochschule &lt;b&gt;" in html
    assert "Deutschkurs &amp; mehr" in html
    assert "Integration und Migration · Bildung und Schule" in html
    assert "Deutsch · Arabisch" in html
    assert "<strong>Vorübergehend geschlossen</strong>" in html
    assert re.search(r"<strong>[^<]*01\.02\.2020[^<]*</strong>", html)
    assert "Noch nicht geprüft" not in html


def test_words_and_filters_in_arabic(client: FlaskClient) -> None:
    html = page(client, "/ar/offers", q="سكن", place=MEININGEN)
    assert listed(html) == ["county"]
    assert '<a href="/ar/offers/county"><bdi lang="de" dir="ltr">Wohnungslotsen</bdi></a>' in html
    assert "السكن" in html
    assert '<html lang="ar" dir="rtl">' in html


def test_what_is_asked_for_comes_back_in_the_form(client: FlaskClient) -> None:
    html = page(client, "/de/offers", q='Kurs "<i>', place=MEININGEN, language="ar", only="free", field="BIL")
    assert 'value="Kurs &#34;&lt;i&gt;"' in html
    assert f'<option value="{MEININGEN}" selected dir="auto">' in html
    assert '<option value="ar" selected>' in html
    assert 'name="only" value="free" checked' in html
    assert 'name="field" value="BIL" checked' in html
    assert "<details open>" in html


def test_each_filter_can_be_removed(client: FlaskClient) -> None:
    html = page(client, "/de/offers", q="kurs", field=["INT", "BIL"], only="free", page="1")
    removing = re.findall(r'<a href="([^"]*)"><span aria-hidden="true">×', html)
    assert [link.replace("&amp;", "&") for link in removing] == [
        "/de/offers?q=kurs&field=BIL&only=free#found",
        "/de/offers?q=kurs&field=INT&only=free#found",
        "/de/offers?q=kurs&field=INT&field=BIL#found",
        "/de/offers?q=kurs#found",
    ]


def test_other_languages_keep_what_is_asked_for(client: FlaskClient) -> None:
    html = page(client, "/de/offers", q="a&b", only="free")
    for entry in languages.offered():
        assert f'href="/{entry.tag}/offers?q=a%26b&amp;only=free"' in html


def test_a_choice_says_how_many_it_would_leave(client: FlaskClient) -> None:
    html = page(client, "/de/offers")
    assert re.search(rf'<option value="{MEININGEN}" dir="auto">Meiningen \(2\)', html)
    assert re.search(rf'<option value="{SCHMALKALDEN}" dir="auto">Schmalkalden \(2\)', html)
    assert "Belrieth" in html  # what the whole county has, Belrieth has


@pytest.mark.parametrize("tag", ["de", "ar", "ti"])
def test_nothing_found_leads_on(client: FlaskClient, tag: str) -> None:
    html = page(client, f"/{tag}/offers", q="Wohnungslotxxxx", place=SCHMALKALDEN, field="GES", only="free")
    assert listed(html) == []
    ways = re.findall(r'<li><a href="([^"]*)">(?!<span)', html)
    assert [way.replace("&amp;", "&") for way in ways] == [
        f"/{tag}/offers?q=Wohnungslotsen&place={SCHMALKALDEN}&field=GES&only=free#found",
        f"/{tag}/offers?q=Wohnungslotxxxx&field=GES&only=free#found",
        f"/{tag}/offers?q=Wohnungslotxxxx#found",
        f"/{tag}/offers?field=GES#found",
        f"/{tag}/offers#found",
    ]


@pytest.mark.parametrize(
    ("query", "unknown"),
    [
        ("field=XXX", True),
        ("place=other", True),
        ("place=' OR 1=1", True),
        ("only=free&only=<script>", True),
        ("language=xx&day=MO", True),
        ("page=-1", False),
        ("page=99999999999999999999", False),
        ("page=٣", False),
        ("q=%00%00", False),
        ("q=%ff%fe", False),
        ("q=%F0%9F%98%80", False),
        ("field=&place=&q=&language=", False),
        ("nonsense=1", False),
        ("inactive=yes", False),
    ],
)
def test_bad_arguments(client: FlaskClient, query: str, unknown: bool) -> None:
    html = page(client, f"/en/offers?{query}")
    assert ("We did not know some filters." in html) is unknown
    assert "<script>&" not in html
    assert "only=<script>" not in html


def test_a_page_behind_the_last_one_is_the_last(client: FlaskClient) -> None:
    assert listed(page(client, "/de/offers", page="7")) == ["course", "county", "old"]


def test_too_much(client: FlaskClient) -> None:
    assert "first words only" in page(client, "/en/offers", q="kurs " * 60)
    assert "first words only" in page(client, "/en/offers", q="k" * 1000)
    page(client, "/en/offers", status=414, q="k" * 10_000)
    page(client, "/en/offers", status=414, only=["free"] * 100)
    assert listed(page(client, "/en/offers", only=["free"] * 40)) == ["course"]


def test_what_is_proposed(client: FlaskClient) -> None:
    answer = client.get("/de/offers/suggest?q=wohn")
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert "Set-Cookie" not in answer.headers
    assert answer.get_json()["suggestions"] == [
        {"text": "Wohnen"},
        {"text": "Wohnungslotsen", "lang": "de", "dir": "ltr"},
    ]
    assert client.get("/ar/offers/suggest?q=سكن").get_json()["suggestions"][0] == {"text": "السكن"}
    assert answer.get_json()["said"]


@pytest.mark.parametrize("query", ["", "q=", "q=w", "q=%00", "q=qqqqqqq", "q=%ff", "other=1"])
def test_nothing_is_proposed(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/de/offers/suggest?{query}")
    assert (answer.status_code, answer.get_json()["suggestions"]) == (200, [])


def test_what_is_searched_for_is_neither_logged_nor_stored(
    client: FlaskClient, app: Flask, store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for address in ("/de/offers", "/de/offers/suggest"):
        client.get(address, query_string={"q": "Geheimwort"})
        client.get(address, query_string={"q": "Geheimwort" * 1000})
    app.extensions["survey_service"].directory.find = None  # a fault: what is logged of it?
    client.get("/de/offers", query_string={"q": "Geheimwort"})
    assert "TypeError" in caplog.text
    assert "Geheimwort" not in caplog.text
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"Geheimwort" in path.read_bytes()]


def test_searching_sets_no_cookie_and_is_not_kept(client: FlaskClient) -> None:
    answer = client.get("/de/offers?q=kurs")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_way_from_the_start_page(client: FlaskClient) -> None:
    assert '<a href="/ar/offers">' in page(client, "/ar/")


def test_no_way_without_offers(store: Store, bundled: Library, tmp_path: Path) -> None:
    for stored in (offers := store.collection(_offers_spec())).find():
        offers.delete(stored.id)
    app = create_app(settings.load(tmp_path / "instance"), store)
    assert "/de/offers" not in page(app.test_client(), "/de/")
    assert listed(page(app.test_client(), "/de/offers")) == []


def _offers_spec() -> Any:
    from survey_service.offers.register import OFFERS

    return OFFERS


def test_a_shared_tablet_stays_one(client: FlaskClient) -> None:
    html = page(client, "/de/offers?kiosk=needs")
    assert '<input type="hidden" name="kiosk" value="needs">' in html
    assert '<a href="/de/offers/course?kiosk=needs"' in html


def test_the_script_is_allowed_and_kept(client: FlaskClient) -> None:
    answer = client.get("/de/offers")
    found = re.search(r'<script src="(/static/find-[0-9a-f]{8}\.js)"', answer.get_data(as_text=True))
    assert found is not None
    policy = answer.headers["Content-Security-Policy"]
    assert "'self'" in policy.partition("script-src")[2].partition(";")[0]
    assert "connect-src 'self'" in policy
    script = client.get(found[1])
    assert "immutable" in script.headers["Cache-Control"]
    assert client.get("/static/find-00000000.js").status_code == 404


@pytest.mark.parametrize("tag", ["de", "ar", "ti"])
def test_the_first_page_is_light(client: FlaskClient, store: Store, app: Flask, tag: str) -> None:
    kinds = ["INT.integration_course", "WOH.furniture", "GES.midwife", "KIF.kita"]
    with store.transaction():
        for number in range(30):
            fields = sorted({kind.partition(".")[0] for kind in kinds[: 1 + number % 4]})
            add(
                store,
                f"more{number:02}",
                A02=f"Träger {number * 7919 % 31} gemeinnützige GmbH",
                A04_name=f"Beratung und Begleitung {number} im Alltag",
                A05_fields=fields,
                A09=["de", "ar", "uk", "ru"][: 1 + number % 4],
                A14_free="yes",
                A12="no",
                A16=["child_care", "online"],
                A08_days=["MO", "TU", "WE"],
            )
    app.extensions["survey_service"].directory.renew()
    html = page(client, f"/{tag}/offers")
    assert len(listed(html)) == 20
    assert len(brotli.compress(html.encode(), quality=5)) <= MOST_BYTES


def test_json_is_plain(client: FlaskClient) -> None:
    answer = client.get("/ar/offers/suggest?q=سكن").get_data(as_text=True)
    assert "السكن" in answer
    assert set(json.loads(answer)) == {"said", "suggestions"}
