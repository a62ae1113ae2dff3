"""Plugins on the command line: install, list, upgrade with what would change, way back, removal; a folder in work."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from survey_service.accounts import audit
from survey_service.cli import cli, developing
from survey_service.problems import Problem
from survey_service.questionnaire.model import Questionnaire
from survey_service.reports import installed
from survey_service.reports.installed import Who
from survey_service.reports.report import all_reports
from survey_service.responses.revisions import Publications
from survey_service.store import open_store
from survey_service.store.base import Store
from tests.reports.test_installed import NOW, with_figures
from tests.reports.wheelwright import CODE, PLUGIN_TOML, filename, wheel

Run = Callable[..., Result]
FIRST = with_figures("(5, 20, 0.25, None, None)", "(6, 20, 0.3, None, None)")
SECOND = with_figures("(8, 20, 0.4, None, None)", "(9, 20, 0.45, None, None)")


@pytest.fixture
def instance(tmp_path: Path, small: Questionnaire) -> Path:
    folder = tmp_path / "instance"
    with_store(folder, lambda store: Publications(store).publish({"small": small}))
    return folder


def with_store(instance: Path, act: Callable[[Store], object]) -> object:
    store = open_store("tinydb:", instance)
    try:
        return act(store)
    finally:
        store.close()


@pytest.fixture
def run(instance: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("SURVEY_INSTANCE", str(instance))
    return lambda *arguments: CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a wheel under its name."""

    def write(folder: str = "files", **options: object) -> Path:
        path = tmp_path / folder / filename(version=str(options.get("version", "1.0")))
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(wheel(**options))
        return path

    return write


def test_the_life_of_a_plugin(run: Run, instance: Path, file: Callable[..., Path]) -> None:
    assert run("plugins", "install", file(code=FIRST)).exit_code == 0
    assert "trial" in run("plugins", "list").output
    made = run("report", "run", "trial")
    assert made.exit_code == 0, made.output
    upgraded = run("plugins", "upgrade", "trial", "--wheel", file(version="1.1", code=SECOND))
    assert upgraded.exit_code == 0, upgraded.output
    lines = [line.split() for line in upgraded.output.splitlines()]
    values = [line for line in lines if line[0] == "changed" and "value" in line]
    assert [(line[2], *line[-2:]) for line in values] == [("A", "25.0%", "40.0%"), ("B", "30.0%", "45.0%")]
    assert "2 things would change." in upgraded.output
    assert "Not active yet: trial 1.1" in upgraded.output
    assert [line.split()[1:4] for line in run("plugins", "list").output.splitlines() if line.startswith("trial")] == [
        ["1.0", "installed", "usable"],
        ["1.1", "installed", "candidate"],
    ]
    assert "Active from now on: trial 1.1" in run("plugins", "upgrade", "trial", "--activate").output
    assert "Active again: trial 1.0" in run("plugins", "rollback", "trial").output
    assert run("plugins", "disable", "trial").exit_code == 0
    refused = run("report", "run", "trial")
    assert (refused.exit_code, "is disabled" in refused.output) == (1, True)
    assert run("plugins", "enable", "trial").exit_code == 0
    assert run("plugins", "remove", "trial").exit_code == 0
    assert not (instance / "plugins" / "trial").exists()
    actions = with_store(instance, lambda store: [(one.action, one.actor) for one in audit.entries(store)])
    assert isinstance(actions, list)
    assert {actor.split("(")[0] for _, actor in actions} == {"command line "}
    assert [action.removeprefix("plugin.") for action, _ in actions] == [
        *("requested", "approved", "report.run", "requested", "approved", "compared", "compared", "activated"),
        *("rolled_back", "disabled", "enabled", "removed"),
    ]


def test_what_waits_at_the_desk_is_approved(run: Run, instance: Path) -> None:
    with_store(instance, lambda store: installed.request(store, instance, wheel(), filename(), Who("Mara", NOW)))
    assert "requested" in run("plugins", "list").output
    assert "Approved: trial 1.0" in run("plugins", "approve", "trial").output
    assert run("plugins", "approve", "trial").exit_code == 1


def test_a_name_comes_from_the_folder_on_offer(
    run: Run, file: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("plugins", "install", "trial").exit_code == 1
    file("offer")
    newest = file("offer", version="1.10")
    file("offer", version="1.9")
    monkeypatch.setenv("SURVEY_PLUGIN_INDEX", str(tmp_path / "offer"))
    listed = [line for line in run("plugins", "list").output.splitlines() if "on offer" in line]
    assert len(listed) == 3
    assert "Installed: trial 1.10" in run("plugins", "install", "trial").output
    import hashlib

    index = tmp_path / "offer" / "index.toml"
    index.write_text(f'[[plugin]]\nfile = "{newest.name}"\nsha256 = "{hashlib.sha256(b"x").hexdigest()}"\n')
    monkeypatch.setenv("SURVEY_PLUGIN_INDEX", str(index))
    assert "the hash in index.toml is another one" in run("plugins", "list").output
    index.write_text('[[plugin]]\nfile = "../outside.whl"\n')
    broken = run("plugins", "list")
    assert (broken.exit_code, "write [[plugin]] with file and sha256" in broken.output) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["install", "nothing.whl"], 1, "cannot be read"),
        (["install"], 2, "Missing argument"),
        (["enable", "nothing"], 1, "There is no report plugin “nothing”"),
        (["rollback", "monitoring"], 1, "no earlier version"),
        (["remove", "monitoring"], 1, "is not an installed one"),
        (["upgrade", "monitoring"], 1, "has no usable wheel"),
        (["new", "Bad-Name"], 1, "cannot be the name of a plugin"),
    ],
)
def test_refusals_are_messages(run: Run, arguments: list[str], status: int, said: str) -> None:
    result = run("plugins", *arguments)
    assert result.exit_code == status
    assert said in result.output
    assert "Traceback" not in result.output


def test_a_hostile_wheel_is_named(run: Run, tmp_path: Path) -> None:
    path = tmp_path / filename()
    path.write_bytes(wheel(package={"trial/fast.so": b"x"}))
    result = run("plugins", "install", path)
    assert (result.exit_code, "trial/fast.so" in result.output) == (1, True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    package = tmp_path / "work" / "trial"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(CODE, "utf-8")
    (package / "plugin.toml").write_text(
        PLUGIN_TOML.format(name="trial", module="trial", version="1.0", more=""), "utf-8"
    )
    return package


def test_a_folder_is_run_and_not_stored(run: Run, folder: Path, instance: Path) -> None:
    for path in (folder, folder.parent):
        result = run("report", "run", path)
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["id"] == 0
    assert with_store(instance, all_reports) == []
    assert run("report", "run", "trial", "--reload").exit_code == 2
    assert run("report", "run", f"{folder}/nothing").exit_code == 1


def test_it_is_run_again_when_a_file_changes(folder: Path) -> None:
    made: list[str] = []

    def make() -> None:
        made.append((folder / "__init__.py").read_text("utf-8")[-6:])
        if len(made) == 2:
            raise Problem("plugin.failed", name="trial", reason="SyntaxError")

    def wait(_seconds: float) -> None:
        if len(made) == 3:
            raise KeyboardInterrupt
        with (folder / "__init__.py").open("a", encoding="utf-8") as file:
            file.write(f"# {len(made)}\n")
        os.utime(folder / "__init__.py")

    developing.again_and_again(str(folder), make, wait)
    assert [text[-4:] for text in made] == [CODE[-4:], "# 1\n", "# 2\n"]


def test_a_new_plugin_is_written(run: Run, tmp_path: Path) -> None:
    result = run("plugins", "new", "home_report", "--folder", tmp_path, "--author", "Mara")
    assert result.exit_code == 0
    assert 'author = "Mara"' in (tmp_path / "home_report" / "home_report" / "plugin.toml").read_text("utf-8")
