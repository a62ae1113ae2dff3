"""Questionnaires and report plugins travel too: into the editor as a draft, and into the queue for approval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from survey_service.accounts import audit
from survey_service.packages import exporting, importing, questionnaires, sealed
from survey_service.paths import bundled
from survey_service.problems import Problem
from survey_service.questionnaire import definition, media
from survey_service.questionnaire.loader import load_folder
from survey_service.questionnaire.model import Questionnaire
from survey_service.reports import installed
from survey_service.reports.installed import Who
from survey_service.responses import definitions
from survey_service.responses import media as contents
from survey_service.responses.revisions import Publications
from tests.packages.conftest import NOW, Instance
from tests.pictures import picture
from tests.reports.wheelwright import filename, wheel

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def pictured(here: Instance, small: Questionnaire) -> Questionnaire:
    """A published questionnaire of ours with a picture beside a question."""
    file, content = media.inspect(picture("PNG"), "image")
    contents.keep(here.folder, file, content)
    body = definition.to_json(small)
    body["pages"][1]["questions"][0]["media"] = {"image": {"*": "map.png"}}
    made = definition.from_json({**body, "files": {"map.png": definition.file_json(file)}})
    Publications(here.store).publish({"small": made})
    return made


def export(instance: Instance, name: str = "small", after: dt.timedelta = dt.timedelta()) -> bytes:
    return exporting.questionnaire(instance.sender, Publications(instance.store), name, NOW + after)[1]


def refused(instance: Instance, data: bytes) -> Problem:
    before = instance.state()
    with pytest.raises(Problem) as caught:
        instance.take(data)
    assert instance.state() == before
    return caught.value


def test_a_questionnaire_becomes_a_draft_with_all_texts_and_files(
    here: Instance, there: Instance, pictured: Questionnaire
) -> None:
    there.trust(here)
    data = export(here)
    assert there.take(data).state == importing.NEW
    copy = definitions.get(there.store, "small")
    assert copy.questionnaire == pictured
    assert (copy.source["kind"], copy.source["county"]) == ("package", "16066")
    assert Publications(there.store).find("small") is None  # never published by itself
    (file,) = pictured.files.values()
    assert media.inspect(contents.path_of(there.folder, file.sha256).read_bytes(), "image")[0] == file
    assert [each.action for each in audit.entries(there.store)] == ["package.trusted", "package.imported"]
    assert there.take(data).state == importing.UNCHANGED


def test_a_working_copy_is_never_lost(here: Instance, there: Instance, pictured: Questionnaire) -> None:
    there.trust(here)
    mine = {**definition.to_json(pictured), "hint": {"de": "Meins", "en": "Mine"}}
    definitions.put(there.store, mine, "2026-11-27")
    assert refused(there, export(here)).code == "package.copy"
    assert definitions.get(there.store, "small").questionnaire.hint["de"] == "Meins"
    definitions.discard(there.store, "small")
    assert there.take(export(here)).state == importing.NEW
    assert refused(there, export(here, after=HOUR)).code == "package.copy"


def test_only_what_is_published_can_be_given(here: Instance, pictured: Questionnaire) -> None:
    with pytest.raises(Problem) as caught:
        export(here, "nothing")
    assert caught.value.code == "questionnaire.missing"
    (file,) = pictured.files.values()
    contents.path_of(here.folder, file.sha256).unlink()
    with pytest.raises(Problem) as caught:
        export(here)
    assert caught.value.code == "publish.missing_files"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda files: files.pop(next(path for path in files if "/" in path)), "map.png"),
        (lambda files: files.update({next(path for path in files if "/" in path): picture("GIF")}), "map.png"),
        (lambda files: files.update({next(path for path in files if "/" in path): b"<html>"}), "map.png"),
        (lambda files: files.update({"media/" + "0" * 64: b"x"}), "media/" + "0" * 64),
        (lambda files: files.update({"questionnaire.json": b"x"}), ""),
        (lambda files: files.update({"questionnaire.json": b"[]"}), ""),
        (lambda files: files.update({"questionnaire.json": b'{"questionnaire": 5, "pages": 7}'}), ""),
        (lambda files: files.pop("questionnaire.json"), ""),
    ],
)
def test_a_questionnaire_with_faults_is_refused(
    here: Instance, there: Instance, pictured: Questionnaire, change: Callable[[dict[str, bytes]], Any], place: str
) -> None:
    there.trust(here)
    files = questionnaires.write(pictured, here.folder)
    change(files)
    problem = refused(there, sealed.make(here.sender, "questionnaire", "small", files, NOW)[1])
    assert problem.code == "package.faulty"
    assert place in {each["place"] for each in problem.faults} or not place


def test_a_questionnaire_of_another_name_is_refused(here: Instance, there: Instance, pictured: Questionnaire) -> None:
    there.trust(here)
    files = questionnaires.write(pictured, here.folder)
    problem = refused(there, sealed.make(here.sender, "questionnaire", "needs", files, NOW)[1])
    assert [str(each["message"]) for each in problem.faults] == ["it is another questionnaire than the manifest says"]


def test_a_fault_inside_the_definition_has_its_place(here: Instance, there: Instance, pictured: Questionnaire) -> None:
    there.trust(here)
    files = questionnaires.write(pictured, here.folder)
    body = orjson.loads(files["questionnaire.json"])
    body["pages"][1]["questions"][1]["relevant"] = "${nobody} > 1"
    files["questionnaire.json"] = orjson.dumps(body)
    problem = refused(there, sealed.make(here.sender, "questionnaire", "small", files, NOW)[1])
    assert "town" in str(problem.faults[0]["place"])


def test_every_bundled_questionnaire_can_be_given(here: Instance) -> None:
    publications = Publications(here.store)
    publications.publish(load_folder(bundled("forms")).questionnaires)
    for entry in publications.all():
        name = entry.questionnaire.name
        assert importing.look(export(here, name)).manifest.subject == name


def test_a_plugin_travels_as_its_wheel_and_waits_for_approval(here: Instance, there: Instance) -> None:
    who = Who("Ada", NOW)
    version = installed.request(here.store, here.folder, wheel(), filename(), who)
    name = version.info["name"]
    with pytest.raises(Problem) as caught:
        exporting.plugin(here.sender, here.store, name, NOW)  # not approved yet
    assert caught.value.code == "plugin.missing"
    installed.approve(here.store, here.folder, name, version.key, who)
    _, data = exporting.plugin(here.sender, here.store, name, NOW)
    there.trust(here)
    assert there.take(data).state == importing.NEW
    plugin = installed.known(there.store, name)
    assert [(each.state, each.digest, each.by) for each in plugin.versions] == [
        (installed.REQUESTED, version.digest, "Mara")
    ]
    assert plugin.active == ""
    assert there.take(data).state == importing.UNCHANGED
    assert [each.action for each in audit.entries(there.store)] == [
        "package.trusted",
        "plugin.requested",
        "package.imported",
    ]


def test_a_plugin_that_comes_with_the_service_needs_no_package(here: Instance) -> None:
    with pytest.raises(Problem) as caught:
        exporting.plugin(here.sender, here.store, "monitoring", NOW)
    assert caught.value.code == "package.bundled"
    with pytest.raises(Problem) as caught:
        exporting.plugin(here.sender, here.store, "nothing", NOW)
    assert caught.value.code == "plugin.missing"


def test_a_hostile_wheel_is_refused_as_everywhere(here: Instance, there: Instance) -> None:
    there.trust(here)
    for files, code in (
        ({filename(): b"no wheel"}, "wheel.damaged"),
        ({filename(): wheel(), "more.whl": b"x"}, "package.content"),
        ({}, "package.content"),
    ):
        problem = refused(there, sealed.make(here.sender, "plugin", "trial", files, NOW)[1])
        assert problem.code == code
    name = next(iter(exporting.finding.list_plugins())).name
    assert (
        refused(there, sealed.make(here.sender, "plugin", name, {filename(): wheel()}, NOW)[1]).code
        == "package.content"
    )
