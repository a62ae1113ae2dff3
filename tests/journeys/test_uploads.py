"""A picture sent from a phone in Arabic, without scripts, with a refusal on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from survey_service import settings
from survey_service.app import create_app
from survey_service.questionnaire.loader import load_folder
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store import open_store
from tests.journeys.conftest import OpenPage, answering
from tests.journeys.test_respondents import Watcher, choose, path, proceed, watch
from tests.pictures import SECRET, picture

__all__ = ["watch"]

FORM = """
questionnaire: paper
audience: newcomers
languages: [de, ar]
label: {de: Papiere, ar: أوراق}
minutes: [1, 2]
consent: OK
choices:
  yes_no: [{name: "yes", label: {de: Ja, ar: نعم}}, {name: "no", label: {de: Nein, ar: لا}}]
pages:
  - name: consent
    label: {de: Beginn, ar: البداية}
    questions:
      - {type: select_one, name: OK, choices: yes_no, required: true, label: {de: "Ja?", ar: "هل توافق؟"}}
  - name: all
    label: {de: Dateien, ar: ملفات}
    questions:
      - {type: text, name: town, label: {de: Ort, ar: المكان}}
      - {type: image, name: photo, required: true, label: {de: Bild, ar: صورة}, hint: {de: Ein Bild., ar: صورة واحدة.}}
      - {type: audio, name: sound, label: {de: Ton, ar: تسجيل صوتي}}
"""


@pytest.mark.parametrize("tag", ["ar", "de"])
def test_a_picture_is_sent_from_a_phone(
    tmp_path: Path, phone: OpenPage, watch: Callable[[str, str], Watcher], tag: str
) -> None:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "paper.yaml").write_text(FORM, "utf-8")
    (tmp_path / "page.png").write_text("<html>")
    (tmp_path / "صورة.png").write_bytes(picture("PNG"))
    store = open_store("tinydb:", tmp_path / "instance")
    published = load_folder(tmp_path / "forms", catalogs=False).questionnaires
    Publications(store).publish(published)
    page, watcher = phone(tag, scripts=False), watch(tag, "light")
    with answering(create_app(settings.load(tmp_path / "instance"), store)) as port:
        page.goto(f"http://127.0.0.1:{port}/{tag}/q/paper")
        choose(page, "OK", "yes")
        proceed(page)
        watcher.look(page)
        page.fill("#town", "Suhl")
        page.set_input_files("#photo", tmp_path / "page.png")
        proceed(page)
        watcher.look(page)
        assert page.locator("#photo\\:error").count() == 1
        assert page.input_value("#town") == "Suhl"
        page.set_input_files("#photo", tmp_path / "صورة.png")
        proceed(page)
        assert path(page) == f"/{tag}/q/paper/check"
        watcher.look(page)
        page.locator("a[href*='#photo']").click()
        watcher.look(page)
        assert "صورة.png" in page.locator("main").inner_text()
        proceed(page)
        proceed(page)
        assert path(page) == f"/{tag}/q/paper/done"
    (response,) = store.collection(RESPONSES).find()
    answer = response.body["answers"]["photo"]
    assert (answer["name"], answer["type"]) == ("صورة.png", "image/png")
    content = (tmp_path / "instance" / "uploads" / answer["file"][:2] / answer["file"]).read_bytes()
    assert len(content) == answer["size"]
    assert SECRET not in content
    store.close()
