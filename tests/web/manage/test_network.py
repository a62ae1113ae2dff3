"""The network on the desk: bodies, members one by one and from a file, meetings with letters; what is noted."""

from __future__ import annotations

import csv
import io
from typing import Any

import icalendar
import pytest

from survey_service.accounts import audit
from survey_service.network import bodies, meetings, members
from survey_service.store.base import Store
from tests.web.manage.conftest import Desk

BODY = {"name-de": "Arbeitskreis Wohnen", "kind": "working_group", "field_of_action": "WOH", "what": "add"}
MEMBER = {"name": "Anna Amt", "email": "anna@example.org", "organisation": "Diakonie e.V.", "role": "member",
          "language": "de", "since": "2026-11-01"}  # fmt: skip
MEETING = {"day": "2026-12-03", "time": "18:00", "ends": "20:00", "place": "Rathaus", "agenda": "1. Stand\r\n2. Ende"}
PLACE = "/manage/network/1"


def send(desk: Desk, path: str, **fields: str) -> tuple[int, str]:
    answer = desk.client.post(f"{path}?lang=en", data={"_csrf": desk.token("/manage/network"), **fields})
    return answer.status_code, answer.text


def noted(store: Store) -> list[tuple[str, str, dict[str, Any]]]:
    found = ((entry.action, entry.subject, dict(entry.details)) for entry in audit.entries(store))
    return [each for each in found if each[0].startswith("network.") and each[0] != "network.read"]


@pytest.fixture
def body(manager: Desk) -> Desk:
    assert send(manager, "/manage/network", **BODY)[0] == 303
    return manager


def test_the_bodies_of_the_choice_list_are_taken_by_one_button(manager: Desk, store: Store) -> None:
    assert "There is no body yet." in manager.get("/manage/network?lang=en").text
    assert send(manager, "/manage/network", what="take")[0] == 303
    assert send(manager, "/manage/network", what="take")[0] == 303
    page = manager.get("/manage/network?lang=en").text
    assert page.count("<section") == 9
    assert "Working group Housing" in page
    assert "Take them from the choice list" not in page
    assert noted(store) == [("network.taken", "bodies", {"count": 9})]


def test_a_body_is_added_changed_closed_and_opened(body: Desk, store: Store) -> None:
    status, page = send(body, "/manage/network", **{**BODY, "name-de": " ", "name-en": "Housing <b>"})
    assert (status, "A body needs a German name" in page, 'value="Housing &lt;b&gt;"' in page) == (422, True, True)
    changed = {"name-de": "AK Wohnen", "kind": "board", "field_of_action": "XXX", "order": "7", "what": "save"}
    assert send(body, PLACE, **changed)[0] == 303
    found = bodies.of_id(store, 1)
    assert (found.name, found.kind, found.field_of_action, found.order) == ({"de": "AK Wohnen"}, "board", "", 7)
    for order in ("-1", "x", "", "12345"):
        status, page = send(body, PLACE, **{**changed, "order": order})
        assert (status, "a number up to 9999" in page) == (422, True)
    assert send(body, PLACE, what="close")[0] == 303
    assert "What runs goes on" in body.get(f"{PLACE}?lang=en").text
    assert send(body, f"{PLACE}/members", **MEMBER)[0] == 409
    assert body.get(f"{PLACE}/meetings/new").status_code == 409
    assert body.get(f"{PLACE}/import").status_code == 409
    assert send(body, PLACE, what="open")[0] == 303
    assert send(body, PLACE, what="burn")[0] == 400
    acts = [details["act"] for _, _, details in noted(store)]
    assert acts == ["added", "changed", "closed", "opened"]
    for address in ("/manage/network/9", "/manage/network/99999999999999999999", f"{PLACE}/members/9"):
        assert body.get(address).status_code == 404


def test_a_member_is_added_changed_leaves_and_comes_back(body: Desk, store: Store) -> None:
    assert send(body, f"{PLACE}/members", **MEMBER)[0] == 303
    for changes, told in (
        ({}, "is the address of a member of this body at that time"),
        ({"email": "ben"}, "ben"),
        ({"name": "", "email": "ben@example.org"}, "A member needs a name"),
        ({"since": "1.11.2026", "email": "ben@example.org"}, "the last can&#39;t be before the first"),
    ):
        status, page = send(body, f"{PLACE}/members", **{**MEMBER, "organisation": "Kept & shown", **changes})
        assert (status in (409, 422), told in page, 'value="Kept &amp; shown"' in page) == (True, True, True), told
    assert len(members.all_of(store, 1)) == 1
    place = f"{PLACE}/members/1"
    assert send(body, place, **{**MEMBER, "name": "Anna Neu", "consent": "yes", "what": "save"})[0] == 303
    assert (members.of_id(store, 1).name, members.of_id(store, 1).consent) == ("Anna Neu", True)
    assert send(body, place, what="leave", until="2026-10-31")[0] == 422
    assert send(body, place, what="leave", until="2026-11-22")[0] == 303
    assert "No longer members" in body.get(f"{PLACE}?lang=en").text
    assert send(body, place, what="back")[0] == 303
    assert [member.since for member in members.current(store, 1, "2026-11-23")] == ["2026-11-23"]
    assert send(body, place, what="back")[0] == 409
    assert send(body, f"{PLACE}/members/2", what="erase")[0] == 409
    assert send(body, place, what="erase")[0] == 303
    page = body.get(f"{place}?lang=en").text
    assert "Name erased" in page
    assert "Anna" not in page
    assert send(body, place, **MEMBER, what="save")[0] == 409
    assert send(body, place, what="burn")[0] == 400
    told = [(action, details.get("act")) for action, _, details in noted(store)][1:]
    assert told == [("network.member", act) for act in ("added", "save", "leave", "back", "erase")]
    assert "Anna" not in str([stored.body for stored in store.collection(audit.AUDIT).find()])


def test_an_expired_page_comes_back_with_what_was_typed(body: Desk, store: Store) -> None:
    send(body, f"{PLACE}/members", **MEMBER)
    meeting = meetings.add(store, 1, day="2026-12-03", time="18:00", place="Rathaus")
    for path, fields in (
        (f"{PLACE}/members", MEMBER),
        (f"{PLACE}/members/1", {**MEMBER, "what": "save"}),
        (f"{PLACE}/meetings/new", {"place": "Anna Amt"}),
        (f"{PLACE}/meetings/{meeting.id}", {"place": "Anna Amt", "what": "save"}),
    ):
        answer = body.client.post(path, data={"_csrf": "old", **fields})
        assert (answer.status_code, 'value="Anna Amt"' in answer.text) == (400, True)
    assert len(members.all_of(store, 1)) == 1


def test_spellings_of_one_organisation_are_offered_and_made_one(body: Desk, store: Store) -> None:
    for name, organisation in (("Anna", "Wohnungsbau Müller"), ("Ben", "Wohnungsbau Mueller"), ("Cem", "Caritas")):
        send(body, f"{PLACE}/members", **{**MEMBER, "email": f"{name}@example.org", "organisation": organisation})
    page = body.get(f"{PLACE}?lang=en").text
    assert page.count("Are these one organisation?") == 1
    assert "3 votes" in page
    assert send(body, PLACE, what="write_as", old="Wohnungsbau Mueller", new="Wohnungsbau Müller")[0] == 303
    page = body.get(f"{PLACE}?lang=en").text
    assert "Are these one organisation?" not in page
    assert "2 votes" in page
    assert noted(store)[-1] == ("network.spelling", "1", {"count": 1})


def bring(desk: Desk, text: str) -> tuple[int, str]:
    data: dict[str, Any] = {"_csrf": desk.token("/manage/network"), "file": (io.BytesIO(text.encode()), "leute.csv")}
    answer = desk.client.post(f"{PLACE}/import?lang=en", data=data, content_type="multipart/form-data")
    return answer.status_code, answer.text


def test_a_file_is_added_whole_or_not_at_all_and_comes_out_again(body: Desk, store: Store) -> None:
    head = "Name;E-Mail;Träger;Rolle\n"
    status, page = bring(body, f"{head}Anna Amt;anna@example.org;Diakonie;\nBen;ben;;König\n")
    assert status == 422
    assert "Cell D3: Write member, chair or deputy." in page
    assert "Add members from a file" in page
    assert "Cell B3: “ben” is no e-mail address." in page
    assert members.all_of(store, 1) == []
    assert bring(body, f"{head}Anna Amt;anna@example.org;Diakonie;\n=Ben;ben@example.org;;Leitung\n")[0] == 303
    assert bring(body, "")[0] == 422
    answer = body.get(f"{PLACE}/members.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="members-1.csv"'
    rows = [*csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))]
    assert [row[:2] for row in rows[1:]] == [["Anna Amt", "anna@example.org"], ["'=Ben", "ben@example.org"]]
    counts = [("network.imported", "1", {"count": 2}), ("network.exported", "1", {"count": 2})]
    assert noted(store)[1:] == counts


def test_a_meeting_from_the_invitation_to_the_minutes(body: Desk, store: Store) -> None:
    for name, organisation in (("Anna", "Diakonie"), ("Ben", "diakonie"), ("Cem", "")):
        send(
            body,
            f"{PLACE}/members",
            **{**MEMBER, "name": name, "email": f"{name}@a.example", "organisation": organisation},
        )
    status, page = send(body, f"{PLACE}/meetings/new", **{**MEETING, "ends": "17:00"})
    assert (status, "an end that is later" in page, 'value="Rathaus"' in page) == (422, True, True)
    assert send(body, f"{PLACE}/meetings/new", **MEETING)[0] == 303
    place = f"{PLACE}/meetings/1"
    assert body.get(f"{place}?lang=en").status_code == 200
    sent = body.client.post(place, data={"_csrf": body.token("/manage/network"), "what": "invite"})
    assert sent.headers["Location"] == f"{place}?sent=3&before=0&failed=0"
    assert "E-mails written: 3." in body.get(f"{sent.headers['Location']}&lang=en").text
    found = icalendar.Calendar.from_ical(body.get(f"{place}/calendar").text).walk("VEVENT")[0]
    assert (found["SUMMARY"], found["DTEND"].dt.isoformat()) == ("Arbeitskreis Wohnen", "2026-12-03T20:00:00+01:00")
    status, page = send(body, place, what="minutes", minutes_url="javascript:alert(1)")
    assert (status, "must begin with http:// or https://" in page) == (422, True)
    assert 'href="javascript' not in page
    assert send(body, place, what="minutes", minutes_url="https://a.example/p?x=1&y=2")[0] == 303
    assert send(body, place, what="people", present="2", **{"spoke-3": "die Nachbarschaft", "spoke-x": "a"})[0] == 303
    meeting = meetings.of_id(store, 1)
    assert (meeting.present, meeting.spoke) == ((2, 3), {3: "die Nachbarschaft"})
    page = body.get(f"{place}?lang=en").text
    assert 'href="https://a.example/p?x=1&amp;y=2" rel="external noopener noreferrer"' in page
    assert "2 of 2 votes present" in page
    status, page = send(body, place, what="people", present="99", **{"spoke-1": "Kept"})
    assert (status, 'value="Kept"' in page) == (422, True)
    assert send(body, place, **{**MEETING, "day": "2027-03-28", "time": "02:15", "ends": ""}, what="save")[0] == 422
    assert send(body, place, **{**MEETING, "time": "17:00"}, what="save")[0] == 303
    assert send(body, place, what="cancel")[0] == 303
    assert "Tell the members that it is cancelled" in body.get(f"{place}?lang=en").text
    assert send(body, place, what="hold")[0] == 303
    assert meetings.of_id(store, 1).sequence == 3
    assert send(body, place, what="burn")[0] == 400
    assert body.get("/manage/network/1/meetings/9").status_code == 404
    other = bodies.add(store, {"de": "Beirat"}, "board").id
    for path in (f"/manage/network/{other}/meetings/1", f"/manage/network/{other}/members/1"):
        assert body.get(path).status_code == 404
        assert send(body, path, what="save")[0] == 404
    acts = [(action, details.get("act", details.get("count"))) for action, _, details in noted(store)][4:]
    told = ("added", 3, "minutes", "people", "save", "cancel", "hold")
    assert [act for _, act in acts] == [*told]
    assert "network.invited" in {action for action, _ in acts}


def test_whoever_looks_at_people_is_noted(body: Desk, store: Store) -> None:
    body.get(PLACE)
    assert [entry.subject for entry in audit.entries(store) if entry.action == "network.read"] == ["1"]


def test_the_concept_says_who_took_part(body: Desk, store: Store) -> None:
    send(body, f"{PLACE}/members", **{**MEMBER, "consent": "yes"})
    send(body, f"{PLACE}/meetings/new", **{**MEETING, "day": "2026-11-20", "minutes_url": "https://a.example/p"})
    send(body, "/manage/concept")
    page = body.get("/manage/concept/1/file?format=html&lang=en").text
    assert "Organisations: Diakonie e.V." in page
    assert "Named because they agreed: Anna Amt (Diakonie e.V.)" in page
    assert '<a href="https://a.example/p" rel="external noopener noreferrer">' in page
