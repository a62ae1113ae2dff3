"""Revisions on the desk: history, comparison, verdicts, publishing with a note; days, limit and pause."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask

from survey_service import clock
from survey_service.accounts import audit
from survey_service.questionnaire import definition
from survey_service.questionnaire.comparison import BREAK, COMPARABLE
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import definitions, verdicts
from survey_service.responses.collection import RESPONSES
from survey_service.responses.revisions import Publications
from survey_service.responses.schedule import Schedule
from survey_service.store.base import Store
from tests.web.browser import Browser, Page
from tests.web.manage.conftest import SMALL, Desk

Load = Callable[[str], Questionnaire]
Respond = Callable[..., str]
HISTORY = "/manage/questionnaires/small/revisions"
STEP = "/manage/questionnaires/small/compare?old=small-1&new=small-2&lang=en"
DECIDE = "/manage/questionnaires/small/revisions/small-2/verdict"
SCHEDULE = "/manage/questionnaires/small/schedule"
REVIEW = "/manage/drafts/small/publish"

LATER = (
    SMALL.replace("de: Alter, en: Age", "de: Wie alt sind Sie, en: Your age <b>")
    .replace("{name: blue, label: {de: Blau, en: Blue}}", "{name: pink, label: {de: Rosa, en: Pink}}")
    .replace("type: date, name: since", "type: text, name: since")
    .replace('relevant: "${age} >= 18"', 'relevant: "${age} >= 16"')
)


@pytest.fixture
def two(publications: Publications, questionnaire: Load) -> Publications:
    """A second revision: another wording, other choices, another type, another condition."""
    created = publications.publish({"small": questionnaire(LATER)}, note="Nach dem Test\nim Café", by="Mara")
    assert created == ["small-2"]
    return publications


def noted(store: Store, action: str) -> list[tuple[str, str, dict[str, object]]]:
    return [(one.actor, one.subject, dict(one.details)) for one in audit.entries(store) if one.action == action]


def rows(html: str) -> list[list[str]]:
    """Return the rows of all tables of a page, as text."""
    found = []
    for row in re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL):
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        found.append([Page(cell).text for cell in cells])
    return found


def section(html: str, question: str) -> str:
    """Return the part of a comparison that is about one question."""
    return html.split(f'aria-labelledby="q-{question}"', 1)[1].split("</article>", 1)[0]


# -- history and comparison


def test_the_history_shows_notes_and_numbers_of_verdicts(manager: Desk, two: Publications) -> None:
    page = manager.get(f"{HISTORY}?lang=en").text
    newest, first = rows(page)[1:]
    assert newest[:4] == ["small-2", "Nov 23, 2026", "Mara", "Nach dem Test im Café"]
    assert newest[4] == "What changed 4 questions: break in series 1 question: not comparable"
    assert [first[0], *first[2:]] == ["small-1", "not noted", "none", "The first revision"]
    assert "Open, revision small-2" in Page(page).text


def test_a_comparison_shows_old_and_new_side_by_side(manager: Desk, two: Publications) -> None:
    html = manager.get(STEP).text
    age = rows(section(html, "age"))
    assert age == [
        ["small-1", "small-2"],
        ["Wording German"], ["Alter", "Wie alt sind Sie"],
        ["Wording English"], ["Age", "Your age <b>"],
    ]  # fmt: skip
    assert "<ins>Your age &lt;b&gt;</ins>" in section(html, "age")
    assert "The wording was changed (German)." in section(html, "age")
    assert rows(section(html, "town"))[1:] == [
        ["Condition"],
        ["Shown if “Age” is at least 18.", "Shown if “Your age <b>” is at least 16."],
    ]
    likes = section(html, "likes")
    assert rows(likes)[1:] == [
        ["Choice “blue”"], ["Blue", "nothing"], ["Choice “pink”"], ["nothing", "Pink"],
    ]  # fmt: skip
    assert "A choice is gone: “Blue”." in Page(likes).text
    assert "There is a new choice: “Pink”." in Page(likes).text
    since = section(html, "since")
    assert "The type was changed from date to text." in Page(since).text
    assert "not comparable" in Page(since).text
    assert "1 question is as it was." in Page(html).text
    assert "Published on Nov 23, 2026 by Mara." in Page(html).text


def test_wordings_are_marked_with_their_language(manager: Desk, two: Publications) -> None:
    assert re.search(r'<td><span lang="de"[^>]*><del>Alter</del></span></td>', section(manager.get(STEP).text, "age"))


def test_two_revisions_that_do_not_follow_each_other(manager: Desk, two: Publications, questionnaire: Load) -> None:
    two.publish({"small": questionnaire(LATER.replace("type: text, name: since", "type: date, name: since"))})
    page = manager.get("/manage/questionnaires/small/compare?old=small-1&new=small-3&lang=en").text
    assert "do not follow each other" in page
    assert 'aria-labelledby="q-age"' in page
    assert "The type was changed" not in Page(page).text  # and changed back
    assert "Save the verdict" not in page
    backwards = manager.get("/manage/questionnaires/small/compare?old=small-3&new=small-1&lang=en").text
    assert rows(section(backwards, "age"))[4] == ["Your age <b>", "Age"]
    same = manager.get("/manage/questionnaires/small/compare?old=small-2&new=small-2&lang=en").text
    assert "No question was changed." in Page(same).text


def test_the_questionnaire_itself_is_compared_too(manager: Desk, two: Publications, questionnaire: Load) -> None:
    later = LATER.replace("label: {de: Klein, en: Small}", "label: {de: Kleiner, en: Small}")
    later = later.replace("minutes: [1, 2]", "minutes: [2, 3]")
    two.publish({"small": questionnaire(later)})
    page = manager.get("/manage/questionnaires/small/compare?old=small-2&new=small-3&lang=en").text
    assert rows(page)[1:] == [
        ["Title German"], ["Klein", "Kleiner"], ["Minutes it takes"], ["1 , 2", "2 , 3"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "/manage/questionnaires/nothing/revisions", "/manage/questionnaires/small/compare",
        "/manage/questionnaires/small/compare?old=small-1&new=small-9",
        "/manage/questionnaires/small/compare?old=offers-1&new=small-1",
        "/manage/questionnaires/nothing/schedule", "/manage/drafts/nothing/publish",
    ],
)  # fmt: skip
def test_what_is_missing_is_a_404(manager: Desk, path: str) -> None:
    assert manager.get(path).status_code == 404


# -- verdicts


def test_a_manager_gives_another_verdict_with_a_reason(manager: Desk, two: Publications, store: Store) -> None:
    answer = manager.post(DECIDE, {"question": "age", "verdict": COMPARABLE, "reason": "Gleich\r\ngemeint"})
    assert (answer.status_code, answer.location) == (
        303, "/manage/questionnaires/small/compare?old=small-1&new=small-2#q-age",
    )  # fmt: skip
    [age] = [one for one in verdicts.judged(store, two, "small-2") if one.question == "age"]
    assert (age.verdict, age.overrides[0].reason, age.overrides[0].by) == (COMPARABLE, "Gleich\ngemeint", "Mara")
    text = Page(section(manager.get(STEP).text, "age")).text
    assert "By the rules: break in series" in text
    assert "Nov 23, 2026 , Mara: comparable Gleich gemeint" in text
    assert "4 questions: break in series" not in manager.get(f"{HISTORY}?lang=en").text
    assert noted(store, "verdict.overridden") == [("Mara", "small-2", {"question": "age", "verdict": COMPARABLE})]


def test_without_a_reason_the_form_comes_back(manager: Desk, two: Publications, store: Store) -> None:
    answer = manager.post(DECIDE, {"question": "age", "verdict": COMPARABLE, "reason": " "})
    assert answer.status_code == 422
    part = section(answer.text, "age")
    assert 'aria-invalid="true"' in part
    assert re.search(rf'value="{COMPARABLE}" required checked', part)
    assert verdicts.judged(store, two, "small-2")[0].verdict == BREAK


@pytest.mark.parametrize(
    "path, fields, status",
    [
        (DECIDE, {"question": "OK", "verdict": BREAK, "reason": "x"}, 404),
        (DECIDE, {"question": "age", "verdict": "fine", "reason": "x"}, 400),
        (DECIDE.replace("small-2", "offers-1"), {"question": "age", "verdict": BREAK, "reason": "x"}, 404),
        (DECIDE.replace("small-2", "small-1"), {"question": "age", "verdict": BREAK, "reason": "x"}, 404),
    ],
)
def test_verdicts_on_what_was_not_changed(
    manager: Desk, two: Publications, path: str, fields: dict[str, str], status: int
) -> None:
    assert manager.post(path, fields).status_code == status


def test_a_working_group_sees_changes_and_decides_nothing(as_role: Callable[[str], Desk], two: Publications) -> None:
    group = as_role("Willi")
    assert "Give another verdict" not in group.get(STEP).text
    assert "Days, limit and pause" not in group.get(f"{HISTORY}?lang=en").text
    assert group.post(DECIDE, {"question": "age", "verdict": COMPARABLE, "reason": "x"}).status_code == 403


# -- publishing a working copy


@pytest.fixture
def copy(store: Store, publications: Publications, questionnaire: Load) -> Questionnaire:
    later = questionnaire(LATER)
    definitions.put(store, definition.to_json(later), "2026-11-23")
    return later


def test_before_publishing_one_sees_what_it_changes(manager: Desk, copy: Questionnaire, store: Store) -> None:
    assert f'href="{REVIEW}"' in manager.get("/manage/drafts/small").text
    page = manager.get(f"{REVIEW}?lang=en").text
    assert "4 questions: break in series" in Page(page).text
    assert rows(section(page, "age"))[0] == ["small-1", "New revision"]
    assert Publications(store).history("small") == ["small-1"]
    answer = manager.post(REVIEW, {"note": " Nach dem Test\r\nim Café "})
    assert (answer.status_code, answer.location) == (303, "/manage/#title-small")
    entry = Publications(store).entry("small-2")
    assert (entry.note, entry.by, entry.day) == ("Nach dem Test\nim Café", "Mara", "2026-11-23")
    assert {change.question for change in entry.changes} == {"age", "town", "likes", "why", "since"}
    assert noted(store, "questionnaire.published") == [("Mara", "small-2", {})]
    assert definitions.find(store, "small") is None


def test_a_note_that_is_too_long_comes_back(manager: Desk, copy: Questionnaire, store: Store) -> None:
    answer = manager.post(REVIEW, {"note": "n" * 2_001})
    assert answer.status_code == 422
    assert "n" * 2_001 in answer.text
    assert Publications(store).history("small") == ["small-1"]
    assert definitions.find(store, "small") is not None


def test_a_working_copy_that_changes_nothing_says_so(
    manager: Desk, store: Store, publications: Publications, questionnaire: Load
) -> None:
    definitions.put(store, definition.to_json(questionnaire(SMALL)), "2026-11-23")
    assert "Publishing makes no new revision." in manager.get(f"{REVIEW}?lang=en").text


def test_a_first_revision(manager: Desk, store: Store, questionnaire: Load) -> None:
    fresh = questionnaire(SMALL.replace("questionnaire: small", "questionnaire: fresh"))
    definitions.put(store, definition.to_json(fresh), "2026-11-23")
    assert "This is the first revision" in manager.get("/manage/drafts/fresh/publish?lang=en").text
    manager.post("/manage/drafts/fresh/publish", {"note": "Erste Fassung"})
    assert Publications(store).entry("fresh-1").note == "Erste Fassung"


# -- days, limit and pause


def save(desk: Desk, **fields: str) -> int:
    return desk.post(SCHEDULE, {"open": "yes", **fields}).status_code


def visit(app: Flask, path: str = "/de/q/small") -> tuple[int, str]:
    browser = Browser(app.test_client())
    page = browser.open(path)
    return browser.status, page.text


def test_a_schedule_is_saved_shown_and_noted(manager: Desk, publications: Publications, store: Store) -> None:
    fields = {"opens": "2026-11-01", "closes": "2026-12-24", "limit": "٥٠٠", "message-de": "Bis gleich!\r\n"}
    assert save(manager, **fields) == 303
    assert publications.current("small").schedule == Schedule(
        opens="2026-11-01", closes="2026-12-24", limit=500, message={"de": "Bis gleich!"}
    )
    page = manager.get(f"{HISTORY}?saved=&lang=en").text
    text = Page(page).text
    assert "Open until Dec 24, 2026, revision small-1" in text
    assert "0 of at most 500" in text
    assert "Saved." in text
    assert "Open until Dec 24, 2026" in Page(manager.get("/manage/?lang=en").text).text
    form = {control.name: control.value for control in Page(manager.get(SCHEDULE).text).controls if control.on}
    assert (form["opens"], form["closes"], form["limit"], form["message-de"], form["open"]) == (
        "2026-11-01", "2026-12-24", "500", "Bis gleich!", "yes",
    )  # fmt: skip
    assert "paused" not in form
    assert noted(store, "questionnaire.scheduled") == [
        ("Mara", "small", {"opens": "2026-11-01", "closes": "2026-12-24", "limit": 500, "paused": False})
    ]


def test_without_the_switch_it_is_closed(manager: Desk, publications: Publications, store: Store) -> None:
    assert manager.post(SCHEDULE, {}).status_code == 303
    assert publications.current("small").schedule == Schedule(is_open=False, closed="2026-11-23")
    assert noted(store, "questionnaire.closed") == [("Mara", "small", {})]


@pytest.mark.parametrize(
    "fields, wrong",
    [
        ({"opens": "24.12.2026"}, ["opens"]),
        ({"opens": "2026-12-24", "closes": "2026-12-23"}, ["closes"]),
        ({"limit": "viele", "closes": "2026-02-30"}, ["closes", "limit"]),
        ({"limit": "9" * 13}, ["limit"]),
        ({"limit": "-5"}, ["limit"]),
        ({"message-en": "m" * 501}, ["message-en"]),
    ],
)
def test_a_schedule_that_cannot_be_comes_back_as_typed(
    manager: Desk, publications: Publications, fields: dict[str, str], wrong: list[str]
) -> None:
    answer = manager.post(SCHEDULE, {"open": "yes", **fields})
    assert answer.status_code == 422
    controls = {control.name: control for control in Page(answer.text).controls}
    assert [name for name, one in controls.items() if one.attributes.get("aria-invalid")] == wrong
    for name, value in fields.items():
        assert controls[name].value == value
    for name in wrong:
        assert f'href="#{name}"' in answer.text
        assert f'id="{name}:error"' in answer.text
    assert publications.current("small").schedule == Schedule()


def test_not_open_yet(manager: Desk, app: Flask) -> None:
    save(manager, opens="2026-12-01")
    assert visit(app) == (403, visit(app)[1])
    assert "1. Dezember 2026" in visit(app)[1]
    assert "Klein" not in visit(app, "/de/")[1]
    with clock.fixed(dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)):
        assert visit(app)[0] == 200
        assert "Klein" in visit(app, "/de/")[1]


def test_a_pause_says_what_the_manager_wrote_in_the_readers_language(manager: Desk, app: Flask) -> None:
    save(manager, paused="yes", **{"message-de": "Wir prüfen <b>etwas</b>."})
    status, text = visit(app)
    assert status == 403
    assert "Wir prüfen <b>etwas</b>." in text
    english = Browser(app.test_client())
    english.open("/en/q/small")
    assert '<span lang="de" dir="ltr">Wir prüfen &lt;b&gt;etwas&lt;/b&gt;.</span>' in english.page.html
    answer = app.test_client().post(
        "/api/v1/questionnaires/small/responses",
        json={"id": "11111111-1111-4111-8111-111111111111", "language": "de", "answers": {"OK": "yes"}},
    )
    assert (answer.status_code, answer.json["code"]) == (403, "questionnaire.paused")  # type: ignore[index]
    assert answer.json["faults"][0]["message"] == "Wir prüfen <b>etwas</b>."  # type: ignore[index]


def test_the_limit_closes_it_and_a_draft_under_way_is_told_and_kept(
    manager: Desk, app: Flask, respond: Respond, publications: Publications
) -> None:
    late = Browser(app.test_client())
    late.open("/en/q/small")
    late.send(OK="yes")
    save(manager, limit="1")
    respond(age="42")
    assert visit(app)[0] == 410
    assert "Full (limit: 1)" in Page(manager.get("/manage/?lang=en").text).text
    page = late.open("/en/q/small/about")
    assert "as many answers as it needs" in page.text
    late.send(age="30", likes="blue")
    late.send(town="Suhl")
    late.open("/en/q/small/check")
    late.send()
    assert late.status == 410
    late.open("/en/q/small/check")
    assert "30" in late.page.text
    save(manager, limit="2")
    late.open("/en/q/small/check")
    late.send()
    assert late.url == "/en/q/small/done"


def test_who_has_begun_finishes_under_the_old_revision_after_the_last_day(
    manager: Desk, app: Flask, store: Store, publications: Publications, questionnaire: Load
) -> None:
    begun = Browser(app.test_client())
    begun.open("/de/q/small")
    begun.send(OK="yes")
    publications.publish({"small": questionnaire(LATER)})
    save(manager, closes="2026-11-22")
    begun.open("/de/q/small/about")
    assert begun.status == 200
    begun.send(age="20", likes="blue")
    begun.send(town="Suhl")
    begun.open("/de/q/small/check")
    begun.send()
    assert begun.url == "/de/q/small/done"
    [stored] = store.collection(RESPONSES).find()
    assert (stored.body["revision"], stored.body["answers"]["likes"]) == ("small-1", ["blue"])
    assert visit(app)[0] == 410
