"""Frames of other sites: off by default; by setting for respondents' pages and the named sites only."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey_service import settings
from survey_service.app import create_app
from survey_service.problems import Problem
from survey_service.store.base import Store

PUBLIC = "https://survey.example"
SITES = ("https://www.example.org", "https://intern.example.org:8443")
PAGES = (
    "/",
    "/en/",
    "/q/every",
    "/en/q/every",
    "/en/privacy",
    "/en/receipt",
    "/en/erase",
    "/en/q/nothing",
    "/en/kiosk/every",
)
OTHERS = ("/manage/login", "/manage/", "/api/v1/questionnaires", "/healthz", "/nowhere")


def ancestors(client: FlaskClient, path: str) -> str:
    policy = client.get(path, base_url=PUBLIC).headers["Content-Security-Policy"]
    return next(part.strip() for part in policy.split(";") if "frame-ancestors" in part)


def framed(app: Flask, tmp_path: Path, store: Store) -> FlaskClient:
    values = settings.load(tmp_path / "framed", public_url=PUBLIC, embed_origins=SITES)
    return create_app(values, store).test_client()


def test_by_default_no_site_may_show_anything_in_a_frame(app: Flask, tmp_path: Path, store: Store) -> None:
    plain = create_app(settings.load(tmp_path / "plain", public_url=PUBLIC), store)
    for path in (*PAGES, *OTHERS):
        assert ancestors(plain.test_client(), path) == "frame-ancestors 'none'"
    cookie = plain.test_client().get("/en/q/every", base_url=PUBLIC).headers["Set-Cookie"]
    assert "SameSite=Lax" in cookie
    assert "Partitioned" not in cookie


def test_named_sites_may_show_respondents_pages_and_nothing_else(app: Flask, tmp_path: Path, store: Store) -> None:
    client = framed(app, tmp_path, store)
    for path in PAGES:
        assert ancestors(client, path) == f"frame-ancestors {SITES[0]} {SITES[1]}", path
    for path in OTHERS:
        assert ancestors(client, path) == "frame-ancestors 'none'", path


def test_the_cookie_then_works_within_a_frame_and_belongs_to_that_site_alone(
    app: Flask, tmp_path: Path, store: Store
) -> None:
    cookie = framed(app, tmp_path, store).get("/en/q/every", base_url=PUBLIC).headers["Set-Cookie"]
    assert cookie.startswith("__Host-survey=")
    for part in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"):
        assert part in cookie.split("; ")


@pytest.mark.parametrize("text, origins", [
    ("", ()), ("https://www.example.org", ("https://www.example.org",)),
    (" https://A.example,https://b.example:8443  https://a.example ", ("https://a.example", "https://b.example:8443")),
])  # fmt: skip
def test_origins_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, origins: tuple[str, ...]) -> None:
    monkeypatch.setenv("SURVEY_PUBLIC_URL", PUBLIC)
    monkeypatch.setenv("SURVEY_EMBED_ORIGINS", text)
    assert settings.load(tmp_path).embed_origins == origins
    assert settings.faults(tmp_path) == []


@pytest.mark.parametrize(
    "text",
    ["*", "https://*.example.org", "http://www.example.org", "www.example.org", "https://a.example/path", "'self'",
     "https://a.example;script-src", "https://", "https://a.example:x", "data:", "https://a.example\nhttps://b/"],
)  # fmt: skip
def test_what_is_no_origin_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    monkeypatch.setenv("SURVEY_PUBLIC_URL", PUBLIC)
    monkeypatch.setenv("SURVEY_EMBED_ORIGINS", text)
    with pytest.raises(Problem, match="is no origin"):
        settings.load(tmp_path)
    assert [problem.code for problem in settings.faults(tmp_path)] == ["settings.invalid"]


def test_frames_need_https(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SURVEY_EMBED_ORIGINS", SITES[0])
    with pytest.raises(Problem, match="public_url"):
        settings.load(tmp_path)
    assert [problem.code for problem in settings.faults(tmp_path)] == ["settings.invalid"]


@pytest.mark.parametrize("text", ["19", "-1", "x", ""])
def test_a_tablet_never_asks_sooner_than_people_can_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str
) -> None:
    monkeypatch.setenv("SURVEY_KIOSK_SECONDS", text)
    with pytest.raises(Problem, match="SURVEY_KIOSK_SECONDS"):
        settings.load(tmp_path)
