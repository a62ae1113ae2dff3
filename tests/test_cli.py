"""The command line: what there is, what it prints and stores, and its exit statuses 0, 1 and 2."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import click
import pyotp
import pytest
from click.testing import CliRunner, Result

from survey_service import clock
from survey_service.accounts import accounts, audit, factors, tickets, totp
from survey_service.cli import checking, cli, common
from survey_service.cli.checking import language_faults
from survey_service.languages import Language
from survey_service.reports import sandbox
from survey_service.reports.sandbox import Support
from survey_service.store import open_store
from survey_service.store.base import Store

PASSWORD = "drei Birnen im Schnee"
COMMANDS: dict[str, set[str]] = {
    "serve": {"--host", "--port", "--demo", "--instance"},
    "check": {"--forms", "--connect", "--json", "--instance"},
    "deployment": set(),
    "forms list": {"--instance"},
    "forms publish": {"--note", "--instance"},
    "forms open": {"--from", "--until", "--limit", "--instance"},
    "forms close": {"--after", "--instance"},
    "forms import": {
        *("--instance", "--name", "--language", "--audience", "--consent", "--allow-duplicates", "--check"),
        *("--publish", "--list"),
    },
    "forms export": {"--instance", "--to", "--language", "--output"},
    "responses import": {"--language", "--check", "--listing", "--instance"},
    "responses codebook": {"--language", "--output", "--format", "--instance"},
    "responses export": {
        *("--format", "--output", "--language", "--labels", "--columns", "--excluded", "--notes", "--instance"),
    },
    "offers export": {"--format", "--output", "--instance"},
    "offers import": {
        *("--apply", "--field", "--language", "--publish-contacts", "--skip-faulty", "--also-like", "--all"),
        *("--differences", "--instance"),
    },
    "indicators list": {"--instance"},
    "indicators set": {
        *("--numerator", "--denominator", "--percent", "--area", "--preliminary", "--source", "--note", "--reason"),
        "--instance",
    },
    "indicators import": {"--reason", "--instance"},
    "indicators export": {"--format", "--output", "--instance"},
    "report again": {"--instance"},
    "report due": {"--instance"},
    "report list": {"--instance"},
    "report run": {"--format", "--output", "--language", "--reload", "--instance"},
    "packages export": {"--output", "--instance"},
    "packages import": {"--trust", "--instance"},
    "packages list": {"--instance"},
    "packages check": {"--instance"},
    "plugins list": {"--instance"},
    "plugins new": {"--folder", "--author"},
    "plugins install": {"--instance"},
    "plugins approve": {"--instance"},
    "plugins enable": {"--instance"},
    "plugins disable": {"--instance"},
    "plugins upgrade": {"--wheel", "--activate", "--instance"},
    "plugins rollback": {"--instance"},
    "plugins remove": {"--instance"},
    "privacy due": {"--days", "--json", "--instance"},
    "privacy record": {"--output", "--language", "--instance"},
    "users add": {"--role", "--email", "--password-stdin", "--instance"},
    "users invite": {"--role", "--instance"},
    "users list": {"--instance"},
    "users disable": {"--instance"},
    "users reset": {"--role", "--no-second-factor", "--password-stdin", "--instance"},
    "audit verify": {"--file", "--instance"},
    "audit export": {"--format", "--output", "--since", "--until", "--instance"},
    "store check": {"--repair", "--instance"},
    "store compact": {"--instance"},
    "store copy": {"--to", "--instance"},
    "store files": {"--from", "--instance"},
    "store seal": {"--key-file", "--instance"},
    "work": {"--instance"},
    "upgrade": {"--backup-to", "--recipient", "--dry-run", "--instance"},
    "backup": {"--to", "--keep", "--recipient", "--passphrase-file", "--instance"},
    "restore": {"--replace", "--identity-file", "--passphrase-file", "--instance"},
    "translations status": {"--instance"},
    "translations export": {"--scope", "--format", "--output", "--instance"},
    "translations import": {"--scope", "--instance"},
    "demo": {"--instance"},
}
"""Every command of the stable interface that exists by now, with its options."""

Run = Callable[..., Result]


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("SURVEY_") or name == "PORT"]:
        monkeypatch.delenv(name)
    folder = tmp_path / "instance"
    monkeypatch.setenv("SURVEY_INSTANCE", str(folder))
    return folder


@pytest.fixture
def run(instance: Path) -> Run:
    def invoke(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(cli, arguments, input=stdin)

    return invoke


@pytest.fixture(scope="module")
def demo_instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance with the demonstration, filled once for this module; `demo` gives each test its own copy."""
    folder = tmp_path_factory.mktemp("demo") / "instance"
    result = CliRunner().invoke(cli, ["demo", "--instance", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def demo(run: Run, instance: Path, demo_instance: Path) -> Run:
    shutil.copytree(demo_instance, instance)
    return run


def opened(instance: Path) -> Store:
    return open_store("tinydb:", instance)


def noted(instance: Path, action: str) -> list[tuple[str, dict[str, object]]]:
    store = opened(instance)
    try:
        return [(entry.subject, dict(entry.details)) for entry in audit.entries(store) if entry.action == action]
    finally:
        store.close()


def tree(command: click.Command, path: str = "") -> dict[str, click.Command]:
    if not isinstance(command, click.Group):
        return {path: command}
    return {
        name: leaf
        for word, inner in command.commands.items()
        for name, leaf in tree(inner, f"{path} {word}".strip()).items()
    }


def test_the_commands_and_their_options_are_exactly_the_stable_interface() -> None:
    found = {
        name: {option for parameter in leaf.params for option in parameter.opts if option.startswith("--")}
        for name, leaf in tree(cli).items()
    }
    assert found == COMMANDS


@pytest.mark.parametrize("name", ["", *COMMANDS, "forms", "responses", "report", "plugins", "users", "translations"])
def test_every_command_has_help(run: Run, name: str) -> None:
    result = run(*name.split(), "--help")
    assert result.exit_code == 0
    assert re.match(r"Usage: \S+.*\n\n  [A-Z].*\.", result.output.replace("\n  ", "\n\n  ", 1), re.DOTALL)


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"], ["serve", "--colour"], ["serve", "--port", "x"], ["serve", "--port", "65536"], ["users", "add"],
        ["users", "add", "a", "--role", "king"], ["responses", "export"], ["report", "run"],
        ["responses", "export", "needs", "--format", "xls"], ["report", "run", "x", "--language", "tlh"],
    ],
)  # fmt: skip
def test_wrong_usage_exits_with_2(run: Run, instance: Path, arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr
    assert not instance.exists()


PLUGINS = ("free_text", "language_equity", "monitoring", "needs_and_offers", "offers_coverage", "response_quality")


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["users", "disable", "nobody"], "There is no account “nobody”."),
        (["users", "reset", "nobody"], "There is no account “nobody”."),
        (["responses", "export", "nothing"], "There is no questionnaire “nothing” in this instance."),
        (["report", "run", "nothing"], f"There is no report plugin “nothing”. Available: {', '.join(PLUGINS)}."),
    ],
)
def test_a_problem_is_a_message_on_stderr_and_exit_1(run: Run, arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert message in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.output


def test_a_faulty_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SURVEY_THREADS", "none")
    result = run("users", "list")
    assert result.exit_code == 1
    assert "SURVEY_THREADS" in result.stderr


def test_a_store_in_use_is_named_with_its_process(run: Run, instance: Path) -> None:
    holder = subprocess.Popen(
        [
            sys.executable, "-c",
            "import sys, pathlib; from survey_service.store import open_store;"
            "s = open_store('tinydb:', pathlib.Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()",
            str(instance),
        ],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline() == "open\n"
    result = run("users", "list")
    holder.communicate()
    assert result.exit_code == 1
    assert str(holder.pid) in result.stderr


# --- users ---------------------------------------------------------------------------------------------------------


def test_users_are_added_listed_disabled_and_reset(run: Run, instance: Path) -> None:
    assert run("users", "add", "Anna", "--password-stdin", stdin=f"{PASSWORD}\n").exit_code == 0
    added = run("users", "add", "Berta", "--role", "admin", "--role", "manager", stdin=f"{PASSWORD}\n{PASSWORD}\n")
    assert added.exit_code == 0
    assert PASSWORD not in added.output
    assert run("users", "list").output.splitlines() == [
        "NAME   ROLES           STATE    SECOND FACTOR  LAST SIGN-IN",
        "Anna   manager         enabled  none           never",
        "Berta  admin, manager  enabled  none           never",
    ]
    assert run("users", "disable", "ANNA").exit_code == 0
    assert "Anna   manager         disabled" in run("users", "list").output
    reset = run(
        "users", "reset", "anna", "--role", "working_group", "--password-stdin", stdin="vier ganz neue Wörter\n"
    )
    assert reset.exit_code == 0
    store = opened(instance)
    assert accounts.verify(store, "Anna", PASSWORD) is None
    account = accounts.verify(store, "Anna", "vier ganz neue Wörter")
    assert account is not None
    assert account.roles == ("working_group",)
    actors = {entry.actor for entry in audit.entries(store)}
    assert audit.first_fault(store) is None
    store.close()
    assert actors == {common.actor()}
    assert common.actor().startswith("command line (")


def test_a_new_manager_begins_without_the_old_one(run: Run, instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SURVEY_PUBLIC_URL", "https://survey.example")
    result = run("users", "invite", "--role", "admin", "--role", "manager")
    assert result.exit_code == 0
    address = result.stdout.strip()
    assert address.startswith("https://survey.example/manage/invited/")
    store = opened(instance)
    account = tickets.accept(store, address.rsplit("/", 1)[1], "Nora", PASSWORD, "", now=clock.now())
    assert account.roles == ("admin", "manager")
    assert address.rsplit("/", 1)[1] not in str(list(audit.entries(store)))
    store.close()


def test_who_lost_phone_and_paper_is_let_in_by_the_operator(run: Run, instance: Path) -> None:
    run("users", "add", "Anna", "--email", "anna@example.org", "--password-stdin", stdin=f"{PASSWORD}\n")
    store = opened(instance)
    anna, key = accounts.find(store, "Anna"), "ab" * 32
    secret = totp.begin(store, anna.id, key, now=clock.now())
    factors.app_added(store, anna, pyotp.TOTP(secret).at(clock.now()), key, kept=0, now=clock.now())
    store.close()
    assert "Anna  manager  enabled  app" in run("users", "list").output
    kept = run("users", "reset", "Anna", "--password-stdin", stdin="vier ganz neue Wörter\n")
    assert "Second factor: app." in kept.output
    bare = run("users", "reset", "Anna", "--no-second-factor", "--password-stdin", stdin="vier ganz neue Wörter\n")
    assert "Second factor: none." in bare.output
    store = opened(instance)
    assert accounts.find(store, "Anna").email == "anna@example.org"
    assert not factors.held(store, anna.id)
    store.close()


@pytest.mark.parametrize(
    "name, password, message",
    [
        ("\uff21nna", PASSWORD, "already an account"),
        ("Ann\u0430", PASSWORD, "one alphabet"),
        ("Berta", "kurz", "at least 12"),
        ("Berta", "", "at least 12"),
    ],
)
def test_a_refused_account_is_not_stored(run: Run, name: str, password: str, message: str) -> None:
    run("users", "add", "Anna", "--password-stdin", stdin=f"{PASSWORD}\n")
    result = run("users", "add", name, "--password-stdin", stdin=f"{password}\n")
    assert result.exit_code == 1
    assert message in result.stderr
    assert run("users", "list").output.count("\n") == 2


def test_the_actor_has_a_number_where_the_user_has_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr("getpass.getuser", nameless)
    assert common.actor() == f"command line (user {os.getuid()})"


# --- responses -----------------------------------------------------------------------------------------------------


def test_responses_go_to_standard_output_without_a_mark(demo: Run, instance: Path) -> None:
    result = demo("responses", "export", "experts")
    assert result.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(result.stdout, newline="")))
    assert len(rows) == 25
    assert next(iter(rows[0])) == "number"
    assert {row["mode"] for row in rows} == {"demo"}
    assert noted(instance, "responses.exported") == [("experts", {"format": "csv", "count": 25})]


def test_responses_go_to_a_private_file_with_a_mark(demo: Run, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("old")
    result = demo("responses", "export", "needs", "--output", str(target))
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "300 responses" in result.stderr
    assert target.read_bytes().startswith(b"\xef\xbb\xbfnumber,")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_responses_as_json_lines(demo: Run) -> None:
    lines = demo("responses", "export", "needs", "--format", "jsonl").stdout.splitlines()
    documents = [json.loads(line) for line in lines]
    assert len(documents) == 300
    assert {document["questionnaire"] for document in documents} == {"needs"}
    assert all("key" not in document and "receipt_hash" not in document for document in documents)


@pytest.mark.parametrize("target", ["missing/out.csv", "."])
def test_a_file_that_cannot_be_written_is_a_problem(
    demo: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    result = demo("responses", "export", "experts", "--output", target)
    assert result.exit_code == 1
    assert target in result.stderr
    assert [path for path in tmp_path.iterdir() if path not in before] == []


# --- reports and plugins -------------------------------------------------------------------------------------------


def test_plugins_are_listed(run: Run) -> None:
    lines = run("plugins", "list").output.splitlines()
    assert [line.split()[0] for line in lines] == ["NAME", *PLUGINS]
    assert all("usable" in line for line in lines[1:])


def test_a_report_is_run_stored_listed_and_audited(demo: Run, instance: Path, tmp_path: Path) -> None:
    result = demo("report", "run", "monitoring")
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert (report["plugin"], report["synthetic"]) == ("monitoring", True)
    assert [block for block in report["blocks"] if block["type"] == "figure"]
    page, table = tmp_path / "report.html", tmp_path / "report.csv"
    for form, target in (("html", page), ("csv", table)):
        again = demo("report", "run", "monitoring", "--format", form, "--output", str(target), "--language", "en")
        assert again.exit_code == 0
        assert str(target) in again.stderr
    html = page.read_text("utf-8")
    assert html.startswith("<!doctype html>")
    assert '<html lang="en" dir="ltr">' in html
    assert "Invented responses" in html
    assert not re.search(r'(src|href)="(?!#)', html)
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8-sig"), newline="")))
    assert {row["report"] for row in rows} == {"monitoring"}
    listed = demo("report", "list").output.splitlines()
    assert len(listed) == 2  # the same report of the same day is stored once
    assert listed[1].split()[:2] == ["1", "monitoring"]
    assert noted(instance, "report.run") == [("monitoring", {"report": 1})] * 3
    again = demo("report", "again", "1")
    assert (again.exit_code, again.stdout.split(":")[0]) == (0, "Report 1 says the same")
    missing = demo("report", "again", "7")
    assert (missing.exit_code, missing.stdout) == (1, "")


def test_a_report_without_questionnaires_is_a_problem(run: Run) -> None:
    result = run("report", "run", "monitoring")
    assert result.exit_code == 1
    assert "Traceback" not in result.output


# --- forms, check, translations ------------------------------------------------------------------------------------

FAULTY = """\
questionnaire: faulty
audience: newcomers
languages: [de, en]
label: {de: Fehler, en: Faults}
minutes: [1, 2]
choices:
  yes_no:
    - {name: "yes", label: {de: Ja, en: "Yes"}}
pages:
  - name: one
    label: {de: Eins, en: One}
    questions:
      - {type: select_one, name: a, choices: yes_no, label: {de: A, en: A}}
      - {type: text, name: a, label: {de: A, en: A}}
      - {type: colour, name: b, label: {de: B, en: B}}
      - {type: text, name: c, label: {de: C, en: C}, relevant: "${nothing} = 1"}
      - {type: text, name: d, label: {de: D, en: D}, relevant: "${e} = 1"}
      - {type: text, name: e, label: {de: E, en: E}, relevant: "${d} = 1"}
      - {type: text, name: f, label: {de: F}}
"""


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    folder = tmp_path / "faulty_forms"
    folder.mkdir()
    (folder / "faulty.yaml").write_text(FAULTY, "utf-8")
    return folder


FAULTS = {14: "used twice", 15: "colour", 16: "“nothing”, which is no question", 17: "circle"}
"""Line of FAULTY → what its message must say; the fifth fault, a missing text, has no line of its own."""
MISSING_TEXT = "faulty.yaml: faulty/one/f/label: there is no text in “en”"


def located(text: str) -> dict[int, str]:
    found = re.findall(r"^ *faulty\.yaml:(\d+): (.* → .+)$", text, re.MULTILINE)
    return {int(line): message for line, message in found}


def test_check_names_all_faults_with_place_and_remedy(run: Run, faulty: Path) -> None:
    result = run("check", "--forms", str(faulty))
    assert result.exit_code == 1
    found = located(result.stderr)
    assert set(found) == set(FAULTS)
    assert all(FAULTS[line] in found[line] for line in FAULTS)
    assert MISSING_TEXT in result.stderr
    assert "Questionnaires: 5 faults" in result.stderr
    assert "Traceback" not in result.output


def test_check_of_the_bundled_files_finds_nothing(run: Run, instance: Path) -> None:
    result = run("check")
    assert (result.exit_code, result.stderr) == (0, "")
    assert [line for line in result.stdout.splitlines() if not line.startswith("  ")] == [
        *("Settings: no fault", "Questionnaires: no fault", "Translations: no fault", "Languages: no fault"),
        "Report plugins: no fault",
        checking.sandbox_line(None),
    ]
    assert not (instance / "store").exists()


def test_check_says_what_the_machine_offers_to_shut_plugins_in(
    run: Run, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for support, said in (
        (Support(7, True), "complete (Landlock ABI 7, seccomp)"),
        (Support(0, True), "Landlock is missing; only bundled ones run"),
        (Support(0, False), "Landlock, seccomp is missing; only bundled ones run"),
    ):
        monkeypatch.setattr(sandbox, "support", lambda support=support: support)
        assert run("check").stdout.splitlines()[-1] == f"Sandbox for report plugins: {said}"
    monkeypatch.setenv("SURVEY_REPORT_UNSAFE", "true")
    assert run("check").stdout.splitlines()[-1].endswith("is missing; all run without it (report_unsafe)")


def test_check_names_all_faulty_settings_at_once(run: Run, instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instance.mkdir()
    (instance / "config.toml").write_text('threads = 0\ncolour = "red"\n', "utf-8")
    monkeypatch.setenv("SURVEY_PROXIES", "-1")
    result = run("check")
    assert result.exit_code == 1
    assert "Settings: 3 faults" in result.stderr
    for name in ("SURVEY_PROXIES", "config.toml: threads", "config.toml: colour"):
        assert name in result.stderr
    assert "Questionnaires: no fault" in result.stdout


def test_check_of_a_missing_folder_says_so(run: Run, tmp_path: Path) -> None:
    result = run("check", "--forms", str(tmp_path / "nowhere"))
    assert result.exit_code == 1
    assert "nowhere" in result.stderr


def test_faults_of_the_language_registry_are_named() -> None:
    def entry(tag: str, **changes: object) -> Language:
        values = {
            "tag": tag, "direction": "ltr", "autonym": tag, "german": tag, "english": tag, "iso639": "deu",
            "locale": "de", "fallback": "", "offered": True, "provider": False, "desk": False,
        }  # fmt: skip
        return Language(**{**values, **changes})  # type: ignore[arg-type]

    registry = {
        "aa": entry("aa", direction="up"),
        "bb": entry("bb", fallback="zz"),
        "cc": entry("cc", locale="xx_YY"),
        "de": entry("de"),
    }
    faults = list(language_faults(registry))
    assert len(faults) == 3
    for fault, words in zip(faults, ["aa: the direction “up”", "bb: the fallback “zz”", "cc: Babel"], strict=True):
        assert words in fault
        assert " → " in fault


def test_forms_are_listed(run: Run) -> None:
    lines = run("forms", "list").output.splitlines()
    assert [line.split()[0] for line in lines] == ["NAME", "consultation", "experts", "needs", "offers"]
    assert "newcomers" in lines[3]


def test_translations_status_counts_what_fits_and_what_nobody_reviewed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forms = tmp_path / "forms"
    (forms / "translations").mkdir(parents=True)
    text = FAULTY.replace("faulty", "tiny").split("      - {type: text, name: a")[0]
    (forms / "tiny.yaml").write_text(text, "utf-8")
    (forms / "translations" / "ar.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        '#. state: machine draft\nmsgctxt "tiny/label"\nmsgid "Fehler"\nmsgstr "أخطاء"\n\n'
        'msgctxt "tiny/one/label"\nmsgid "Eins"\nmsgstr "واحد"\n\n'
        'msgctxt "tiny/one/a/label"\nmsgid "alter Text"\nmsgstr "قديم"\n',
        "utf-8",
    )
    monkeypatch.setenv("SURVEY_FORMS", str(forms))
    rows = [re.split(r"  +", line) for line in run("translations", "status").output.splitlines()]
    assert rows[0] == ["LANGUAGE", "PART", "TRANSLATED", "MISSING", "NOT REVIEWED"]
    of_forms = {row[0]: row[2:] for row in rows[1:] if row[1] == "questionnaires"}
    # four texts: the title, one page, one question, one choice
    assert of_forms["de"] == of_forms["en"] == ["4 of 4", "0", "0"]
    assert of_forms["ar"] == ["2 of 4", "2", "1"]
    assert of_forms["uk"] == ["0 of 4", "4", "0"]
    assert {row[0] for row in rows[1:] if row[1] == "desk"} == {"de", "en"}


# --- demo and serve ------------------------------------------------------------------------------------------------


def test_the_demonstration_is_filled_once(demo: Run, instance: Path) -> None:
    store = opened(instance)
    account = accounts.find(store, "demo")
    store.close()
    assert account.roles == ("manager",)
    again = demo("demo")
    assert again.exit_code == 0
    assert "0 invented responses" in again.output
    assert "password " not in again.output.replace("new password", "")
    assert len(demo("responses", "export", "needs", "--format", "jsonl").stdout.splitlines()) == 300
    assert noted(instance, "user.added") == [("demo", {"roles": "manager"})]


def environment(instance: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SURVEY_") and name != "PORT"}
    return {**kept, "SURVEY_INSTANCE": str(instance), "PYTHONWARNINGS": "ignore", **more}


def serve(instance: Path, *arguments: str, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "survey_service.cli", "serve", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(instance, **more),
    )  # fmt: skip


def until_serving(process: subprocess.Popen[str]) -> list[str]:
    """Return the lines up to the address."""
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or not lines[-1].startswith("Serving "):
        line = process.stdout.readline()
        assert line, (lines, process.communicate())
        lines.append(line.strip())
    return lines


def end(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGTERM)
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (0, "Stopped.\n"), stderr
    return stderr


def test_serve_publishes_serves_the_demonstration_and_ends_gracefully(instance: Path, demo_instance: Path) -> None:
    shutil.copytree(demo_instance, instance)
    process = serve(instance, "--demo", PORT="0")
    lines = until_serving(process)
    assert not [line for line in lines if line.startswith("Published")]  # published by the fixture already
    assert "The account “demo” is there; for a new password: survey-service users reset demo" in lines
    address = lines[-1].removeprefix("Serving ")
    for path, status in (("healthz", 200), ("readyz", 200), ("de/", 200), ("manage/login", 200)):
        with urllib.request.urlopen(address + path) as response:
            assert response.status == status
    said = end(process).splitlines()
    assert [line.partition("]: ")[2].rpartition(" 200 ")[0] for line in said] == [
        "GET api.healthz", "GET api.readyz", "GET public.questionnaires", "GET manage.enter",
    ]  # fmt: skip
    assert all(" INFO survey_service.requests [" in line for line in said)


def test_serve_prints_the_password_of_the_demonstration_and_it_works(instance: Path) -> None:
    process = serve(instance, "--demo", "--port", "0")
    lines = until_serving(process)
    end(process)
    assert [line for line in lines if line.startswith("Published")] == [
        f"Published {name}-1." for name in ("consultation", "experts", "needs", "offers")
    ]
    found = re.search(r"as “demo” with the password (\S+) \(shown only now\)", "\n".join(lines))
    assert found
    store = opened(instance)
    assert accounts.verify(store, "demo", found[1]) is not None
    store.close()
    assert [subject for subject, _ in noted(instance, "questionnaire.published")] == [
        "consultation-1", "experts-1", "needs-1", "offers-1",
    ]  # fmt: skip


def test_serve_stops_at_a_bad_form_file_before_it_touches_the_store(instance: Path, faulty: Path) -> None:
    process = serve(instance, "--port", "0", SURVEY_FORMS=str(faulty))
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (1, "")
    assert set(located(stderr)) == set(FAULTS)
    assert "Traceback" not in stderr
    assert not (instance / "store").exists()


def test_serve_names_a_port_in_use(instance: Path, demo_instance: Path) -> None:
    shutil.copytree(demo_instance, instance)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        process = serve(instance, PORT=port)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Serving" not in stdout
    assert f"127.0.0.1 port {port}" in stderr
    assert "Traceback" not in stderr


def test_serve_warns_if_others_would_be_refused(instance: Path, demo_instance: Path) -> None:
    shutil.copytree(demo_instance, instance)
    process = serve(instance, "--host", "0.0.0.0", "--port", "0")
    until_serving(process)
    assert "SURVEY_PUBLIC_URL" in end(process)


def test_the_audit_log_is_verified_and_exported(run: Run, instance: Path, tmp_path: Path) -> None:
    assert run("users", "add", "Mara", "--role", "manager", "--password-stdin", stdin=PASSWORD).exit_code == 0
    done = run("audit", "verify")
    assert (done.exit_code, done.output.split(".")[0]) == (0, "Whole: 1 entries")
    file = str(tmp_path / "audit.jsonl")
    assert run("audit", "export", "--output", file).exit_code == 0
    assert noted(instance, "audit.exported") == [("audit", {"format": "jsonl", "count": 1})]
    assert run("audit", "verify", "--file", file).output.startswith("Whole: 2 entries.")
    rows = run("audit", "export", "--format", "csv", "--until", "2020-01-01").stdout.splitlines()
    assert rows == ["number,at,actor,action,subject,details,previous,hash"]
    store = opened(instance)
    stored = store.collection(audit.AUDIT).first(number=1)
    store.collection(audit.AUDIT).replace(stored.id, {**stored.body, "actor": "Eve"}, version=stored.version)
    store.close()
    broken = run("audit", "verify")
    assert broken.exit_code == 1
    assert "From entry 1 on" in broken.output
