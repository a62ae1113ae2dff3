"""Pictures, sounds and films on the desk: what is missing, bringing files, and the gate that waits for them."""

from __future__ import annotations

import io
from typing import Any

from flask import Flask

from survey_service.accounts.audit import AUDIT
from survey_service.responses import definitions
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from tests.pictures import picture
from tests.web.manage.conftest import Desk
from tests.web.manage.test_manage_drafts import GOOD, bring, workbook
from tests.web.manage.test_manage_editor import send as save

OGG = b"OggS\0" + bytes(40)
SHEETS = {
    **GOOD,
    "survey": [
        ["type", "name", "label::Deutsch (de)", "label::English (en)", "image", "media::audio::English (en)",
         "media::big-image"],
        ["select_one yn", "Q1", "Arbeiten Sie?", "Do you work?", "work.png", "work.ogg", "large.png"],
    ],
    "choices": [
        ["list_name", "name", "label::Deutsch (de)", "label::English (en)", "media::image"],
        ["yn", "yes", "Ja", "Yes", "jr://images/yes.png"],
        ["yn", "no", "Nein", "No", ""],
    ],
}  # fmt: skip


def send(desk: Desk, **files: bytes) -> Any:
    data = {
        "_csrf": desk.token(),
        "files": [(io.BytesIO(content), name.replace("__", ".")) for name, content in files.items()],
    }
    return desk.client.post("/manage/drafts/work/media", data=data, content_type="multipart/form-data")


def test_from_a_workbook_to_a_revision_with_its_files(manager: Desk, store: Store) -> None:
    assert bring(manager, workbook(SHEETS)).status_code == 303
    copy = definitions.get(store, "work")
    assert copy.questionnaire.questions["Q1"].media == {"image": {"*": "work.png"}, "audio": {"en": "work.ogg"}}
    assert [choice.media for choice in copy.questionnaire.lists["yn"]] == [{"image": {"*": "yes.png"}}, {}]
    notices = [(notice["code"], notice["values"]["file"]) for notice in copy.notices]
    assert notices == [
        ("media_file", "yes.png"), ("big_image", "large.png"), ("media_file", "work.png"), ("media_file", "work.ogg"),
    ]  # fmt: skip
    page = manager.get("/manage/drafts/work").text
    assert "3 Dateien fehlen" in page or "3 files are missing" in page
    refused = manager.post("/manage/drafts/work/publish")
    assert refused.status_code == 409
    assert "work.png, work.ogg, yes.png" in refused.text
    partly = send(manager, work__png=picture("PNG"), yes__png=b"<html>", other__png=picture("PNG"))
    assert partly.status_code == 422
    assert "yes.png" in partly.text.split("<table>")[0]
    assert "other.png" in partly.text
    assert send(manager, yes__png=picture("GIF"), work__ogg=OGG).status_code == 303
    counts = [entry.body["details"]["count"] for entry in store.collection(AUDIT).find(action="questionnaire.media")]
    assert counts == [1, 2]
    preview = manager.get("/manage/drafts/work/preview?language=en")
    assert preview.text.count('<img class="media"') == 2
    assert "img-src data: 'self'; media-src 'self'" in preview.headers["Content-Security-Policy"]
    assert manager.post("/manage/drafts/work/publish").status_code == 303
    published = Publications(store).current("work").questionnaire
    assert sorted(published.files) == ["work.ogg", "work.png", "yes.png"]


def test_editing_keeps_what_stands_beside_labels(manager: Desk, store: Store) -> None:
    bring(manager, workbook(SHEETS))
    send(manager, work__png=picture("PNG"))
    before = definitions.get(store, "work").questionnaire
    for path in ("question/Q1", "list/yn"):
        saved = save(manager, f"/manage/drafts/work/edit/{path}", **{"label-en": "Working?", "1-label-en": "Yes!"})
        assert saved.status_code == 303
    after = definitions.get(store, "work").questionnaire
    assert after.questions["Q1"].label["en"] == "Working?"
    assert after.lists["yn"][0].label["en"] == "Yes!"
    assert after.questions["Q1"].media == before.questions["Q1"].media != {}
    assert after.lists["yn"][0].media == before.lists["yn"][0].media != {}
    assert after.files == before.files != {}


def test_nothing_chosen_is_told(manager: Desk) -> None:
    bring(manager, workbook(SHEETS))
    assert send(manager).status_code == 422


def test_a_file_too_large_is_refused_and_named(manager: Desk, store: Store) -> None:
    bring(manager, workbook(SHEETS))
    large = manager.client.post(
        "/manage/drafts/work/media",
        data=b"",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": "60000000"},
    )
    assert large.status_code == 413
    assert definitions.get(store, "work").questionnaire.files == {}


def test_whoever_is_not_signed_in_brings_nothing(app: Flask) -> None:
    assert send(Desk(app), work__png=picture("PNG")).status_code in (401, 403)
