"""The holder of a receipt sees, corrects and withdraws a response in the browser."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.dates import format_date
from flask.testing import FlaskClient

from survey_service import clock, settings
from survey_service.app import create_app
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from tests.responses.test_submissions import send


@pytest.fixture
def client(store: Store, publications: Publications, tmp_path: Path) -> Iterator[FlaskClient]:
    app = create_app(settings.load(tmp_path / "instance"), store)
    with app.test_client() as made:
        yield made


def words_of(client: FlaskClient, store: Store, publications: Publications) -> str:
    """Send a response with the secret of this application and return its receipt."""
    from survey_service.responses import submissions

    application = client.application
    key = application.extensions["survey_service"].receipt_key
    outcome = send(store, publications, age=20, likes=["pna"])
    receipt = submissions.receipts.words_for(outcome.key, key)
    stored = store.collection(RESPONSES).find()[0]
    body = {**stored.body, "receipt_hash": submissions.receipts.hash_of(receipt)}
    store.collection(RESPONSES).replace(stored.id, body, version=stored.version)
    return receipt


def press(client: FlaskClient, words: str, button: str = "") -> object:
    page = client.get("/en/receipt").get_data(as_text=True)
    token = re.search(r'name="_csrf" value="([^"]+)"', page)
    assert token is not None
    data = {"_csrf": token[1], "words": words, **({button: "yes"} if button else {})}
    return client.post("/en/receipt", data=data)


def test_seen(client: FlaskClient, store: Store, publications: Publications) -> None:
    answer = press(client, words_of(client, store, publications).upper().replace("-", " "))
    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    assert "Prefer not to say" in page
    assert answer.headers["Cache-Control"] == "no-store"


def test_wrong_words_come_back_with_a_message(client: FlaskClient) -> None:
    answer = press(client, "bamiku-tukuri-nonini<b>-sasasa")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="bamiku-tukuri-nonini&lt;b&gt;-sasasa"' in page
    assert "“\u2068nonini&lt;b&gt;\u2069” cannot be one of the words." in page
    answer = press(client, "bamiku tukuri")
    assert (answer.status_code, "Please type all four words" in answer.get_data(as_text=True)) == (422, True)
    answer = press(client, "bamiku-tukuri-nininu-sasasa")
    assert (answer.status_code, "Check the spelling" in answer.get_data(as_text=True)) == (404, True)


def test_withdrawn_after_a_question(client: FlaskClient, store: Store, publications: Publications) -> None:
    words = words_of(client, store, publications)
    asked = press(client, words, "_withdraw")
    assert asked.status_code == 200
    assert store.collection(RESPONSES).count() == 1
    gone = press(client, words, "_withdraw_now")
    assert (gone.status_code, gone.headers["Location"]) == (303, "/en/receipt/withdrawn")
    assert store.collection(RESPONSES).count() == 0
    stays = client.get("/en/receipt/withdrawn").get_data(as_text=True)
    last = format_date(clock.today() + dt.timedelta(days=90), "long", locale="en")
    assert f"and are deleted by {last}." in stays


def test_corrected(client: FlaskClient, store: Store, publications: Publications) -> None:
    words = words_of(client, store, publications)
    answer = press(client, words, "_correct")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/en/q/small/check")
    page = client.get("/en/q/small/about").get_data(as_text=True)
    token = re.search(r'name="_csrf" value="([^"]+)"', page)
    assert token is not None
    data = {"_csrf": token[1], "_return": "check", "_shown": "age town likes", "age": "21", "likes": "blue"}
    assert client.post("/en/q/small/about", data=data).headers["Location"].startswith("/en/q/small/")
    sent = client.post("/en/q/small/check", data={"_csrf": token[1]})
    assert sent.headers["Location"] == "/en/q/small/done"
    stored = store.collection(RESPONSES).find()
    assert [entry.body["answers"] for entry in stored] == [{"OK": "yes", "age": 21, "likes": ["blue"]}]
    assert words in client.get("/en/q/small/done").get_data(as_text=True)
