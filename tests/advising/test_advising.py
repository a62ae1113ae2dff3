"""What is found about settings and machine: each finding can come, and does not come where all is well."""

from __future__ import annotations

import ast
import contextlib
import datetime as dt
import http.server
import inspect
import json
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner

from survey_service import clock, outbox, settings
from survey_service.advising import address, database, duties, files, machine, outside
from survey_service.advising.model import FAULT, SEVERITIES, Check, Finding, Look
from survey_service.cli import cli
from survey_service.reports import sandbox
from survey_service.store import open_store
from survey_service.watching import backups

NOW = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)
GOOD: dict[str, Any] = {
    "public_url": "https://survey.example.org",
    "proxies": 1,
    "mail_url": "smtp://name:pw@mail.example.org:587",
    "operator": "Landkreis",
    "operator_address": "Am Markt 1",
    "operator_email": "amt@example.org",
    "data_protection_email": "dsb@example.org",
    "accessibility_day": "2026-11-01",
    "enforcement_body": "Stelle",
}
MODULES: tuple[ModuleType, ...] = (address, duties, files, machine, database, outside)


@pytest.fixture
def look(tmp_path: Path) -> Iterator[Callable[..., Look]]:
    (tmp_path / "instance").mkdir(mode=0o700)
    store = open_store("memory:", tmp_path)
    yield lambda **given: Look(settings.load(tmp_path / "instance", **{**GOOD, **given}), NOW, store)
    store.close()


def codes(check: Check, look: Look) -> list[str]:
    return [finding.code for finding in check(look)]


def declared() -> dict[str, tuple[str, str]]:
    """Return code → (module, severity) of all findings in the source."""
    found = {}
    for module in MODULES:
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding":
                code, severity = node.args[:2]
                assert isinstance(code, ast.Constant)
                assert isinstance(severity, ast.Name)
                found[str(code.value)] = module.__name__, severity.id.lower()
    return found


def test_every_finding_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "check.md").read_text("utf-8")
    table_of = {code: severity for code, (_, severity) in declared().items()}
    rows = [line.split("|") for line in text.splitlines() if line.startswith("| `") and line.count("|") == 4]
    documented = {row[1].strip(" `"): row[2].strip() for row in rows if row[2].strip() in SEVERITIES}
    assert documented == table_of


@pytest.mark.parametrize(
    "check, given, expected",
    [
        (address.public_url, {}, []),
        (address.public_url, {"public_url": ""}, ["address.none"]),
        (address.public_url, {"public_url": "survey.example.org"}, ["address.form"]),
        (address.public_url, {"public_url": "https://a:b@survey.example.org"}, ["address.form"]),
        (address.public_url, {"public_url": "https://example.org/survey"}, ["address.path"]),
        (address.public_url, {"public_url": "http://survey.example.org"}, ["address.http"]),
        (address.public_url, {"public_url": "http://127.0.0.1:8000"}, ["address.number"]),
        (address.public_url, {"public_url": "https://[2001:db8::1]"}, ["address.number"]),
        (address.proxies, {}, []),
        (address.proxies, {"proxies": 0}, ["proxies.none"]),
        (address.proxies, {"public_url": ""}, ["proxies.address"]),
        (address.proxies, {"proxies": 3}, ["proxies.many"]),
        (duties.names, {}, []),
        (duties.names, {"operator": ""}, ["operator.incomplete"]),
        (duties.names, {"public_url": "", "operator": ""}, []),
        (duties.mail, {}, []),
        (duties.mail, {"mail_url": "file:"}, ["mail.none"]),
        (duties.mail, {"mail_url": "file:", "public_url": ""}, []),
        (duties.mail, {"operator_email": ""}, ["mail.sender"]),
        (duties.mail, {"public_url": ""}, ["mail.links"]),
        (duties.factors, {}, []),
        (duties.factors, {"second_factor": False}, ["accounts.factor"]),
        (duties.factors, {"report_unsafe": True}, ["plugins.unsafe"]),
        (duties.factors, {"testing": True}, ["settings.testing"]),
        (duties.factors, {"secret_key": "short"}, ["secrets.short"]),
        (duties.saved, {}, ["backup.age"]),
        (duties.saved, {"backup_days": 0}, []),
        (database.way, {}, []),
        (database.way, {"store": "postgresql:///survey", "processes": 2}, []),
        (database.way, {"store": "postgresql://u:p@db.example.org/x"}, ["database.plain", "database.processes"]),
        (database.way, {"store": "postgresql://u@db/x?sslmode=verify-full", "processes": 2}, []),
    ],
)
def test_settings(look: Callable[..., Look], check: Check, given: dict[str, Any], expected: list[str]) -> None:
    assert codes(check, look(**given)) == expected


def test_backups(look: Callable[..., Look]) -> None:
    here = look(backup_days=3)
    path = here.settings.instance / backups.FILE

    def after(days: int, sealed: bool) -> list[str]:
        at = (NOW - dt.timedelta(days=days)).isoformat(timespec="seconds")
        path.write_text(json.dumps({"at": at, "act": "made", "sealed": sealed}) + "\n")
        return codes(duties.saved, here)

    assert after(0, sealed=True) == []
    assert after(2, sealed=False) == ["backup.open"]
    assert after(3, sealed=True) == ["backup.age"]


def test_mail_that_was_given_up(look: Callable[..., Look]) -> None:
    here = look()
    folder = outbox.folder(here.settings.instance, outbox.FAILED)
    folder.mkdir(parents=True)
    (folder / "20261127-a.eml").write_text("x")
    assert codes(duties.mail, here) == ["mail.failed"]


def test_secrets_that_others_may_read(look: Callable[..., Look], monkeypatch: pytest.MonkeyPatch) -> None:
    here = look()
    folder = here.settings.instance
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    (folder / "secret.key").write_text("00")
    (folder / "secret.key").chmod(0o600)
    assert codes(files.secrets, here) == []
    (folder / "secret.key").chmod(0o640)
    folder.chmod(0o755)
    (finding,) = files.secrets(here)
    assert finding.code == "secrets.readable"
    assert finding.remedy == f"run: chmod go= {folder} {folder / 'secret.key'}"


def test_owners(look: Callable[..., Look], monkeypatch: pytest.MonkeyPatch) -> None:
    here = look()
    folder = here.settings.instance
    (folder / "config.toml").write_text("")
    (folder / "config.toml").chmod(0o600)
    real = Path.stat

    def stat(path: Path, **options: Any) -> os.stat_result:
        found = real(path, **options)
        owner = 0 if path == folder else 7
        return os.stat_result((*found[:4], owner, *found[5:]))

    monkeypatch.setattr(Path, "stat", stat)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert codes(files.secrets, here) == ["secrets.owner", "service.root"]


@pytest.mark.parametrize(
    "free, total, expected",
    [
        (100 << 30, 200 << 30, []),
        (1 << 30, 20 << 30, ["disk.low"]),
        (1 << 28, 20 << 30, ["disk.scarce"]),
        (3 << 30, 20 << 30, ["disk.uploads"]),
    ],
)
def test_room(
    look: Callable[..., Look], monkeypatch: pytest.MonkeyPatch, free: int, total: int, expected: list[str]
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(total, total - free, free))
    here = look(uploads_total=4 << 30)
    assert codes(files.room, here) == expected
    here.settings.instance.rmdir()
    assert codes(files.room, here) == expected


def test_the_machine(look: Callable[..., Look], monkeypatch: pytest.MonkeyPatch) -> None:
    here = look()
    monkeypatch.setattr(machine, "synchronised", lambda: True)
    monkeypatch.setattr(sandbox, "support", lambda: sandbox.Support(7, True))
    for check in (machine.clock, machine.zones, machine.scripts, machine.shut_in):
        assert codes(check, here) == []
    monkeypatch.setattr(machine, "synchronised", lambda: False)
    monkeypatch.setattr(sandbox, "support", lambda: sandbox.Support(0, True))
    monkeypatch.setattr(machine.fonts, "installed", tuple)
    monkeypatch.setattr(machine.zoneinfo, "ZoneInfo", lambda _key: Path("/no/such/file").read_bytes())
    assert codes(machine.clock, here) == ["clock.alone"]
    assert codes(machine.clock, Look(here.settings, dt.datetime(1970, 1, 2, tzinfo=dt.UTC))) == ["clock.past"]
    assert codes(machine.zones, here) == ["zones.missing"]
    assert codes(machine.scripts, here) == ["fonts.missing"]
    assert codes(machine.shut_in, here) == ["plugins.sandbox"]


@pytest.mark.parametrize(
    "said, expected",
    [
        ({"server_version_num": "150004", "server_encoding": "UTF8", "fsync": "on", "synchronous_commit": "on"}, []),
        ({"server_version_num": "120010"}, ["database.version"]),
        ({"server_version_num": "160000", "server_encoding": "LATIN1"}, ["database.encoding"]),
        ({"server_version_num": "160000", "synchronous_commit": "off"}, ["database.durable"]),
    ],
)
def test_what_a_database_says(said: dict[str, str], expected: list[str]) -> None:
    assert [finding.code for finding in database.judged(said)] == expected


def test_a_real_database(look: Callable[..., Look], empty_database: str) -> None:
    assert {finding.code for finding in database.server(look(store=empty_database))} <= {"database.durable"}
    assert codes(database.server, look(store="postgresql://nobody@127.0.0.1:1/x")) == ["database.away"]
    assert codes(database.server, look()) == []


@contextlib.contextmanager
def tls_server(certificate: Path) -> Iterator[int]:
    """Serve nothing but 501 over TLS with a certificate of its own that is good for two days; yield the port."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command += ["-keyout", str(certificate), "-out", f"{certificate}.c"]
    subprocess.run(command, check=True, capture_output=True)
    certificate.write_text(certificate.read_text() + Path(f"{certificate}.c").read_text())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def test_from_outside(look: Callable[..., Look], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert codes(outside.public, look(public_url="https://127.0.0.1:1")) == ["public.away"]
    assert codes(outside.mail, look(mail_url="smtp://127.0.0.1:1")) == ["mail.away"]
    assert codes(outside.mail, look(mail_url="file:")) == codes(outside.public, look(public_url="")) == []
    with tls_server(certificate := tmp_path / "own.pem") as port:
        here = replace(look(public_url=f"https://localhost:{port}"), now=clock.now())
        assert codes(outside.public, here) == ["public.certificate"]
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert codes(outside.public, here) == ["public.answer", "public.ends"]
    date = "Fri, 27 Nov 2026 12:00:31 GMT"
    assert [finding.code for finding in outside._drift(NOW, date)] == ["clock.drift"]
    assert list(outside._drift(NOW + dt.timedelta(seconds=2), date)) == []
    assert list(outside._drift(NOW, "")) == []


def test_the_command_writes_json_and_fails_at_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SURVEY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SURVEY_PUBLIC_URL", "http://survey.example.org")
    monkeypatch.setattr("survey_service.cli.checking.language_faults", lambda _registry: iter(()))
    monkeypatch.setattr("survey_service.cli.checking.translation_faults", lambda _instance: iter(()))
    result = CliRunner().invoke(cli, ["check", "--json", "--instance", str(tmp_path / "instance")])
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert found["count"] == 1
    assert [entry["code"] for entry in found["findings"] if entry["severity"] == FAULT] == ["address.http"]
    assert set(found["findings"][0]) == {"code", "severity", "what", "why", "remedy"}
    order = [SEVERITIES.index(entry["severity"]) for entry in found["findings"]]
    assert order == sorted(order)
    result = CliRunner().invoke(cli, ["check", "--instance", str(tmp_path / "instance")])
    assert "fault: public_url begins with http://." in result.stderr
    assert "[operator.incomplete]" in result.stdout
    assert not (tmp_path / "instance").exists()


def test_a_finding_reads_as_a_sentence() -> None:
    finding = Finding("a.b", FAULT, "It is so", "That matters.", "do this")
    assert finding.text() == "fault: It is so. That matters. → do this [a.b]"
