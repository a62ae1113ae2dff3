"""``plugins new`` writes a package that works: its test passes, its wheel is one that may be installed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from survey_service.problems import Problem
from survey_service.reports import starting, wheels

CODE = """
from survey_service.reports.plugin import *

@hookimpl
def report_info():
    return ReportInfo("{name}", "1.0", {{"de": "a", "en": "a"}}, ("small",){more})

@hookimpl
def report_run(context):
    share = context.share("small", chose_any("likes", "red"), answered("likes"))
    return ReportOutput((TextBlock({{"*": "%(n)s"}}, "note", {{"n": persons(share.base, share.suppressed)}}),))
"""


def test_its_own_test_passes_and_its_wheel_may_be_installed(tmp_path: Path) -> None:
    folder = starting.create("home_report", tmp_path, 'Mara "M" \\ Muster')
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "4 passed" in ran.stdout
    out = tmp_path / "dist"
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(out), str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = out.glob("*.whl")
    found = wheels.read(built.read_bytes(), built.name)
    assert (found.name, found.version, found.info["author"]) == ("home_report", "0.1.0", 'Mara "M" \\ Muster')
    assert set(found.files) == {"__init__.py", "texts.py", "plugin.toml"}


@pytest.mark.parametrize("name", ["json", "Home", "survey_service", "polars", "a-b", "", "../up"])
def test_names_that_cannot_be(tmp_path: Path, name: str) -> None:
    with pytest.raises(Problem) as caught:
        starting.create(name, tmp_path, "")
    assert caught.value.code == "plugin.name"
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "home_report").mkdir()
    with pytest.raises(Problem) as caught:
        starting.create("home_report", tmp_path, "")
    assert caught.value.code == "file.exists"


@pytest.fixture(scope="session")
def report_questionnaires(tmp_path_factory: pytest.TempPathFactory) -> object:
    """A test folder may say which questionnaires there are."""
    from survey_service.questionnaire.loader import load_folder
    from tests.conftest import SMALL

    folder = tmp_path_factory.mktemp("forms")
    (folder / "small.yaml").write_text(SMALL, "utf-8")
    return load_folder(folder).questionnaires


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModuleType]:
    """Return a function that writes a plugin and imports it as its author's test does."""

    def write(name: str, more: str = "") -> ModuleType:
        import importlib

        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(CODE.format(name=name, more=more), "utf-8")
        (tmp_path / name / "plugin.toml").write_text(
            f'name = "{name}"\nmodule = "{name}"\nversion = "1.0"\nquestionnaires = ["small"]\n'
            'title = {de = "a", en = "a"}\n',
            "utf-8",
        )
        monkeypatch.syspath_prepend(str(tmp_path))
        return importlib.import_module(name)

    return write


def test_the_fixture_judges_answers_and_output(module: Callable[..., ModuleType], run_report: Callable) -> None:  # type: ignore[type-arg]
    plugin = module("fixture_trial")
    made = run_report(plugin, responses={"small": [{"likes": ["red"]}] * 7 + [{"likes": ["blue"]}] * 6})
    assert made.blocks[0]["values"] == {"n": {"kind": "persons", "value": 13}}
    with pytest.raises(LookupError):
        made.figure("none")
    with pytest.raises(Problem):
        run_report(plugin, responses={"small": [{"likes": ["mauve"]}]})


def test_the_fixture_compares_with_plugin_toml(module: Callable[..., ModuleType], run_report: Callable) -> None:  # type: ignore[type-arg]
    with pytest.raises(AssertionError, match=r"plugin\.toml"):
        run_report(module("fixture_liar", ', author="x"'), responses={})
