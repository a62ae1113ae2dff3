"""Home, open and close, the table of responses, exports: what is shown, what is stored, what is audited."""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
import zipfile
from collections.abc import Callable
from html import unescape

import pytest

from survey_service.accounts import audit
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import holder, links
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES, Submission, submit
from survey_service.store.base import Store
from tests.conftest import TODAY
from tests.questionnaire.test_repeats import HOUSEHOLD
from tests.web.manage.conftest import SMALL, Desk

Respond = Callable[..., str]


def table(page: str) -> list[list[str]]:
    """Return the text of all cells of a page's rows."""
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    cells = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows)
    return [[unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for row in cells]


def noted(store: Store, action: str) -> list[tuple[str, str, dict[str, object]]]:
    return [(e.actor, e.subject, dict(e.details)) for e in audit.entries(store) if e.action == action]


def test_home_counts_by_language_and_status(manager: Desk, store: Store, respond: Respond) -> None:
    for language in ("de", "de", "en"):
        respond(language=language)
    excluded = store.collection(RESPONSES).get(1)
    store.collection(RESPONSES).replace(1, {**excluded.body, "status": "excluded"}, version=1)
    page = manager.get("/manage/?lang=en").text
    assert ["German", "1"] in table(page)
    assert ["English", "1"] in table(page)
    assert ["valid", "2"] in table(page)
    assert ["excluded", "1"] in table(page)
    assert "2 responses" in page
    assert "0 responses" in page  # of the other questionnaire
    assert "Open, revision small-1" in page


@pytest.mark.parametrize("name", ["Willi", "Ada"])
def test_home_shows_no_counts_to_who_may_not_read_responses(
    as_role: Callable[[str], Desk], respond: Respond, name: str
) -> None:
    respond()
    page = as_role(name).get("/manage/?lang=en").text
    assert "small-1" in page
    assert not re.search(r"\d+ response", page)
    assert "<table" not in page
    assert "/close" not in page


def test_close_and_open_are_stored_and_audited(manager: Desk, publications: Publications, store: Store) -> None:
    token = manager.token("/manage/")
    answer = manager.client.post("/manage/questionnaires/small/close", data={"_csrf": token})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/manage/")
    assert not publications.current("small").is_open
    assert "Closed, revision small-1" in manager.get("/manage/?lang=en").text
    manager.client.post("/manage/questionnaires/small/open", data={"_csrf": token})
    assert publications.current("small").is_open
    assert publications.current("offers").is_open
    assert noted(store, "questionnaire.closed") == [("Mara", "small", {})]
    assert noted(store, "questionnaire.opened") == [("Mara", "small", {})]


def test_opening_what_is_missing_is_a_404_and_not_audited(manager: Desk, store: Store) -> None:
    answer = manager.client.post("/manage/questionnaires/nothing/open", data={"_csrf": manager.token("/manage/")})
    assert answer.status_code == 404
    assert noted(store, "questionnaire.opened") == []


def test_the_table_shows_labels_in_the_chosen_language(manager: Desk, respond: Respond) -> None:
    respond(age="42", town="Zella-Mehlis", likes=["red", "blue"], why="red", since="2024-02-29")
    respond(age="17", likes=["pna"])
    respond(language="en", age="30")
    english, german = (
        table(manager.get(f"/manage/questionnaires/small/responses?lang={t}").text) for t in ("en", "de")
    )
    assert english == [
        ["Number", "Language", "Period", "Revision", "Mode", "Status", "Source", "Progress", "Do you agree? OK",
         "Age age", "Town town", "Colours likes", "Why why", "Since when since"],
        ["3", "English", "2026-Q4", "small-1", "on the web", "valid", "plain link", "new", "Yes", "30", "left empty",
         "left empty", "", ""],
        ["2", "German", "2026-Q4", "small-1", "on the web", "valid", "plain link", "new", "Yes", "17", "",
         "prefers not to say", "", ""],
        ["1", "German", "2026-Q4", "small-1", "on the web", "valid", "plain link", "new", "Yes", "42", "Zella-Mehlis",
         "Red; Blue", "Red", "Feb 29, 2024"],
    ]  # fmt: skip
    assert german[0][8:11] == ["Ja? OK", "Alter age", "Ort town"]
    assert german[3][11:] == ["Rot; Blau", "Rot", "29.02.2024"]


def test_markup_and_right_to_left_text_in_an_answer_stay_text(manager: Desk, respond: Respond) -> None:
    respond(age="42", town="<script>x</script>")
    respond(age="42", town="ماينينغن 🙂")
    page = manager.get("/manage/questionnaires/small/responses").text
    assert "<script>" not in page
    assert "<bdi>&lt;script&gt;x&lt;/script&gt;</bdi>" in page
    assert "<bdi>ماينينغن 🙂</bdi>" in page


def test_the_table_is_paged_newest_first_and_each_look_is_audited(
    manager: Desk, store: Store, respond: Respond
) -> None:
    for _ in range(103):
        respond()
    pages = [manager.get(f"/manage/questionnaires/small/responses?page={n}").text for n in (1, 2, 3)]
    numbers = [[int(row[0]) for row in table(page)[1:]] for page in pages]
    assert numbers == [list(range(103, 53, -1)), list(range(53, 3, -1)), [3, 2, 1]]
    assert ['rel="next"' in page for page in pages] == [True, True, False]
    assert ['rel="prev"' in page for page in pages] == [False, True, True]
    assert manager.get("/manage/questionnaires/small/responses?page=4").status_code == 404
    assert noted(store, "responses.read") == [("Mara", "small", {"page": n, "count": 103}) for n in (1, 2, 3)]


def test_a_page_without_responses_says_so(manager: Desk) -> None:
    page = manager.get("/manage/questionnaires/small/responses?lang=en").text
    assert "0 responses" in page
    assert "<table" not in page


def test_responses_are_not_shown_if_that_cannot_be_audited(
    manager: Desk, respond: Respond, monkeypatch: pytest.MonkeyPatch
) -> None:
    from survey_service.problems import Problem

    def full(*_arguments: object, **_named: object) -> None:
        raise Problem("service.unavailable")

    respond(age="42", town="Geheimdorf")
    monkeypatch.setattr(audit, "append", full)
    for path in ("responses", f"{FILE}csv", f"{FILE}jsonl", f"{FILE}xlsx"):
        answer = manager.get(f"/manage/questionnaires/small/{path}")
        assert answer.status_code == 503
        assert "Geheimdorf" not in answer.text


FILE = "responses.file?language=de&format="
FORMULAS = ["=1+1", "+49 1", "-1+2", "@SUM(A1)", "=cmd|'/C calc'!A0"]


def test_csv_has_a_byte_order_mark_and_formulas_stay_text(manager: Desk, store: Store, respond: Respond) -> None:
    for text in [*FORMULAS, 'a "b", c; ä🙂', "zwei\nZeilen"]:
        respond(age="42", town=text)
    answer = manager.get(f"/manage/questionnaires/small/{FILE}csv")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == "attachment; filename=small-2026-11-23.csv"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.data.startswith(b"\xef\xbb\xbfnumber,questionnaire,")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert [row["town"] for row in rows] == [f"'{text}" for text in FORMULAS] + ['a "b", c; ä🙂', "zwei\nZeilen"]
    assert {row["town:state"] for row in rows} == {"answered"}
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row.values())
    assert noted(store, "responses.exported") == [("Mara", "small", {"format": "csv", "count": 7})]


def test_json_lines_hold_everything_but_key_and_receipt(manager: Desk, store: Store, respond: Respond) -> None:
    receipt = respond(age="42", town="=1+1", likes=["red"])
    answer = manager.get(f"/manage/questionnaires/small/{FILE}jsonl")
    assert answer.headers["Content-Type"] == "application/jsonl"
    (line,) = answer.data.decode("utf-8").splitlines()
    assert json.loads(line) == {
        "number": 1, "questionnaire": "small", "revision": "small-1", "language": "de", "period": "2026-Q4",
        "mode": "web", "status": "valid", "source": "",
        "answers": {"OK": "yes", "age": 42, "town": "=1+1", "likes": ["red"]},
        "states": {
            "OK": "answered", "age": "answered", "town": "answered", "likes": "answered", "why": "skipped",
            "since": "skipped",
        },
    }  # fmt: skip
    assert receipt not in line
    assert "00000000-0000-4000-8000" not in line
    assert noted(store, "responses.exported") == [("Mara", "small", {"format": "jsonl", "count": 1})]


def test_a_withdrawn_response_is_gone_from_table_and_export(manager: Desk, store: Store, respond: Respond) -> None:
    receipt = respond(age="42", town="Wasungen")
    respond(age="43", town="Meiningen")
    holder.withdraw(store, receipt)
    assert [row[0] for row in table(manager.get("/manage/questionnaires/small/responses").text)[1:]] == ["2"]
    assert b"Wasungen" not in manager.get(f"/manage/questionnaires/small/{FILE}csv").data


def test_a_question_of_an_older_revision_keeps_its_column(
    manager: Desk, publications: Publications, questionnaire: Callable[[str], Questionnaire], respond: Respond
) -> None:
    """The newest wording heads a column; a response keeps its own revision's labels and questions."""
    respond(age="42", town="Wasungen", likes=["red"])
    later = SMALL.replace("de: Alter, en: Age", "de: Alter, en: Your age")
    later = "\n".join(line for line in later.splitlines() if "name: town" not in line)
    later = later.replace("label: {de: Rot, en: Red}", "label: {de: Rot, en: Crimson}")
    publications.publish({"small": questionnaire(later)})
    respond(age="43", likes=["red"])
    rows = table(manager.get("/manage/questionnaires/small/responses?lang=en").text)
    columns = {heading.split()[-1]: place for place, heading in enumerate(rows[0])}
    assert rows[0][columns["age"]] == "Your age age"
    assert [(row[3], row[columns["town"]], row[columns["likes"]]) for row in rows[1:]] == [
        ("small-2", "", "Crimson"), ("small-1", "Wasungen", "Red"),
    ]  # fmt: skip


def test_responses_are_narrowed_to_a_source_as_far_as_that_tells_of_no_handful(
    manager: Desk, store: Store, publications: Publications, respond: Respond
) -> None:
    for tag in ("vhs", "cafe"):
        links.create(store, "small", tag)
    for source, count in (("vhs", 6), ("cafe", 2), ("", 3)):
        for _ in range(count):
            respond(source=source)
    page = manager.get("/manage/questionnaires/small/responses?lang=en").text
    assert "11 responses" in page
    assert [row[6] for row in table(page)[1:]] == ["small sources (•)"] * 5 + ["vhs"] * 6
    choice = re.search(r'<select id="source".*?</select>', page, re.DOTALL)
    assert choice
    assert re.findall(r'<option value="([^"]*)"', choice[0]) == ["all responses", "vhs", "•"]
    page = manager.get("/manage/questionnaires/small/responses?lang=en&source=vhs").text
    assert "6 responses" in page
    assert [row[6] for row in table(page)[1:]] == ["vhs"] * 6
    page = manager.get("/manage/questionnaires/small/responses?lang=en&source=%E2%80%A2").text
    assert [row[6] for row in table(page)[1:]] == ["small sources (•)"] * 5
    for hidden in ("cafe", "", "nothing"):
        assert manager.get(f"/manage/questionnaires/small/responses?source={hidden}").status_code == 404
    lines = manager.get("/manage/questionnaires/small/responses.file?format=csv&language=de").text.splitlines()
    found = [row["source"] for row in csv.DictReader(io.StringIO("\n".join(lines).removeprefix("\ufeff")))]
    assert found == ["vhs"] * 6 + ["•"] * 5


def test_entries_of_repeats_are_counted_and_open_to_what_they_say(
    manager: Desk, store: Store, publications: Publications, questionnaire: Callable[[str], Questionnaire]
) -> None:
    publications.publish({"household": questionnaire(HOUSEHOLD)})
    for number, inputs in enumerate(({"street": "Weg"}, {"head": "<b>Ali", **HOUSEHOLD_ANSWERS})):
        submission = Submission(str(uuid.UUID(int=number)), "household-1", "en", inputs, 5, "api")
        submit(store, publications, submission, receipt_key="0" * 64, today=TODAY)
    page = manager.get("/manage/questionnaires/household/responses?lang=en").text
    heading, second, first = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    assert 'Person <span class="soft">people</span>' in heading
    assert "Teacher" not in heading
    assert "<td>0 entries</td>" in first
    assert second.count("<details>") == 2
    assert "<summary>2 entries</summary><ol><li><dl><dt>Name</dt><dd><bdi>&lt;b&gt;Ali</bdi></dd>" in second
    assert "<dt>School</dt><dd><details><summary>1 entry</summary><ol><li><dl><dt>Teacher</dt>" in second


def test_files_of_repeats_are_zips(
    manager: Desk, publications: Publications, questionnaire: Callable[[str], Questionnaire]
) -> None:
    publications.publish({"household": questionnaire(HOUSEHOLD)})
    answer = manager.get(f"/manage/questionnaires/household/{FILE}csv")
    assert answer.mimetype == "application/zip"
    assert "household-2026-11-23.csv.zip" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.namelist() == ["responses.csv", "people.csv", "school.csv"]
    assert manager.get(f"/manage/questionnaires/household/{FILE}xlsx").mimetype.endswith(".sheet")


HOUSEHOLD_ANSWERS = {
    "people": [{"name": "<b>Ali", "age": 62}, {"name": "Mo", "age": 9, "schools": 1, "school": [{"teacher": "Ms A"}]}]
}
