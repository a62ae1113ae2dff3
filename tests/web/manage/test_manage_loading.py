"""Responses from a file on the desk: a preview that stores nothing, then all of it once, and no file left behind."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from survey_service import clock
from survey_service.accounts import audit
from survey_service.cli import tidying
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import confined
from survey_service.responses.loading import waiting
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from survey_service.web.context import Context
from survey_service.web.manage import loading as page
from tests.questionnaire.test_repeats import HOUSEHOLD
from tests.questionnaire.xlsform.workbooks import workbook
from tests.web.manage.conftest import NOW, SMALL, Desk

LOAD = "/manage/responses/load"
ROWS = [
    ["_index", "OK", "age", "town", "likes", "shoe size"],
    [1, "yes", 20, "Suhl", "red", 42],
    [2, "yes", 500, "Geheimdorf", "red"],
    [3, "yes", 501, "", "pink"],
    [4, "no", 20, "Suhl", "red"],
]
"""By hand: 3 of 4 load; 500, 501 and pink do not fit; row 2 answers ``town``, which nobody without an age is asked."""


@pytest.fixture
def english(manager: Desk) -> Desk:
    manager.post("/manage/language", {"language": "en"})
    return manager


@pytest.fixture
def folder(app: Flask) -> Path:
    """Where files wait."""
    context: Context = app.extensions["survey_service"]
    return context.settings.instance / waiting.FOLDER


def send(desk: Desk, data: bytes, name: str = "rows.xlsx", **fields: str) -> TestResponse:
    answer = desk.client.post(
        LOAD,
        data={"_csrf": desk.token(), "questionnaire": "small", "file": (io.BytesIO(data), name), **fields},
        content_type="multipart/form-data",
    )
    answer.request.environ["wsgi.input"].close()  # the test client's own temporary file
    return answer


def token_of(answer: TestResponse) -> str:
    found = re.search(rf'action="{LOAD}/([0-9a-f]+)"', answer.text)
    assert found
    return found[1]


def counts(answer: TestResponse) -> dict[str, str]:
    table = answer.text.split("<table", 1)[1].split("</table>", 1)[0]
    return dict(re.findall(r'<th scope="row">(.*?)</th><td class="number">(.*?)</td>', table))


def findings(answer: TestResponse) -> list[list[str]]:
    """Return the cells of the table of findings, row by row, without markup."""
    body = answer.text.split('id="_findings"', 1)[1].split("<tbody>", 1)[1].split("</tbody>", 1)[0]
    cells = re.compile(r"<t[hd].*?>(.*?)</t[hd]>", re.DOTALL)
    return [
        [html.unescape(re.sub("<.*?>", "", cell)).strip() for cell in cells.findall(row)]
        for row in body.split("</tr>")[:-1]
    ]


def stored(store: Store) -> list[dict[str, Any]]:
    return [each.body["answers"] for each in store.collection(RESPONSES).iterate()]


def noted(store: Store) -> list[tuple[str, str, Any]]:
    return [(e.actor, e.subject, e.details) for e in audit.entries(store) if e.action == "responses.loaded"]


def test_a_preview_counts_and_names_places_and_stores_nothing(english: Desk, store: Store, folder: Path) -> None:
    answer = send(english, workbook(main=ROWS))
    assert answer.status_code == 200
    assert counts(answer) == {
        "Rows of responses in the file": "4",
        "Would be loaded": "3",
        "Were loaded before": "0",
        "Answers that do not fit and are left out": "3",
        "Required answers that are missing": "0",
        "Rows left out or incomplete": "1",
        "Columns and sheets that are not read": "1",
        "Answers to questions that were not asked": "1",
        "Columns that are computed anew": "0",
    }
    assert findings(answer) == [
        ["Answer left out", "main", "C", "3, 4", "age", "Please write 120 or less."],
        ["Answer left out", "main", "E", "4", "likes", "Please choose one of the answers in the list."],
        ["Row left out or incomplete", "main", "", "5", "", "The person did not consent. The response is not loaded."],
        [
            *("Column or sheet not read", "main", "F", "1", ""),
            "The column “shoe size” is called like no question of this questionnaire. It is not read.",
        ],
    ]
    assert "Geheimdorf" not in answer.text
    assert "500" not in answer.text
    assert (stored(store), noted(store)) == ([], [])
    [file] = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_is_confirmed_is_loaded_once_noted_and_the_file_erased(english: Desk, store: Store, folder: Path) -> None:
    token = token_of(send(english, workbook(main=ROWS)))
    done = english.post(f"{LOAD}/{token}", {"load": "yes"})
    assert done.status_code == 303
    expected = [
        {"OK": "yes", "age": 20, "town": "Suhl", "likes": ["red"]},
        {"OK": "yes", "likes": ["red"]},
        {"OK": "yes"},
    ]
    assert stored(store) == expected
    assert noted(store) == [("Mara", "small", {"count": 3})]
    assert list(folder.iterdir()) == []
    told = english.get(done.location).text
    assert "3 responses were loaded." in told
    assert "The file was erased." in told

    again = send(english, workbook(main=ROWS))
    assert counts(again)["Would be loaded"] == "0"
    assert counts(again)["Were loaded before"] == "3"
    assert 'name="load"' not in again.text
    done = english.post(f"{LOAD}/{token_of(again)}", {"load": "yes"})
    assert "0 responses were loaded." in english.get(done.location).text
    assert stored(store) == expected
    assert noted(store)[1:] == [("Mara", "small", {"count": 0})]


def test_a_token_counts_once(english: Desk, store: Store) -> None:
    token = token_of(send(english, workbook(main=ROWS)))
    assert english.post(f"{LOAD}/{token}", {"load": "yes"}).status_code == 303
    assert english.post(f"{LOAD}/{token}", {"load": "yes"}).status_code == 404
    assert len(noted(store)) == 1


def test_discarded_is_erased(english: Desk, store: Store, folder: Path) -> None:
    token = token_of(send(english, workbook(main=ROWS)))
    assert english.post(f"{LOAD}/{token}", {"discard": "yes"}).location == LOAD
    assert list(folder.iterdir()) == []
    assert english.post(f"{LOAD}/{token}", {"load": "yes"}).status_code == 404
    assert stored(store) == []


def test_a_csv_file_from_a_spreadsheet(english: Desk, store: Store) -> None:
    text = "\ufeffOK;age;town;likes\r\nyes;20;Suhl;red blue\r\nyes;abc;;\r\n"
    answer = send(english, text.encode(), "Rücklauf.CSV")
    assert (counts(answer)["Would be loaded"], counts(answer)["Answers that do not fit and are left out"]) == ("2", "1")
    assert findings(answer) == [
        ["Answer left out", "Rücklauf", "B", "3", "age", "Please write a whole number, for example 12."]
    ]
    english.post(f"{LOAD}/{token_of(answer)}", {"load": "yes"})
    assert stored(store) == [{"OK": "yes", "age": 20, "town": "Suhl", "likes": ["red", "blue"]}, {"OK": "yes"}]


def test_the_language_chosen_is_that_of_responses_that_name_none(english: Desk, store: Store) -> None:
    answer = send(english, workbook(main=ROWS), language="en")
    english.post(f"{LOAD}/{token_of(answer)}", {"load": "yes"})
    assert {each.body["language"] for each in store.collection(RESPONSES).iterate()} == {"en"}
    refused = send(english, workbook(main=ROWS), language="ar")
    assert refused.status_code == 422
    assert "Choose one of: de, en." in refused.text


def test_repeats_come_from_sheets(
    english: Desk, store: Store, publications: Publications, questionnaire: Callable[[str], Questionnaire]
) -> None:
    publications.publish({"household": questionnaire(HOUSEHOLD)})
    offered = english.get(LOAD).text
    assert 'value="household"' in offered
    assert 'value="offers"' not in offered
    assert send(english, workbook(main=ROWS), questionnaire="offers").status_code == 422


@pytest.mark.parametrize(
    ("data", "name", "status", "said"),
    [
        (b"no workbook", "rows.xlsx", 422, "This is no .xlsx workbook."),
        (b"PK\x03\x04 nonsense", "rows.xlsx", 422, "This is no .xlsx workbook."),
        (b"", "rows.csv", 422, "The file is empty."),
        (b"OK,age\nyes,\x001", "rows.csv", 422, "it has characters that no text has"),
        (b"OK,age\n" + b'yes,"' + b"1" * 200_000 + b'"', "rows.csv", 422, "This is no CSV file"),
        (b"a,b\n1,2", "rows.csv", 422, "Export it with the questions"),
        (b"OK\n" + b"yes\n" * 20_001, "rows.csv", 422, "more than 20000 rows"),
    ],
)
def test_what_cannot_be_used_says_why_and_is_not_kept(
    english: Desk, store: Store, folder: Path, data: bytes, name: str, status: int, said: str
) -> None:
    answer = send(english, data, name)
    assert answer.status_code == status
    assert said in html.unescape(answer.text)
    assert "Nothing was loaded" in answer.text
    assert stored(store) == []
    assert not folder.exists()


def test_without_a_file_or_a_questionnaire(english: Desk) -> None:
    assert english.post(LOAD, {"questionnaire": "small"}).status_code == 422
    assert send(english, workbook(main=ROWS), questionnaire="nothing").status_code == 404


def test_more_rows_than_a_request_can_judge(english: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "MOST_ROWS", 3)
    answer = send(english, workbook(main=ROWS))
    assert answer.status_code == 422
    assert "The file has 4 rows of responses, and the desk takes 3." in answer.text


def test_the_parsing_has_the_limits_of_the_import(english: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "MEBIBYTES", 150)
    cells = ("yes," + ",".join(map(str, range(100))) + "\n") * 15_000
    answer = send(english, ("OK,age\n" + cells).encode(), "rows.csv")
    assert answer.status_code == 422
    assert "MiB of memory" in answer.text
    assert not folder.exists()


def test_a_file_larger_than_other_requests_may_be(english: Desk) -> None:
    padding = b"".join(b"yes," + b"x" * 150 + b"%d\n" % number for number in range(4_000))
    data = b"OK,town\n" + padding
    assert len(data) > 600_000
    assert counts(send(english, data, "rows.csv"))["Rows of responses in the file"] == "4,000"
    assert send(english, b"x" * 10_200_000).status_code == 413


def test_a_new_revision_meanwhile_stands_in_the_way(
    english: Desk,
    store: Store,
    folder: Path,
    publications: Publications,
    questionnaire: Callable[[str], Questionnaire],
) -> None:
    token = token_of(send(english, workbook(main=ROWS)))
    publications.publish({"small": questionnaire(SMALL.replace("max: 120", "max: 600"))})
    refused = english.post(f"{LOAD}/{token}", {"load": "yes"})
    assert refused.status_code == 409
    assert stored(store) == []
    assert list(folder.iterdir()) == []


# Whose the file is, and until when


def test_another_account_cannot_load_it(english: Desk, store: Store, as_role: Callable[[str], Desk]) -> None:
    token = token_of(send(english, workbook(main=ROWS)))
    assert as_role("Ada").post(f"{LOAD}/{token}", {"load": "yes"}).status_code == 404
    assert as_role("Willi").post(f"{LOAD}/{token}", {"load": "yes"}).status_code == 403
    assert stored(store) == []
    assert english.post(f"{LOAD}/{token}", {"load": "yes"}).status_code == 303


@pytest.mark.parametrize("token", ["x", "0" * 31, "0" * 32, "..%2f..%2fstore", "0" * 32 + "/x"])
def test_a_token_that_is_none(english: Desk, token: str) -> None:
    assert english.post(f"{LOAD}/{token}", {"load": "yes"}).status_code == 404


def test_an_hour_later_it_is_gone(english: Desk, app: Flask, store: Store, folder: Path) -> None:
    context: Context = app.extensions["survey_service"]
    token = token_of(send(english, workbook(main=ROWS)))
    with clock.fixed(NOW + dt.timedelta(minutes=59)):
        tidying.tidy(context)
        assert len(list(folder.iterdir())) == 1
    with clock.fixed(NOW + dt.timedelta(minutes=61)):
        with pytest.raises(Exception, match="not here any more"):
            waiting.get(context.settings.instance, token, "Mara", clock.now())
        tidying.tidy(context)
    assert list(folder.iterdir()) == []
    assert stored(store) == []


def test_a_second_file_and_signing_out_erase_the_first(
    english: Desk, as_role: Callable[[str], Desk], folder: Path
) -> None:
    first = token_of(send(english, workbook(main=ROWS)))
    other = as_role("Ada")
    hers = token_of(send(other, workbook(main=ROWS)))
    second = token_of(send(english, workbook(main=ROWS)))
    assert {path.name for path in folder.iterdir()} == {hers, second}
    assert first != second
    english.post("/manage/logout")
    assert {path.name for path in folder.iterdir()} == {hers}


def test_a_folder_that_cannot_be_written_keeps_nothing(english: Desk, store: Store, folder: Path) -> None:
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("in the way")
    assert send(english, workbook(main=ROWS)).status_code == 503
    assert stored(store) == []
