"""Pictures, sounds and a film beside labels, on a phone: nothing jumps, nothing is fetched before it is wanted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from survey_service import settings
from survey_service.app import create_app
from survey_service.questionnaire.loader import load_folder
from survey_service.responses import media
from survey_service.responses.revisions import Publications
from survey_service.store import open_store
from tests.journeys.conftest import OpenPage, answering
from tests.journeys.test_respondents import Watcher, choose, proceed, watch
from tests.pictures import film, picture

__all__ = ["watch"]

FORM = """
questionnaire: look
audience: newcomers
languages: [de, ar]
label: {de: Bilder, ar: صور}
consent: OK
choices:
  yes_no: [{name: "yes", label: {de: Ja, ar: نعم}}, {name: "no", label: {de: Nein, ar: لا}}]
  ways:
    - {name: bus, label: {de: Bus, ar: حافلة}, media: {image: bus.png, audio: bus.ogg}}
    - {name: walk, label: {de: Zu Fuß, ar: مشياً}, media: {image: walk.png}}
pages:
  - name: consent
    label: {de: Beginn, ar: البداية}
    questions:
      - {type: select_one, name: OK, choices: yes_no, required: true, label: {de: "Ja?", ar: "هل توافق؟"}}
  - name: all
    label: {de: Wege, ar: الطرق}
    questions:
      - {type: note, name: film, label: {de: Ein Film., ar: فيلم.}, media: {video: film.mp4}}
      - type: select_one
        name: way
        choices: ways
        label: {de: "Wie kommen Sie?", ar: "كيف تأتي؟"}
        media: {image: map.jpg, audio: {de: wie.ogg, ar: kayfa.ogg}}
"""
FILES = {
    "bus.png": picture("PNG", (300, 150)),
    "walk.png": picture("PNG", (60, 60)),
    "map.jpg": picture("JPEG", (960, 600)),
    "film.mp4": film(),
    **{name: b"OggS\0" + name.encode() * 20 for name in ("bus.ogg", "wie.ogg", "kayfa.ogg")},
}


@pytest.mark.parametrize("tag", ["ar", "de"])
def test_what_stands_beside_labels_on_a_phone(
    tmp_path: Path, phone: OpenPage, watch: Callable[[str, str], Watcher], tag: str
) -> None:
    folder = tmp_path / "forms"
    (folder / "media" / "look").mkdir(parents=True)
    (folder / "look.yaml").write_text(FORM, "utf-8")
    for name, content in FILES.items():
        (folder / "media" / "look" / name).write_bytes(content)
    store = open_store("tinydb:", tmp_path / "instance")
    form = load_folder(folder, catalogs=False).questionnaires["look"]
    media.take_along(tmp_path / "instance", folder / "media", form)
    Publications(store).publish({"look": form})
    page, watcher = phone(tag, scripts=False), watch(tag, "light")
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url.rpartition(".")[2]))
    with answering(create_app(settings.load(tmp_path / "instance"), store)) as port:
        page.goto(f"http://127.0.0.1:{port}/{tag}/q/look")
        choose(page, "OK", "yes")
        proceed(page)
        page.wait_for_load_state("networkidle")
        watcher.look(page)
        boxes = [page.locator("img").nth(number).bounding_box() for number in range(3)]
        sizes = [(box["width"], box["height"]) for box in boxes if box is not None]
        assert sizes[1:] == [(96, 48), (60, 60)]
        assert sizes[0][0] <= 360
        assert abs(sizes[0][0] / sizes[0][1] - 1.6) < 0.02
        assert "ogg" not in fetched
        assert "mp4" not in fetched
        assert fetched.count("png") == 2
        choose(page, "way", "bus")
        proceed(page)
        assert page.locator("h1").count() == 1
    store.close()
