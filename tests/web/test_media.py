"""Pictures, sounds and films beside labels, as respondents get them: only where there are some, light, and kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey_service import settings
from survey_service.app import create_app
from survey_service.questionnaire.loader import load_folder
from survey_service.questionnaire.media import inspect
from survey_service.responses import media
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from tests.pictures import film, picture
from tests.web.browser import Browser

OGG = b"OggS\0" + bytes(100)
FORM = """
questionnaire: look
audience: newcomers
languages: [de, en, ar]
label: {de: Bilder, en: Pictures}
consent: OK
choices:
  yes_no: [{name: "yes", label: {de: Ja, en: "Yes"}}, {name: "no", label: {de: Nein, en: "No"}}]
  ways:
    - {name: bus, label: {de: Bus, en: Bus}, media: {image: bus.png, audio: {ar: bus.ogg}}}
    - {name: walk, label: {de: Zu Fuß, en: Walking}}
pages:
  - name: consent
    label: {de: Beginn, en: Start}
    questions:
      - {type: select_one, name: OK, choices: yes_no, required: true, label: {de: "Ja?", en: "Do you agree?"}}
  - name: plain
    label: {de: Ohne, en: Without}
    questions:
      - {type: text, name: town, label: {de: Ort, en: Town}}
  - name: all
    label: {de: Mit, en: With}
    questions:
      - {type: note, name: film, label: {de: Film, en: Film}, media: {video: film.mp4}}
      - {type: select_one, name: way, choices: ways, label: {de: "Wie?", en: "How <b>?"}, media: {image: map.jpg}}
      - {type: text, name: rest, label: {de: Rest, en: Rest}, media: {audio: {de: rest.ogg}}}
"""
FILES = {
    "bus.png": picture("PNG", (300, 150)),
    "map.jpg": picture("JPEG", (960, 600)),
    "film.mp4": film(),
    "bus.ogg": OGG,
    "rest.ogg": OGG + b"de",
}


@pytest.fixture
def app(store: Store, tmp_path: Path) -> Flask:
    folder = tmp_path / "forms"
    (folder / "media" / "look").mkdir(parents=True)
    (folder / "look.yaml").write_text(FORM, "utf-8")
    for name, content in FILES.items():
        (folder / "media" / "look" / name).write_bytes(content)
    form = load_folder(folder, catalogs=False, gate=False).questionnaires["look"]
    media.take_along(tmp_path / "instance", folder / "media", form)
    Publications(store).publish({"look": form})
    return create_app(settings.load(tmp_path / "instance"), store)


@pytest.fixture
def begun(client: FlaskClient) -> Browser:
    browser = Browser(client)
    browser.open("/en/q/look")
    browser.send(OK="yes")
    browser.send(town="Suhl")
    assert browser.url == "/en/q/look/all"
    return browser


def address(name: str, kind: str) -> str:
    return f"/media/{media.address_of(inspect(FILES[name], kind)[0])}"


def tags(browser: Browser, name: str) -> list[dict[str, Any]]:
    return [attributes for tag, attributes in browser.page.tags if tag == name]


def test_a_page_shows_what_stands_beside_its_labels(begun: Browser) -> None:
    assert tags(begun, "img") == [
        {"class": "media", "src": address("map.jpg", "image"), "width": "480", "height": "300", "alt": "",
         "loading": "lazy", "decoding": "async"},
        {"class": "media", "src": address("bus.png", "image"), "width": "96", "height": "48", "alt": "",
         "loading": "lazy", "decoding": "async"},
    ]  # fmt: skip
    assert tags(begun, "video") == [
        {"class": "media", "controls": None, "preload": "none", "playsinline": None, "width": "320", "height": "180",
         "src": address("film.mp4", "video"), "aria-label": "Film"}
    ]  # fmt: skip
    assert tags(begun, "audio") == []  # there is none in English


def test_a_sound_is_played_in_its_own_language_only(begun: Browser) -> None:
    begun.open("/de/q/look/all")
    (sound,) = tags(begun, "audio")
    assert sound == {
        "class": "media", "controls": None, "preload": "none", "src": address("rest.ogg", "audio"),
        "aria-label": "Rest",
    }  # fmt: skip
    begun.open("/ar/q/look/all")
    assert [sound["src"] for sound in tags(begun, "audio")] == [address("bus.ogg", "audio")]


def test_only_pages_that_show_something_may_fetch_it(begun: Browser, client: FlaskClient) -> None:
    with_media = client.get("/de/q/look/all")
    assert "img-src data: 'self'; media-src 'self'; " in with_media.headers["Content-Security-Policy"]
    plain = client.get("/de/q/look/plain")
    assert "img-src data:; " in plain.headers["Content-Security-Policy"], "the empty icon, nothing else"
    assert "media-src" not in plain.headers["Content-Security-Policy"]
    assert "media" not in plain.text
    assert "audio.media" in with_media.text


def test_a_file_is_kept_by_browsers_and_never_taken_for_something_else(app: Flask) -> None:
    client = app.test_client()
    answer = client.get(address("map.jpg", "image"))
    assert answer.status_code == 200
    assert answer.data == inspect(FILES["map.jpg"], "image")[1]
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "Set-Cookie" not in answer.headers
    answer.close()
    again = client.get(address("map.jpg", "image"), headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    again.close()


def test_a_player_gets_the_part_it_asks_for(app: Flask) -> None:
    answer = app.test_client().get(address("bus.ogg", "audio"), headers={"Range": "bytes=0-4"})
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == f"bytes 0-4/{len(OGG)}"
    assert answer.data == b"OggS\0"
    answer.close()


@pytest.mark.parametrize(
    "path",
    [
        "/media/" + "a" * 64 + ".png",
        "/media/" + "a" * 64,
        "/media/" + "a" * 64 + ".svg",
        "/media/..%2f..%2fsecret.png",
        "/media/x.png",
    ],
)
def test_there_is_nothing_else(app: Flask, path: str) -> None:
    assert app.test_client().get(path).status_code == 404


def test_the_address_needs_the_ending_of_a_known_type(app: Flask) -> None:
    path = address("map.jpg", "image")
    assert app.test_client().get(path.replace(".jpg", ".html")).status_code == 404
