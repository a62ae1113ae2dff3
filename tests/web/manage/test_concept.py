"""The concept on the desk: accepted, written, worded by two at once, decided, compared, taken away as a file."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import docx
import pytest

from survey_service.accounts import audit
from survey_service.concept import items, versions
from survey_service.concept.model import Concept, Evidence, Progress
from survey_service.monitoring import observations
from survey_service.store.base import Store
from tests.concept.conftest import block, file
from tests.web.manage.conftest import Desk

BASE = "/manage/concept"
ITEM = {"kind": "goal", "field": "ARB", "text-de": "Mehr Kurse.", "judgement": "AK Arbeit"}
MEASURE = {
    "kind": "measure",
    "field": "ARB",
    "text-de": "Kurs am Abend.",
    "judgement": "AK Arbeit",
    "lead": "VHS",
    "horizon": "short",
    "effort": "S",
    "budget": "12.500,50",
    "due": "2026-11-20",
}
DECISION = {
    "what": "adopt",
    "body": "Kreistag",
    "day": "2026-11-20",
    "result": "einstimmig",
    "start": "2026-12-01",
    "end": "2029-12-31",
}


def send(desk: Desk, path: str, **fields: Any) -> tuple[int, str]:
    answer = desk.client.post(f"{BASE}{path}?lang=en", data={"_csrf": desk.token("/manage/"), **fields})
    return answer.status_code, answer.text


def shown(desk: Desk, path: str = "") -> str:
    answer = desk.get(f"{BASE}{path}{'&' if '?' in path else '?'}lang=en")
    assert answer.status_code == 200, path
    return answer.text.replace("\xa0", " ").replace("\u202f", " ")


@pytest.fixture
def draft(manager: Desk, store: Store) -> Callable[[], Concept]:
    """Begin the concept, and return a function that loads the draft."""
    assert send(manager, "")[0] == 303
    return lambda: versions.load(store, 1)


def noted(store: Store) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (entry.action, entry.subject, dict(entry.details))
        for entry in audit.entries(store)
        if entry.action.startswith("concept")
    ]


def test_inputs_of_a_report_are_accepted_with_one_click(
    manager: Desk, store: Store, draft: Callable[[], Concept]
) -> None:
    report = file(store, block(), block("rent", "WOH", 30, 90))
    invented = file(store, block(), synthetic=True)
    page = shown(manager, "/1/inputs")
    assert page.count("Accept all</button>") == 1
    assert "rests on invented or withdrawn answers" in page
    page = shown(manager, f"/1/inputs?report={report.id}")
    assert "42 of 97 people, 43% (34% to 53%). Report 1, snapshot abc123" in page
    assert send(manager, "/1/inputs", report=report.id, block="rent")[0] == 303
    assert [item.field for item in draft().items] == ["WOH"]
    assert "In the draft already" in shown(manager, f"/1/inputs?report={report.id}")
    assert send(manager, "/1/inputs", report=report.id, all="yes")[0] == 303
    assert len(draft().items) == 2
    assert send(manager, "/1/inputs", report=invented.id, all="yes")[0] == 409
    assert send(manager, "/1/inputs", report=report.id)[0] == 422  # none chosen
    assert send(manager, "/1/inputs", report="x")[0] == 404
    page = shown(manager, "/1")
    assert "40 of 95 look for work." in page
    assert "Offers set against it: 3" in page
    assert [entry[2] for entry in noted(store) if entry[0] == "concept.accepted"] == [
        {"report": report.id, "count": 1},
        {"report": report.id, "count": 1},
    ]


def test_items_are_written_and_what_is_missing_is_said(
    manager: Desk, store: Store, draft: Callable[[], Concept]
) -> None:
    assert send(manager, "/1/items/new", **ITEM)[0] == 303
    assert send(manager, "/1/items/new", **MEASURE)[0] == 303
    goal, measure = draft().items
    assert measure.wording.measure is not None
    assert (goal.wording.texts, measure.wording.measure.budget) == ({"de": "Mehr Kurse."}, 1_250_050)
    for changed, told in (
        ({"judgement": " "}, "Say whose judgement it is"),
        ({"text-de": ""}, "The German text is missing"),
        ({"field": "XYZ"}, "Choose a kind and a field"),
        ({"budget": "viel"}, "A measure needs"),
        ({"due": ""}, "A measure needs"),
    ):
        status, page = send(manager, "/1/items/new", **{**MEASURE, **changed})
        assert (status, told in page, "VHS" in page) == (422, True, True)
    status, page = send(manager, "/1/items/new", **{**ITEM, "_csrf": "old", "text-de": "Bleibt <b>"})
    assert (status, "Bleibt &lt;b&gt;" in page) == (400, True)
    assert len(draft().items) == 2
    assert 'name="text-ar"' in shown(manager, f"/1/items/{goal.key}?more=ar")
    assert "12500,50" in shown(manager, f"/1/items/{measure.key}")


def test_the_second_of_two_editors_sees_both_texts(
    manager: Desk, as_role: Callable[[str], Desk], store: Store, draft: Callable[[], Concept]
) -> None:
    send(manager, "/1/items/new", **ITEM)
    key, willi = draft().items[0].key, as_role("Willi")
    place = f"/1/items/{key}"
    theirs = {"seen": "1", "text-de": "Mehr Kurse am Abend.", "judgement": "AK Arbeit"}
    mine = {"seen": "1", "text-de": "Mehr <kleine> Kurse.", "judgement": "AK Arbeit"}
    assert send(willi, place, **theirs)[0] == 303
    status, page = send(manager, place, **mine)
    assert status == 409
    assert "Willi has saved another text since you opened the page" in page
    assert '<p class="source" lang="de" dir="auto">Mehr Kurse am Abend.</p>' in page
    assert '<p class="source" lang="de" dir="auto">Mehr &lt;kleine&gt; Kurse.</p>' in page
    assert '<ins><span class="hidden" lang="en" dir="ltr">new: </span>&lt;kleine&gt; </ins>' in page
    assert 'name="seen" value="2"' in page
    assert "\nMehr &lt;kleine&gt; Kurse.</textarea>" in page
    assert draft().items[0].wording.texts == {"de": "Mehr Kurse am Abend."}
    assert send(manager, place, **{**mine, "seen": "2"})[0] == 303
    assert [(each.number, each.by) for each in items.wordings(store, key)] == [(3, "Mara"), (2, "Willi"), (1, "Mara")]
    history = shown(manager, place)
    assert '<ins><span class="hidden" lang="en" dir="ltr">new: </span> am Abend</ins>' in history


def test_what_the_second_editor_left_alone_is_what_the_first_saved(
    manager: Desk, as_role: Callable[[str], Desk], store: Store, draft: Callable[[], Concept]
) -> None:
    send(manager, "/1/items/new", **MEASURE)
    place, willi = f"/1/items/{draft().items[0].key}", as_role("Willi")
    typed = {**MEASURE, "seen": "1"}
    assert send(willi, place, **{**typed, "text-de": "Kurs am Morgen.", "lead": "Jobcenter"})[0] == 303
    status, page = send(manager, place, **{**typed, "text-en": "Evening course.", "effort": "L"})
    assert status == 409
    assert "\nKurs am Morgen.</textarea>" in page
    assert "\nEvening course.</textarea>" in page
    assert 'value="Jobcenter"' in page
    assert '<option value="L" selected>' in page
    assert page.count('id="both-') == 1  # only English differs
    assert "<dt>Effort</dt><dd><bdi>small</bdi></dd>" in page


def test_an_item_is_moved_and_left_out(manager: Desk, draft: Callable[[], Concept]) -> None:
    for text in ("A", "B"):
        send(manager, "/1/items/new", **{**ITEM, "text-de": text})
    first, second = (item.key for item in draft().items)
    assert send(manager, f"/1/items/{second}/place", what="up")[0] == 303
    assert [item.key for item in draft().items] == [second, first]
    assert send(manager, f"/1/items/{second}/place", what="field", field="WOH")[0] == 303
    assert [item.field for item in draft().items] == ["ARB", "WOH"]
    assert send(manager, f"/1/items/{second}/place", what="out")[0] == 303
    assert send(manager, f"/1/items/{second}/place", what="out")[0] == 404
    assert send(manager, f"/1/items/{first}/place", what="")[0] == 400
    assert [item.key for item in draft().items] == [first]


def test_other_figures_are_shown_old_and_new_and_decided(
    manager: Desk, as_role: Callable[[str], Desk], store: Store, draft: Callable[[], Concept]
) -> None:
    send(manager, "/1/inputs", report=file(store, block()).id, all="yes")
    key = draft().items[0].key
    assert manager.get(f"{BASE}/1/items/{key}/evidence").status_code == 409  # none
    later = file(store, block(count=50))
    assert f"Other figures in report {later.id}" in shown(manager, "/1")
    page = shown(manager, f"/1/items/{key}/evidence")
    assert "42 of 97 people" in page
    assert "50 of 97 people" in page
    assert "50 von 95 suchen Arbeit.</textarea>" in page
    status, page = send(manager, f"/1/items/{key}/evidence", what="leave", report=later.id, reason="")
    assert (status, "Say why the statement stays" in page) == (422, True)
    given = {"what": "renew", "report": str(later.id), "seen": "1", "text-de": "50 von 95 suchen Arbeit."}
    willi = as_role("Willi")
    assert send(willi, f"/1/items/{key}/evidence", **given)[0] == 403
    assert send(manager, f"/1/items/{key}/evidence", **given)[0] == 303
    basis = draft().items[0].wording.basis
    assert isinstance(basis, Evidence)
    assert (basis.count, basis.report) == (50, later.id)
    status, page = send(manager, f"/1/items/{key}/evidence", **{**given, "text-de": "Von zweien zugleich."})
    assert (status, "Mara has saved another text" in page, "Von zweien zugleich." in page) == (409, True, True)
    newest = file(store, block(count=60))
    left = {"what": "leave", "report": str(newest.id), "reason": "eine kleine Welle"}
    assert send(manager, f"/1/items/{key}/evidence", **left)[0] == 303
    assert "Other figures in report" not in shown(manager, "/1")
    assert "eine kleine Welle" in shown(manager, f"/1/items/{key}")


@pytest.fixture
def adopted(manager: Desk, store: Store, draft: Callable[[], Concept]) -> Concept:
    send(manager, "/1/inputs", report=file(store, block()).id, all="yes")
    send(manager, "/1/items/new", **MEASURE)
    assert send(manager, "/1", what="consult")[0] == 303
    status, page = send(manager, "/1", **{**DECISION, "result": ""})
    assert (status, 'value="2026-11-20"' in page) == (422, True)
    assert send(manager, "/1", **DECISION)[0] == 303
    return draft()


def test_no_route_changes_an_adopted_version(manager: Desk, store: Store, adopted: Concept) -> None:
    key = adopted.items[0].key
    before = store.collection(versions.VERSIONS).first(number=1)
    report = file(store, block(count=50), block("rent", "WOH"))
    tried = [
        ("/1", {"what": "consult"}), ("/1", {"what": "take_back"}), ("/1", DECISION),
        ("/1/inputs", {"report": report.id, "all": "yes"}), ("/1/items/new", ITEM),
        (f"/1/items/{key}", {"seen": "1", "text-de": "Anders.", "judgement": "Ich"}),
        *((f"/1/items/{key}/place", {"what": what, "field": "WOH"}) for what in ("up", "down", "field", "out")),
        (f"/1/items/{key}/evidence", {"what": "renew", "report": report.id, "seen": "1", "text-de": "Anders."}),
    ]  # fmt: skip
    for revised in (False, True):
        for path, fields in tried:
            status, page = send(manager, path, **fields)
            assert (status, "adopted and can" in page) == (409, True), path
        for method in ("put", "patch", "delete"):
            assert getattr(manager.client, method)(f"{BASE}/1").status_code == 405
        assert send(manager, "")[0] == (409 if revised else 303)
    assert store.collection(versions.VERSIONS).first(number=1) == before
    assert versions.load(store, 1).items == adopted.items


def test_measures_go_on_and_are_counted_for_the_indicator(manager: Desk, store: Store, adopted: Concept) -> None:
    key = adopted.items[1].key
    assert send(manager, f"/1/items/{key}/progress", state="done", done="2026-11-24")[0] == 422
    assert send(manager, f"/1/items/{key}/progress", state="done", done="2026-11-20")[0] == 303
    assert send(manager, f"/1/items/{adopted.items[0].key}/progress", state="done", done="2026-11-20")[0] == 400
    assert versions.load(store, 1) == adopted
    assert "1 of the 1 measures due by today" in shown(manager)
    assert send(manager, "/observe")[0] == 303
    (recorded,) = observations.of_indicator(store, "SYS4")
    found = recorded.observation
    assert (found.period, found.numerator, found.denominator, found.preliminary) == ("2026-Q4", 1, 1, True)
    assert versions.load(store, 1).items[1].progress == Progress()  # as it was adopted


def test_versions_are_compared_word_by_word(manager: Desk, store: Store, adopted: Concept) -> None:
    send(manager, "")
    key = adopted.items[0].key
    later = file(store, block(count=50))
    renewed = {"what": "renew", "report": str(later.id), "seen": "1", "text-de": "50 von 95 suchen Arbeit."}
    assert "Statements of the adopted version with other figures by now" in shown(manager)
    assert send(manager, f"/2/items/{key}/evidence", **renewed)[0] == 303
    page = shown(manager, "/compare?old=1&new=2")
    spoken = '<span class="hidden" lang="en" dir="ltr">'
    assert f"<del>{spoken}left out: </span>40</del><ins>{spoken}new: </span>50</ins>" in page
    assert "42 of 97 people" in page
    assert "50 of 97 people" in page
    assert page.count("<article") == 1
    assert "Nothing differs." in shown(manager, "/compare?old=1&new=1")
    assert manager.get(f"{BASE}/compare?old=1&new=x").status_code == 404
    assert manager.get(f"{BASE}/compare?old=1&new=9").status_code == 404


def test_a_version_is_taken_away_as_a_file(manager: Desk, adopted: Concept) -> None:
    answers = {name: manager.get(f"{BASE}/1/file?format={name}&lang=en") for name in ("docx", "pdf", "html", "xlsx")}
    assert answers["xlsx"].status_code == 404
    assert answers["pdf"].data.startswith(b"%PDF")
    document = docx.Document(io.BytesIO(answers["docx"].data))
    assert "Annex: all measures" in [each.text for each in document.paragraphs]
    assert adopted.digest in answers["html"].text
    assert 'href="#annex"' in answers["html"].text
    assert answers["docx"].headers["Content-Disposition"] == "attachment; filename=integrationskonzept-1-en.docx"
