"""Answers are compressed for those who accept it, and are the same for those who do not."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from flask import Response
from flask.testing import FlaskClient

from survey_service.web import compression
from survey_service.web.compression import ENCODINGS, compress
from tests.web.browser import Browser

GZIP = {"Accept-Encoding": "gzip, deflate"}
BROTLI = {"Accept-Encoding": "gzip, deflate, br, zstd"}
ZSTD = {"Accept-Encoding": "gzip, zstd"}
WAYS = [(GZIP, "gzip", gzip.decompress), (BROTLI, "br", brotli.decompress), (ZSTD, "zstd", zstandard.decompress)]


@pytest.mark.parametrize(("accepted", "encoding", "unpack"), WAYS)
def test_a_page_is_compressed_and_the_same(
    client: FlaskClient, accepted: dict[str, str], encoding: str, unpack: Callable[[bytes], bytes]
) -> None:
    plain = client.get("/en/privacy")
    packed = client.get("/en/privacy", headers=accepted)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == encoding
    assert unpack(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br;q=0", "deflate"])
def test_nobody_gets_what_they_do_not_accept(client: FlaskClient, accepted: str) -> None:
    assert "Content-Encoding" not in client.get("/en/privacy", headers={"Accept-Encoding": accepted}).headers


@pytest.mark.parametrize(("accepted", "encoding", "unpack"), WAYS)
def test_what_is_the_same_for_everybody_is_compressed_hard_and_kept(
    client: FlaskClient, accepted: dict[str, str], encoding: str, unpack: Callable[[bytes], bytes]
) -> None:
    plain = client.get("/en/offline/every-1").data
    packed = client.get("/en/offline/every-1", headers=accepted).data
    assert unpack(packed) == plain
    assert packed == ENCODINGS[encoding].hard(plain)
    assert len(packed) < len(ENCODINGS[encoding].quick(plain))
    kept = compression._kept.get((encoding, hashlib.sha256(plain).digest()), lambda: b"nothing")
    assert packed == kept


def test_what_is_one_persons_is_not_kept(client: FlaskClient) -> None:
    answer = client.get("/en/q/every", headers=BROTLI)
    plain = brotli.decompress(answer.data)
    assert answer.data == ENCODINGS["br"].quick(plain)
    assert compression._kept.get(("br", hashlib.sha256(plain).digest()), lambda: b"nothing") == b"nothing"


def test_short_answers_and_redirects_stay_as_they_are(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/healthz", headers=GZIP).headers
    assert "Content-Encoding" not in client.get("/en", headers=GZIP).headers


def test_streams_and_files_stay_as_they_are(app: object, client: FlaskClient) -> None:
    with client.application.test_request_context("/", headers=GZIP):
        streamed = compress(Response((part for part in ["a" * 900, "b"]), mimetype="text/csv"))
        assert streamed.is_streamed
        assert "Content-Encoding" not in streamed.headers
        picture = compress(Response(b"x" * 900, mimetype="image/png"))
        assert "Content-Encoding" not in picture.headers


def test_an_etag_becomes_weak_and_still_matches(client: FlaskClient) -> None:
    url = "/api/v1/questionnaires/every"
    first = client.get(url, headers=GZIP)
    assert first.headers["ETag"].startswith('W/"')
    again = client.get(url, headers={**GZIP, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_head_announces_no_other_length_than_get(client: FlaskClient) -> None:
    assert client.head("/en/privacy").headers["Content-Length"] == client.get("/en/privacy").headers["Content-Length"]


def test_errors_are_compressed_too(browser: Browser) -> None:
    browser.open("/en/q/every")
    answer = browser.client.post("/en/q/every", data=dict(browser.page.pairs()), headers=GZIP)
    assert answer.status_code == 422
    assert b"Do you agree?" in gzip.decompress(answer.data)
