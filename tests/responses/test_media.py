"""Contents of files beside labels: brought, kept by their content, carried over, missed at the gate, swept away."""

from __future__ import annotations

import datetime as dt
import errno
import os
import stat
from pathlib import Path

import pytest

from survey_service import clock
from survey_service.problems import Problem
from survey_service.questionnaire import definition
from survey_service.questionnaire.loader import load_folder
from survey_service.questionnaire.media import inspect
from survey_service.questionnaire.xlsform import exporting, importing
from survey_service.responses import definitions, imports, media
from survey_service.responses.media import Outcome
from survey_service.responses.revisions import Publications
from survey_service.store import durable
from survey_service.store.base import Store
from tests.pictures import picture
from tests.questionnaire.test_media import OGG, TINY, brought, tiny

BOTH_STORES = True
DAY = "2026-03-01"
ALL = [("bus.png", picture("PNG")), ("wie.ogg", OGG), ("kayfa.ogg", OGG + b"ar")]


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    return tmp_path / "instance"


@pytest.fixture
def copy(store: Store, tmp_path: Path) -> None:
    form = load_folder(tiny(tmp_path / "forms"), catalogs=False, gate=False).questionnaires["tiny"]
    definitions.put(store, definition.to_json(form), DAY)


def kept(instance: Path) -> list[str]:
    return sorted(path.name for path in (instance / "media").glob("*/*"))


@pytest.mark.usefixtures("copy")
def test_files_are_taken_by_their_names(store: Store, instance: Path) -> None:
    files = [("BUS.PNG", picture("PNG")), ("dir/wie.ogg", b"<html>"), ("other.png", picture("PNG")), ALL[2]]
    assert media.bring(store, instance, "tiny", files, DAY) == [
        Outcome("bus.png"),
        Outcome("dir/wie.ogg", "audio"),
        Outcome("other.png", "unnamed"),
        Outcome("kayfa.ogg"),
    ]
    form = definitions.get(store, "tiny").questionnaire
    assert list(form.files) == ["bus.png", "kayfa.ogg"]
    file, content = inspect(picture("PNG"), "image")
    assert form.files["bus.png"] == file
    path = media.path_of(instance, file.sha256)
    assert path.read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(Problem) as refused:
        media.refuse_missing(form)
    assert refused.value.code == "publish.missing_files"
    assert refused.value.details == {"count": 1, "files": "wie.ogg"}
    media.bring(store, instance, "tiny", [ALL[1]], DAY)
    media.refuse_missing(definitions.get(store, "tiny").questionnaire)


@pytest.mark.usefixtures("copy")
def test_a_revision_keeps_its_files_when_another_one_replaces_them(store: Store, instance: Path) -> None:
    media.bring(store, instance, "tiny", ALL, DAY)
    Publications(store).publish({"tiny": definitions.get(store, "tiny").questionnaire})
    first = definitions.get(store, "tiny").questionnaire.files["bus.png"].sha256
    media.bring(store, instance, "tiny", [("bus.png", picture("GIF"))], DAY)
    second = definitions.get(store, "tiny").questionnaire.files["bus.png"].sha256
    later = clock.now() + dt.timedelta(days=2)
    assert media.sweep(store, instance, later) == 0
    assert {first, second} <= set(kept(instance))
    definitions.discard(store, "tiny")
    assert media.sweep(store, instance, clock.now()) == 0  # it may be about to be named
    assert media.sweep(store, instance, later) == 1
    assert first in kept(instance)
    assert second not in kept(instance)


@pytest.mark.usefixtures("copy")
def test_another_picture_of_the_same_name_makes_another_revision(store: Store, instance: Path) -> None:
    media.bring(store, instance, "tiny", ALL, DAY)
    publications = Publications(store)
    publications.publish({"tiny": definitions.get(store, "tiny").questionnaire})
    media.bring(store, instance, "tiny", [("bus.png", picture("GIF"))], DAY)
    assert publications.publish({"tiny": definitions.get(store, "tiny").questionnaire}) == ["tiny-2"]


@pytest.mark.usefixtures("copy")
def test_a_workbook_names_files_and_finds_those_that_are_there(store: Store, instance: Path) -> None:
    media.bring(store, instance, "tiny", ALL[:2], DAY)
    before = definitions.get(store, "tiny").questionnaire
    data = exporting.write(before)
    found = importing.read(data, "tiny.xlsx")
    assert [notice.values["file"] for notice in found.report.notices if notice.code == "media_file"] == [
        *("bus.png", "wie.ogg", "kayfa.ogg"),
    ]
    after = imports.keep(store, found, data, "tiny.xlsx", DAY).questionnaire
    assert after == before


@pytest.mark.usefixtures("copy")
def test_a_full_disk_names_nothing(store: Store, instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(durable.os, "fsync", full)
        with pytest.raises(Problem) as refused:
            media.bring(store, instance, "tiny", ALL, DAY)
    assert refused.value.code == "store.full"
    assert definitions.get(store, "tiny").questionnaire.files == {}
    assert [name for name in kept(instance) if not name.startswith(".")] == []


def test_files_beside_a_definition_are_taken_along(tmp_path: Path, instance: Path) -> None:
    folder = tiny(tmp_path / "forms", TINY)
    brought(folder, bus__png=picture("PNG"), wie__ogg=OGG, kayfa__ogg=OGG + b"ar")
    form = load_folder(folder, catalogs=False).questionnaires["tiny"]
    media.take_along(instance, folder / "media", form)
    assert kept(instance) == sorted(file.sha256 for file in form.files.values())
    brought(folder, bus__png=picture("GIF"))  # changed since it was read: not what the definition says
    (instance / "media" / form.files["bus.png"].sha256[:2] / form.files["bus.png"].sha256).unlink()
    media.take_along(instance, folder / "media", form)
    assert len(kept(instance)) == 2
