"""Coding at the desk: from an empty codebook to decisions and quotes, and what each person may see of it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from survey_service.accounts import accounts, audit
from survey_service.coding import codebooks, codings, deciding, tasks, units
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import derived
from survey_service.responses.collection import RESPONSES
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from tests.coding.conftest import WORDS
from tests.web.manage.conftest import NOW, PASSWORD, Desk

EVIL = "<script>alert(1)</script> Die Miete"


@pytest.fixture
def as_role(as_role: Callable[[str], Desk]) -> Callable[[str], Desk]:
    """The same in English, whatever the catalogs say."""

    def english(name: str) -> Desk:
        desk = as_role(name)
        assert desk.post("/manage/language", {"language": "en"}).status_code == 303
        return desk

    return english


@pytest.fixture
def words(publications: Publications, questionnaire: Callable[[str], Questionnaire]) -> None:
    publications.publish({"words": questionnaire(WORDS)})


@pytest.fixture
def begun(words: None, store: Store, respond: Callable[..., str], manager: Desk, app: object) -> str:
    """Three texts, a codebook of two codes, and a task for Willi and Mara; all made in the browser. Its name."""
    accounts.add(store, "Otto", ["working_group"], PASSWORD, actor="test", now=NOW)
    respond("words", needs=EVIL, org="Geheimer Träger", may="anonymous")
    respond("words", "ar", needs="نحتاج إلى السكن")
    respond("words", needs="Ein Kurs")
    assert manager.post("/manage/coding/codebooks", {"title": "Bedarfe"}).status_code == 303
    for label, keywords in (("Wohnen", "Miete\nسكن"), ("Sprache", "Kurs")):
        fields = {"label-de": label, "label-en": f"{label} en", "keywords": keywords, "field": "WOH"}
        assert manager.post("/manage/coding/codebooks/bedarfe/new", fields).status_code == 303
    ids = {account.name: str(account.id) for account in accounts.everyone(store)}
    plan = {"question": "needs", "codebook": "bedarfe", "first": ids["Willi"], "second": ids["Mara"]}
    answer = manager.post("/manage/coding/new?questionnaire=words", plan)
    assert answer.status_code == 303
    return answer.headers["Location"].rsplit("/", 1)[1]


def names(store: Store, task: str) -> list[str]:
    return [unit.unit for unit in units.of_task(store, task)]


def code(desk: Desk, unit: str, **fields: str) -> str:
    answer = desk.post(f"/manage/coding/texts/{unit}", fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_a_codebook_is_written_and_a_wrong_code_comes_back_as_typed(begun: str, store: Store, manager: Desk) -> None:
    page = manager.get("/manage/coding/codebooks/bedarfe").text
    assert "Wohnen" in page
    assert "سكن" in page
    answer = manager.post("/manage/coding/codebooks/bedarfe/new", {"label-de": "", "definition": "Was ich tippte"})
    assert answer.status_code == 422
    assert "Was ich tippte" in answer.text
    assert 'href="#label-de"' in answer.text
    assert 'href="#label-en"' in answer.text
    expired = manager.client.post("/manage/coding/codebooks/bedarfe/new", data={"label-de": "Getippt"})
    assert (expired.status_code, 'value="Getippt"' in expired.text) == (400, True)
    assert list(codebooks.find(store, "bedarfe").codes) == ["wohnen", "sprache"]
    edited = {"label-de": "Wohnung", "label-en": "Housing", "definition": "Mit Dach"}
    assert manager.post("/manage/coding/codebooks/bedarfe/codes/wohnen", edited).status_code == 303
    book = codebooks.find(store, "bedarfe")
    assert (book.codes["wohnen"].label["de"], book.codes["wohnen"].definition) == ("Wohnung", "Mit Dach")
    state = "/manage/coding/codebooks/bedarfe/codes/sprache/state"
    assert manager.post(state, {"do": "merge", "into": "wohnen"}).status_code == 303
    assert codebooks.find(store, "bedarfe").codes["sprache"].into == "wohnen"
    assert manager.post(state, {"do": "restore"}).status_code == 303
    assert manager.post(state, {"do": "retire"}).status_code == 303
    assert codebooks.find(store, "bedarfe").codes["sprache"].state == "retired"
    assert manager.post(state, {"do": "delete"}).status_code == 400


def test_a_task_needs_two_people_and_questions(begun: str, store: Store, manager: Desk) -> None:
    page = manager.get("/manage/coding/new?questionnaire=words").text
    assert "Was fehlt?" in page or "What is missing?" in page
    assert 'value="org"' not in page
    for fields in ({"question": "ideas"}, {"codebook": "bedarfe", "question": "ideas", "first": "1", "second": "1"}):
        answer = manager.post("/manage/coding/new?questionnaire=words", {"codebook": "bedarfe", **fields})
        assert answer.status_code == 422
        assert re.search(r'value="ideas" checked', answer.text)
    assert store.collection(tasks.TASKS).count() == 1
    assert manager.get("/manage/coding/new?questionnaire=nothing").status_code == 404


def test_texts_are_coded_one_after_the_other_with_reasons_and_nothing_else_of_the_response(
    begun: str, store: Store, as_role: Callable[[str], Desk]
) -> None:
    willi = as_role("Willi")
    first, second, third = names(store, begun)
    answer = willi.get(f"/manage/coding/tasks/{begun}/next")
    assert answer.headers["Location"] == f"/manage/coding/texts/{first}"
    page = willi.get(answer.headers["Location"]).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "Geheimer" not in page
    assert "Suggested: the word “Miete”" in page
    assert " checked" not in page  # a suggestion is no answer
    assert code(willi, first, code="wohnen", memo="Merken") == f"/manage/coding/tasks/{begun}/next?after=1"
    kept = store.collection(derived.CODINGS).find()
    assert [(one.body["name"], one.body["codes"], one.body["confirmed"], one.body["memo"]) for one in kept] == [
        ("Willi", ["wohnen"], {"wohnen": "keyword"}, "Merken")
    ]
    arabic = willi.get(f"/manage/coding/texts/{second}").text
    assert 'lang="ar" dir="auto">نحتاج إلى السكن</p>' in arabic
    assert "the word “سكن”" in arabic
    code(willi, second, not_codable="yes")
    assert willi.get(f"/manage/coding/tasks/{begun}/next?after=2").headers["Location"].endswith(third)
    code(willi, third, code="sprache")
    assert willi.get(f"/manage/coding/tasks/{begun}/next").headers["Location"] == f"/manage/coding/tasks/{begun}"
    assert "3 of 3" in willi.get(f"/manage/coding/tasks/{begun}").text


def test_what_is_refused_comes_back_as_typed(begun: str, store: Store, as_role: Callable[[str], Desk]) -> None:
    willi, unit = as_role("Willi"), names(store, begun)[0]
    for fields in ({"memo": "Getippt"}, {"memo": "Getippt", "code": "wohnen", "not_codable": "yes"}):
        answer = willi.post(f"/manage/coding/texts/{unit}", fields)
        assert answer.status_code == 422
        assert "Getippt</textarea>" in answer.text
    assert re.search(r'value="wohnen" checked', answer.text)
    expired = willi.client.post(f"/manage/coding/texts/{unit}", data={"code": "wohnen", "memo": "Getippt"})
    assert expired.status_code == 400
    assert "Getippt</textarea>" in expired.text
    assert willi.post(f"/manage/coding/texts/{unit}", {"code": "nothing"}).status_code == 422
    assert store.collection(derived.CODINGS).count() == 0
    long = willi.post(f"/manage/coding/texts/{unit}/translation", {"language": "de", "translation": "x" * 5001})
    assert (long.status_code, "x" * 5001 in long.text) == (422, True)
    assert willi.post(f"/manage/coding/texts/{unit}/translation", {"language": "xx"}).status_code == 400


def test_who_was_not_asked_sees_nothing(begun: str, store: Store, as_role: Callable[[str], Desk]) -> None:
    otto, unit = as_role("Otto"), names(store, begun)[0]
    assert begun not in otto.get("/manage/coding").text
    paths = [f"/manage/coding/tasks/{begun}{rest}" for rest in ("", "/next", "/agreement", "/decisions")]
    for path in (*paths, f"/manage/coding/texts/{unit}", f"/manage/coding/texts/{unit}/decision"):
        there = otto.get(path)
        assert there.status_code == 404
        missing = otto.get(path.replace(begun, "0" * 10).replace(unit, "0" * 16))
        assert there.text == missing.text.replace("0" * 16, unit).replace("0" * 10, begun)
    for rest in ("", "/translation", "/decision"):
        assert otto.post(f"/manage/coding/texts/{unit}{rest}", {"code": "wohnen"}).status_code == 404
    assert otto.post(f"/manage/coding/tasks/{begun}/compare").status_code == 404
    willi = as_role("Willi")
    assert willi.get(f"/manage/coding/texts/{unit}/quote").status_code == 403
    assert store.collection(derived.CODINGS).count() == 0


def test_blind_then_compared_decided_and_counted(begun: str, store: Store, as_role: Callable[[str], Desk]) -> None:
    willi, mara = as_role("Willi"), as_role("Mara")
    first, second, third = names(store, begun)
    for unit, given in ((first, "wohnen"), (second, "wohnen"), (third, "sprache")):
        code(willi, unit, code=given, memo="Willis Memo")
    page = mara.get(f"/manage/coding/texts/{first}").text
    assert "Willis Memo" not in page
    assert " checked" not in page
    assert mara.get(f"/manage/coding/texts/{first}/decision").status_code == 409
    assert "Willis Memo" not in mara.get(f"/manage/coding/tasks/{begun}/decisions").text
    assert mara.post(f"/manage/coding/tasks/{begun}/compare").status_code == 409
    for unit, given in ((first, "wohnen"), (second, "sprache"), (third, "sprache")):
        code(mara, unit, code=given)
    assert mara.post(f"/manage/coding/tasks/{begun}/compare").status_code == 303
    assert mara.post(f"/manage/coding/texts/{first}", {"code": "sprache"}).status_code == 409
    agreement = mara.get(f"/manage/coding/tasks/{begun}/agreement").text
    # wohnen: Willi yes yes no, Mara yes no no: 2/3 alike, by chance (2·1 + 1·2)/9 = 4/9, kappa (6/9-4/9)/(5/9) = 2/5
    row = re.search(r"<tr>\s*<th scope=.row.>[^\n]*Wohnen.*?</tr>", agreement, re.DOTALL)
    assert row
    assert re.findall(r'"number">([\d.]+)', row[0])[:4] == ["1", "1", "66.7", "0.40"]
    page = mara.get(f"/manage/coding/tasks/{begun}/decisions").text
    assert "Take over 2 texts" in page
    assert mara.post(f"/manage/coding/tasks/{begun}/decisions").status_code == 303
    page = mara.get(f"/manage/coding/texts/{second}/decision").text
    assert "Given by Willi" in page
    assert "Willis Memo" in page
    assert mara.post(f"/manage/coding/texts/{second}/decision", {}).status_code == 422
    done = mara.post(f"/manage/coding/texts/{second}/decision", {"code": "wohnen"})
    assert done.headers["Location"] == f"/manage/coding/tasks/{begun}/decisions"
    found = deciding.decisions(store, begun)
    assert [(found[unit].codes, found[unit].by, found[unit].way) for unit in (first, second, third)] == [
        (("wohnen",), "Mara", "agreed"), (("wohnen",), "Mara", "decided"), (("sprache",), "Mara", "agreed"),
    ]  # fmt: skip


def test_a_translation_is_reviewed_by_the_other_person(
    begun: str, store: Store, as_role: Callable[[str], Desk]
) -> None:
    willi, mara, unit = as_role("Willi"), as_role("Mara"), names(store, begun)[1]
    path = f"/manage/coding/texts/{unit}/translation"
    assert willi.post(path, {"language": "de", "translation": "Wir brauchen Wohnraum"}).status_code == 303
    assert "Mark as reviewed" not in willi.get(f"/manage/coding/texts/{unit}").text
    assert willi.post(path, {"do": "review"}).status_code == 403
    assert "Mark as reviewed" in mara.get(f"/manage/coding/texts/{unit}").text
    assert mara.post(path, {"do": "review"}).status_code == 303
    kept = units.find(store, unit).translation
    assert kept is not None
    assert (kept["text"], kept["state"], kept["reviewed_by"]) == ("Wir brauchen Wohnraum", "reviewed", "Mara")


def test_a_quote_is_released_after_its_signs_were_read(begun: str, store: Store, manager: Desk) -> None:
    first, second, _ = names(store, begun)
    page = manager.get(f"/manage/coding/texts/{first}/quote").text
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    path = f"/manage/coding/texts/{first}/quote"
    sent = {"quote": "Die Miete", "of": "original", "seen": seen[1]}
    assert manager.post(path, sent).status_code == 422  # not confirmed
    assert manager.post(path, {**sent, "quote": "Die Mieten", "checked": "yes"}).status_code == 422
    assert manager.post(path, sent | {"checked": "yes"}).status_code == 303
    page = manager.get(f"/manage/coding/tasks/{begun}/quotes").text
    assert "Die Miete</p>" in page
    assert "shortened" in page
    refused = manager.post(f"/manage/coding/texts/{second}/quote", {"quote": "السكن", "checked": "yes", "seen": "x"})
    assert refused.status_code == 403  # without consent
    quote = store.collection(derived.QUOTES).find()
    assert len(quote) == 1
    taken = manager.post(f"/manage/coding/tasks/{begun}/quotes", {"quote": quote[0].body["quote"]})
    assert taken.status_code == 303
    assert store.collection(derived.QUOTES).count() == 0


def test_signs_that_were_not_shown_are_shown_before_a_quote_is_released(
    words: None, begun: str, store: Store, respond: Callable[..., str], manager: Desk
) -> None:
    respond("words", needs="Frau Weber hilft gern", may="anonymous")
    manager.post(f"/manage/coding/tasks/{begun}/texts")
    path = f"/manage/coding/texts/{names(store, begun)[3]}/quote"
    sent = {"quote": "Frau Weber hilft gern", "checked": "yes", "seen": "0"}
    answer = manager.post(path, sent)
    assert answer.status_code == 422
    assert "a title before a name" in answer.text
    assert store.collection(derived.QUOTES).count() == 0


def test_reading_is_noted_and_a_text_that_is_gone_is_not_shown(begun: str, store: Store, manager: Desk) -> None:
    unit = names(store, begun)[0]
    manager.get(f"/manage/coding/texts/{unit}")
    assert [entry.details for entry in audit.entries(store) if entry.action == "coding.read"] == [{"unit": unit}]
    stored = store.collection(RESPONSES).find(questionnaire="words")[0]
    store.collection(RESPONSES).delete(stored.id)
    gone = manager.get(f"/manage/coding/texts/{unit}")
    assert gone.status_code == 410
    assert "Miete" not in gone.text
    assert manager.post(f"/manage/coding/texts/{unit}", {"code": "wohnen"}).status_code == 410
    assert codings.progress(store, tasks.of_questionnaire(store, "words")[0])[0] == 2
    assert manager.get(f"/manage/coding/tasks/{begun}").status_code == 200


def test_two_hundred_texts_fit_on_pages(begun: str, store: Store, respond: Callable[..., str], manager: Desk) -> None:
    for number in range(105):
        respond("words", needs=f"Nummer {number}")
    answer = manager.post(f"/manage/coding/tasks/{begun}/texts")
    assert answer.headers["Location"].endswith("taken=105")
    assert "105 texts were taken in." in manager.get(answer.headers["Location"]).text
    assert manager.get(f"/manage/coding/tasks/{begun}?page=2").text.count("/manage/coding/texts/") == 8
    for page in ("0", "3", "x", "\u0661"):
        assert manager.get(f"/manage/coding/tasks/{begun}?page={page}").status_code == 404
