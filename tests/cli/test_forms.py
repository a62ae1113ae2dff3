"""Questionnaires on the command line: listed, published with a note, opened and closed."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lxml import etree

from survey_service import clock
from survey_service.accounts import audit
from survey_service.cli import cli
from survey_service.questionnaire import definition
from survey_service.questionnaire.comparison import BREAK
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import definitions
from survey_service.responses.revisions import Publications
from survey_service.responses.schedule import Schedule
from survey_service.store import open_store
from tests.conftest import SMALL
from tests.responses.test_submissions import send

Run = Callable[..., Result]
LATER = SMALL.replace("de: Alter, en: Age", "de: Lebensalter, en: Age")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on an instance whose folder of files holds one small questionnaire."""
    for name in [name for name in os.environ if name.startswith("SURVEY_")]:
        monkeypatch.delenv(name)
    forms = tmp_path / "files"
    forms.mkdir()
    (forms / "small.yaml").write_text(SMALL, "utf-8")
    monkeypatch.setenv("SURVEY_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("SURVEY_FORMS", str(forms))
    return lambda *arguments: CliRunner().invoke(cli, arguments)


def row(run: Run, name: str = "small") -> list[str]:
    """Return the first columns of a questionnaire's row: revision, state, days, responses."""
    result = run("forms", "list")
    assert result.exit_code == 0, result.output
    return next(line.split()[1:6] for line in result.output.splitlines() if line.split()[0] == name)


def stored(tmp_path: Path) -> tuple[Schedule, list[str]]:
    """Return the schedule in the store, and what was noted about questionnaires."""
    store = open_store("tinydb:", tmp_path / "instance")
    try:
        actions = [one.action for one in audit.entries(store) if one.action.startswith("questionnaire.")]
        return Publications(store).current("small").schedule, actions
    finally:
        store.close()


def test_the_list_says_what_is_published_and_makes_no_store(run: Run, tmp_path: Path) -> None:
    lines = run("forms", "list").output.splitlines()
    assert lines[0].split()[:7] == ["NAME", "REVISION", "STATE", "OPENS", "CLOSES", "RESPONSES", "AUDIENCE"]
    assert lines[1].split() == [
        "small", "–", "not", "published", "–", "–", "–", "newcomers", "3", "6", "de", "en", "Small",
    ]  # fmt: skip
    assert not (tmp_path / "instance").exists()


def test_published_opened_limited_and_closed(run: Run, tmp_path: Path) -> None:
    assert run("forms", "publish", "small").output == "Published small-1.\n"
    assert row(run) == ["small-1", "open", "–", "–", "0"]
    opened = run("forms", "open", "small", "--from", "2026-01-01", "--until", "2100-12-31", "--limit", "5")
    assert opened.output == "small: open\n"
    assert row(run) == ["small-1", "open", "2026-01-01", "2100-12-31", "0/5"]
    assert run("forms", "close", "small").output == "small: closed\n"
    closed = Schedule(is_open=False, opens="2026-01-01", closes="2100-12-31", limit=5)
    assert replace(stored(tmp_path)[0], closed="") == closed
    assert stored(tmp_path)[0].closed == clock.today().isoformat()
    assert run("forms", "close", "small", "--after", "2026-02-01").output == "small: ended\n"
    assert row(run)[1] == "ended"
    assert run("forms", "open", "small", "--until", "2100-01-01", "--limit", "0").output == "small: open\n"
    schedule, actions = stored(tmp_path)
    assert schedule == Schedule(opens="2026-01-01", closes="2100-01-01")
    assert actions == [
        "questionnaire.published", "questionnaire.scheduled", "questionnaire.scheduled", "questionnaire.closed",
        "questionnaire.scheduled", "questionnaire.opened", "questionnaire.scheduled",
    ]  # fmt: skip


def test_the_list_is_there_while_the_service_has_the_store(run: Run, tmp_path: Path) -> None:
    run("forms", "publish", "small")
    store = open_store("tinydb:", tmp_path / "instance")
    try:
        publications = Publications(store)
        send(store, publications, age=20)
        publications.set_schedule("small", Schedule(limit=1))
        assert row(run) == ["small-1", "full", "–", "–", "1/1"]
        assert run("forms", "close", "small").exit_code == 1
    finally:
        store.close()


def test_a_working_copy_is_published_with_a_note_and_verdicts(
    run: Run, tmp_path: Path, questionnaire: Callable[[str], Questionnaire]
) -> None:
    run("forms", "publish", "small")
    store = open_store("tinydb:", tmp_path / "instance")
    definitions.put(store, definition.to_json(questionnaire(LATER)), "2026-11-23")
    store.close()
    result = run("forms", "publish", "small", "--note", "Alter klarer gefragt")
    assert result.output.splitlines() == [
        "age: break in series", "  The wording was changed (de).",
        "town: comparable", "  Who is asked depends on “age”, which was changed itself.",
        "Published small-2.",
    ]  # fmt: skip
    store = open_store("tinydb:", tmp_path / "instance")
    entry = Publications(store).entry("small-2")
    assert (entry.note, entry.by.startswith("command line"), entry.changes[0].verdict) == (
        "Alter klarer gefragt", True, BREAK,
    )  # fmt: skip
    assert definitions.find(store, "small") is None
    store.close()
    assert run("forms", "publish", "small").output.splitlines()[-1] == "Published small-3."  # the file, as one asked


@pytest.mark.parametrize(
    "arguments, status, words",
    [
        (["publish", "nothing"], 1, "There is no questionnaire “nothing”"),
        (["open", "small"], 1, "There is no questionnaire “small”"),
        (["close", "small"], 1, "There is no questionnaire “small”"),
        (["open", "small", "--from", "1.12.2026"], 2, "Invalid value for '--from'"),
        (["open", "small", "--limit", "-1"], 2, "Invalid value for '--limit'"),
        (["publish", "small", "--note", "x" * 2_001], 1, "Use at most 2000 characters"),
    ],
)
def test_what_cannot_be_is_refused(run: Run, arguments: list[str], status: int, words: str) -> None:
    result = run("forms", *arguments)
    assert result.exit_code == status
    assert words in result.output
    assert row(run)[1] == "not"


def test_days_in_the_wrong_order_change_nothing(run: Run, tmp_path: Path) -> None:
    run("forms", "publish", "small")
    result = run("forms", "open", "small", "--from", "2026-12-02", "--until", "2026-12-01")
    assert (result.exit_code, "closes" in result.output) == (1, True)
    assert stored(tmp_path) == (Schedule(), ["questionnaire.published"])


def test_a_questionnaire_goes_out_as_a_form_for_phones_with_messages_in_its_languages(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "small.xml"
    assert run("forms", "export", "small", "--to", "xform", "--output", str(target)).exit_code == 0
    form = etree.parse(target).getroot()
    said = {text.get("id"): text[0].text for text in form.iter("{http://www.w3.org/2002/xforms}text")}  # the last wins
    assert said["_required"] == "Please answer this question."
    (german,) = form.xpath("//*[@lang='Deutsch (de)']/*[@id='_required']/*/text()")
    assert german.startswith("Bitte")
