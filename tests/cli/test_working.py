"""Work again and again: inside the service or from a timer; loading anew; telling systemd."""

from __future__ import annotations

import os
import signal
import socket
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from survey_service import settings
from survey_service.cli import cli, working
from survey_service.cli.notifying import READY, notify
from survey_service.cli.working import Work
from survey_service.problems import Problem
from survey_service.store.base import Store
from survey_service.web.context import Context
from tests.test_cli import end, serve, until_serving


def test_the_timer_leaves_to_the_service_only_what_a_person_waits_for(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: set[str] = set()
    rounds = threading.Event()

    def do(name: str) -> object:
        done.add(name)
        return rounds.set() if name == "links" else None

    works = (Work("erase", 9e9, lambda _: do("erase")), Work("links", 9e9, lambda _: do("links"), awaited=True))
    monkeypatch.setattr(working, "WORKS", works)
    for given, expected in (({"scheduler": "timer", "store": "postgresql://x/y"}, {"links"}), ({}, {"erase", "links"})):
        done.clear()
        rounds.clear()
        with working.working(Context(settings.load(tmp_path / "instance", **given), store)):
            assert rounds.wait(60)
        assert done == expected


def test_the_embedded_store_has_no_timer(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="belongs to the running service alone"):
        settings.load(tmp_path, scheduler="timer")


def test_the_command_does_everything_once_and_says_what_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_context: Context) -> None:
        raise ZeroDivisionError("secret words")

    monkeypatch.setattr(working, "WORKS", (Work("first", 1, fail), *working.WORKS))
    result = CliRunner().invoke(cli, ["work", "--instance", str(tmp_path / "instance")])
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [f"{work.name}: done" for work in working.WORKS[1:]]
    assert "first: ZeroDivisionError" in result.stderr
    assert "Not done: first." in result.stderr
    assert "secret words" not in result.output


def test_systemd_is_told_where_it_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not notify(READY)
    for address in (str(tmp_path / "s"), f"@survey-{os.getpid()}"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.bind(address.replace("@", "\0"))
            monkeypatch.setenv("NOTIFY_SOCKET", address)
            assert notify(READY)
            assert channel.recv(100) == b"READY=1"
    assert not notify(READY)  # nobody listens any more


@pytest.mark.timeout(900)
def test_loading_anew_takes_new_settings_and_refuses_faulty_ones(tmp_path: Path) -> None:
    instance, told = tmp_path / "instance", tmp_path / "told"
    instance.mkdir()
    config = instance / "config.toml"
    config.write_text('operator = "Amt Eins"\n')
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(told))
        with serve(instance, "--port", "0", NOTIFY_SOCKET=str(told)) as process:
            try:
                address = until_serving(process)[-1].removeprefix("Serving ")
                channel.settimeout(60)
                assert channel.recv(100) == b"READY=1"
                assert process.stdout is not None
                assert process.stderr is not None
                config.write_text("threads = 0\n")
                process.send_signal(signal.SIGHUP)
                while "Not loaded anew" not in (line := process.stderr.readline()):
                    assert line
                assert "Amt Eins" in imprint(address)
                config.write_text('operator = "Amt Zwei"\n')
                process.send_signal(signal.SIGHUP)
                assert process.stdout.readline() == "Loading anew.\n"
                while "Amt Zwei" not in imprint(address):
                    assert process.poll() is None
                end(process)
            finally:
                process.kill()


def imprint(address: str) -> str:
    """Return the imprint; between two processes nobody answers, and a reverse proxy would wait."""
    try:
        with urllib.request.urlopen(f"{address}en/imprint", timeout=30) as response:
            return str(response.read().decode())
    except (ConnectionError, TimeoutError, urllib.error.URLError):
        return ""
