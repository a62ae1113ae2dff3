"""The response browser: what a filter finds, what is done to several, one response as its person saw it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable

import pytest

from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import contact_wishes, filters, quarantine, reviewing, submissions
from survey_service.responses.quarantine import Arrival
from survey_service.responses.reviewing import BATCHES
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES, Submission
from survey_service.store.base import Store
from tests.conftest import TODAY
from tests.web.manage.conftest import NOW, SMALL, Desk
from tests.web.manage.test_manage_responses import Respond, noted, table

LIST = "/manage/questionnaires/small/responses"


def numbers(desk: Desk, query: str = "") -> list[int]:
    page = desk.get(f"{LIST}?lang=en&{query}").text
    return [int(row[0]) for row in table(page)[1:]]


def statuses(store: Store) -> list[str]:
    return [stored.body["status"] for stored in store.collection(RESPONSES).iterate()]


@pytest.fixture
def varied(store: Store, publications: Publications, questionnaire: Callable[[str], Questionnaire]) -> list[str]:
    """Store responses that differ: 1 to 3 of the first revision, 4 and 5 of the second; 5 is quarantined."""
    text = SMALL.replace("max_length: 20", "max_length: 200").replace("Ort, en: Town", "Ort, en: Your town")
    sent: Iterable[tuple[str, str, str, dict[str, object]]] = (
        ("small-1", "de", "web", {"age": 42, "town": "Wasungen", "likes": ["red"], "why": "red"}),
        ("small-1", "en", "api", {"age": 17, "likes": ["pna"]}),
        ("small-1", "en", "web", {"age": 30, "likes": ["red", "blue"]}),
        ("small-2", "de", "interview", {"age": 42, "town": "Meiningen"}),
        ("small-2", "en", "web", {"age": 50, "town": "http://a http://b http://c"}),
    )
    receipts = []
    for number, (revision, language, mode, inputs) in enumerate(sent, 1):
        if number == 4:
            publications.publish({"small": questionnaire(text)})
        key = str(uuid.UUID(int=number))
        given = Submission(key, revision, language, {"OK": "yes", **inputs}, 1, mode, arrival=Arrival())
        receipts.append(submissions.submit(store, publications, given, receipt_key="0" * 64, today=TODAY).receipt)
    return receipts


FOUND = {
    "": [4, 3, 2, 1],
    "status=quarantined": [5],
    "status=all": [5, 4, 3, 2, 1],
    "status=excluded": [],
    "status=all&flag=links": [5],
    "revision=small-1&language=en": [3, 2],
    "mode=interview": [4],
    "period=2026-Q4&text=yes": [4, 1],
    "period=2026-Q3": [],
    "file=yes": [],
    "state=new&mode=api": [2],
    "question=age&answer=42": [4, 1],
    "question=age&answer=4": [],
    "question=likes&answer=red": [3, 1],
    "question=likes&answer=%3Dpna": [2],
    "question=likes&answer=%3Dskipped": [4],
    "question=why&answer=red": [1],
    "question=why&answer=re": [],
    "question=town&answer=MEIN": [4],
    "answer=wasung": [1],
    "answer=42": [],
}


def test_what_a_filter_finds(manager: Desk, varied: list[str]) -> None:
    assert {query: numbers(manager, query) for query in FOUND} == FOUND


def test_the_rows_follow_what_changes(manager: Desk, store: Store, varied: list[str]) -> None:
    assert numbers(manager, "state=follow_up") == []
    reviewing.do(store, "small", [2], reviewing.Act("state", "follow_up"), "Mara", NOW)
    assert numbers(manager, "state=follow_up") == [2]
    assert numbers(manager, "state=new") == [4, 3, 1]
    store.collection(RESPONSES).delete(4)
    reviewing.do(store, "small", [2], reviewing.Act("state", "new"), "Mara", NOW)
    assert numbers(manager, "state=new") == [3, 2, 1]
    assert noted(store, "responses.read")[-1] == ("Mara", "small", {"page": 1, "count": 3, "narrowed": True})


def test_several_are_excluded_and_that_is_undone(manager: Desk, store: Store, varied: list[str]) -> None:
    token = manager.token(LIST)
    form = {"_csrf": token, "act": "exclude", "exclusion": "spam", "remark": " Werbung "}
    answer = manager.client.post(LIST, data={**form, "number": ["1", "3", "999", "x"], "which": "chosen"})
    assert answer.status_code == 303
    assert statuses(store) == ["excluded", "valid", "excluded", "valid", "quarantined"]
    page = manager.get(f"{answer.headers['Location']}&lang=en").text
    assert "2 responses were excluded." in page
    assert [row[5] for row in table(page)[1:]] == ["valid", "excludedSpam", "valid", "excludedSpam"]
    (batch,) = [stored.body["batch"] for stored in store.collection(BATCHES).iterate()]
    answer = manager.client.post(f"{LIST}/undo", data={"_csrf": token, "batch": batch, "status": "all"})
    assert answer.headers["Location"].endswith("responses?status=all&undone=2")
    assert statuses(store) == ["valid"] * 4 + ["quarantined"]
    assert manager.client.post(f"{LIST}/undo", data={"_csrf": token, "batch": batch}).status_code == 409
    everything = {**form, "which": "all", "status": "all", "language": "en", "exclusion": "trial"}
    assert manager.client.post(LIST, data=everything).headers["Location"].count("language=en") == 1
    assert statuses(store) == ["valid", "excluded", "excluded", "valid", "excluded"]
    assert quarantine.waiting(store) == 0
    for wrong in ({"exclusion": ""}, {"act": "burn"}, {"which": "chosen"}, {"remark": "x" * 501}):
        assert manager.client.post(LIST, data={**everything, **wrong}).status_code == 422
    assert noted(store, "responses.excluded") == [
        ("Mara", "small", {"count": 3, "value": "spam"}), ("Mara", "small", {"count": 3, "value": "trial"}),
    ]  # fmt: skip
    assert noted(store, "responses.undone") == [("Mara", "small", {"count": 2})]
    offers = "/manage/questionnaires/offers/responses"
    assert manager.client.post(offers, data={**form, "which": "all"}).status_code == 409


def test_filters_are_kept_for_oneself_or_the_team(manager: Desk, store: Store, varied: list[str]) -> None:
    token = manager.token(LIST)
    form = {"_csrf": token, "name": " Junge  Leute ", "language": "en", "source": "all responses", "act": "x"}
    assert manager.client.post(f"{LIST}/filters", data=form).status_code == 303
    assert manager.client.post(f"{LIST}/filters", data=form).status_code == 422
    filters.keep(store, "small", "Nora", "Geteilt", {"status": "excluded"}, shared=True)
    filters.keep(store, "small", "Nora", "Meins", {"mode": "api"}, shared=False)
    page = manager.get(f"{LIST}?lang=en").text
    assert f'<a href="{LIST}?language=en"><bdi>Junge Leute</bdi></a>' in page
    assert f'<a href="{LIST}?status=excluded"><bdi>Geteilt</bdi></a> <span class="soft"><bdi>Nora</bdi>' in page
    assert "Meins" not in page
    for each in filters.of(store, "small", "Mara"):
        manager.client.post(f"{LIST}/filters", data={"_csrf": token, "remove": each.filter})
    assert [each.name for each in filters.of(store, "small", "Nora")] == ["Geteilt", "Meins"]
    assert filters.of(store, "small", "Mara")[0].name == "Geteilt"


def test_one_response_stands_in_the_words_that_were_seen(manager: Desk, store: Store, varied: list[str]) -> None:
    found = manager.client.post("/manage/responses/find", data={"_csrf": manager.token(LIST), "words": varied[2]})
    assert found.headers["Location"] == "/manage/responses/3"
    page = manager.get("/manage/responses/3?lang=de").text
    assert '<dt><span lang="en" dir="ltr">Town</span><span class="second">Ort</span></dt>' in page
    assert re.search(r"Colours</span>.*?<dd class=\"note\">Rot; Blau</dd>", page, re.DOTALL)
    page = manager.get("/manage/responses/4?lang=de").text
    assert '<dt><span lang="de" dir="ltr">Ort</span></dt>' in page
    assert "Your town" in manager.get("/manage/responses/4?lang=en").text
    assert "Seit wann" not in page  # it was not asked
    assert [subject for _, subject, _ in noted(store, "response.read")] == ["3", "4", "4"]
    assert numbers(manager, "state=looked_at") == [4, 3]
    assert manager.get("/manage/responses/99").status_code == 404
    page = manager.get("/manage/responses/3?language=en&status=all").text
    around = re.findall(r'rel="(prev|next)" href="/manage/responses/(\d+)\?status=all&amp;language=en"', page)
    assert around == [("prev", "5"), ("next", "2")]


def test_notes_and_decisions_on_one_response(manager: Desk, store: Store, respond: Respond) -> None:
    respond(age="42", town="Wasungen")
    here, token = "/manage/responses/1", manager.token(LIST)
    for text, status in (("Anrufen <b>", 303), (" ", 422), ("x" * 2_001, 422)):
        answer = manager.client.post(here, data={"_csrf": token, "add": "yes", "note": text})
        assert answer.status_code == status
    assert 'href="#note"' in answer.text
    page = manager.get(f"{here}?lang=en").text
    assert "<bdi>Mara</bdi><br><bdi>Anrufen &lt;b&gt;</bdi>" in page
    assert b"Anrufen" not in manager.get("/manage/questionnaires/small/responses.file?format=csv&language=de").data
    asked = "/manage/questionnaires/small/responses.file?format=csv&language=de&notes=yes&excluded=yes"
    assert "Mara: Anrufen <b>" in manager.get(asked).text
    refused = manager.client.post(here, data={"_csrf": token, "act": "exclude"})
    assert (refused.status_code, 'href="#exclusion"' in refused.text) == (422, True)
    manager.client.post(here, data={"_csrf": token, "act": "exclude", "exclusion": "asked", "remark": "Am Telefon"})
    assert [store.collection(RESPONSES).get(1).body[name] for name in ("status", "exclusion")] == ["excluded", "asked"]
    page = manager.get(f"{here}?lang=en").text
    assert "excluded: The person asked for it" in page
    assert "Am Telefon" in page
    manager.client.post(here, data={"_csrf": token, "act": "include"})
    (note,) = reviewing.of(store, store.collection(RESPONSES).get(1).body["key"]).notes
    manager.client.post(here, data={"_csrf": token, "remove": note.note})
    assert "Anrufen" not in manager.get(here).text
    assert noted(store, "responses.exported")[-1][2] == {"format": "csv", "count": 1, "notes": True, "excluded": True}
    assert statuses(store) == ["valid"]


def test_quarantine_is_where_the_oldest_waits(manager: Desk, store: Store, varied: list[str]) -> None:
    assert manager.get("/manage/quarantine").headers["Location"] == f"{LIST}?status=quarantined"
    reviewing.do(store, "small", [5], reviewing.Act("include"), "Mara", NOW)
    assert manager.get("/manage/quarantine").headers["Location"] == "/manage/"


def test_contact_wishes_at_the_desk(manager: Desk, store: Store) -> None:
    wish = contact_wishes.ask(store, "Amina <b>", "03693 1234", "Kurs", "ar", TODAY)
    page = manager.get("/manage/contacts?lang=en").text
    assert table(page)[1][:4] == ["Amina <b>", "03693 1234", "Arabic", "Kurs"]
    token = manager.token("/manage/contacts")
    for what, waiting in (("done", 0), ("open", 1), ("burn", 1), ("erase", 0)):
        manager.client.post("/manage/contacts", data={"_csrf": token, "wish": wish.wish, "what": what})
        assert contact_wishes.waiting(store) == waiting
    assert contact_wishes.everyone(store, "done") == []
    assert [e[2] for e in noted(store, "contacts.changed")] == [{"act": act} for act in ("done", "open", "erase")]
    assert ("Mara", "contacts", {"count": 1}) in noted(store, "contacts.read")
