"""Files on the pages of a questionnaire, without scripts: chosen, replaced, removed, refused, sent, withdrawn."""

from __future__ import annotations

import datetime as dt
import errno
import io
import stat
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from survey_service import clock, settings
from survey_service.accounts import audit
from survey_service.app import create_app
from survey_service.questionnaire.loader import load_folder
from survey_service.responses import drafts, files
from survey_service.responses.drafts import DRAFTS
from survey_service.responses.files import UPLOADS
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store import durable as written
from survey_service.store.base import Store
from tests.pictures import SECRET, picture
from tests.responses import aging
from tests.web.browser import Browser, Page

BOTH_STORES = True
FORM = """
questionnaire: paper
audience: newcomers
languages: [de, en, ar]
label: {de: Papiere, en: Papers}
minutes: [1, 2]
consent: OK
choices:
  yes_no:
    - {name: "yes", label: {de: Ja, en: "Yes"}}
    - {name: "no", label: {de: Nein, en: "No"}}
pages:
  - name: consent
    label: {de: Beginn, en: Start}
    questions:
      - {type: select_one, name: OK, choices: yes_no, required: true, label: {de: "Ja?", en: "Do you agree?"}}
  - name: all
    label: {de: Dateien, en: Files}
    questions:
      - {type: text, name: town, label: {de: Ort, en: Town}}
      - {type: image, name: photo, label: {de: Bild, en: Photo}}
      - {type: file, name: letter, label: {de: Brief, en: Letter}}
  - name: last
    label: {de: Ende, en: The end}
    questions:
      - {type: text, name: rest, label: {de: Rest, en: Rest}}
"""


@pytest.fixture
def app(store: Store, tmp_path: Path) -> Flask:
    folder = tmp_path / "paper"
    folder.mkdir()
    (folder / "paper.yaml").write_text(FORM, "utf-8")
    Publications(store).publish({"paper": load_folder(folder, catalogs=False).questionnaires["paper"]})
    values = {"upload_bytes": 300_000, "uploads_per_response": 2, "uploads_total": 400_000, "max_body": 100_000}
    return create_app(settings.load(tmp_path / "instance", **values), store)


@pytest.fixture
def begun(client: FlaskClient) -> Browser:
    browser = Browser(client)
    browser.open("/en/q/paper")
    browser.send(OK="yes")
    assert browser.url == "/en/q/paper/all"
    return browser


def choose(browser: Browser, name: str, content: bytes, file: str, **answers: Any) -> Page:
    """Choose a file and send the page as a browser does: every control of kind file is a part of its own."""
    data: dict[str, Any] = {}
    for control in browser.page.controls:
        if control.on and control.name and control.kind != "file":
            data.setdefault(control.name, []).append(control.value)
    data |= {key.replace("__", ":"): value for key, value in answers.items()}
    data[name] = (io.BytesIO(content), file)
    return browser._take(browser.url, browser.client.post(browser.url.split("?")[0], data=data))


def contents(app: Flask, tmp_path: Path) -> list[Path]:
    return sorted(path for path in (tmp_path / "instance" / "uploads").glob("*/*"))


def test_the_form_can_send_files_only_where_one_is_asked_for(begun: Browser) -> None:
    assert 'enctype="multipart/form-data"' in begun.page.html
    assert "At most 0.3 MB." in begun.page.text
    assert "enctype" not in begun.open("/en/q/paper/last").html


def test_a_picture_is_kept_clean_and_shown_by_its_name(
    begun: Browser, app: Flask, store: Store, tmp_path: Path
) -> None:
    choose(begun, "photo", picture("JPEG"), "IMG 1.jpg", town="Suhl")
    assert begun.url == "/en/q/paper/last"
    (path,) = contents(app, tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.parent.name == path.name[:2]
    content = path.read_bytes()
    assert SECRET not in content
    with Image.open(path) as image:
        assert image.size == (40, 30)
    (draft,) = store.collection(DRAFTS).find()
    answer = {"file": path.name, "name": "IMG 1.jpg", "type": "image/jpeg", "size": len(content)}
    assert draft.body["inputs"]["photo"] == answer
    assert draft.body["inputs"]["town"] == "Suhl"
    (record,) = store.collection(UPLOADS).find()
    assert (record.body["file"], record.body["key"]) == (path.name, draft.body["key"])
    begun.send(rest="x")
    assert "IMG 1.jpg" in begun.page.text
    begun.open("/en/q/paper/all")
    assert "Your file: IMG 1.jpg (1 kB)" in begun.page.text
    assert "photo:remove" in begun.page.names()


def test_a_file_stays_replaced_or_goes_as_the_page_says(
    begun: Browser, app: Flask, store: Store, tmp_path: Path
) -> None:
    choose(begun, "photo", picture("PNG"), "one.png")
    (first,) = contents(app, tmp_path)
    begun.open("/en/q/paper/all")
    begun.send(drop=("photo", "letter"), town="Suhl")
    assert contents(app, tmp_path) == [first]
    begun.open("/en/q/paper/all")
    choose(begun, "photo", picture("GIF"), "two.gif")
    (second,) = contents(app, tmp_path)
    assert second != first
    begun.open("/en/q/paper/all")
    begun.send(drop=("photo", "letter"), photo__remove="yes")
    assert contents(app, tmp_path) == []
    assert store.collection(UPLOADS).count() == 0
    assert store.collection(DRAFTS).find()[0].body["inputs"]["photo"] == ""


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.png", "Please choose a picture"),
        (b"<html>", "a.jpg", "Please choose a picture"),
        (b"%PDF-1.7", "a.pdf", "Please choose a picture"),
        (b"", "a.png", "This file is empty."),
        (picture("PNG")[:60], "a.png", "This file is damaged."),
        (b"GIF89a<script>alert(1)</script>", "a.gif", "This file is damaged."),
        (b"\x89PNG\r\n\x1a\n" + bytes(300_000), "a.png", "It may have at most 0.3 MB."),
    ],
)
def test_a_refused_file_is_told_at_the_question_and_nothing_else_is_lost(
    begun: Browser, app: Flask, tmp_path: Path, content: bytes, name: str, said: str
) -> None:
    choose(begun, "photo", picture("PNG"), "good.png")
    begun.open("/en/q/paper/all")
    choose(begun, "photo", content, name, town="Meiningen")
    assert begun.status == 422
    assert said in begun.page.text
    assert begun.page.ids["photo:error"] == "p"
    assert "good.png" in begun.page.text
    assert begun.page.value("town") == "Meiningen"
    assert len(contents(app, tmp_path)) == 1
    begun.send(drop=("photo", "letter"))
    assert begun.url == "/en/q/paper/last"


def test_there_is_an_end_to_how_many_and_how_much(begun: Browser, app: Flask, client: FlaskClient) -> None:
    def noise(size: int) -> bytes:
        return b"%PDF-1.7" + bytes(size)

    choose(begun, "letter", noise(250_000), "one.pdf")
    other = Browser(app.test_client())
    other.open("/en/q/paper")
    other.send(OK="yes")
    choose(other, "letter", noise(200_000), "two.pdf")
    assert other.status == 422
    assert "There is no room for more files just now." in other.page.text
    choose(other, "letter", noise(10_000), "two.pdf")
    assert other.url == "/en/q/paper/last"


def test_as_many_files_as_a_response_may_have(begun: Browser, app: Flask, store: Store) -> None:
    app.extensions["survey_service"].settings.values["uploads_per_response"] = 1  # type: ignore[index]
    choose(begun, "photo", picture("PNG"), "one.png")
    begun.open("/en/q/paper/all")
    choose(begun, "letter", b"%PDF-1.7", "two.pdf")
    assert "You can send at most 1 files." in begun.page.text
    choose(begun, "photo", picture("PNG"), "replaced.png")
    assert begun.url == "/en/q/paper/last"
    assert store.collection(UPLOADS).count() == 1


def sent(begun: Browser) -> str:
    """Send the answers with a picture and return the receipt."""
    choose(begun, "photo", picture("PNG"), "one.png", town="Suhl")
    begun.send(rest="x")
    begun.send()
    assert begun.url == "/en/q/paper/done"
    return begun.page.html.split("<code")[1].split(">")[1].split("<")[0]


def test_a_sent_file_is_seen_corrected_and_withdrawn(begun: Browser, app: Flask, store: Store, tmp_path: Path) -> None:
    words = sent(begun)
    (first,) = contents(app, tmp_path)
    assert store.collection(DRAFTS).count() == 0
    assert store.collection(RESPONSES).find()[0].body["answers"]["photo"]["file"] == first.name
    begun.open("/en/receipt")
    begun.send(words=words)
    assert "one.png" in begun.page.text
    begun.send("/en/receipt", button=("_correct", "yes"))
    begun.open("/en/q/paper/all")
    choose(begun, "photo", picture("GIF"), "two.gif")
    assert len(contents(app, tmp_path)) == 2  # the response has the first one until the correction is sent
    begun.open("/en/q/paper/check")
    begun.send()
    (second,) = contents(app, tmp_path)
    assert second != first
    begun.open("/en/receipt")
    begun.send(words=words)
    begun.send("/en/receipt", button=("_withdraw", "yes"))
    assert "The files you sent will be gone too." in begun.page.text
    begun.send("/en/receipt", button=("_withdraw_now", "yes"))
    assert store.collection(RESPONSES).count() == store.collection(UPLOADS).count() == 0
    assert contents(app, tmp_path) == []


def test_what_is_erased_takes_its_files_along(begun: Browser, app: Flask, store: Store, tmp_path: Path) -> None:
    choose(begun, "photo", picture("PNG"), "one.png")
    begun.open("/en/erase")
    begun.send()
    assert contents(app, tmp_path) == []
    assert store.collection(UPLOADS).count() == 0


def test_the_round_sweeps_expired_drafts_and_orphans(begun: Browser, app: Flask, store: Store, tmp_path: Path) -> None:
    choose(begun, "photo", picture("PNG"), "one.png")
    folder = tmp_path / "instance"
    orphan = folder / "uploads" / "ab" / ("ab" + "0" * 30)
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"left by a crash")
    now = clock.now()
    assert files.sweep(store, folder, now) == 0  # it may be about to be named
    assert files.sweep(store, folder, now + dt.timedelta(hours=2)) == 1
    assert len(contents(app, tmp_path)) == 1
    drafts.erase_old(store, clock.today() + dt.timedelta(days=20))
    assert files.sweep(store, folder, now) == 1
    assert contents(app, tmp_path) == []


def test_a_file_that_was_not_brought_is_refused(begun: Browser, client: FlaskClient, store: Store) -> None:
    answer = {"file": "a" * 32, "name": "a.png", "type": "image/png", "size": 3}
    for given in (answer, "a.png", {"code": "x", "values": {}}, [answer]):
        answers = {"OK": "yes", "photo": given}
        body = {"id": "3f9a2a5e-9f4b-4c37-9b0b-0d2f2f4a9b11", "language": "en", "answers": answers}
        said = client.post("/api/v1/questionnaires/paper/responses", json=body)
        assert said.status_code == 422
        (fault,) = (said.json or {})["faults"]
        assert (fault["question"], fault["code"]) == ("photo", "no_upload")
        assert "in a browser" in fault["message"]
    assert store.collection(RESPONSES).count() == 0


def test_only_a_page_with_a_draft_takes_large_bodies(begun: Browser, client: FlaskClient, app: Flask) -> None:
    content = b"%PDF-1.7" + bytes(150_000)

    def post(client: FlaskClient, url: str) -> int:
        return client.post(url, data={"letter": (io.BytesIO(content), "a.pdf")}).status_code

    assert post(client, "/en/q/paper/all") == 400  # read, and its CSRF token is missing
    assert post(app.test_client(), "/en/q/paper/all") == 413
    assert post(client, "/en/q/paper") == 413
    assert post(client, "/en/q/paper/check") == 413
    assert post(client, "/api/v1/questionnaires/paper/responses") == 413
    urlencoded = "application/x-www-form-urlencoded"
    assert client.post("/en/q/paper/all", data=b"a" * 150_000, content_type=urlencoded).status_code == 413


class Untouched(io.RawIOBase):
    """A body that nobody may read."""

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("it is read")


def test_fifty_megabytes_are_refused_before_anything_is_read(begun: Browser, client: FlaskClient) -> None:
    headers = {"CONTENT_LENGTH": "50000000", "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    answer = client.post(
        "/en/q/paper/all", environ_overrides={**headers, "wsgi.input": Untouched()}, headers={"Accept": "text/html"}
    )
    assert answer.status_code == 413
    assert "Too much data" in answer.text


def test_fifty_megabytes_without_a_length_are_refused(begun: Browser, client: FlaskClient, store: Store) -> None:
    stream = io.BytesIO(b"--x\r\n" + bytes(50_000_000))
    answer = client.post(
        "/en/q/paper/all",
        environ_overrides={
            "wsgi.input": stream,
            "wsgi.input_terminated": True,
            "HTTP_TRANSFER_ENCODING": "chunked",
            "CONTENT_LENGTH": "",
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
        },
    )
    assert answer.status_code == 413, answer.text
    assert stream.tell() < 1_000_000
    assert store.collection(UPLOADS).count() == 0


def test_a_page_that_was_open_too_long_keeps_no_file(begun: Browser, store: Store) -> None:
    typed = {"_csrf": "old", "_shown": "town photo letter", "town": "Suhl"}
    data = {**typed, "photo": (io.BytesIO(picture("PNG")), "a.png")}
    page = begun._take(begun.url, begun.client.post(begun.url, data=data))
    assert begun.status == 400
    assert page.value("town") == "Suhl"
    assert store.collection(UPLOADS).count() == 0


def test_a_file_is_erased_with_the_free_texts_of_an_old_response(
    begun: Browser, app: Flask, store: Store, tmp_path: Path
) -> None:
    sent(begun)
    later = clock.today() + dt.timedelta(days=320)
    erased = aging.age(store, Publications(store), later, months=24, text_months=6)
    assert erased.texts == 1
    assert files.sweep(store, tmp_path / "instance", clock.now()) == 1
    assert store.collection(RESPONSES).find()[0].body["answers"] == {"OK": "yes"}
    assert contents(app, tmp_path) == []


def test_a_file_that_goes_while_it_is_sent_is_no_dangling_answer(begun: Browser, app: Flask, store: Store) -> None:
    choose(begun, "photo", picture("PNG"), "one.png")
    begun.send(rest="x")
    (record,) = store.collection(UPLOADS).find()
    store.collection(UPLOADS).delete(record.id)
    begun.open("/en/q/paper/check")
    assert begun.url == "/en/q/paper/all"  # the page asks for it again
    assert store.collection(RESPONSES).count() == 0


def test_a_full_disk_is_told_and_names_nothing(
    begun: Browser, app: Flask, tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(written.os, "fsync", full)
    choose(begun, "photo", picture("PNG"), "one.png", town="Suhl")
    monkeypatch.undo()
    assert begun.status == 503
    assert store.collection(UPLOADS).count() == 0
    assert "photo" not in store.collection(DRAFTS).find()[0].body["inputs"]
    assert contents(app, tmp_path) == []  # half a file takes no room either
    begun.open("/en/q/paper/all")
    choose(begun, "photo", picture("PNG"), "one.png", town="Suhl")
    assert begun.url == "/en/q/paper/last"


@pytest.mark.parametrize(
    "where", ["survey_service.web.patience.tempfile.TemporaryFile", "werkzeug.formparser.SpooledTemporaryFile"]
)
def test_no_room_while_a_body_arrives_is_told(
    begun: Browser, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """The body as a whole is kept on disk for the moment, and then each file of it."""

    class Full(io.BytesIO):
        def write(self, _part: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("survey_service.web.patience._IN_MEMORY", 100_000)
    monkeypatch.setattr(where, lambda *_args, **_kwargs: Full())
    choose(begun, "letter", b"%PDF-1.7" + bytes(150_000), "one.pdf")
    monkeypatch.undo()
    assert begun.status == 503
    assert contents(app, tmp_path) == []


def test_the_holder_takes_a_copy_of_everything_with_the_files(begun: Browser, app: Flask, store: Store) -> None:
    words = sent(begun)
    begun.open("/en/receipt")
    begun.send(words=words)
    page = begun.send("/en/receipt", button=("_copy", "yes"))
    (response,) = store.collection(RESPONSES).find()
    for told in ("Suhl", "one.png", "Do you agree?", "looked at your answers alone 0 times", response.body["consent"]):
        assert told in page.text
    assert store.collection(audit.AUDIT).count() == 0
    token = next(control.value for control in page.controls if control.name == "_csrf")
    answer = begun.client.post("/en/receipt", data={"_csrf": token, "words": words, "_save": "yes"}, buffered=True)
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/zip", "no-store")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        copied = orjson.loads(packed.read("answers.json"))
        with Image.open(packed.open("files/1-one.png")) as image:
            assert image.size == (40, 30)
    assert [each["answer"] for each in copied["answers"]][:2] == ["yes", "Suhl"]
    assert copied["consent"]["given"][0]["answer_words"] == "Yes"
    assert [each["type"] for each in copied["files"]] == ["image/png"]
    assert not {"receipt_hash", "status"} & copied["response"].keys()
    (noted,) = store.collection(audit.AUDIT).find()
    assert (noted.body["action"], noted.body["subject"]) == ("response.copied", str(response.id))
