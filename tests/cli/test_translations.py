"""The commands for translations, and what check and serve say about missing texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from survey_service import settings
from survey_service.accounts import audit
from survey_service.cli import cli
from survey_service.cli.publishing import publish
from survey_service.questionnaire import translating
from survey_service.store import open_store
from survey_service.store.base import Store
from survey_service.translating.edits import TRANSLATIONS
from survey_service.translating.workbench import Wish
from survey_service.web.context import Context

FORM = """
questionnaire: tiny
audience: newcomers
languages: [de, en, ar]
label: {de: Klein, en: Small, ar: صغير}
minutes: [1, 2]
pages:
  - name: start
    label: {de: Beginn, en: Start, ar: بداية}
    questions:
      - {type: text, name: q, label: {de: Frage, en: Question, ar: سؤال}}
"""
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
LABEL = "tiny/start/q/label"
Run = Callable[..., Result]


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    forms = tmp_path / "forms"
    forms.mkdir()
    (forms / "tiny.yaml").write_text(FORM, "utf-8")
    monkeypatch.setenv("SURVEY_FORMS", str(forms))
    monkeypatch.setenv("SURVEY_INSTANCE", str(tmp_path / "instance"))
    return tmp_path / "instance"


@pytest.fixture
def run(instance: Path) -> Run:
    return lambda *arguments: CliRunner().invoke(cli, arguments)


@contextmanager
def opened(instance: Path) -> Iterator[tuple[Store, Context]]:
    store = open_store("tinydb:", instance)
    try:
        yield store, Context(settings.load(instance), store)
    finally:
        store.close()


def take_away(context: Context, tag: str = "ar") -> None:
    bench = context.workbench
    entry = next(one for one in bench.entries("tiny", tag) if one.source.address == LABEL)
    bench.save(tag, [Wish(LABEL, entry.mark, translating.digest(entry.wording), ())], by="Mara", now=NOW)


def link() -> str:
    key = translating.key_of(LABEL)
    return f"/manage/translations/tiny/ar?text={key}#t-{key}"


def test_check_names_a_text_taken_away_with_its_link_while_the_service_runs(run: Run, instance: Path) -> None:
    assert run("check").exit_code == 0
    assert not (instance / "store").exists()
    with opened(instance) as (_store, context):
        take_away(context)
        result = run("check")  # somebody else has the store open
    assert result.exit_code == 1
    assert "Translations: 1 faults" in result.stderr
    assert f"tiny: {LABEL}: there is no text in “ar” → write it at {link()}" in result.stderr


def test_publishing_leaves_the_language_out_and_says_why(
    run: Run, instance: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(instance) as (_store, context):
        assert publish(context) == ["tiny-1"]
        assert capsys.readouterr().err == ""
        take_away(context)
        assert publish(context) == ["tiny-2"]
        said = capsys.readouterr().err
        assert "tiny is not offered in “ar”:" in said
        assert link() in said
        assert context.publications.current("tiny").questionnaire.languages == ("de", "en")
        assert publish(context) == []


def test_publishing_keeps_what_was_written_at_the_desk(instance: Path) -> None:
    with opened(instance) as (_store, context):
        bench = context.workbench
        entry = next(one for one in bench.entries("tiny", "ar") if one.source.address == LABEL)
        wish = Wish(LABEL, entry.mark, translating.digest(entry.wording), ("سؤال جديد",))
        bench.save("ar", [wish], by="Mara", now=NOW)
        publish(context)
    with opened(instance) as (_store, context):
        assert publish(context) == []
        assert context.publications.current("tiny").questionnaire.questions["q"].label["ar"] == "سؤال جديد"


def test_a_questionnaire_without_any_whole_language_stops_the_command(run: Run, instance: Path) -> None:
    path = instance.parent / "forms" / "tiny.yaml"
    path.write_text(FORM.replace("label: {de: Frage, en: Question, ar: سؤال}", "label: {fr: Question}"), "utf-8")
    result = run("demo")
    assert result.exit_code == 1
    assert "no language is left" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("form", ["po", "xlsx"])
def test_export_and_import(run: Run, instance: Path, tmp_path: Path, form: str) -> None:
    target = tmp_path / f"out.{form}"
    result = run("translations", "export", "ar", "--scope", "tiny", "--format", form, "--output", str(target))
    assert (result.exit_code, result.output) == (0, "")
    result = run("translations", "import", "ar", str(target), "--scope", "tiny")
    assert (result.exit_code, result.stdout) == (0, "0 saved, 3 unchanged, 0 empty, 0 not applied.\n")
    with opened(instance) as (store, _context):
        noted = {(one.action, one.subject): dict(one.details) for one in audit.entries(store)}
    assert noted == {
        ("translations.exported", "tiny"): {"language": "ar", "format": form},
        ("translations.imported", "tiny"): {"language": "ar", "count": 0},
    }


def test_an_import_saves_what_fits_and_names_what_does_not(run: Run, instance: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.po"
    run("translations", "export", "ar", "--output", str(target))
    content = target.read_text("utf-8").replace('"سؤال"', '"سؤال؟"').replace('msgid "Beginn"', 'msgid "Anfang"')
    target.write_text(content, "utf-8")
    result = run("translations", "import", "ar", str(target), "--scope", "tiny")
    assert result.exit_code == 0
    assert result.stdout.startswith("1 saved, 1 unchanged, 0 empty, ")
    assert "tiny/start/label: not applied (changed source)" in result.stderr
    with opened(instance) as (_store, context):
        context.workbench.edits.renew()
        words = {one.source.address: one.wording for one in context.workbench.entries("tiny", "ar")}
    assert words[LABEL] == ("سؤال؟",)


def test_a_faulty_file_changes_nothing_and_each_fault_is_located(run: Run, instance: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.po"
    run("translations", "export", "ar", "--scope", "tiny", "--output", str(target))
    target.write_text(target.read_text("utf-8").replace('"سؤال"', '"سؤال %(x)s"').replace('"صغير"', '"ص"'), "utf-8")
    result = run("translations", "import", "ar", str(target), "--scope", "tiny")
    assert result.exit_code == 1
    assert f"{LABEL}: The translation has the placeholder %(x)s" in result.stderr
    assert result.stderr.splitlines()[0].startswith("out.po:")
    with opened(instance) as (store, _context):
        assert store.collection(TRANSLATIONS).count() == 0


@pytest.mark.parametrize(
    "arguments", [("export", "xx"), ("export", "ar", "--scope", "nothing"), ("export", "de", "--scope", "tiny")]
)
def test_wrong_use_is_named(run: Run, arguments: tuple[str, ...]) -> None:
    result = run("translations", *arguments)
    assert result.exit_code == 2
    assert "known: " in result.stderr


def test_status_counts_what_was_written_at_the_desk(run: Run, instance: Path) -> None:
    def arabic() -> list[str]:
        lines = run("translations", "status").stdout.splitlines()
        return next(line for line in lines if line.startswith("ar ") and "questionnaires" in line).split()

    assert arabic() == ["ar", "questionnaires", "3", "of", "3", "0", "0"]
    with opened(instance) as (_store, context):
        take_away(context)
    assert arabic() == ["ar", "questionnaires", "2", "of", "3", "1", "0"]
