"""What who runs the service sees: figures for Prometheus, ids of requests, a log without addresses and answers."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from survey_service import logs, settings
from survey_service.app import create_app
from survey_service.questionnaire.loader import Library
from survey_service.responses.revisions import Publications
from survey_service.store import open_store
from survey_service.web import metrics, tracing

TOKEN = "vier-Esel-im-Schnee"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def watched(bundled: Library, tmp_path: Path) -> Iterator[Flask]:
    store = open_store("memory:", tmp_path)
    Publications(store).publish(bundled.questionnaires)
    yield create_app(settings.load(tmp_path, metrics_token=TOKEN, proxies=1), store)
    store.close()


@pytest.fixture
def client(watched: Flask) -> FlaskClient:
    return watched.test_client()


def figures(client: FlaskClient) -> dict[tuple[str, tuple[str, ...]], float]:
    """Return the samples by name and values of labels."""
    answer = client.get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=")
    families = text_string_to_metric_families(answer.text)
    return {
        (sample.name, tuple(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in families
        for sample in family.samples
    }


def test_requests_are_counted_by_method_endpoint_and_status(client: FlaskClient) -> None:
    for path in ("/de/privacy", "/ar/privacy", "/de/nothing-here", "/de/receipt/bald-mit-dem-wort"):
        client.get(path)
    client.open("/de/privacy", method="BREW")
    found = figures(client)
    assert found["survey_requests_total", ("public.privacy", "GET", "200")] == 2
    assert found["survey_requests_total", ("-", "GET", "404")] == 2
    assert found["survey_requests_total", ("-", "other", "405")] == 1
    assert found["survey_request_seconds_count", ("public.privacy",)] == 2
    assert found["survey_request_seconds_bucket", ("public.privacy", "+Inf")] == 2
    assert not any("bald" in value for _, values in found for value in values)


def test_the_state_of_the_instance_is_looked_up(client: FlaskClient, tmp_path: Path) -> None:
    waiting = tmp_path / "outbox" / "waiting"
    waiting.mkdir(parents=True)
    (waiting / "1.eml").write_bytes(b"Subject: x\n\n")
    found = figures(client)
    assert found["survey_store_healthy", ()] == 1
    assert 0 < found["survey_disk_free_bytes", ()] <= found["survey_disk_bytes", ()]
    assert found["survey_outbox_messages", ("waiting",)] == 1
    assert found["survey_outbox_messages", ("failed",)] == 0
    assert found["survey_webhook_deliveries", ("failed",)] == 0
    assert found["survey_offers_waiting", ()] == 0


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer vier-Esel-im-Schne", f"Basic {TOKEN}", "Bearer ä"])
def test_without_the_token_there_is_no_such_page(client: FlaskClient, header: str) -> None:
    answer = client.get("/metrics", headers={"Authorization": header})
    assert (answer.status_code, answer.json["code"]) == (404, "page.missing")  # type: ignore[index]


def test_without_a_token_in_the_settings_nobody_reads_them(bundled: Library, tmp_path: Path) -> None:
    store = open_store("memory:", tmp_path)
    Publications(store).publish(bundled.questionnaires)
    client = create_app(settings.load(tmp_path), store).test_client()
    for given in ("Bearer ", "Bearer  "):
        assert client.get("/metrics", headers={"Authorization": given}).status_code == 404
    store.close()


@pytest.mark.parametrize("given", ["3f2a9c1b-77aa", "a" * 64])
def test_the_id_of_a_proxy_is_kept(client: FlaskClient, given: str) -> None:
    assert client.get("/de/privacy", headers={tracing.HEADER: given}).headers[tracing.HEADER] == given


@pytest.mark.parametrize("given", ["short", "a" * 65, "with blank", "<script>alert", "ä" * 10])
def test_what_is_no_id_is_replaced(client: FlaskClient, given: str) -> None:
    made = client.get("/de/privacy", headers={tracing.HEADER: given}).headers[tracing.HEADER]
    assert re.fullmatch(r"[0-9a-f]{16}", made)


def test_without_a_proxy_nobody_chooses_an_id(bundled: Library, tmp_path: Path) -> None:
    store = open_store("memory:", tmp_path)
    Publications(store).publish(bundled.questionnaires)
    client = create_app(settings.load(tmp_path), store).test_client()
    assert client.get("/de/privacy", headers={tracing.HEADER: "chosen-by-me"}).headers[tracing.HEADER] != "chosen-by-me"
    store.close()


def test_a_refusal_has_an_id_too_and_the_log_names_no_address(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "survey_service.requests"):
        answer = client.get("/de/offers?q=Frauenhaus&" + "x" * 5_000)
        client.get("/provider/de/confirm/geheimes-wort")
    assert answer.status_code == 414
    assert answer.headers[tracing.HEADER]
    assert "directory.search 414" in caplog.text or "414" in caplog.text
    assert "Frauenhaus" not in caplog.text
    assert "geheimes" not in caplog.text


def test_lines_for_programs_are_json(watched: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        logs.configure(logs.JSON, tracing.request_id)
        watched.test_client().get("/de/privacy", headers={tracing.HEADER: "3f2a9c1b-77aa"})
        logging.getLogger("elsewhere").warning("a %s", "word")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    told = next(line for line in lines if line["logger"] == "survey_service.requests")
    assert (told["method"], told["endpoint"], told["status"]) == ("GET", "public.privacy", 200)
    assert told["request"] == "3f2a9c1b-77aa"
    assert told["ms"] >= 0
    assert lines[-1]["message"] == "a word"
    assert lines[-1]["request"] == "-"
    assert lines[-1]["time"].endswith("+00:00")


SCRIPT = """
import os, sys
from pathlib import Path
from survey_service import settings
from survey_service.app import create_app
from survey_service.store import open_store

folder = Path(sys.argv[1])
client = create_app(settings.load(folder, metrics_token=sys.argv[2]), open_store("memory:", folder)).test_client()
for _ in range(int(sys.argv[3])):
    client.get("/de/privacy")
sys.stdout.write(client.get("/metrics", headers={"Authorization": "Bearer " + sys.argv[2]}).text)
"""


def test_processes_of_a_host_share_their_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(metrics.SHARED, "")  # so that it is put back
    (tmp_path / metrics.FOLDER).mkdir()
    (tmp_path / metrics.FOLDER / "counter_1.db").write_bytes(b"of the run before")
    metrics.share(tmp_path)
    told = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT, str(tmp_path), TOKEN, str(number)],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[2],
        ).stdout
        for number in (2, 3)
    ]
    wanted = 'survey_requests_total{endpoint="public.privacy",method="GET",status="200"}'
    assert [next(line for line in text.splitlines() if line.startswith(wanted)).split()[-1] for text in told] == [
        "2.0",
        "5.0",
    ]
    assert "survey_store_healthy 1.0" in told[1]
