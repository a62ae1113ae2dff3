"""Packages on the command line: two instances exchange figures; exit statuses 0, 1 and 2; nothing half done."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from survey_service.accounts import audit
from survey_service.cli import cli
from survey_service.packages import keys
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses.revisions import Publications
from survey_service.store import open_store
from tests.monitoring.published import fill, publish

Run = Callable[..., Result]
FORMS = """vocabulary: municipalities
label: {de: Orte, en: Places}
source: us
choices:
  - {name: "16067029", label: "Gotha"}
"""


@pytest.fixture
def here(tmp_path: Path, small: Questionnaire) -> Path:
    folder = tmp_path / "here"
    store = open_store("tinydb:", folder)
    fill(store)
    publish(store)
    Publications(store).publish({"small": small})
    store.close()
    (folder / "config.toml").write_text('operator = "Landkreis Schmalkalden-Meiningen"\n', "utf-8")
    return folder


@pytest.fixture
def there(tmp_path: Path) -> Path:
    folder, forms = tmp_path / "there", tmp_path / "forms"
    (forms / "vocabularies").mkdir(parents=True)
    (forms / "vocabularies" / "municipalities.yaml").write_text(FORMS, "utf-8")
    folder.mkdir()
    (folder / "config.toml").write_text(f'operator = "Landkreis Gotha"\nforms = "{forms}"\n', "utf-8")
    return folder


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["packages", *map(str, arguments)])


def actions(instance: Path) -> list[str]:
    store = open_store("tinydb:", instance)
    try:
        return [each.action for each in audit.entries(store)]
    finally:
        store.close()


def test_figures_go_from_one_instance_to_the_other(here: Path, there: Path, tmp_path: Path) -> None:
    file, own = tmp_path / "figures.zip", keys.fingerprint(keys.public(here))
    made = run("export", "indicators", "--output", file, "--instance", here)
    assert (made.exit_code, own in made.output) == (0, True)
    looked = run("check", file, "--instance", there)
    assert looked.exit_code == 1
    assert f"Of: Landkreis Schmalkalden-Meiningen (16066), fingerprint {own}" in looked.output
    assert "Holds: indicators figures" in looked.output
    assert run("import", file, "--instance", there).exit_code == 1
    wrong = run("import", file, "--trust", own[:-1], "--instance", there)
    assert (wrong.exit_code, "Do not trust the key" in wrong.output, actions(there)) == (1, True, [])
    taken = run("import", file, "--trust", own, "--instance", there)
    assert (taken.exit_code, "Taken: new." in taken.output) == (0, True)
    assert "Taken: unchanged." in run("import", file, "--instance", there).output
    assert run("check", file, "--instance", there).exit_code == 0
    listed = run("list", "--instance", there).output
    assert own in listed
    assert "16066   indicators  figures" in listed
    assert "Our county: Landkreis Gotha (16067)" in listed
    assert actions(there) == ["package.trusted", "package.imported"]
    assert actions(here) == ["package.exported"]


def test_the_key_comes_back_with_a_backup(here: Path, tmp_path: Path) -> None:
    own, file, again = keys.fingerprint(keys.public(here)), tmp_path / "all.backup", tmp_path / "again"
    for arguments in (("backup", "--to", file, "--instance", here), ("restore", file, "--instance", again)):
        assert CliRunner().invoke(cli, list(map(str, arguments))).exit_code == 0
    assert f"Fingerprint of our key: {own}" in run("list", "--instance", again).output
    assert stat.S_IMODE((again / "packages.key").stat().st_mode) == 0o600


def test_trust_is_not_left_behind_by_a_package_that_is_refused(here: Path, tmp_path: Path) -> None:
    file = tmp_path / "figures.zip"
    run("export", "indicators", "--output", file, "--instance", here)
    own = keys.fingerprint(keys.public(here))
    assert run("import", file, "--trust", own, "--instance", here).exit_code == 1  # one's own
    assert actions(here) == ["package.exported"]


def test_a_questionnaire_goes_over_standard_output(here: Path, there: Path, tmp_path: Path) -> None:
    made = run("export", "questionnaire", "small", "--output", "-", "--instance", here)
    assert made.exit_code == 0
    file = tmp_path / "small.zip"
    file.write_bytes(made.stdout_bytes)
    taken = run("import", file, "--trust", keys.fingerprint(keys.public(here)), "--instance", there)
    assert (taken.exit_code, "Holds: questionnaire small" in taken.output) == (0, True)


def test_a_damaged_file_is_named_and_nothing_changes(here: Path, there: Path, tmp_path: Path) -> None:
    file = tmp_path / "figures.zip"
    run("export", "indicators", "--output", file, "--instance", here)
    file.write_bytes(file.read_bytes()[:-1])
    for command in ("check", "import"):
        refused = run(command, file, "--instance", there)
        assert (refused.exit_code, "no whole package" in refused.output) == (1, True)
    assert actions(there) == []


@pytest.mark.parametrize(
    "arguments",
    [("export", "responses"), ("export", "indicators", "small"), ("export", "plugin"), ("import", "nowhere")],
)
def test_wrong_usage(here: Path, arguments: tuple[str, ...]) -> None:
    assert run(*arguments, "--instance", here).exit_code == 2


def test_without_publication_or_name_there_is_no_package(there: Path) -> None:
    assert run("export", "indicators", "--output", "-", "--instance", there).exit_code == 1
    (there / "config.toml").unlink()
    refused = run("export", "indicators", "--output", "-", "--instance", there)
    assert (refused.exit_code, "SURVEY_OPERATOR" in refused.output) == (1, True)
