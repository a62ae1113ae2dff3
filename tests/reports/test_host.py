"""Plugins are found without being imported, run in a process of their own, and do no harm, whatever they do."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from survey_service import settings as settings_module
from survey_service.problems import Problem
from survey_service.questionnaire.model import Questionnaire
from survey_service.reports import host
from survey_service.reports.report import REPORTS, Report, all_reports, load
from survey_service.store.base import Store
from tests.reports.conftest import GOOD, RUN

Write = Callable[..., Path]
Run = Callable[..., Report]


def test_a_report_is_made_stored_and_loaded(
    plugin: Write, run: Run, respond: Callable[..., None], store: Store, small: Questionnaire
) -> None:
    for number in range(14):
        respond({"likes": ["red"] if number < 6 else ["blue"]})
    report = run(plugin())
    statement = report.blocks[0]
    assert (report.plugin, report.version, report.period, report.synthetic) == ("trial", "1.0", "2026-Q4", False)
    assert report.counts == {"small": {"valid": 14}}
    assert (statement["count"], statement["n"], statement["share"]) == (6, 14, 6 / 14)
    assert statement["revisions"] == ["small-1"]
    assert statement["wording"] == dict(small.questions["likes"].label)
    assert load(store, report.id) == report
    assert [each.id for each in all_reports(store)] == [each.id for each in all_reports(store, "trial")] == [report.id]


def test_the_same_report_of_a_day_is_stored_once(plugin: Write, run: Run, store: Store) -> None:
    folder = plugin()
    assert run(folder) == run(folder)
    assert store.collection(REPORTS).count() == 1


def test_no_response_and_one_response(plugin: Write, run: Run, respond: Callable[..., None]) -> None:
    folder = plugin()
    empty = run(folder).blocks[0]
    respond({"likes": ["red"]})
    one = run(folder).blocks[0]
    for statement in (empty, one):
        assert statement["suppressed"] == "small_base"
        assert [statement[name] for name in ("count", "n", "share", "low", "high")] == [None] * 5


def test_invented_responses_mark_the_report(plugin: Write, run: Run, respond: Callable[..., None]) -> None:
    respond({}, mode="demo")
    assert run(plugin()).synthetic is True


def test_a_missing_report_is_a_problem(store: Store) -> None:
    with pytest.raises(Problem) as caught:
        load(store, 7)
    assert caught.value.code == "report.missing"


def _problem(run: Run, plugins: Path, **options: object) -> Problem:
    with pytest.raises(Problem) as caught:
        run(plugins, **options)
    return caught.value


@pytest.mark.parametrize(
    ("body", "code", "reason"),
    [
        ("    raise ValueError('a secret answer')", "plugin.failed", "ValueError (__init__.py:10)"),
        ("    1 / 0", "plugin.failed", "ZeroDivisionError (__init__.py:10)"),
        ("    raise SystemExit(0)", "plugin.failed", "SystemExit (__init__.py:10)"),
        ("    import os; os._exit(0)", "plugin.failed", "exit status 0"),
        ("    import os; os.kill(os.getpid(), 11)", "plugin.failed", "SIGSEGV"),
        ("    def deeper(): deeper()\n    deeper()", "plugin.failed", "RecursionError (__init__.py:10)"),
        ("    context.rows('small')", "plugin.failed", "PermissionError (__init__.py:10)"),
        ("    context.offers", "plugin.failed", "FileNotFoundError (__init__.py:10)"),
        ("    raise type('Answer: yes, <b>', (Exception,), {{}})", "plugin.failed", "Exception (__init__.py:10)"),
        ("    x = 'x' * 2**40", "plugin.failed", "MemoryError (__init__.py:10)"),
        ("    return None", "plugin.output", "no ReportOutput"),
        ("    return {{'blocks': [float('nan')]}}", "plugin.output", "not JSON"),
        ("    return {{'blocks': {{1, 2}}}}", "plugin.output", "not JSON"),
        ("    return {{'blocks': ['x' * 100_000_000]}}", "plugin.output", "more than 1 MB"),
        ("    return {{'blocks': [{{'type': 'iframe'}}]}}", "plugin.output", "blocks/0: type"),
        ("    return {{'blocks': [], 'more': 1}}", "plugin.output", "output: additionalProperties"),
        (
            "    return ReportOutput((TextBlock({{'de': 'a', 'en': '<b>a</b>'}}),))",
            "plugin.output",
            "/blocks/0/text/en: markup",
        ),
        (
            "    return ReportOutput((TextBlock({{'de': 'a', 'en': 'see https://example.org'}}),))",
            "plugin.output",
            "/blocks/0/text/en: address",
        ),
        ("    return ReportOutput((TextBlock({{'de': 'a', 'en': '%(n)s'}}),))", "plugin.output", "has no value"),
        ("    return ReportOutput((TextBlock({{'de': 'a'}}),))", "plugin.output", "blocks/0/text: anyOf"),
    ],
)
def test_a_misbehaving_plugin_is_named(
    plugin: Write, run: Run, body: str, code: str, reason: str, store: Store
) -> None:
    problem = _problem(run, plugin(RUN + body))
    assert problem.code == code
    assert reason in problem.details["reason"]
    assert "trial" in problem.message()
    assert store.collection(REPORTS).count() == 0
    assert store.healthy()


def test_no_answer_reaches_the_log(plugin: Write, run: Run, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        problem = _problem(run, plugin(RUN + "    raise ValueError('a secret answer')"))
    assert "ValueError (__init__.py:10)" in caplog.text
    assert "secret" not in caplog.text + problem.message()


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (GOOD.replace("def report_run", "def report_runn"), "unknown hook or wrong arguments"),
        (GOOD.replace("report_run(context)", "report_run(context, store)"), "unknown hook or wrong arguments"),
        (GOOD.replace("@hookimpl\ndef report_run", "def report_run"), "no hook report_run"),
        (GOOD.replace('ReportInfo("{name}"', 'ReportInfo("other"'), "info: name is not"),
        (GOOD.replace('"1.0"', '"1.1"'), "info: version is not"),
        (GOOD.replace("return ReportInfo", "return dict; ReportInfo"), "no ReportInfo"),
        (
            GOOD.replace('questionnaires=("small",)', 'questionnaires=("small",), **dict(permissions=("store",))'),
            "info/permissions/0: enum",
        ),
        (
            GOOD.replace('questionnaires=("small",)', 'questionnaires=("small",), **dict(permissions=("rows",))'),
            "info: permissions is not what plugin.toml says",
        ),
        (
            GOOD.replace('questionnaires=("small",)', 'questionnaires=("small",), author="Somebody else"'),
            "info: author is not what plugin.toml says",
        ),
    ],
)
def test_hooks_must_keep_to_the_page(plugin: Write, run: Run, source: str, reason: str) -> None:
    problem = _problem(run, plugin(source))
    assert problem.code == "plugin.output"
    assert reason in problem.details["reason"]


def test_a_plugin_that_cannot_be_imported(plugin: Write, run: Run) -> None:
    assert _problem(run, plugin("def (")).details["reason"].startswith("SyntaxError")
    assert _problem(run, plugin("import no_such_module")).details["reason"] == "ModuleNotFoundError (__init__.py:1)"


def test_a_hanging_plugin_is_stopped(plugin: Write, run: Run, tmp_path: Path) -> None:
    source = RUN + "    import time\n    time.sleep(3600)"
    within = settings_module.load(tmp_path / "instance", report_seconds=2, report_memory=512)
    before = _children_of(os.getpid())
    problem = _problem(run, plugin(source), within=within)
    assert (problem.code, problem.details["seconds"]) == ("plugin.timeout", 2)
    assert _children_of(os.getpid()) == before
    _wait_until_gone()


def _children_of(pid: int) -> set[str]:
    return set(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


def _wait_until_gone() -> None:
    """Wait for the killed processes to end: the kernel does that in its own time, the plugin would sleep an hour."""
    deadline = time.monotonic() + 30
    while _scratch_processes() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _scratch_processes() == []


def _scratch_processes() -> list[str]:
    """Return the processes whose working folder is a scratch folder of a report."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if "survey-report-" in os.readlink(folder / "cwd"):
                found.append(folder.name)
        except OSError:
            continue
    return found


def test_a_plugin_that_eats_memory_is_ended(plugin: Write, run: Run) -> None:
    problem = _problem(run, plugin(RUN + "    hoard = []\n    while True: hoard.append(bytearray(10_000_000))"))
    assert problem.code == "plugin.failed"
    assert problem.details["reason"] == "MemoryError (__init__.py:11)"


def test_printing_and_flooding_the_pipe_do_no_harm(plugin: Write, run: Run) -> None:
    chatty = GOOD.replace("    share =", "    print('x' * 50_000_000)\n    share =")
    assert run(plugin(chatty)).plugin == "trial"
    flood = RUN + (
        "    import os, sys\n"
        "    descriptor = int(sys.argv[1])\n"
        "    for _ in range(1600): os.write(descriptor, b'x' * 65536)"
    )
    problem = _problem(run, plugin(flood))
    assert (problem.code, problem.details["reason"]) == ("plugin.output", "more than 1 MB")
    forged = RUN + "    import os, sys\n    os.write(int(sys.argv[1]), b'{{\"output\": 1e999}}\\n')"
    assert _problem(run, plugin(forged)).code == "plugin.output"


def test_a_plugin_sees_neither_the_environment_nor_the_instance(
    plugin: Write, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SURVEY_SECRET_KEY", "do-not-tell")
    source = RUN + (
        "    import os, pathlib, sys\n"
        "    seen = repr((sorted(os.environ), sys.argv, os.getcwd(), str(context._folder)))\n"
        "    assert 'SURVEY' not in seen and 'instance' not in seen, seen\n"
        "    pathlib.Path('note').write_text('x')\n"
        "    try:\n"
        "        (context._folder / 'note').write_text('x')\n"
        "    except OSError:\n"
        "        return ReportOutput(())\n"
    )
    assert run(plugin(source)).blocks == ()


def test_the_copy_of_the_snapshot_cannot_be_changed(
    plugin: Write, run: Run, settings: settings_module.Settings
) -> None:
    source = RUN + (
        "    changed = []\n"
        "    for path in context._folder.iterdir():\n"
        "        for change in (path.unlink, lambda: path.chmod(0o600), lambda: path.write_bytes(b'x')):\n"
        "            try:\n"
        "                changed.append(change())\n"
        "            except OSError:\n"
        "                pass\n"
        "    assert not changed\n"
        "    return ReportOutput(())\n"
    )
    report = run(plugin(source))
    files = {path.name for path in (settings.instance / "snapshots" / report.snapshot).iterdir()}
    assert files == {"manifest.json", "codebook.json", "responses-small.arrow"}


def test_unknown_and_faulty_plugins(plugin: Write, run: Run) -> None:
    folder = plugin()
    missing = _problem(run, folder, name="trail")
    assert (missing.code, missing.details["known"]) == ("plugin.missing", "trial")
    plugin(toml="name = 1\n")
    faulty = _problem(run, folder)
    assert faulty.code == "plugin.faulty"
    assert "“module” is missing" in faulty.message()


@pytest.mark.parametrize(
    ("toml", "fault"),
    [
        ("name = ", "plugin.toml: Invalid value"),
        ('name = "trial"\nmodule = "trial"\nversion = "1"\n[title]\nde = "a"\n', "title needs texts"),
        ('name = "other"\nmodule = "trial"\nversion = "1"\ntitle = {de = "a", en = "a"}\n', "the name is not that"),
        (
            'name = "trial"\nmodule = "trial"\nversion = "1"\ncolour = 1\ntitle = {de = "a", en = "a"}\n',
            "“colour” is unknown",
        ),
    ],
)
def test_one_faulty_folder_leaves_the_others_usable(plugin: Write, toml: str, fault: str) -> None:
    plugin(toml=toml)
    folder = plugin(name="fine")
    entries = {entry.name: entry for entry in host.list_plugins(folder)}
    assert entries["fine"].fault == ""
    assert entries["fine"].title == {"de": "Probe", "en": "Trial"}
    assert fault in entries["trial"].fault


def test_listing_imports_nothing(plugin: Write, tmp_path: Path) -> None:
    folder = plugin(f"import pathlib\npathlib.Path({str(tmp_path / 'imported')!r}).touch()")
    assert [entry.name for entry in host.list_plugins(folder)] == ["trial"]
    assert not (tmp_path / "imported").exists()


def test_an_unpublished_questionnaire_is_named(plugin: Write, run: Run) -> None:
    problem = _problem(run, plugin(GOOD.replace('questionnaires=("small",)', 'questionnaires=("large",)')))
    assert (problem.code, problem.details["questionnaire"]) == ("plugin.questionnaire", "large")


def _package(site: Path, toml: str | None) -> None:
    """Write a package as an installer leaves it."""
    described = site / "neighbour-2.5.dist-info"
    described.mkdir(parents=True)
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: neighbour\nVersion: 2.5\n")
    (described / "entry_points.txt").write_text("[survey_service.reports]\nneighbour = neighbour_reports\n")
    (site / "neighbour_reports").mkdir()
    (site / "neighbour_reports" / "__init__.py").write_text("raise RuntimeError('imported')\n")
    if toml is not None:
        (site / "neighbour_reports" / "plugin.toml").write_text(toml, "utf-8")


_NEIGHBOUR = 'name = "neighbour"\nmodule = "neighbour_reports"\nversion = "2.5"\n'
_NEIGHBOUR += 'title = {de = "Nebenan", en = "Next door"}\n'


@pytest.mark.parametrize(
    ("toml", "fault"),
    [
        (_NEIGHBOUR, ""),
        (None, "plugin.toml: No such file"),
        (_NEIGHBOUR.replace('"neighbour"', '"other"'), "plugin.toml: name or module"),
    ],
)
def test_an_installed_package_is_found_by_its_entry_point(
    plugin: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toml: str | None, fault: str
) -> None:
    site = tmp_path / "site"
    _package(site, toml)
    monkeypatch.syspath_prepend(str(site))
    neighbour = {entry.name: entry for entry in host.list_plugins(plugin())}["neighbour"]
    assert (neighbour.version, neighbour.source, neighbour.module) == ("2.5", "package", "neighbour_reports")
    assert neighbour.folder is None
    assert neighbour.fault.startswith(fault)
    assert bool(neighbour.fault) == bool(fault)
    assert neighbour.title == ({"*": "neighbour"} if fault else {"de": "Nebenan", "en": "Next door"})
