"""Files beside labels: which are named, what they may be, how large a picture is shown, what the loader finds."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from survey_service.problems import Problem
from survey_service.questionnaire import definition, media
from survey_service.questionnaire.file_cleaning import cleaned
from survey_service.questionnaire.loader import load_folder
from survey_service.questionnaire.media import Refused, inspect
from survey_service.questionnaire.model import MediaFile
from survey_service.questionnaire.picture_size import of
from tests.pictures import SECRET, film, picture

FORMS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
OGG = b"OggS\0" + bytes(40)
TINY = """
questionnaire: tiny
audience: newcomers
languages: [de, ar]
label: {de: Klein, ar: صغير}
choices:
  ways:
    - {name: bus, label: {de: Bus, ar: حافلة}, media: {image: bus.png}}
pages:
  - name: start
    label: {de: Beginn, ar: البداية}
    questions:
      - type: select_one
        name: way
        choices: ways
        label: {de: "Wie?", ar: "كيف؟"}
        media: {audio: {de: wie.ogg, ar: kayfa.ogg}, image: bus.png}
"""


def tiny(folder: Path, text: str = TINY) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "tiny.yaml").write_text(text, "utf-8")
    return folder


def brought(folder: Path, **files: bytes) -> None:
    (folder / "media" / "tiny").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / "media" / "tiny" / name.replace("__", ".")).write_bytes(content)


@settings(deadline=None)
@given(st.sampled_from(sorted(FORMS)), st.tuples(st.integers(1, 300), st.integers(1, 300)), st.booleans())
def test_a_picture_is_as_large_as_its_head_says(form: str, size: tuple[int, int], plain: bool) -> None:
    out = io.BytesIO()
    Image.new("RGB", size).save(out, form, **({"lossless": True} if form == "WEBP" and plain else {}))
    content = out.getvalue() if plain else picture(form, size)
    assert of(cleaned(content, FORMS[form]), FORMS[form]) == size


@pytest.mark.parametrize(("turn", "size"), [(1, (40, 30)), (3, (40, 30)), (6, (30, 40)), (8, (30, 40))])
def test_a_turned_photo_has_the_size_that_is_seen(turn: int, size: tuple[int, int]) -> None:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = turn
    Image.new("RGB", (40, 30)).save(out, "JPEG", exif=exif.tobytes())
    file, _ = inspect(out.getvalue(), "image")
    assert (file.width, file.height) == size


def test_what_is_kept_of_a_file_is_told_by_its_content() -> None:
    file, content = inspect(picture("JPEG"), "image")
    assert (file.type, file.width, file.height, file.size) == ("image/jpeg", 40, 30, len(content))
    assert SECRET not in content
    assert inspect(content, "image") == (file, content)
    assert inspect(OGG, "audio")[0] == MediaFile(hashlib.sha256(OGG).hexdigest(), "audio/ogg", 45)
    assert inspect(film(b"mp42"), "video")[0].type == "video/mp4"


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "image", "image"),
        (b"<script>", "audio", "audio"),
        (OGG, "image", "image"),
        (picture("PNG"), "audio", "audio"),
        (picture("PNG"), "video", "video"),
        (film(b"3gp4"), "video", "video"),
        (b"#!AMR\n", "audio", "audio"),
        (picture("PNG")[:50], "image", "broken"),
        (b"GIF89a" + bytes(7) + b"\x3b", "image", "broken"),
        (b"OggS\0" + bytes(media.MOST_BYTES), "audio", "size"),
    ],
)
def test_a_file_that_cannot_be_shown_is_refused(content: bytes, kind: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        inspect(content, kind)
    assert refused.value.code == code


def test_a_file_in_a_language_nobody_asked_for_is_not_shown() -> None:
    names = {"de": "a.ogg", "ar": "b.ogg"}
    assert [media.name_for(names, tag) for tag in ("de", "de-simple", "ar", "uk")] == ["a.ogg", "a.ogg", "b.ogg", ""]
    assert media.name_for({"*": "a.png"}, "uk") == "a.png"
    assert media.name_for({}, "de") == ""


def test_files_beside_the_definition_are_found(tmp_path: Path) -> None:
    folder = tiny(tmp_path / "forms")
    brought(folder, bus__png=picture("PNG"), wie__ogg=OGG)
    with pytest.raises(Problem) as refused:
        load_folder(folder, catalogs=False)
    (fault,) = [fault for fault in refused.value.faults if "kayfa.ogg" in str(fault)]
    assert str(fault["remedy"]) == "put it into media/tiny/"
    brought(folder, kayfa__ogg=b"<html>")
    with pytest.raises(Problem, match="tiny"):
        load_folder(folder, catalogs=False)
    brought(folder, kayfa__ogg=OGG)
    form = load_folder(folder, catalogs=False).questionnaires["tiny"]
    assert media.missing(form) == []
    assert form.files["bus.png"] == inspect(picture("PNG"), "image")[0]
    assert media.named(form) == {
        "wie.ogg": ("audio", "way"), "kayfa.ogg": ("audio", "way"), "bus.png": ("image", "way"),
    }  # fmt: skip
    assert definition.from_json(definition.to_json(form)) == form


@pytest.mark.parametrize(
    "given",
    ["{sound: a.ogg}", "a.png", "{image: ../a.png}", "{image: {tlh: a.png}}", "{image: {'*': a.png, de: b.png}}",
     "{image: {}}", "{image: .hidden}", "{image: 3}"],
)  # fmt: skip
def test_names_that_cannot_be_are_faults(tmp_path: Path, given: str) -> None:
    text = TINY.replace("{image: bus.png}", given, 1)
    with pytest.raises(Problem) as refused:
        load_folder(tiny(tmp_path / "forms", text), catalogs=False)
    assert any("tiny.yaml:8" in str(fault) or "ways/bus" in str(fault) for fault in refused.value.faults)


@pytest.mark.parametrize(
    "facts",
    [{}, {"sha256": "x", "type": "image/png", "size": 1}, {"sha256": "a" * 64, "type": "image/svg+xml", "size": 1},
     {"sha256": "a" * 64, "type": "image/png", "size": -1}, {"sha256": "a" * 64, "type": "image/png", "size": True},
     {"sha256": "a" * 64, "type": "image/png", "size": 1, "path": "/etc"}, "a.png"],
)  # fmt: skip
def test_what_is_no_file_is_refused(facts: Any) -> None:
    assert media.file_of(facts) is None
