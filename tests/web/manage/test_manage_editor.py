"""Editing a working copy on the desk: beginning one, its outline, its forms, conflicts, the bank, trying it out."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from survey_service.accounts import audit
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.xlsform.importing import Options
from survey_service.responses import definitions, imports
from survey_service.responses.drafts import DRAFTS
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from tests.samples import sample
from tests.web.manage.conftest import Desk

EDIT = "/manage/drafts/small/edit"


@pytest.fixture
def english(manager: Desk) -> Desk:
    """A manager whose desk speaks English."""
    manager.post("/manage/language", {"language": "en"})
    return manager


@pytest.fixture
def editing(english: Desk) -> Desk:
    """A manager with a working copy of ``small``."""
    manager = english
    answer = manager.post("/manage/questionnaires/small/change")
    assert (answer.status_code, answer.location) == (303, EDIT)
    return manager


def copy_of(store: Store, name: str = "small") -> Questionnaire:
    return definitions.get(store, name).questionnaire


def fields(page: str) -> dict[str, str]:
    """Return what a browser would send for the page's main form: fields with what stands in them."""
    main = page.split("<main", 1)[1]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", main):
        name, kind = re.search(r'name="([^"]*)"', tag), re.search(r'type="([^"]*)"', tag)
        if name and (not kind or kind[1] not in ("checkbox", "radio") or " checked" in tag):
            value = re.search(r'value="([^"]*)"', tag)
            found[name[1]] = html.unescape(value[1]) if value else ""
    for name_, content in re.findall(r'<textarea [^>]*?name="([^"]*)"[^>]*>\n?(.*?)</textarea>', main, re.DOTALL):
        found[name_] = html.unescape(content)
    for name_, options in re.findall(r'<select [^>]*?name="([^"]*)"[^>]*>(.*?)</select>', main, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)"[^>]* selected', options) or re.search(
            r'<option value="([^"]*)"', options
        )
        found[name_] = html.unescape(chosen[1]) if chosen else ""
    return found


def send(desk: Desk, path: str, page: str = "", **typed: str) -> TestResponse:
    """Open a form (or take the page given), type into it and send it."""
    data = {
        **fields(page or desk.get(path).text),
        "do": "save",
        **{key.replace("__", "-"): text for key, text in typed.items()},
    }
    return desk.client.post(path.partition("?")[0], data=data)


def test_a_working_copy_of_what_is_published_is_begun_once(editing: Desk, store: Store) -> None:
    copy = definitions.get(store, "small")
    assert copy.source == {"revision": "small-1"}
    assert editing.post("/manage/questionnaires/small/change").location == EDIT
    assert definitions.get(store, "small").version == copy.version
    outline = editing.get(EDIT).text
    for words in ("About you", "Age", "Shown if “Age” is at least 18.", "Shown if “Colours” includes “Red”."):
        assert words in html.unescape(outline)
    assert [entry.action for entry in audit.entries(store)][-1] == "questionnaire.begun"
    assert editing.get("/manage/").text.count("Change this questionnaire") >= 1
    assert f'href="{EDIT}"' in editing.get("/manage/drafts/small").text


def test_an_empty_questionnaire_asks_for_consent_and_can_be_tried(english: Desk, store: Store) -> None:
    manager = english
    made = send(
        manager, "/manage/questionnaires/new", name="hallo", label__de="Hallo", label__en="Hello", language="uk"
    )
    assert made.location == "/manage/drafts/hallo/edit"
    copy = copy_of(store, "hallo")
    assert (copy.label, copy.consent, copy.languages) == ({"de": "Hallo", "en": "Hello"}, "consent", ("de", "en", "uk"))
    assert "Text missing in: Ukrainian" in manager.get("/manage/drafts/hallo/edit").text
    assert manager.get("/manage/drafts/hallo/try").status_code == 200


def test_a_copy_of_a_bundled_questionnaire_has_its_translations(manager: Desk, store: Store) -> None:
    assert send(manager, "/manage/questionnaires/new", name="ours", template="experts").status_code == 303
    question = next(one for one in copy_of(store, "ours").questions.values() if one.type != "note")
    assert question.concept == f"experts/{question.name}"
    assert "ar" in question.label


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": "small", "label__de": "X"}, "name"),
        ({"name": "9", "label__de": "X"}, "name"),
        ({"name": "neu"}, "label-de"),
        ({"name": "neu", "label__en": "X"}, "label-de"),
    ],
)
def test_what_stands_against_a_new_questionnaire_is_said_at_its_field(
    manager: Desk, store: Store, typed: dict[str, str], field: str
) -> None:
    answer = send(manager, "/manage/questionnaires/new", **typed)
    assert answer.status_code == 422
    assert f'id="{field}:error"' in answer.text
    assert fields(answer.text)["name"] == typed["name"]
    assert definitions.all_copies(store) == []


def test_a_question_is_changed_and_translations_of_the_old_wording_are_dropped(editing: Desk, store: Store) -> None:
    content = dict(definitions.get(store, "small").content)
    content["languages"] = ["de", "en", "uk", "ar"]
    content["pages"][1]["questions"][0]["label"] = {"de": "Alter", "en": "Age", "uk": "Вік", "ar": "العمر"}
    definitions.put(store, content, "2026-11-23")
    path = f"{EDIT}/question/age"
    checked = send(editing, path, do="check", label__de="Ihr Alter")
    assert "Will need translation: Arabic, Ukrainian" in checked.text
    assert copy_of(store).questions["age"].label["de"] == "Alter"  # nothing saved yet
    saved = send(editing, path, checked.text, label__de="Ihr Alter")
    assert saved.location == f"{EDIT}?saved=1&lost=ar+uk&to=q-age"
    assert copy_of(store).questions["age"].label == {"de": "Ihr Alter", "en": "Age"}
    assert copy_of(store).questions["age"].parameters == {"min": 0, "max": 120}
    outline = editing.get(saved.location).text
    assert "Will need translation: Arabic, Ukrainian" in outline
    assert 'href="#q-age"' in outline
    only_english = send(editing, f"{EDIT}/question/town", label__en="City")
    assert only_english.location == f"{EDIT}?saved=1#q-town"


def test_a_form_sent_as_it_came_changes_nothing(editing: Desk, store: Store) -> None:
    before = copy_of(store)
    parts = [("question", name) for name in before.questions] + [("page", page.name) for page in before.pages]
    for kind, name in parts:
        assert send(editing, f"{EDIT}/{kind}/{name}").status_code == 303, name
    assert send(editing, f"{EDIT}/head").status_code == 303
    assert send(editing, f"{EDIT}/list/colours").status_code == 303
    assert copy_of(store) == before


def test_what_would_not_be_offered_anew_stays_as_it_is(editing: Desk, store: Store) -> None:
    content = json.loads(json.dumps(definitions.get(store, "small").content))
    content["pages"][1]["questions"] += [
        {"type": "today", "name": "day"},
        {"type": "calculate", "name": "sum", "calculation": "${age} + 1", "trigger": "day"},
        {"type": "select_multiple", "name": "pick", "choices": "colours", "label": {"*": "Pick"}, "default": ["red"]},
    ]
    definitions.put(store, content, "2026-11-23")
    before = copy_of(store)
    for name in ("day", "sum", "pick"):
        assert send(editing, f"{EDIT}/question/{name}").status_code == 303
    assert copy_of(store) == before


def test_each_form_of_a_practitioners_questionnaire_can_be_sent_as_it_came(english: Desk, store: Store) -> None:
    found = imports.read(sample("RMS_CAPI_v2.xlsx"), "RMS_CAPI_v2.xlsx", Options(name="rms"))
    imports.keep(store, found, b"", "RMS_CAPI_v2.xlsx", "2026-11-23")
    before = copy_of(store, "rms")
    parts = [
        *(("question", name) for name in before.questions),
        *(("page", page.name) for page in before.pages),
        *(("group", group.name) for group in before.groups),
    ]
    for kind, part in parts[::9]:
        assert send(english, f"/manage/drafts/rms/edit/{kind}/{part}").status_code == 303, part
    assert copy_of(store, "rms") == before
    assert english.get("/manage/drafts/rms/try").status_code == 200


def test_renaming_a_question_follows_into_conditions(editing: Desk, store: Store) -> None:
    assert send(editing, f"{EDIT}/question/age", name="years").status_code == 303
    relevant = copy_of(store).questions["town"].relevant
    assert relevant is not None
    assert relevant.text == "${years} >= 18"


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"relevant": "${age} >="}, "relevant", "Column"),
        ({"relevant": "${nobody} = 1"}, "relevant", "no question named “nobody”"),
        ({"relevant": "age = 1"}, "relevant", "Write ${age} for an answer"),
        ({"relevant": ". = 1"}, "relevant", "Accepted only if"),
        ({"constraint": ". != 'x'"}, "constraint_message-de", "not accepted"),
        ({"must": "if"}, "required", "condition"),
        ({"name": "1"}, "name", "letter first"),
        ({"name": "age"}, "name", "has that name already"),
        ({"label__de": ""}, "label-de", "text"),
        ({"type": ""}, "type", "kind"),
        ({"type": "select_one"}, "choices", "list of answers"),
        ({"parameter__max_length": "long"}, "parameter-max_length", "number"),
        ({"type": "calculate"}, "calculation", "calculated"),
        ({"type": "integer", "default": "x"}, "default", "number"),
    ],
)
def test_each_error_stands_at_its_field_and_nothing_typed_is_lost(
    editing: Desk, store: Store, typed: dict[str, str], field: str, words: str
) -> None:
    before = definitions.get(store, "small").version
    answer = send(editing, f"{EDIT}/question/town", hint__de="Getippt", **typed)
    assert answer.status_code == 422
    error = re.search(rf'id="{re.escape(field)}:error">([^<]*)<', answer.text)
    assert error is not None
    assert words in html.unescape(error[1])
    assert f'href="#{field}"' in answer.text
    again = fields(answer.text)
    assert again["hint-de"] == "Getippt"
    for key, text in typed.items():
        assert again[key.replace("__", "-")] == text
    assert definitions.get(store, "small").version == before


def test_conditions_are_put_together_out_of_rows_and_said_in_words(editing: Desk, store: Store) -> None:
    path = f"{EDIT}/question/since"
    first = send(
        editing, path, do="compose", **{"row-1-question": "likes", "row-1-relation": "includes", "row-1-value": ""}
    )
    assert first.status_code == 422
    assert 'id="row-1-value:error"' in first.text
    assert '<option value="blue"' in first.text  # the answers of the question can be chosen now
    rows = {
        "row-1-value": "blue",
        "row-2-question": "age",
        "row-2-relation": "less",
        "row-2-value": "30",
        "join": "any",
    }
    second = send(editing, path, first.text, do="compose", **rows)
    assert fields(second.text)["relevant"].strip() == "selected(${likes}, 'blue') or ${age} < 30"
    assert "Shown if (“Colours” includes “Blue”) or" in html.unescape(second.text) or (
        "Shown if “Colours” includes “Blue” or “Age” is less than 30." in html.unescape(second.text)
    )
    assert send(editing, path, second.text).status_code == 303
    relevant = copy_of(store).questions["since"].relevant
    assert relevant is not None
    assert relevant.text == "selected(${likes}, 'blue') or ${age} < 30"
    again = fields(editing.get(path).text)
    assert (again["row-2-question"], again["row-2-value"], again["join"]) == ("age", "30", "any")


def test_what_can_never_be_shown_is_said_when_checked_and_in_the_outline(editing: Desk) -> None:
    path = f"{EDIT}/question/town"
    checked = send(editing, path, do="check", relevant="${age} > 5 and ${age} < 3")
    assert "This can never be shown" in checked.text
    assert send(editing, path, checked.text).status_code == 303
    assert "This can never be shown" in editing.get(EDIT).text


def test_new_questions_with_new_answers_new_pages_and_repeats(editing: Desk, store: Store) -> None:
    new = f"{EDIT}/new/question?page=about&after=age"
    typed = {"type": "select_one", "label__de": "Kaffee?", "label__en": "Coffee?", "new_choices": "Ja | Yes\nNein | No"}
    assert send(editing, new, **typed).location == f"{EDIT}?saved=1#q-Q1"
    page = copy_of(store).page("about")
    assert page is not None
    assert [one.name for one in page.questions] == ["age", "Q1", "town", "likes"]
    assert [choice.name for choice in copy_of(store).questions["Q1"].choices] == ["yes", "no"]
    assert copy_of(store).questions["Q1"].choices[0].label == {"de": "Ja", "en": "Yes"}
    added = send(
        editing, f"{EDIT}/new/page?after=about", name="people", label__de="P", first__de="Name?", first__en="Name?"
    )
    assert added.status_code == 303
    assert [one.name for one in copy_of(store).pages] == ["start", "about", "people", "more"]
    grouped = send(editing, f"{EDIT}/new/group", name="household", repeat="yes", count="${age}", pages="people")
    assert grouped.status_code == 303
    assert copy_of(store).repeats_of[copy_of(store).pages[2].questions[0].name] == ("household",)
    refused = send(editing, f"{EDIT}/new/group", name="empty")
    assert refused.status_code == 422
    assert 'id="pages:error"' in refused.text


def test_moving_and_deleting_in_the_outline(editing: Desk, store: Store) -> None:
    moved = send(editing, EDIT, do="up question likes")
    assert moved.location == f"{EDIT}?saved=1#q-likes"
    assert [one.name for one in copy_of(store).pages[1].questions] == ["age", "likes", "town"]
    asked = editing.get(f"{EDIT}?delete=question+town").text
    assert "Do you want to delete “town”?" in html.unescape(asked)
    assert "town" in copy_of(store).questions
    assert send(editing, EDIT, asked, do="delete question town").status_code == 303
    assert "town" not in copy_of(store).questions
    refused = send(editing, EDIT, do="delete question likes")
    assert refused.status_code == 422
    assert "still used by: more" in html.unescape(refused.text)
    assert send(editing, EDIT, do="up page start").status_code == 422
    assert send(editing, EDIT, do="explode question age").status_code == 400
    assert send(editing, EDIT, do="delete question nobody").status_code == 404


def test_a_conflict_shows_both_and_saving_again_decides(
    editing: Desk, as_role: Callable[[str], Desk], store: Store
) -> None:
    path = f"{EDIT}/question/age"
    page = editing.get(path).text
    assert send(as_role("Willi"), path, label__de="Lebensjahre").status_code == 303
    answer = send(editing, path, page, label__de="Wie alt?")
    assert answer.status_code == 409
    assert "Lebensjahre" in answer.text
    assert fields(answer.text)["label-de"] == "Wie alt?"
    assert copy_of(store).questions["age"].label["de"] == "Lebensjahre"
    assert send(editing, path, answer.text).status_code == 303
    assert copy_of(store).questions["age"].label["de"] == "Wie alt?"


def test_a_question_deleted_meanwhile_comes_back_if_it_is_saved(
    editing: Desk, as_role: Callable[[str], Desk], store: Store
) -> None:
    path = f"{EDIT}/question/town"
    page = editing.get(path).text
    assert send(as_role("Willi"), EDIT, do="delete question town").status_code == 303
    answer = send(editing, path, page, label__de="Wohnort")
    assert answer.status_code == 409
    assert send(editing, f"{EDIT}/new/question", answer.text).status_code == 303
    assert copy_of(store).questions["town"].label["de"] == "Wohnort"
    stale = send(editing, EDIT, page, do="up question likes")
    assert stale.status_code == 409


def test_an_expired_page_comes_back_with_all_that_was_typed(editing: Desk, store: Store) -> None:
    answer = send(editing, f"{EDIT}/question/age", label__de="Jahre", _csrf="old")
    assert answer.status_code == 400
    assert fields(answer.text)["label-de"] == "Jahre"
    assert copy_of(store).questions["age"].label["de"] == "Alter"


def test_a_list_of_answers_is_rearranged_before_it_is_saved(editing: Desk, store: Store) -> None:
    path = f"{EDIT}/list/colours"
    typed = {"4-label-de": "Grün", "4-label-en": "Green"}
    moved = send(editing, path, **typed, do="up 2")
    assert [choice.name for choice in copy_of(store).lists["colours"]] == ["red", "blue", "pna"]
    saved = send(editing, path, moved.text)
    assert saved.status_code == 303
    choices = copy_of(store).lists["colours"]
    assert [choice.name for choice in choices] == ["blue", "red", "pna", "green"]
    assert choices[2].exclusive
    refused = send(editing, path, send(editing, path, do="remove 2").text)
    assert refused.status_code == 422
    assert "“red” is still used by: more" in html.unescape(refused.text)
    twice = send(editing, path, **{"1-name": "pna"})
    assert twice.status_code == 422
    assert 'id="3-name:error"' in twice.text


def test_a_question_of_the_bank_is_found_and_copied(editing: Desk, store: Store) -> None:
    path = f"{EDIT}/bank?page=about&after=age"
    found = editing.get(f"{path}&q=needs/B02").text
    assert found.count('name="concept"') >= 1
    answer = editing.client.post(f"{EDIT}/bank", data={**fields(found), "concept": "needs/B02"})
    assert answer.location == f"{EDIT}?saved=1#q-B02"
    question = copy_of(store).questions["B02"]
    assert (question.concept, "ar" in question.label) == ("needs/B02", True)
    assert [one.name for one in copy_of(store).pages[1].questions][:2] == ["age", "B02"]
    assert "from the bank" in editing.get(EDIT).text
    missing = editing.client.post(f"{EDIT}/bank", data={**fields(editing.get(path).text), "concept": "needs/none"})
    assert missing.status_code == 404


def test_a_copy_says_what_it_had_to_leave_out(editing: Desk, store: Store) -> None:
    page = editing.get(f"{EDIT}/bank?page=about&after=age").text
    answer = editing.client.post(f"{EDIT}/bank", data={**fields(page), "concept": "consultation/K2"})
    assert answer.location == f"{EDIT}?saved=1&left=required&to=q-K2"
    assert copy_of(store).questions["K2"].required is False
    assert "Left out, because it looks at questions that are not here: Must be answered if" in (
        editing.get(answer.location).text
    )


def test_two_people_at_one_list(editing: Desk, as_role: Callable[[str], Desk], store: Store) -> None:
    path = f"{EDIT}/list/colours"
    page = editing.get(path).text
    assert send(as_role("Willi"), path, **{"1-label-de": "Dunkelrot"}).status_code == 303
    answer = send(editing, path, page, **{"1-label-de": "Hellrot"})
    assert answer.status_code == 409
    assert "Dunkelrot" in answer.text
    assert fields(answer.text)["1-label-de"] == "Hellrot"
    assert send(editing, path, answer.text).status_code == 303
    assert copy_of(store).lists["colours"][0].label["de"] == "Hellrot"


def test_the_head_is_changed(editing: Desk, store: Store) -> None:
    assert send(editing, f"{EDIT}/head", label__de="Größer", shortest="3", longest="2").status_code == 422
    assert send(editing, f"{EDIT}/head", label__de="Größer", shortest="3", longest="9").status_code == 303
    assert (copy_of(store).label["de"], copy_of(store).minutes) == ("Größer", (3, 9))


def test_early_ends_are_written_with_rows_and_moved(editing: Desk, store: Store) -> None:
    new = f"{EDIT}/new/end"
    refused = send(editing, new, label__de="Zu jung")
    assert refused.status_code == 422
    assert 'id="relevant:error"' in refused.text
    rows = {"row-1-question": "age", "row-1-relation": "less", "row-1-value": "16"}
    composed = send(editing, new, refused.text, do="compose", **rows)
    assert "The interview ends if “Age” is less than 16." in html.unescape(composed.text)
    assert send(editing, new, composed.text, name="young", label__en="Too young").location == f"{EDIT}?saved=1#e-young"
    assert [(end.name, end.when.text) for end in copy_of(store).screen_outs] == [("young", "${age} < 16")]
    assert "The interview ends if" in editing.get(EDIT).text
    page = go(editing, go(editing, editing.get(TRY).text, OK="yes"), age="12")
    assert "The interview ends here early" in page
    assert send(editing, EDIT, do="delete end young").status_code == 303
    assert copy_of(store).screen_outs == ()


# Trying it out

TRY = "/manage/drafts/small/try"


def go(desk: Desk, page: str, **typed: Any) -> str:
    data = {key: value for key, value in fields(page).items() if key not in ("_add", "_remove")}
    return desk.client.post(TRY, data={**data, **typed}).text


def at(page: str) -> str:
    return fields(page)["_at"]


def test_a_test_run_leads_through_the_pages_and_stores_nothing(editing: Desk, store: Store) -> None:
    page = editing.get(TRY).text
    assert at(page) == "start"
    page = go(editing, page)  # the consent is missing
    assert at(page) == "start"
    assert "Error:" in page
    page = go(editing, page, OK="yes")
    assert at(page) == "about"
    page = go(editing, page, age="abc")
    assert (at(page), fields(page)["age"]) == ("about", "abc")
    page = go(editing, page, age="17", likes=["red"])
    assert at(page) == "more"
    said = html.unescape(page)
    assert "<strong>false</strong> · Shown if “Age” is at least 18." in said
    assert "<strong>true</strong> · Shown if “Colours” includes “Red”." in said
    page = go(editing, page, _back="yes")
    assert (at(page), fields(page)["age"]) == ("about", "17")
    page = go(editing, page, age="40", likes=["red"])
    assert at(page) == "about"  # the answer brought up a question on this page
    page = go(editing, go(editing, page, town="Suhl", likes=["blue"]))
    assert at(page) == ""
    assert "This is the end" in page
    assert json.loads(fields(page)["_inputs"])["town"] == "Suhl"
    assert at(go(editing, page, _go="about")) == "about"
    assert at(go(editing, page, _restart="yes")) == "start"
    assert [store.collection(one).count() for one in (DRAFTS, RESPONSES)] == [0, 0]


def test_a_test_run_in_another_language_and_with_nonsense(editing: Desk) -> None:
    assert "Do you agree?" in editing.get(f"{TRY}?language=en").text
    page = editing.get(TRY).text
    for nonsense in ("[1]", "{", "[" * 100_000, '{"likes": {"a": [1]}, "zz": 3}'):
        assert editing.client.post(TRY, data={**fields(page), "_inputs": nonsense, "_at": "about"}).status_code == 200
    assert at(go(editing, page, _at="nowhere")) == ""


def test_a_test_run_goes_through_the_entries_of_a_repeat(editing: Desk, store: Store) -> None:
    send(editing, f"{EDIT}/new/page?after=start", name="people", label__de="P", first__de="Name?", first__en="Name?")
    send(editing, f"{EDIT}/new/group", name="household", repeat="yes", label__de="Haushalt", pages="people")
    page = go(editing, editing.get(TRY).text, OK="yes")
    assert at(page) == "household~"
    page = go(editing, page, _add="yes")
    assert at(page) == "people~1"
    page = go(editing, page, Q1="Ali")
    assert at(page) == "household~"
    page = go(editing, go(editing, page, _add="yes"), Q1="Sara")
    assert [one["Q1"] for one in json.loads(fields(page)["_inputs"])["household"]] == ["Ali", "Sara"]
    page = go(editing, page, _remove="1")
    assert [one["Q1"] for one in json.loads(fields(page)["_inputs"])["household"]] == ["Sara"]
    assert "Sara" in page
    assert at(go(editing, page)) == "about"
