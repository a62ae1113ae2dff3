"""The desk closes the loop: texts by language, the gate, the preview, publishing; newsletters; measures' statements."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest

from survey_service.accounts import audit
from survey_service.closing import issues, news, publishing, texts
from survey_service.concept import versions
from survey_service.store.base import Store
from tests.closing.conftest import WAVE, adopted
from tests.concept.conftest import block, file
from tests.web.manage.conftest import Desk

PAGE = f"/manage/closing/{WAVE}/ARB"
WORDS = f"words/{WAVE}/ARB"


@pytest.fixture
def concept(store: Store, manager: Desk) -> None:
    adopted(store)


def post(desk: Desk, path: str, **fields: Any) -> tuple[int, str]:
    separator = "&" if "?" in path else "?"
    data = {"_csrf": desk.token("/manage/"), **fields}
    answer = desk.client.post(f"{path}{separator}lang=en", data=data)
    return answer.status_code, html.unescape(answer.text)


def shown(desk: Desk, path: str) -> str:
    answer = desk.get(f"{path}{'&' if '?' in path else '?'}lang=en")
    assert answer.status_code == 200, path
    return html.unescape(answer.text.replace("\xa0", " ").replace("\u2068", "").replace("\u2069", ""))


def value(page: str, name: str) -> str:
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def typed(page: str, **said: str) -> dict[str, str]:
    """Return the fields of the form of texts: those it holds, with what is typed over them."""
    found = re.findall(r'name="text:([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.S)
    given = {f"text:{key}": said.get(key.partition("/")[0], text) for key, text in found}
    return given | {f"seen:{key}": value(page, f"seen:{key}") for key, _ in found}


def row(page: str, language: str) -> str:
    found = re.search(rf'<tr><th scope="row"><a[^>]*>{language}</a>.*?</tr>', page, re.S)
    assert found, language
    return found[0]


def test_the_overview_lists_waves_fields_and_the_day_to_look_again(manager: Desk, store: Store, concept: None) -> None:
    page = shown(manager, "/manage/closing")
    assert "Survey 2026-Q2" in page
    assert f'href="{PAGE}"' in page
    assert "not published" in page
    assert post(manager, "/manage/closing", day="2020-01-01")[0] == 422
    assert post(manager, "/manage/closing", day="2026-12-24")[0] == 303
    assert 'value="2026-12-24"' in shown(manager, "/manage/closing")
    assert 'href="/manage/closing"' in shown(manager, "/manage/concept")


def test_texts_are_written_a_language_at_a_time_and_the_gate_names_what_is_missing(
    manager: Desk, store: Store, concept: None
) -> None:
    page = shown(manager, PAGE)
    assert "40 von 95 suchen Arbeit." in page
    assert "Your own words" in row(page, "German")
    assert row(page, "Arabic").count("<li>") == 4
    assert post(manager, PAGE, **typed(page, words="Viele <suchen>."))[0] == 303
    assert texts.of(store, WORDS) == {"de": "Viele <suchen>."}
    arabic = shown(manager, f"{PAGE}?in=ar")
    assert '<p class="source" id="field-1:source" lang="de">Viele <suchen>.</p>' in arabic
    said = {"words": "كثيرون يبحثون.", "wording": "نص", "result": "بالإجماع"}
    assert post(manager, f"{PAGE}?in=ar", **typed(arabic, **said))[0] == 303
    page = shown(manager, PAGE)
    assert 'name="state-ar"' in row(page, "Arabic")
    assert "Result of the decision" in row(page, "English")
    german = manager.get(f"{PAGE}?lang=de&in=ar").text  # the preview is in Arabic, all around it in German
    assert '<div lang="ar" dir="rtl">' in german
    assert german.index("كثيرون يبحثون.</p>") < german.index("Endgültig veröffentlichen")
    assert '<html lang="de" dir="ltr">' in german
    words = [entry for entry in audit.entries(store) if entry.action == "closing.words"]
    assert [entry.details["language"] for entry in words] == ["de", "ar", "ar", "ar", "ar"]


def test_whoever_saves_second_sees_both_texts(
    manager: Desk, as_role: Callable[[str], Desk], store: Store, concept: None
) -> None:
    before = shown(manager, PAGE)
    assert post(manager, PAGE, **typed(before, words="Erste."))[0] == 303
    status, page = post(manager, PAGE, **typed(before, words="Zweite."))
    assert status == 409
    assert "\nZweite.</textarea>" in page
    assert ">Erste.</span>" in page
    assert texts.of(store, WORDS) == {"de": "Erste."}
    assert post(manager, PAGE, **typed(page))[0] == 303  # now on top of the other one
    assert texts.of(store, WORDS) == {"de": "Zweite."}
    late = {**typed(shown(manager, PAGE), words="Später."), "_csrf": "x"}
    status, page = post(manager, PAGE, **late)
    assert (status, "\nSpäter.</textarea>" in page) == (400, True)
    assert texts.of(store, WORDS) == {"de": "Zweite."}


def test_it_is_published_as_the_preview_showed_it(manager: Desk, store: Store, concept: None) -> None:
    page = shown(manager, PAGE)
    status, refused = post(manager, f"{PAGE}/publish", mark=value(page, "mark"))
    assert (status, "Not all texts are there in: de." in refused) == (422, True)
    post(manager, PAGE, **typed(page, words="Viele."))
    status, refused = post(manager, f"{PAGE}/publish", mark=value(page, "mark"))
    assert (status, "Something has changed since you saw the preview." in refused) == (409, True)
    english = shown(manager, f"{PAGE}?in=en")
    post(manager, f"{PAGE}?in=en", **typed(english, words="Many.", wording="Courses.", result="unanimously"))
    mark = value(shown(manager, PAGE), "mark")
    assert post(manager, f"{PAGE}/publish", mark=mark, **{"state-en": "perfect"})[0] == 400
    assert post(manager, f"{PAGE}/publish", mark=mark, **{"state-en": "reviewed", "state-ar": ""})[0] == 303
    made = publishing.load(store, 1)
    assert (made.by, made.languages) == ("Mara", {"de": "reviewed", "en": "reviewed"})
    page = shown(manager, f"{PAGE}?published=1")
    assert "Published: number 1." in page
    assert made.digest in page
    assert re.search(r'name="state-en".*?<option value="reviewed" selected>', row(page, "English"))
    assert "No. 1 of" in shown(manager, "/manage/closing")
    status, refused = post(manager, f"{PAGE}/publish", mark=mark, **{"state-en": "reviewed"})
    assert (status, "This is published already" in refused) == (409, True)


@pytest.mark.parametrize("path", ["2026-Q2/XXX", "1999-Q1/ARB", "2026-Q2/WOH"])
def test_there_is_no_page_where_there_is_nothing_to_tell(manager: Desk, concept: None, path: str) -> None:
    assert manager.get(f"/manage/closing/{path}").status_code == 404
    for end in ("", "/publish"):
        assert post(manager, f"/manage/closing/{path}{end}")[0] == 404


def test_an_exact_number_in_a_translation_is_told_before(manager: Desk, store: Store, concept: None) -> None:
    key = texts.wording_key("item-1", 1)
    wording = versions.load(store, 1).item("item-1").wording
    texts.save(store, key, "ar", "٤٢ شخصًا", seen=texts.version(store, key), given=wording.texts)
    page = shown(manager, PAGE)
    assert "In no. 1 stands a number of people that is public only rounded." in page
    post(manager, PAGE, **typed(page, words="Viele."))
    status, _ = post(manager, f"{PAGE}/publish", mark=value(shown(manager, PAGE), "mark"))
    assert (status, publishing.any_page(store)) == (422, False)


def test_a_newsletter_is_put_together_and_published(manager: Desk, store: Store, concept: None) -> None:
    page = shown(manager, "/manage/news")
    assert "Nothing is chosen yet." in page
    assert "You can answer now: Small" in page
    for kind, ref in (("questionnaire", "small"), ("concept", "1")):
        assert post(manager, "/manage/news/items", what="add", kind=kind, ref=ref)[0] == 303
    assert post(manager, "/manage/news/items", what="add", kind="concept", ref="7")[0] == 404
    assert post(manager, "/manage/news/items", what="fly", kind="concept", ref="1")[0] == 400
    assert post(manager, "/manage/news/items", what="up", kind="concept", ref="1")[0] == 303
    assert news.chosen(store) == [("concept", "1"), ("questionnaire", "small")]
    page = shown(manager, "/manage/news")
    assert [each.partition("/")[2] for each in re.findall(r'name="text:news/([^"]+)"', page)] == [
        "title", "intro", "note/concept/1", "note/questionnaire/small",
    ]  # fmt: skip
    given = typed(page)
    given |= {"text:news/1/title": "Neues", "text:news/1/note/concept/1": "Endlich."}
    assert post(manager, "/manage/news", **given)[0] == 303
    page = shown(manager, "/manage/news")
    assert "Your note on 1. The integration concept was decided" in row(page, "English")
    assert "The page behind 2. You can answer now: Small" in row(page, "Arabic")
    status, _ = post(manager, "/manage/news/publish", mark="old")
    assert status == 409
    assert post(manager, "/manage/news/publish", mark=value(page, "mark"))[0] == 303
    letter = issues.load(store, 1)
    assert [entry.note for entry in letter.issue.entries] == [{"de": "Endlich."}, {}]
    page = shown(manager, "/manage/news?published=1")
    assert letter.digest in page
    assert 'href="/de/news/1"' in page
    assert "Nothing is chosen yet." in page


def test_the_form_of_a_measure_offers_the_statements(manager: Desk, store: Store) -> None:
    base = "/manage/concept"
    post(manager, base)
    report = file(store, block())
    post(manager, f"{base}/1/inputs?report={report.id}", all="yes", report=str(report.id))
    draft = versions.load(store, 1)
    assert [item.key for item in draft.items] == ["item-1"]
    measure = {
        "kind": "measure", "field": "ARB", "text-de": "Kurs.", "judgement": "AK", "lead": "VHS", "horizon": "short",
        "effort": "S", "budget": "", "due": "2027-06-30",
    }  # fmt: skip
    status, page = post(manager, f"{base}/1/items/new", **{**measure, "lead": ""}, serves="item-1")
    assert status == 422
    assert 'value="item-1" checked' in page
    assert post(manager, f"{base}/1/items/new", **measure, serves="item-9")[0] == 422
    assert post(manager, f"{base}/1/items/new", **measure, serves="item-1")[0] == 303
    key = versions.load(store, 1).items[-1].key
    assert versions.load(store, 1).item(key).serves == ("item-1",)
    page = shown(manager, f"{base}/1/items/{key}")
    assert 'value="item-1" checked' in page
    assert '<p class="hint">Answers no. 1</p>' in page  # in its history
    assert "Answers no. 1" in shown(manager, f"{base}/1")
    typed_first = {**measure, "seen": "1", "text-de": "Abendkurs."}
    assert post(manager, f"{base}/1/items/{key}", **typed_first)[0] == 303  # without the statement
    assert versions.load(store, 1).item(key).serves == ()
    status, page = post(manager, f"{base}/1/items/{key}", **{**measure, "seen": "1", "text-de": "Kurs am Morgen."},
                        serves="item-1")  # fmt: skip
    assert status == 409
    assert 'value="item-1" checked' not in page  # the second editor had left it as it was, the first took it out
