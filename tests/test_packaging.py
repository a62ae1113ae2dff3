"""A wheel serves the same questionnaires, languages and plugins as the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = """
import json
from survey_service import languages, paths
from survey_service.questionnaire import definition
from survey_service.questionnaire.loader import load_folder
from survey_service.reports import host
forms = load_folder(paths.bundled("forms")).questionnaires
print(json.dumps({
    "from": str(paths.bundled("forms")),
    "questionnaires": {name: definition.fingerprint(definition.to_json(form)) for name, form in forms.items()},
    "languages": [entry.tag for entry in languages.offered()],
    "plugins": sorted((entry.name, entry.version) for entry in host.list_plugins()),
}))
"""


def build_wheel(source: Path, out: Path) -> Path:
    """Build the wheel from the files git knows, as a clean clone has them."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(out), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    return next(out.glob("survey_service-*.whl"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist"))


def test_every_file_of_the_package_and_its_data_is_in_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "survey_service").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    for folder in ("forms", "plugins", "translations"):
        expected |= {
            f"survey_service/bundled/{path.relative_to(ROOT).as_posix()}"
            for path in (ROOT / folder).rglob("*")
            if path.suffix in (".yaml", ".po", ".py", ".toml") and "tests" not in path.parts
        }
    expected |= {f"survey_service/bundled/docs/deploy/{path.name}" for path in (ROOT / "docs" / "deploy").iterdir()}
    expected |= {
        f"survey_service/bundled/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "docs").rglob("*.md")
    }
    assert expected - names == set()


def test_installed_in_an_empty_environment_it_offers_the_same(wheel: Path, tmp_path: Path) -> None:
    """The wheel is unpacked into a new environment; only its dependencies come from the one the tests run in."""
    venv.create(tmp_path / "venv", with_pip=False)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(tmp_path / "venv")}))
    zipfile.ZipFile(wheel).extractall(site)
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    empty = tmp_path / "empty"
    empty.mkdir()

    def offered(python: str, cwd: Path) -> dict[str, object]:
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONWARNINGS": "ignore"}
        ran = subprocess.run([python, "-c", SCRIPT], cwd=cwd, env=environment, capture_output=True, check=True)
        return dict(json.loads(ran.stdout))

    installed = offered(str(tmp_path / "venv" / "bin" / "python"), empty)
    checkout = offered(sys.executable, ROOT)
    assert str(installed.pop("from")).startswith(str(site))
    assert checkout.pop("from") == str(ROOT / "forms")
    assert installed == checkout
    assert installed["plugins"]
