"""Odd answers on their whole way, over both stores: sent by a program, kept, read at the desk and in files."""

from __future__ import annotations

import io
import json
from typing import Any

import openpyxl
import pytest
from flask import Flask

from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from tests.web.browser import Browser, Page
from tests.web.manage.conftest import Desk

BOTH_STORES = True
URL = "/api/v1/questionnaires/small/responses"
ODD = [
    "👩🏽\u200d🌾 🏴\u200d☠️",  # joined emoji, four bytes a sign
    "سلام (abc) שלום",
    "\u202eevil\u202c \u2066x\u2069",  # direction turned over and isolated
    "Z\u0351\u036b\u0343a\u0316 e\u0301 é",
    "ኣበይ ትነብሩ፧",
    "𝒲𐍈😀",
]


def send(app: Flask, **answers: Any) -> tuple[int, Any]:
    body = {"id": "11111111-1111-4111-8111-111111111111", "language": "en", "answers": {"OK": "yes", **answers}}
    answer = app.test_client().post(URL, json=body)
    return answer.status_code, answer.json


@pytest.mark.parametrize("text", ODD)
def test_a_text_is_the_same_wherever_it_comes_out(app: Flask, manager: Desk, store: Store, text: str) -> None:
    status, sent = send(app, age=20, town=text)
    assert status == 201
    (stored,) = store.collection(RESPONSES).find()
    assert stored.body["answers"]["town"] == text
    holder = Browser(app.test_client())
    holder.open("/en/receipt")
    assert text in holder.send(words=sent["receipt"]).text
    assert text in Page(manager.get("/manage/questionnaires/small/responses").text).text
    files = {
        form: manager.get(f"/manage/questionnaires/small/responses.file?language=en&format={form}") for form in FORMS
    }
    assert all(answer.status_code == 200 for answer in files.values()), {n: a.status for n, a in files.items()}
    assert text in files["csv"].data.decode("utf-8-sig")
    assert json.loads(files["jsonl"].text)["answers"]["town"] == text
    sheet = openpyxl.load_workbook(io.BytesIO(files["xlsx"].data))["responses"]
    assert text in [cell.value for row in sheet.iter_rows() for cell in row]


FORMS = ("csv", "jsonl", "xlsx")


@pytest.mark.parametrize("digits", ["20", "٢٠", "۲۰", "፳"])
def test_digits_of_the_scripts_people_write_in(app: Flask, store: Store, digits: str) -> None:
    """Digits that stand for one each are read; numerals that add up, as Ethiopia's, are asked for again."""
    status, _ = send(app, age=digits)
    kept = [entry.body["answers"]["age"] for entry in store.collection(RESPONSES).find()]
    assert (status, kept) == ((422, []) if digits == "፳" else (201, [20]))


@pytest.mark.parametrize(
    "age", [-1, 121, 3.5, "3,5", "1e2", "0x10", "½", pytest.param("5" * 5_000, id="many"), True, [20]]
)
def test_what_is_no_step_of_a_scale(app: Flask, store: Store, age: Any) -> None:
    status, answer = send(app, age=age)
    assert status == 422
    assert [fault["question"] for fault in answer["faults"]] == ["age"]
    assert store.collection(RESPONSES).count() == 0
