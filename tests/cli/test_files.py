"""Files that are kept in the database or in a bucket: copied there, backed up, restored; secrets that are shared."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from survey_service import clock, mail, outbox, settings
from survey_service.accounts import audit
from survey_service.advising import database
from survey_service.advising import files as advice
from survey_service.advising.model import Look
from survey_service.cli import cli, hosting, making
from survey_service.cli.hosting import facts
from survey_service.problems import Problem
from survey_service.reports import snapshot, withdrawal, working
from survey_service.responses import files, holder
from survey_service.responses.revisions import Publications
from survey_service.settings import Settings
from survey_service.store import blobs, claims, hosts, open_store
from survey_service.store.base import Store
from survey_service.web.context import Context
from tests.responses.test_submissions import send
from tests.store import buckets
from tests.store.postgres_server import Server

KEY = "a key that is long enough for all of it"
HELD = {
    "uploads/ab/" + "ab" * 16: b"\0picture",
    "outbox/20261123T090000-x.eml": b"To: a@b\n\n",
    "media/cd/cd": b"sound",
}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Return a function that runs a command with settings of the environment, which must succeed."""

    def invoke(*arguments: str, code: int = 0, **values: str) -> Result:
        with monkeypatch.context() as patch:
            for name, value in values.items():
                patch.setenv(f"SURVEY_{name.upper()}", value)
            result = CliRunner().invoke(cli, arguments)
        assert result.exit_code == code, result.output
        return result

    return invoke


def kept_at(values: Settings, address: str, store: Store) -> dict[str, bytes]:
    found = blobs.open_at(values.instance, address, lambda: store)
    return {blob.name: found.get(blob.name) for blob in found.find("") if blobs.is_kept(blob.name)}


def test_files_move_to_the_database_and_to_a_bucket_and_come_back_with_a_backup(
    run: Callable[..., Result], empty_database: str, tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    folder = blobs.FolderBlobs(here)
    for name, content in HELD.items():
        folder.put(name, content)
    (here / "config.toml").write_text('operator = "Landratsamt"\n', "utf-8")
    (here / "plugins" / "trial" / "1").mkdir(parents=True)
    (here / "plugins" / "trial" / "1" / "unpacked of a wheel.py").touch()
    with buckets.running() as bucket:
        database = {"store": empty_database, "files": "store:"}
        for _ in range(2):
            result = run("store", "files", "--from", "instance:", "--instance", str(here), **database)
        assert "0 files copied" in result.output
        in_bucket = {"store": empty_database, "files": bucket}
        run("store", "files", "--from", "store:", "--instance", str(here), **in_bucket)
        run("store", "files", "--from", bucket, "--instance", str(here), code=2, **in_bucket)
        store = open_store(empty_database, tmp_path)
        values = settings.load(here)
        moved = Look(settings.load(here, store=empty_database, files="store:"), clock.now(), store)
        assert ["uploads, outbox" in each.what for each in advice.left(moved)] == [True]
        assert list(advice.left(Look(values, clock.now(), store))) == []
        assert kept_at(values, "store:", store) == HELD
        assert kept_at(values, bucket, store) == HELD
        (here / "media" / "cd" / "cd").write_bytes(b"a copy that nobody looks at")
        run("backup", "--to", str(tmp_path / "whole.backup"), "--instance", str(here), **in_bucket)
        bottom = blobs.open_at(here, bucket, lambda: store)
        for name in HELD:
            bottom.delete(name)
        store.close()
        run("restore", str(tmp_path / "whole.backup"), "--replace", "--instance", str(there), **in_bucket)
        assert kept_at(values, bucket, store) == HELD
        assert sorted(path.name for path in there.iterdir()) == ["backups.jsonl", "config.toml"]
    run("restore", str(tmp_path / "whole.backup"), "--instance", str(tmp_path / "alone"))
    assert {name: (tmp_path / "alone" / name).read_bytes() for name in HELD} == HELD


def machine(empty_database: str, folder: Path, store: Store, **values: str) -> Context:
    shared = {"store": empty_database, "files": "store:", "secrets": "store:", "secret_key": KEY}
    return Context(settings.load(folder, **{**shared, **values}), store)


def test_two_machines_share_secrets_files_mail_and_what_is_withdrawn(
    empty_database: str, tmp_path: Path, small: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = open_store(empty_database, tmp_path), open_store(empty_database, tmp_path)
    one = machine(empty_database, tmp_path / "one", first, mail_url="smtp://127.0.0.1:1")
    two = machine(empty_database, tmp_path / "two", second, mail_url="smtp://127.0.0.1:1")
    assert (one.receipt_key, one.factor_key) == (two.receipt_key, two.factor_key)
    assert facts(one) == facts(two)
    assert not list((tmp_path / "one").glob("*.key"))
    with pytest.raises(Problem) as refused:
        _ = machine(empty_database, tmp_path / "odd", second, secret_key=KEY[::-1]).receipt_key
    assert refused.value.code == "secrets.sealed"

    blobs.of(one.settings.instance).put(files.name_of("c" * 32), b"picture")
    assert files.read(two.settings.instance, "c" * 32) == b"picture"

    path = mail.post(one.settings, "mara@example.org", "Titel", "Text", key="d" * 32)
    assert mail.post(two.settings, "mara@example.org", "Titel", "Text", key="d" * 32).name == path.name
    assert outbox.count(two.settings.instance, outbox.WAITING) == 1
    now = clock.now().timestamp()
    assert claims.claim(first, "mail", "another machine", now, 300)
    assert making.exchange(two).waiting == 1
    assert outbox.state(outbox.paths(two.settings.instance, outbox.WAITING)[0]).tries == 0  # it was not its turn
    claims.release(first, "mail", "another machine")
    making.exchange(two)
    assert outbox.state(outbox.paths(one.settings.instance, outbox.WAITING)[0]).tries == 1

    published = Publications(first)
    published.publish({"small": small})  # type: ignore[dict-item]
    sent = send(first, published, age=20)
    made = [freeze(each) for each in (one, two)]
    assert made[0].id == made[1].id
    shown = snapshot.fetch(two.settings.instance, made[0].id)
    assert shown.folder.is_relative_to(two.settings.instance)
    assert [working.tables(each.settings.instance / "snapshots") for each in (one, two)] == [["responses-small"]] * 2
    holder.withdraw(first, sent.receipt)
    assert withdrawal.reach(first, one.settings.instance / "snapshots") == 1
    with pytest.raises(Problem, match=r"manifest\.json"):
        snapshot.fetch(two.settings.instance, made[0].id)
    hosting.keep_clean(two)
    assert list((tmp_path / "two" / "snapshots").glob("[0-9a-f]*")) == []
    assert not list((tmp_path / "two" / "snapshots" / ".working" / "responses-small").glob("*.arrow"))

    for each in (one, two):
        hosting.beat(each)
    (seen,) = hosts.seen(first, clock.now().timestamp())
    assert (seen.name, seen.away(clock.now().timestamp()), hosts.differing([seen], seen.seen)) == (
        hosts.here(),
        False,
        (),
    )
    first.close()
    second.close()


def freeze(context: Context) -> snapshot.Snapshot:
    folder = context.settings.instance / snapshot.FOLDER
    kept = blobs.of(context.settings.instance)
    return snapshot.freeze(folder, context.store, context.publications, ["small"], offers=False, kept=kept)


def test_secrets_are_sealed_with_another_key(run: Callable[..., Result], empty_database: str, tmp_path: Path) -> None:
    store = open_store(empty_database, tmp_path)
    before = machine(empty_database, tmp_path / "one", store).receipt_key
    (tmp_path / "new").write_text("n" * 32 + "\n", "utf-8")
    (tmp_path / "short").write_text("short\n", "utf-8")
    given = {"store": empty_database, "files": "store:", "secrets": "store:", "secret_key": KEY}
    seal = ("store", "seal", "--instance", str(tmp_path / "one"), "--key-file")
    run(*seal, str(tmp_path / "short"), code=1, **given)
    assert "1 secrets are sealed" in run(*seal, str(tmp_path / "new"), **given).output
    assert machine(empty_database, tmp_path / "two", store, secret_key="n" * 32).receipt_key == before
    assert [stored.body["action"] for stored in store.collection(audit.AUDIT).iterate()] == ["secrets.sealed"]
    store.close()


def test_machines_that_do_not_agree_are_told(empty_database: str, tmp_path: Path) -> None:
    store = open_store(empty_database, tmp_path)
    now = clock.now()
    values = settings.load(tmp_path / "one", store=empty_database)
    look = Look(values, now, store)
    assert list(database.shared(look)) == []
    for name, version in (("a", "0.1.0"), ("b", "0.2.0"), ("gone", "0.1.0")):
        hosts.beat(store, name, version, {"files": "instance:"}, now.timestamp() - (3600 if name == "gone" else 0))
    assert [each.code for each in database.shared(look)] == ["machines.apart", "machines.differ"]
    store.close()


def test_a_server_that_takes_no_changes_is_passed_over(server: Server, empty_database: str, tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        away = f"127.0.0.1:{closed.getsockname()[1]}"
        url = f"postgresql://survey@{away},127.0.0.1:{server.port}/postgres?target_session_attrs=read-write"
        store = open_store(url, tmp_path)
        assert hosts.seen(store, 0) == ()
        assert store.healthy()
        store.close()
