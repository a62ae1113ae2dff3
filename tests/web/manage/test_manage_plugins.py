"""Report plugins on the desk: asked for by a manager, approved by an administrator, set, upgraded, taken back."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from survey_service import clock
from survey_service.accounts import audit
from survey_service.app import create_app
from survey_service.reports import installed, plugin_files
from survey_service.settings import load
from survey_service.store.base import Store
from tests.reports.wheelwright import filename, wheel
from tests.web.manage.conftest import PASSWORD, Desk

AsRole = Callable[[str], Desk]
PARAMETERS = """
[[parameters]]
name = "least"
kind = "integer"
default = 5
low = 1
high = 9
label = {de = "Mindestens", en = "At least"}
[[parameters]]
name = "part"
kind = "decimal"
default = 0.5
label = {de = "Anteil", en = "Part"}
[[parameters]]
name = "validate"
kind = "text"
default = ""
label = {de = "Zusatz", en = "Note"}
[[parameters]]
name = "field"
kind = "choice"
default = "ARB"
choices = ["ARB", "WOH"]
label = {de = "Feld", en = "Field"}
[[parameters]]
name = "show"
kind = "flag"
default = true
label = {de = "Zeigen", en = "Show"}
"""


def send(desk: Desk, data: bytes, name: str = filename()) -> TestResponse:
    fields: dict[str, Any] = {"_csrf": desk.token("/manage/plugins"), "wheel": (io.BytesIO(data), name)}
    return desk.client.post("/manage/plugins?lang=en", data=fields, content_type="multipart/form-data")


def act(desk: Desk, path: str, **fields: str) -> TestResponse:
    return desk.post(f"/manage/plugins/{path}?lang=en", fields)


def words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.fixture
def admin(as_role: AsRole) -> Desk:
    return as_role("Ada")


@pytest.fixture
def key(manager: Desk, store: Store) -> str:
    """The key of a version that waits for approval."""
    assert send(manager, wheel(more=PARAMETERS)).status_code == 303
    return installed.known(store, "trial").waiting[0].key


@pytest.fixture
def approved(admin: Desk, key: str) -> str:
    assert act(admin, f"trial/versions/{key}/approve", password=PASSWORD).status_code == 303
    return key


def test_a_manager_asks_and_sees_what_it_wants(manager: Desk, key: str, store: Store) -> None:
    page = words(manager.get("/manage/plugins/trial?lang=en").text)
    version = installed.known(store, "trial").waiting[0]
    for shown in (
        "Version 1.0 waits for approval",
        "Landkreis Nebenan",
        "An attempt.",
        "Counts and shares of groups of at least five people",
        "From the questionnaires Small",
        version.digest,
        "__init__.py, plugin.toml",
        "An administrator decides.",
    ):
        assert shown in page
    assert "Approve version" not in page
    assert act(manager, f"trial/versions/{key}/approve", password=PASSWORD).status_code == 403


def test_an_administrator_approves_with_the_own_password(
    admin: Desk, key: str, store: Store, app: Flask, tmp_path: Path
) -> None:
    wrong = act(admin, f"trial/versions/{key}/approve", password="ein falsches Wort")
    assert wrong.status_code == 422
    assert "Your password is wrong" in words(wrong.text)
    assert installed.known(store, "trial").active == ""
    assert act(admin, f"trial/versions/{key}/approve", password=PASSWORD).status_code == 303
    assert installed.known(store, "trial").active == key
    assert plugin_files.folder_of(tmp_path / "instance", "trial", key).is_dir()
    approvals = [entry for entry in audit.entries(store) if entry.action == "plugin.approved"]
    assert [(entry.actor, entry.subject, entry.details["version"]) for entry in approvals] == [("Ada", "trial", "1.0")]


def test_the_password_cannot_be_guessed(admin: Desk, key: str) -> None:
    for _ in range(5):
        act(admin, f"trial/versions/{key}/approve", password="geraten")
    locked = act(admin, f"trial/versions/{key}/approve", password=PASSWORD)
    assert locked.status_code == 429
    assert "Too many failed attempts" in words(locked.text)


def test_a_refused_request_is_gone(admin: Desk, key: str, store: Store) -> None:
    assert act(admin, f"trial/versions/{key}/refuse").status_code == 303
    assert [version.state for version in installed.known(store, "trial").versions] == ["refused"]


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "trial.txt", "is not the name of a wheel"),
        (b"no zip", filename(), "is not a whole zip archive"),
        (wheel(package={"trial/fast.so": b"x"}), filename(), "“trial/fast.so” may not be in a report plugin"),
        (wheel(requires=["numpy"]), filename(), "The plugin needs numpy"),
        (wheel(name="monitoring"), filename("monitoring"), "comes with the service"),
    ],
)
def test_a_hostile_wheel_is_refused_with_a_reason(manager: Desk, data: bytes, name: str, said: str) -> None:
    answer = send(manager, data, name)
    assert answer.status_code in (409, 422)
    assert said in words(answer.text)
    assert "<title>Error:" in answer.text


def test_no_file_and_a_file_that_is_too_large(manager: Desk) -> None:
    fields = {"_csrf": manager.token("/manage/plugins")}
    empty = manager.client.post("/manage/plugins?lang=en", data=fields)
    assert (empty.status_code, "Choose a file" in empty.text) == (422, True)
    large = manager.client.post(
        "/manage/plugins", data=bytes(6_000_000), content_type="multipart/form-data; boundary=x"
    )
    assert large.status_code == 413


def test_settings_are_judged_kept_and_audited(manager: Desk, approved: str, store: Store) -> None:
    page = manager.get("/manage/plugins/trial/settings?lang=en").text
    assert 'name="set-least"' in page
    assert 'value="0.5"' in page
    assert "From 1 to 9." in page
    wrong = {"set-least": "12", "set-part": "viel", "set-validate": "ok", "set-field": "GES"}
    refused = act(manager, "trial/settings", **wrong)
    assert refused.status_code == 422
    for said in (
        "Please write at most 9.",
        "Please write a number.",
        "Please choose one from the list.",
        'value="viel"',
    ):
        assert said in refused.text
    assert installed.known(store, "trial").values == {}
    right = {"set-least": "٧", "set-part": "0,25", "set-validate": "<b>", "set-field": "WOH"}
    assert act(manager, "trial/settings", **right).status_code == 303
    plugin = installed.known(store, "trial")
    assert plugin.values == {"least": 7, "part": 0.25, "validate": "<b>", "field": "WOH", "show": False}
    assert plugin.values_by == "Mara"
    assert "&lt;b&gt;" in manager.get("/manage/plugins/trial/settings").text
    noted = [dict(entry.details) for entry in audit.entries(store) if entry.action == "plugin.set"]
    assert noted == [{"parameters": "field least part show validate"}]


def test_upgrade_rollback_disable_and_removal(
    manager: Desk, admin: Desk, approved: str, store: Store, tmp_path: Path
) -> None:
    assert send(manager, wheel(version="1.1", more=PARAMETERS), filename(version="1.1")).status_code == 303
    second = installed.known(store, "trial").waiting[0].key
    act(admin, f"trial/versions/{second}/approve", password=PASSWORD)
    page = words(manager.get("/manage/plugins/trial?lang=en").text)
    assert "Version 1.1 is approved and not active yet" in page
    assert act(manager, "trial/activate").status_code == 303
    assert installed.known(store, "trial").active == second
    assert "Back to version 1.0" in manager.get("/manage/plugins/trial?lang=en").text
    assert act(manager, "trial/roll-back").status_code == 303
    assert installed.known(store, "trial").active == approved
    assert act(manager, "trial/roll-back").status_code == 409
    assert act(manager, "trial/disable").status_code == 303
    assert "This report plugin is disabled." in manager.get("/manage/reports?lang=en").text
    refused = manager.client.post(
        "/manage/reports", data={"_csrf": manager.token("/manage/reports"), "plugin": "trial"}
    )
    assert refused.status_code == 409
    assert act(manager, "trial/enable").status_code == 303
    assert act(manager, "trial/remove").status_code == 303
    assert not (tmp_path / "instance" / "plugins" / "trial").exists()
    assert "removed" in words(manager.get("/manage/plugins/trial?lang=en").text)


def test_a_failing_plugin_is_named_on_the_home_page(manager: Desk, approved: str, store: Store) -> None:
    for _ in range(installed.MOST_FAILURES):
        installed.failed(store, "trial", "ZeroDivisionError", clock.now())
    home = words(manager.get("/manage/?lang=en").text)
    assert "The report plugin “trial” failed three times in a row and was disabled." in home
    assert "3 failures in a row. ZeroDivisionError" in words(manager.get("/manage/plugins/trial?lang=en").text)


def test_what_waits_is_named_to_the_administrator(admin: Desk, manager: Desk, key: str) -> None:
    line = "The report plugin “trial” waits for your approval."
    assert line in words(admin.get("/manage/?lang=en").text)
    assert line not in words(manager.get("/manage/?lang=en").text)


def test_the_folder_on_offer(store: Store, app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "offer"
    folder.mkdir()
    (folder / filename()).write_bytes(wheel())
    (folder / "bad-1.0-py3-none-any.whl").write_bytes(b"no zip")
    offering = create_app(load(tmp_path / "instance", plugin_index=str(folder)), store)
    offering.testing = True
    mara = Desk(offering)
    mara.sign_in("Mara")
    page = words(mara.get("/manage/plugins?lang=en").text)
    assert "Version 1.0 by Landkreis Nebenan" in page
    assert "bad-1.0-py3-none-any.whl" in page
    missing = act(mara, "offered", plugin="bad")
    assert (missing.status_code, "It has: trial." in words(missing.text)) == (404, True)
    assert act(mara, "offered", plugin="trial").status_code == 303
    assert len(installed.known(store, "trial").waiting) == 1


@pytest.mark.parametrize("path", ["nothing", "nothing/settings", "monitoring/settings"])
def test_what_is_missing_is_a_404(manager: Desk, path: str) -> None:
    assert manager.get(f"/manage/plugins/{path}").status_code == 404
