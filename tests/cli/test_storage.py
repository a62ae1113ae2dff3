"""The commands ``store check`` and ``store compact`` on the embedded store."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from survey_service.cli import cli
from survey_service.store import open_store
from survey_service.store.base import CollectionSpec

THINGS = CollectionSpec("things")
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    for name in [name for name in os.environ if name.startswith("SURVEY_")]:
        monkeypatch.delenv(name)
    return lambda *arguments: CliRunner().invoke(cli, [*arguments, "--instance", str(tmp_path)])


def fill(instance: Path, count: int) -> None:
    store = open_store("tinydb:", instance)
    things = store.collection(THINGS)
    for number in range(count):
        things.add({"n": number, "text": "x" * 200})
    for number in range(1, count):
        things.replace(number, {"n": -number}, version=1)
    store.close()


def journal(instance: Path) -> Path:
    return max((path for path in (instance / "store").iterdir()), key=lambda path: path.stat().st_size)


def count(instance: Path) -> int:
    store = open_store("tinydb:", instance)
    try:
        return store.collection(THINGS).count()
    finally:
        store.close()


def test_a_good_store_is_described(run: Run, tmp_path: Path) -> None:
    fill(tmp_path, 20)
    result = run("store", "check")
    assert result.exit_code == 0, result.output
    assert "things" in result.output
    assert "20" in result.output
    assert "No fault." in result.output


def test_compacted_is_smaller_and_holds_the_same(run: Run, tmp_path: Path) -> None:
    fill(tmp_path, 200)
    result = run("store", "compact")
    assert result.exit_code == 0, result.output
    before, after = (int(word) for word in result.output.replace(",", "").split() if word.isdigit())
    assert after < before
    assert count(tmp_path) == 200


def test_damage_is_named_and_what_is_readable_is_kept(run: Run, tmp_path: Path) -> None:
    fill(tmp_path, 50)
    path = journal(tmp_path)
    content = bytearray(path.read_bytes())
    middle = content.index(b'"n":25')
    content[middle + 5] ^= 1
    path.write_bytes(content)
    named = run("store", "check")
    assert named.exit_code == 1
    assert path.name in named.output
    assert "Traceback" not in named.output
    assert path.read_bytes() == bytes(content), "looking changes nothing"
    mended = run("store", "check", "--repair")
    assert mended.exit_code == 0, mended.output
    assert f"Not readable: {path.name}" in mended.output
    assert "Moments whose changes are lost: 1." in mended.output
    assert run("store", "check").exit_code == 0
    assert count(tmp_path) == 49 + 1  # document 26 comes back with the change that replaced it


def test_a_store_in_use_is_left_alone(run: Run, tmp_path: Path) -> None:
    store = open_store("tinydb:", tmp_path)
    try:
        for command in ("check", "compact"):
            result = run("store", command)
            assert result.exit_code == 1
            assert "in use by process" in result.output
    finally:
        store.close()


def test_another_store_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SURVEY_STORE", "postgresql://anna:secret@nowhere/nothing")
    result = run("store", "check")
    assert result.exit_code == 1
    assert "Use the tools of that database" in result.output
    assert "secret" not in result.output, "an address can hold a password"


def test_a_faulty_address_is_refused_without_showing_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SURVEY_STORE", "mysql://anna:secret@nowhere/nothing")
    result = run("users", "list")
    assert result.exit_code == 1
    assert "begins with “mysql”" in result.output
    assert "secret" not in result.output
