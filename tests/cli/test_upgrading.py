"""Bringing an instance to a new version: backup, migration, a look at all of it, and the way back."""

from __future__ import annotations

import ast
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from survey_service import __version__, clock
from survey_service.accounts import accounts
from survey_service.cli import cli, upgrading
from survey_service.store import hosts, open_store
from survey_service.store.base import CollectionSpec, Document, Store

PACKAGE = Path(__file__).resolve().parents[2] / "survey_service"
OLD = CollectionSpec("accounts", unique=("key",))
OLDER = {"name": "Anna", "key": "anna", "hash": "x", "roles": ["admin"], "enabled": True}
Run = Callable[..., Result]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """An instance that an earlier version has left: its accounts have no addresses yet."""
    instance = tmp_path / "here"
    store = open_store("tinydb:", instance)
    store.collection(OLD).add(dict(OLDER))
    store.close()
    (instance / upgrading.VERSION).write_text("0.0.9\n")
    return instance


@pytest.fixture
def run(here: Path) -> Run:
    return lambda *arguments: CliRunner().invoke(cli, [*arguments, "--instance", str(here)])


def stored(instance: Path, spec: CollectionSpec) -> list[Document]:
    store: Store = open_store("tinydb:", instance)
    try:
        return [entry.body for entry in store.collection(spec).iterate()]
    finally:
        store.close()


def test_there_and_back(run: Run, here: Path) -> None:
    planned = run("upgrade", "--dry-run")
    assert planned.exit_code == 0, planned.output
    assert f"Version 0.0.9 → {__version__}." in planned.output
    assert "To migrate: accounts, 1 documents, 1 → 2." in planned.output
    assert stored(here, OLD) == [OLDER]  # opened as version 1, so nothing was migrated
    done = run("upgrade")
    assert done.exit_code == 0, done.output
    assert "read once more and whole" in done.output
    assert "Migrated: accounts." in done.output
    assert upgrading.noted(here) == __version__
    assert stored(here, accounts.ACCOUNTS)[0]["email"] == ""
    assert "No collection has to be migrated." in run("upgrade", "--dry-run").output
    assert "install version 0.0.9 of the service" in done.output
    (back,) = (line for line in done.output.splitlines() if "survey-service restore" in line)
    restored = CliRunner().invoke(cli, shlex.split(back.partition("survey-service ")[2]))
    assert restored.exit_code == 0, restored.output
    assert stored(here, OLD) == [OLDER]
    assert upgrading.noted(here) == "0.0.9"


def test_a_fault_on_the_way_tells_the_way_back(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrading.audit, "first_fault", lambda _store: 7)
    failed = run("upgrade")
    assert failed.exit_code == 1
    assert "the audit log is broken at entry 7" in failed.stderr
    assert f"survey-service restore {here}/backups/before-{__version__}-" in failed.stderr
    assert "3. " in failed.stderr
    assert "Traceback" not in failed.output
    assert upgrading.noted(here) == "0.0.9"


def test_a_lost_document_is_told_and_a_doubled_one_refused(
    run: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = upgrading._migrate

    def doubled(store: Store, steps: list[tuple[CollectionSpec, int]]) -> None:
        real(store, steps)
        store.collection(accounts.ACCOUNTS).add({**OLDER, "key": "berta"})

    monkeypatch.setattr(upgrading, "_migrate", doubled)
    failed = run("upgrade")
    assert failed.exit_code == 1
    assert "accounts has 2 documents in the place of 1" in failed.stderr


def test_documents_of_a_later_version_and_a_running_service_are_refused(run: Run, here: Path) -> None:
    store = open_store("tinydb:", here)
    refused = run("upgrade")
    assert refused.exit_code == 1
    assert "is in use" in refused.stderr or "process" in refused.stderr
    store.collection(CollectionSpec("offers", migrations=tuple([lambda body: body] * 99))).add({"of": "tomorrow"})
    store.close()
    refused = run("upgrade")
    assert refused.exit_code == 1
    assert "offers" in refused.stderr
    assert not (here / "backups").exists()


def test_while_another_machine_serves_nothing_is_changed(tmp_path: Path, empty_database: str) -> None:
    def run(*arguments: str) -> Result:
        folder = str(tmp_path / "one")
        return CliRunner().invoke(cli, [*arguments, "--instance", folder], env={"SURVEY_STORE": empty_database})

    store = open_store(empty_database, tmp_path)
    store.collection(OLD).add(dict(OLDER))
    hosts.beat(store, "other", "0.0.9", {}, clock.now().timestamp())
    refused = run("upgrade")
    assert refused.exit_code == 1
    assert "within the last 90 seconds: other." in refused.stderr
    assert not (tmp_path / "one" / "backups").exists()
    (entry,) = store.collection(hosts.HOSTS).find()
    store.collection(hosts.HOSTS).replace(
        entry.id, {**entry.body, "seen": entry.body["seen"] - 91}, version=entry.version
    )
    store.close()
    done = run("upgrade")
    assert done.exit_code == 0, done.output
    assert "Migrated: accounts." in done.output


def test_every_collection_of_the_program_is_known() -> None:
    named = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "CollectionSpec" and node.args:
                name = node.args[0]
                named |= {name.value} if isinstance(name, ast.Constant) else set()
    assert len(named) > 50
    assert named - set(upgrading.declared()) == set()


def test_a_folder_keeps_the_newest_backups(run: Run, here: Path, tmp_path: Path) -> None:
    nightly = tmp_path / "nightly"
    nightly.mkdir()
    for day in (1, 2, 3):
        (nightly / f"survey-service-2026-01-0{day}T030000Z.backup").write_text("")
    (nightly / "survey-service-before-the-move.backup").write_text("")
    done = run("backup", "--to", str(nightly), "--keep", "2")
    assert done.exit_code == 0, done.output
    names = sorted(path.name for path in nightly.iterdir())
    assert len(names) == 3
    assert names[0] == "survey-service-2026-01-03T030000Z.backup"
    assert names[2] == "survey-service-before-the-move.backup"
    assert run("backup", "--to", str(tmp_path / "x.backup"), "--keep", "2").exit_code == 2
