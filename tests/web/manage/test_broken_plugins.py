"""Unplug everything: with all plugins broken the service starts, questionnaires are up, frozen reports can be read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from survey_service.app import create_app
from survey_service.problems import Problem
from survey_service.reports import finding, host, installed, plugin_files
from survey_service.reports.installed import PLUGINS, Who
from survey_service.responses.revisions import Publications
from survey_service.settings import load
from survey_service.store.base import Store
from tests.reports.wheelwright import filename, wheel
from tests.web.manage.conftest import NOW, Desk

MARA = Who("Mara", NOW)


def break_files(instance: Path, _store: Store) -> None:
    for path in (instance / "plugins").rglob("__init__.py"):
        path.chmod(0o600)
        path.write_text("raise SystemExit(1)")


def lose_files(instance: Path, _store: Store) -> None:
    shutil.rmtree(instance / "plugins")


def take_everything_away(instance: Path, store: Store) -> None:
    lose_files(instance, store)
    shutil.rmtree(instance / "snapshots")


@pytest.mark.parametrize("damage", [break_files, lose_files, take_everything_away])
def test_the_service_stands_without_any_plugin(
    app: Flask,
    store: Store,
    publications: Publications,
    tmp_path: Path,
    respond: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[Path, Store], None],
) -> None:
    instance = tmp_path / "instance"
    for colour in ["red"] * 7 + ["blue"] * 6:
        respond(likes=[colour])
    made = installed.request(store, instance, wheel(), filename(), MARA)
    installed.approve(store, instance, "trial", made.key, MARA)
    report = host.run("trial", store, publications, load(instance))
    damage(instance, store)
    broken = tmp_path / "bundled" / "monitoring"
    broken.mkdir(parents=True)
    (broken / "plugin.toml").write_text("name = ")
    monkeypatch.setattr(finding, "bundled", lambda _name: tmp_path / "bundled")

    again = create_app(load(instance), store)
    again.testing = True
    mara = Desk(again)
    assert mara.sign_in("Mara").status_code == 303
    assert mara.get("/en/q/small").status_code == 200
    assert "54 %" in mara.get(f"/manage/reports/{report.id}?lang=de").text.replace("\xa0", " ")
    shown = mara.get(f"/manage/reports/{report.id}?lang=en").text
    assert ("cannot be computed again: Its snapshot is gone." in shown) == (damage is take_everything_away)
    page = mara.get("/manage/reports?lang=en")
    assert (page.status_code, page.text.count("This report plugin cannot be used")) == (
        200,
        1 if damage is break_files else 2,
    )
    assert mara.get("/manage/plugins").status_code == 200
    assert mara.get("/manage/plugins/trial").status_code == 200
    with pytest.raises(Problem) as caught:
        host.run("trial", store, publications, load(instance))
    assert caught.value.code in ("plugin.changed", "plugin.faulty")


def test_what_is_kept_of_plugins_stands_in_a_backup(app: Flask, store: Store, tmp_path: Path) -> None:
    from survey_service.cli.backups import _files

    instance = tmp_path / "instance"
    made = installed.request(store, instance, wheel(), filename(), MARA)
    installed.approve(store, instance, "trial", made.key, MARA)
    names = {name for name in _files(load(instance)) if name.startswith(plugin_files.FOLDER)}
    assert names == {
        f"plugins/trial/{made.key}.whl",
        f"plugins/trial/{made.key}/__init__.py",
        f"plugins/trial/{made.key}/plugin.toml",
    }
    assert store.collection(PLUGINS).count() == 1
