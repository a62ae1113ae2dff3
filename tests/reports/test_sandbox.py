"""Hostile plugins get a named Problem, and neither the store nor anybody else notices; on kernels with less, too.

Each case runs in a process of its own (`probing`), as the user nobody or as root. `hostile` holds the plugins.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from survey_service import settings as settings_module
from survey_service.problems import Problem
from survey_service.questionnaire import model
from survey_service.reports import context, host, sandbox, sandbox_calls, sandbox_files, scratch
from survey_service.reports.process import Worker
from survey_service.reports.sandbox import Support
from tests.reports.conftest import GOOD, RUN
from tests.reports.probing import CASES, HOSTILE, HOW

ROOT = Path(__file__).resolve().parents[2]
NAMES = {"stat the store", "is the store there", "open the store's path"}
pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(not sandbox.support().complete, reason="this kernel has no Landlock or no seccomp"),
]


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that any user may be given, which pytest's own are not."""
    made = Path(tempfile.mkdtemp(prefix="hostile-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def probe(folder: Path, case: str) -> dict[str, Any]:
    if CASES[case].root and os.geteuid() != 0:
        pytest.skip("only root can try what root may")
    command = [sys.executable, "-m", "tests.reports.probing", str(folder), case]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    outcomes: dict[str, Any] = json.loads(done.stdout)
    return outcomes


def has_own_root(folder: Path) -> bool:
    """Tell whether a user without rights gets a root of its own on this machine."""
    script = (
        "import pathlib, sys; from tests.reports.hostile_users import become_nobody; "
        "from survey_service.reports import sandbox_view; become_nobody(pathlib.Path(sys.argv[1])); "
        "sys.exit(not sandbox_view.count_alone())"
    )
    command = [sys.executable, "-c", script, str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


def succeeded(outcome: dict[str, Any]) -> set[str]:
    return {name for name, result in outcome["done"].items() if result == "done"}


@pytest.mark.parametrize("case", [name for name, case in CASES.items() if not case.behaviours and case.contained])
def test_no_attempt_succeeds(folder: Path, case: str) -> None:
    outcomes = probe(folder, case)
    apart = CASES[case].support is None and (CASES[case].root or has_own_root(folder))
    assert set(outcomes) == set(CASES[case].folders)
    for plugin, outcome in outcomes.items():
        assert "problem" not in outcome, (plugin, outcome)
        # Without a root of its own a plugin can ask for names and sizes of files: docs/sandbox.md says so.
        expected = NAMES if plugin == "files" and not apart else set()
        assert succeeded(outcome) == expected, plugin
        assert len(outcome["done"]) >= 12
        assert outcome["changed"] == []
        assert outcome["left"] == []
        assert (outcome["responses"], outcome["healthy"], outcome["other alive"]) == (6, True, True)
    if "kernel" in outcomes:
        assert set(outcomes["kernel"]["done"].values()) == {"EPERM", "ENOSYS"}
        assert {name for name, error in outcomes["kernel"]["done"].items() if error == "ENOSYS"} >= {
            "clone3",
            "openat2",
        }


def test_the_attempts_succeed_without_the_sandbox(folder: Path) -> None:
    """So that the tests above can fail."""
    outcomes = probe(folder, "nobody, no sandbox")
    assert succeeded(outcomes["files"]) >= NAMES | {
        *("read /etc/passwd", "read the store", "read the secret", "list the instance", "write into the store"),
        *("open read-only and truncate", "truncate the store by name", "truncate the code", "write beside the store"),
        *("write in /tmp", "write into the snapshot", "swap the snapshot", "write through a symlink"),
        *("make a hard link", "rename the store", "remove the store", "chmod the store", "touch the store"),
    }
    assert succeeded(outcomes["processes"]) >= {
        *("fork", "vfork and exec", "clone", "daemonise", "read another's environment", "list processes"),
        *("read the caller's environment", "read the caller's memory", "signal the caller", "end another"),
        *("slow another down", "become visible", "signals of files"),
    }
    assert succeeded(outcomes["network"]) >= {"TCP", "UDP", "a socket file", "an abstract socket", "listen"}
    assert outcomes["files"]["changed"]
    assert not outcomes["processes"]["other alive"]


EXPECTED = {
    "raises": ("plugin.failed", r"ValueError \(__init__\.py:\d+\)"),
    "raises a class": ("plugin.failed", r"Exception \(__init__\.py:\d+\)"),
    "exits": ("plugin.failed", "exit status 3"),
    "crashes": ("plugin.failed", "SIGSEGV"),
    "aborts": ("plugin.failed", "SIGABRT"),
    "eats memory": ("plugin.failed", r"MemoryError \(__init__\.py:\d+\)"),
    "eats memory by mapping": ("plugin.failed", r"OSError \(__init__\.py:\d+\)"),
    "floods the pipe": ("plugin.output", "more than 1 MB"),
    "floods with progress": ("plugin.output", "more than 1 MB"),
    "starts threads": ("plugin.failed", r"RuntimeError \(__init__\.py:\d+\)"),
    "goes on talking": ("plugin.output", "an answer that was not asked for"),
    "closes the pipe": ("plugin.failed", "closed pipe"),
    "closes everything": ("plugin.failed", "closed pipe"),
    "fork bomb": ("plugin.failed", r"PermissionError \(__init__\.py:\d+\)"),
    "fills the scratch folder": ("plugin.scratch", ""),
    "fills one file": ("plugin.failed", r"OSError \(__init__\.py:\d+\)"),
    "makes many files": ("plugin.scratch", ""),
    "nests folders": ("plugin.scratch", ""),
    "makes shut folders": ("plugin.(scratch|timeout)", ""),  # root looks into them
    "opens many files": ("plugin.failed", r"OSError \(__init__\.py:\d+\)"),
    "another instruction set": ("plugin.failed", "SIGSYS"),
    "answers twice": ("plugin.output", "an answer that was not asked for"),
    "changes the guest": ("plugin.output", ".*: markup"),
    "garbage": ("plugin.output", "not JSON"),
    "not a number": ("plugin.output", "not JSON"),
    "infinite": ("plugin.output", "not JSON"),
    "a circle": ("plugin.output", "not JSON"),
    "100 MB": ("plugin.output", "more than 1 MB"),
    "nothing": ("plugin.output", "report_run returns no ReportOutput"),
    "markup": ("plugin.output", ".*: markup"),
    "leaves threads behind": ("made", ""),
    "lies about progress": ("made", ""),
    "lies_name": ("plugin.output", r"info: (name|version) is not what plugin.toml says"),
    "lies_version": ("plugin.output", r"info: (name|version) is not what plugin.toml says"),
    "early": ("plugin.output", "an answer that was not asked for"),
    "read the store": ("plugin.failed", r"(FileNotFound|Permission)Error \(__init__\.py:\d+\)"),
    "signal the caller": ("plugin.failed", r"PermissionError \(__init__\.py:\d+\)"),
    "TCP": ("plugin.failed", r"PermissionError \(__init__\.py:\d+\)"),
}
"""Misbehaviour → the code of its Problem, and its reason; all others are ended by the limit of time."""


@pytest.mark.parametrize("user", ["nobody", pytest.param("root", marks=pytest.mark.faults)])
def test_every_misbehaviour_gets_its_problem(folder: Path, user: str) -> None:
    found = probe(folder, f"{user}, behaviours")
    outcomes = found["outcomes"]
    assert set(HOW) < set(outcomes)
    assert set(EXPECTED) < set(outcomes)
    for how, (code, reason) in outcomes.items():
        expected, words = EXPECTED.get(how, ("plugin.timeout", ""))
        assert re.fullmatch(expected, code), (how, code, reason)
        assert re.fullmatch(words, reason), (how, code, reason)
    assert found["changed"] == []
    assert found["left"] == []
    assert (found["healthy"], found["other alive"], found["children"]) == (True, True, True)
    assert "ValueError (__init__.py:" in found["log"]
    assert "Amina" not in found["log"]


def test_without_landlock_or_seccomp_foreign_plugins_stay_off(
    plugin: Callable[..., Path], run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = plugin()
    for support, lacking in (
        (Support(0, True), "Landlock"),
        (Support(7, False), "seccomp"),
        (Support(0, False), "Landlock, seccomp"),
    ):
        monkeypatch.setattr(sandbox, "support", lambda support=support: support)
        with pytest.raises(Problem) as caught:
            run(folder)
        assert (caught.value.code, caught.value.details["lacking"]) == ("plugin.unprotected", lacking)
        unsafe = settings_module.load(tmp_path / "instance", report_unsafe=True)
        assert run(folder, within=unsafe).plugin == "trial"
    bundled = host.find("monitoring", host.list_plugins())
    host.admit(bundled, settings_module.load(tmp_path / "instance"))


def test_the_setting_takes_nothing_away_where_the_sandbox_is_complete(
    plugin: Callable[..., Path], run: Callable[..., Any], tmp_path: Path
) -> None:
    unsafe = settings_module.load(tmp_path / "instance", report_unsafe=True)
    with pytest.raises(Problem) as caught:
        run(plugin(RUN + "    open('/etc/passwd').read()"), within=unsafe)
    assert caught.value.code == "plugin.failed"
    assert "Error (__init__.py:10)" in caught.value.details["reason"]


def test_a_layer_that_cannot_be_had_stops_the_worker(
    plugin: Callable[..., Path], run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker puts on what it was told or nothing of the plugin is imported."""
    monkeypatch.setattr(Worker, "shield", _without_a_parent(Worker.shield))
    source = GOOD.replace("@hookimpl", f"open({str(tmp_path / 'imported')!r}, 'w')\n@hookimpl", 1)
    with pytest.raises(Problem) as caught:
        run(plugin(source))
    assert caught.value.code == "plugin.unprotected"
    assert not (tmp_path / "imported").exists()


def _without_a_parent(real: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def shield(self: Worker, *arguments: Any) -> dict[str, Any]:
        made = real(self, *arguments)
        made["shield"]["parent"] = 1
        return made

    return shield


def test_polars_works_inside(plugin: Callable[..., Path], run: Callable[..., Any]) -> None:
    """Threads, files in the scratch folder, sorting, joining and grouping in memory and streaming."""
    source = RUN + (
        "    import concurrent.futures, hashlib, pathlib, sqlite3, tempfile, zoneinfo\n"
        "    import polars as pl\n"
        "    table = pl.DataFrame({{'a': list(range(5000)), 'b': ['x', 'y'] * 2500}})\n"
        "    table.write_parquet('t.parquet'); table.write_ipc('t.arrow')\n"
        "    lazy = pl.scan_parquet('t.parquet').join(pl.scan_ipc('t.arrow'), on='a')\n"
        "    for engine in ('in-memory', 'streaming'):\n"
        "        found = lazy.group_by('b').agg(pl.col('a').sum()).sort('b').collect(engine=engine)\n"
        "        assert found['a'].to_list() == [sum(range(0, 5000, 2)), sum(range(1, 5000, 2))]\n"
        "    with concurrent.futures.ThreadPoolExecutor(4) as pool:\n"
        "        assert list(pool.map(abs, [-1, 2])) == [1, 2]\n"
        "    with tempfile.TemporaryDirectory() as folder:\n"
        "        pathlib.Path(folder, 'x').write_text('x')\n"
        "    sqlite3.connect(':memory:').execute('create table t (a)')\n"
        "    zoneinfo.ZoneInfo('Europe/Berlin')\n"
        "    return ReportOutput(())\n"
    )
    assert run(plugin(source)).blocks == ()


def test_progress_reaches_the_caller(plugin: Callable[..., Path], store: Any, publications: Any, settings: Any) -> None:
    source = RUN + "    for step in (1, 2, 3): context.progress(step, 3)\n    return ReportOutput(())\n"
    told: list[tuple[int, int]] = []
    host.run("trial", store, publications, settings, plugins=plugin(source), told=lambda *both: told.append(both))
    assert told[0] == (1, 3)  # the next may come too soon to be sent
    assert told[-1] == (3, 3)


def test_who_is_no_longer_wanted_is_ended(
    plugin: Callable[..., Path], store: Any, publications: Any, settings: Any
) -> None:
    def unwanted() -> None:
        raise Problem("plugin.cancelled", name="trial")

    folder = plugin(RUN + "    import time\n    time.sleep(3600)")
    patient = settings_module.load(settings.instance, report_seconds=600)
    with pytest.raises(Problem) as caught:
        host.run("trial", store, publications, patient, plugins=folder, wanted=unwanted)
    assert caught.value.code == "plugin.cancelled"


@pytest.mark.parametrize("processor", ["x86_64", "aarch64"])
def test_the_filter_decides_as_the_table_says(processor: str) -> None:
    """A small machine runs the program, so that the table of the other processor is tried too."""
    program = sandbox_calls.program(processor, own=4711)
    mark, column = sandbox_calls.PROCESSORS[processor]
    ruled = sandbox_calls.rules(4711)

    def decide(number: int, *arguments: int, mark: int = mark) -> str:
        return _run_filter(program, number, mark, arguments)

    for name, numbers in sandbox_calls.CALLS.items():
        if numbers[column] is not None and name not in ruled:
            assert decide(numbers[column]) == "allow", name
    listed = {numbers[column] for numbers in sandbox_calls.CALLS.values()}
    for number in set(range(600)) - listed:
        assert decide(number) == ("EPERM" if number < 434 else "ENOSYS"), number
    assert decide(0, mark=0x40000003) == "kill"
    assert decide(0x40000000 + (sandbox_calls.CALLS["read"][column] or 0)) == "ENOSYS"  # x32
    thread = 0x3D0F00  # what the C library makes threads with
    clone, kill = sandbox_calls.CALLS["clone"][column] or 0, sandbox_calls.CALLS["kill"][column] or 0
    assert [decide(clone, flags) for flags in (thread, 17, thread | 0x10000000)] == ["allow", "EPERM", "EPERM"]
    assert [decide(kill, pid) for pid in (4711, 4712, 0, 0xFFFFFFFF)] == ["allow", "EPERM", "EPERM", "EPERM"]
    openat = sandbox_calls.CALLS["openat"][column] or 0
    modes = [os.O_RDONLY, os.O_RDONLY | os.O_TRUNC, os.O_WRONLY | os.O_TRUNC, os.O_RDWR | os.O_CREAT, 3 | os.O_TRUNC]
    assert [decide(openat, 0, 0, mode) for mode in modes] == ["allow", "EPERM", "allow", "allow", "EPERM"]


def _run_filter(program: bytes, number: int, mark: int, arguments: tuple[int, ...]) -> str:
    words = {0: number, 4: mark} | {16 + 8 * place: value for place, value in enumerate(arguments)}
    place, held = 0, 0
    while True:
        code, true, false, value = struct.unpack_from("=HBBI", program, 8 * place)
        place += 1
        if code == 0x20:
            held = words.get(value, 0)
        elif code == 0x54:
            held &= value
        elif code in (0x15, 0x35):
            place += true if (held == value if code == 0x15 else held >= value) else false
        else:
            assert code == 0x06
            return {0x7FFF0000: "allow", 0x80000000: "kill", 0x50001: "EPERM", 0x50026: "ENOSYS"}[value]


def test_the_numbers_are_those_of_the_kernel() -> None:
    """The headers of Linux, where they are installed, have the numbers of this processor."""
    places = [Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), Path("/usr/include/asm/unistd_64.h")]
    found = [path for path in places if path.exists()]
    if not found or os.uname().machine != "x86_64":
        pytest.skip("no headers of the kernel")
    numbers = dict(re.findall(r"#define __NR_(\w+) (\d+)", found[0].read_text()))
    for name, (number, _) in sandbox_calls.CALLS.items():
        assert number is None or int(numbers.get(name, number)) == number, name


def test_landlock_handles_more_with_each_abi() -> None:
    bits = [sandbox_files.handled(abi).bit_count() for abi in range(1, 8)]
    assert bits == [13, 14, 15, 15, 16, 16, 16]


def test_a_scratch_folder_goes_whatever_is_in_it(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("x")
    folder = tmp_path / "scratch"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "link").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    (folder / "shut").mkdir(0o000)
    here = os.open(folder, os.O_RDONLY)
    for _ in range(3_000):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    with pytest.raises(scratch.Full):
        scratch.measure(folder, 100)
    scratch.remove(folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["outside"]
    assert (outside / "kept").read_text() == "x"


def test_a_scratch_folder_is_measured_without_following_links(tmp_path: Path) -> None:
    folder = tmp_path / "scratch"
    folder.mkdir()
    (tmp_path / "large").write_bytes(b"x" * 3_000_000)
    (folder / "link").symlink_to(tmp_path / "large")
    scratch.measure(folder, 1)
    (folder / "own").write_bytes(b"x" * 3_000_000)
    with pytest.raises(scratch.Full):
        scratch.measure(folder, 1)


def test_a_worker_imports_neither_the_store_nor_the_questionnaires(
    plugin: Callable[..., Path], run: Callable[..., Any]
) -> None:
    """So that it starts fast: what it needs twice is written twice."""
    source = RUN + (
        "    import sys\n"
        "    found = {{name.split('.')[1] for name in sys.modules if name.startswith('survey_service.')}}\n"
        "    assert not found & {{'store', 'questionnaire', 'responses', 'accounts', 'web', 'settings'}}, found\n"
        "    assert not {{'babel', 'yaml', 'flask', 'jsonschema'}} & set(sys.modules)\n"
        "    return ReportOutput(())\n"
    )
    assert run(plugin(source)).blocks == ()
    assert context.PREFER_NOT_TO_SAY == model.PREFER_NOT_TO_SAY


def test_the_hostile_plugins_are_plugins() -> None:
    assert {entry.name for entry in host.list_plugins(HOSTILE) if not entry.fault} >= {"files", "behaviour", "kernel"}
