"""Back up, restore and copy an instance by command."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest
from click.testing import CliRunner, Result

from survey_service.cli import backups, cli
from survey_service.responses import files
from survey_service.responses.files import Incoming
from survey_service.store import UNFINISHED, open_store
from survey_service.store.base import CollectionSpec

THINGS = CollectionSpec("things", unique=("key",))
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    for name in [name for name in os.environ if name.startswith("SURVEY_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    return lambda *arguments, instance="here": runner.invoke(cli, [*arguments, "--instance", str(tmp_path / instance)])


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """An instance with two documents, a secret, settings and a frozen snapshot."""
    instance = tmp_path / "here"
    add(instance, "one", "two")
    (instance / "receipt.key").write_text("00ff")
    (instance / "config.toml").write_text('operator = "Landkreis"\n')
    (instance / "snapshots" / "a").mkdir(parents=True)
    (instance / "snapshots" / "a" / "data").write_bytes(b"\0\1")
    (instance / ".hidden").write_text("passing")
    return instance


def add(instance: Path, *keys: str) -> None:
    store = open_store("tinydb:", instance)
    for key in keys:
        store.collection(THINGS).add({"key": key})
    store.close()


def keys(instance: Path, url: str = "tinydb:") -> list[str]:
    store = open_store(url, instance)
    try:
        return [stored.body["key"] for stored in store.collection(THINGS).iterate()]
    finally:
        store.close()


def test_back_up_and_restore(run: Run, here: Path, tmp_path: Path) -> None:
    done = run("backup", "--to", "a.backup")
    assert done.exit_code == 0, done.output
    assert "things" in done.output
    assert "3 files" in done.output
    done = run("restore", "a.backup", instance="there")
    assert done.exit_code == 0, done.output
    there = tmp_path / "there"
    assert keys(there) == ["one", "two"]
    assert (there / "receipt.key").read_text() == "00ff"
    assert (there / "receipt.key").stat().st_mode & 0o777 == 0o600
    assert (there / "snapshots" / "a" / "data").read_bytes() == b"\0\1"
    names = ["backups.jsonl", "config.toml", "receipt.key", "snapshots", "store"]
    assert sorted(path.name for path in there.iterdir()) == names
    (made,) = map(json.loads, (here / "backups.jsonl").read_text().splitlines())
    size = Path("a.backup").stat().st_size
    assert {name: made[name] for name in ("act", "size", "sealed")} == {"act": "made", "size": size, "sealed": False}
    (restored,) = map(json.loads, (there / "backups.jsonl").read_text().splitlines())
    assert (restored["act"], restored["day"], restored["documents"]) == ("restored", made["at"][:10], made["documents"])


def test_files_of_respondents_come_along(run: Run, here: Path, tmp_path: Path) -> None:
    content = b"%PDF-1.7 \0\xff"
    incoming = Incoming({"file": "ab" * 16, "name": "a.pdf", "type": "application/pdf", "size": len(content)}, content)
    files.write(here, [incoming])
    store = open_store("tinydb:", here)
    files.record(store, "k", [incoming], dt.date(2026, 3, 1))
    store.close()
    (here / "uploads" / "ab" / f".{'cd' * 16}.coming").write_bytes(b"cut off")
    assert run("backup", "--to", "a.backup").exit_code == 0
    assert run("restore", "a.backup", instance="there").exit_code == 0
    restored = tmp_path / "there" / "uploads" / "ab" / ("ab" * 16)
    assert restored.read_bytes() == content
    assert restored.stat().st_mode & 0o777 == 0o600
    assert restored.parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in restored.parent.iterdir()] == [restored.name]
    store = open_store("tinydb:", tmp_path / "there")
    assert files.issued(store, "k") == {"ab" * 16}
    store.close()


def test_a_file_erased_while_a_backup_is_written_is_left_out(
    run: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = backups._files
    monkeypatch.setattr(backups, "_files", lambda values: {**listed(values), "uploads/ab/gone": here / "gone"})
    done = run("backup", "--to", "a.backup")
    assert done.exit_code == 0, done.output
    assert "3 files" in done.output
    assert run("restore", "a.backup", instance="there").exit_code == 0


def test_the_file_is_named_after_the_day(run: Run, here: Path, tmp_path: Path) -> None:
    assert run("backup").exit_code == 0
    [path] = tmp_path.glob("survey-service-20*.backup")
    again = run("backup")
    assert again.exit_code == 1
    assert path.name in again.output


def test_while_the_instance_is_in_use(run: Run, here: Path, tmp_path: Path) -> None:
    store = open_store("tinydb:", here)
    store.collection(THINGS).add({"key": "three"})
    assert run("backup", "--to", "a.backup").exit_code == 0
    store.collection(THINGS).add({"key": "four"})
    refused = run("restore", "a.backup", "--replace")
    assert refused.exit_code == 1
    assert str(os.getpid()) in refused.output
    store.close()
    assert keys(here) == ["one", "two", "three", "four"]
    assert run("restore", "a.backup", instance="there").exit_code == 0
    assert keys(tmp_path / "there") == ["one", "two", "three"]


def test_nothing_is_restored_over_documents_unless_one_says_so(run: Run, here: Path, tmp_path: Path) -> None:
    run("backup", "--to", "a.backup")
    add(here, "three")
    (here / "receipt.key").write_text("changed")
    refused = run("restore", "a.backup")
    assert refused.exit_code == 1
    assert "--replace" in refused.output
    assert keys(here) == ["one", "two", "three"]
    assert (here / "receipt.key").read_text() == "changed"
    assert run("restore", "a.backup", "--replace").exit_code == 0
    assert keys(here) == ["one", "two"]
    assert (here / "receipt.key").read_text() == "00ff"
    store = open_store("tinydb:store.replaced-1", here)
    assert store.collection(THINGS).count() == 3
    store.close()


def test_a_damaged_backup_leaves_the_instance_as_it_is(run: Run, here: Path, tmp_path: Path) -> None:
    run("backup", "--to", "a.backup")
    content = bytearray((tmp_path / "a.backup").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "b.backup").write_bytes(content)
    before = {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}
    refused = run("restore", "b.backup", "--replace")
    assert refused.exit_code == 1
    assert {path: path.read_bytes() for path in here.rglob("*") if path.is_file()} == before


def test_a_restore_that_is_interrupted_is_finished_by_the_next(
    run: Run, here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("backup", "--to", "a.backup")
    wrote: list[Path] = []
    real = backups._write_file

    def fails(path: Path, parts: object) -> None:
        if len(wrote) == 2:
            raise KeyboardInterrupt
        wrote.append(path)
        real(path, parts)  # type: ignore[arg-type]

    monkeypatch.setattr(backups, "_write_file", fails)
    assert run("restore", "a.backup", instance="there").exit_code != 0
    there = tmp_path / "there"
    assert (there / UNFINISHED).exists()
    for command in (("backup",), ("store", "copy", "--to", "tinydb:x"), ("users", "list")):
        refused = run(*command, instance="there")
        assert refused.exit_code == 1, command
        assert "restore" in refused.output
    monkeypatch.setattr(backups, "_write_file", real)
    assert run("restore", "a.backup", instance="there").exit_code == 0
    assert keys(there) == ["one", "two"]
    assert (there / "receipt.key").read_text() == "00ff"


def test_with_a_passphrase_and_with_keys(run: Run, here: Path, tmp_path: Path) -> None:
    (tmp_path / "word").write_text("drei Esel im Schnee\n")
    (tmp_path / "empty").write_text("\n")
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "id").write_text(f"# mine\n{identity}\n")
    assert run("backup", "--to", "p.backup", "--passphrase-file", "word").exit_code == 0
    assert run("backup", "--to", "r.backup", "--recipient", str(identity.to_public())).exit_code == 0
    assert run("backup", "--passphrase-file", "empty").exit_code == 2
    both = run("backup", "--passphrase-file", "word", "--recipient", str(identity.to_public()))
    assert both.exit_code == 2
    assert run("restore", "p.backup", instance="there").exit_code == 1
    assert run("restore", "p.backup", "--passphrase-file", "word", instance="there").exit_code == 0
    assert run("restore", "r.backup", "--identity-file", "id", instance="elsewhere").exit_code == 0
    assert keys(tmp_path / "there") == keys(tmp_path / "elsewhere") == ["one", "two"]


@pytest.mark.parametrize("name", ["../out", "/tmp/out", "a/../../out", ".hidden", ""])
def test_a_backup_that_would_write_elsewhere_is_refused(
    run: Run, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    add(tmp_path / "here", "one")
    (tmp_path / "evil").write_text("x")
    monkeypatch.setattr(backups, "_files", lambda _values: {name: tmp_path / "evil"})
    assert run("backup", "--to", "a.backup").exit_code == 0
    refused = run("restore", "a.backup", instance="there")
    assert refused.exit_code == 1
    assert not (tmp_path / "there" / "store").exists()


def test_copy_to_another_store(run: Run, here: Path, empty_database: str) -> None:
    done = run("store", "copy", "--to", empty_database)
    assert done.exit_code == 0, done.output
    assert "SURVEY_STORE" in done.output
    assert keys(here, empty_database) == ["one", "two"]
    assert run("store", "copy", "--to", empty_database).exit_code == 1
    for same in ("tinydb:", "tinydb:store"):
        assert run("store", "copy", "--to", same).exit_code == 1


def test_back_up_and_restore_on_postgresql(
    run: Run, here: Path, empty_database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run("store", "copy", "--to", empty_database)
    monkeypatch.setenv("SURVEY_STORE", empty_database)
    assert run("backup", "--to", "a.backup").exit_code == 0
    store = open_store(empty_database, here)
    store.collection(THINGS).add({"key": "three"})
    refused = run("restore", "a.backup", "--replace")
    assert refused.exit_code == 1
    assert "connections" in refused.output
    store.close()
    assert run("restore", "a.backup").exit_code == 1
    assert run("restore", "a.backup", "--replace").exit_code == 0
    assert keys(here, empty_database) == ["one", "two"]
    monkeypatch.delenv("SURVEY_STORE")
    assert run("restore", "a.backup", instance="there").exit_code == 0
    assert keys(tmp_path / "there") == ["one", "two"]
