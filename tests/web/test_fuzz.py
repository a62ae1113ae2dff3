"""Whatever is sent gets an answer of the service: never a failure, never an unlisted refusal, nothing half stored."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import urllib.parse
import zipfile
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
)

from survey_service import clock
from survey_service.accounts import tokens
from survey_service.problems import Problem
from survey_service.questionnaire.loader import Library
from survey_service.questionnaire.xlsform import exporting, importing
from survey_service.questionnaire.xlsform.notices import ERROR
from survey_service.responses import holder
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from tests.conftest import TODAY, Count
from tests.web.browser import Browser

NOW = dt.datetime.combine(TODAY, dt.time(9), dt.UTC)


def quick(examples: int) -> Any:
    """Hypothesis settings for what a fixture serves all examples of; nothing is shrunk for long."""
    return settings(
        max_examples=examples,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
    )


FINE = {200, 204, 303, 304, 400, 403, 404, 405, 409, 410, 413, 414, 415, 422, 429}
NAMES = st.sampled_from(
    ["OK", "validate", "csrf_token", "some", "best:1", "day:day", "day:month", "day:year", "moment:hour", "spot:lat",
     "seen", "_csrf", "_page", "_to", "lang", "go", "x"]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["", "0", "{{7*7}}", "-1", "1e999", "NaN", "٣", "yes", "no", "red",
                     "\0", "%00", "'; DROP TABLE x;--",
                     "../../etc/passwd", "\ud7ff", "\u202e", "9" * 400, "<script>alert(1)</script>"]),
)  # fmt: skip


@quick(60)
@given(pairs=st.lists(st.tuples(st.one_of(NAMES, TEXTS), TEXTS), max_size=12))
def test_whatever_a_form_sends_gets_an_answer(begun: Browser, store: Store, pairs: list[tuple[str, str]]) -> None:
    page = begun.open("/en/q/every/all")
    token = [(name, value) for name, value in page.pairs() if name == "_csrf"]
    body = urllib.parse.urlencode([*pairs, *token]).encode()
    answer = begun.client.post("/en/q/every/all", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in FINE, answer.status
    assert "{{7*7}}" in answer.text or "49" not in str(dict(pairs).get("validate", ""))
    assert "<script>alert(1)</script>" not in answer.text
    assert store.collection(RESPONSES).count() == 0  # only the page to check sends


KINDS = st.sampled_from(
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data", "application/json",
     "text/plain", "", "application/json; charset=utf-7", "multipart/form-data; boundary=" + "y" * 80]
)  # fmt: skip
PLACES = st.sampled_from(
    ["/en/q/every", "/en/q/every/all", "/en/q/every/check", "/en/receipt", "/en/resume", "/manage/login",
     "/provider/de/", "/api/v1/questionnaires/every/responses", "/en/erase", "/en/offers"]
)  # fmt: skip


@quick(60)
@given(place=PLACES, kind=KINDS, body=st.one_of(
    st.binary(max_size=200), st.sampled_from(
        [b"--x\r\n", b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n", b"[" * 5_000,
    b'{"id": 1e999}', b"a=%", b"a=%ff%fe&b", b"\xff\xfe", b"&" * 900, b"=" * 900])))  # fmt: skip
def test_whatever_bytes_are_sent_get_an_answer(client: FlaskClient, place: str, kind: str, body: bytes) -> None:
    answer = client.post(place, data=body, content_type=kind)
    assert answer.status_code in FINE, (answer.status, place, kind, body)
    assert "Traceback" not in answer.text


@quick(80)
@given(words=st.one_of(st.text(max_size=60), st.lists(TEXTS, min_size=4, max_size=4).map("-".join)))
def test_whatever_is_typed_as_a_receipt_opens_nothing(store: Store, words: str) -> None:
    with pytest.raises(Problem) as refused:
        holder.look_up(store, words, f"10.{hash(words) % 250}.0.1", now=NOW)
    assert refused.value.code in ("receipt.incomplete", "receipt.word", "receipt.missing", "receipt.locked")


@pytest.fixture(scope="module")
def workbook(bundled: Library) -> bytes:
    return exporting.write(bundled.questionnaires["experts"])


@quick(40)
@given(data=st.data())
def test_a_damaged_workbook_is_refused_or_read(workbook: bytes, data: st.DataObject) -> None:
    """Bytes turned over, cut out or put in, and the same within the sheets of a workbook that can be unzipped."""
    if data.draw(st.booleans()):
        content = bytearray(workbook)
        for _ in range(data.draw(st.integers(1, 8))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    else:
        content = bytearray(_with_a_damaged_part(workbook, data))
    read = importing.read(bytes(content), "damaged.xlsx")
    errors = [notice for notice in read.report.notices if notice.kind == ERROR]
    assert (read.questionnaire is None) == bool(errors)


def _with_a_damaged_part(workbook: bytes, data: st.DataObject) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(made, "w") as target:
        chosen = data.draw(st.sampled_from(sorted(source.namelist())))
        for name in source.namelist():
            content = source.read(name)
            if name == chosen:
                at = data.draw(st.integers(0, len(content)))
                content = (
                    content[:at] + data.draw(st.binary(max_size=20)) + content[at + data.draw(st.integers(0, 20)) :]
                )
            target.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize("document", ["/api/v1/openapi.json", "/hsds/openapi.json"])
def test_the_api_keeps_to_its_description(app: Flask, store: Store, counted: Count, document: str) -> None:
    """Schemathesis makes requests, right and wrong ones, out of the OpenAPI document and looks at each answer by it.

    That what fits the document is taken cannot be asked: answers are judged by a questionnaire, with 422. What a wrong
    token gets is asked by tests of their own.
    """
    described = schemathesis.openapi.from_wsgi(document, app)
    _, token = tokens.make(store, "Fuzz", tokens.SCOPES, 30, by="Mara", roles=("manager", "admin"), now=clock.now())
    tried: list[str] = []
    for operation in described.get_all_operations():
        for mode in GenerationMode:

            @quick(12)
            @given(case=operation.ok().as_strategy(generation_mode=mode))
            def answered(case: schemathesis.Case) -> None:
                answer = case.call(headers={"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"})
                excluded = [ignored_auth, positive_data_acceptance]
                if answer.status_code == 414 or _unsent(case, answer):  # it does not know the first, and only means to
                    excluded.append(negative_data_rejection)
                case.validate_response(answer, excluded_checks=excluded)
                tried.append(case.method)

            with contextlib.suppress(Unsatisfiable):  # where nothing is sent, nothing can be wrong
                answered()
    counted("requests made out of the OpenAPI document", len(tried))


def _unsent(case: schemathesis.Case, answer: schemathesis.Response) -> bool:
    """Tell whether a parameter, such as an empty list, left no trace in the address that was asked for."""
    query = urllib.parse.urlsplit(answer.request.url).query
    return not set(case.query or ()) <= set(urllib.parse.parse_qs(query, keep_blank_values=True))
