"""Consultation rounds on the desk: made, opened, answered, made final, taken away; and what is refused."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import docx
import openpyxl
import pikepdf
import pytest
from werkzeug.datastructures import MultiDict

from survey_service import clock
from survey_service.accounts import audit
from survey_service.concept import items, versions
from survey_service.concept.model import Judgement
from survey_service.consulting import ballots, comments, invitations, rounds
from survey_service.consulting.model import Round
from survey_service.network import bodies, members
from survey_service.questionnaire.loader import Library
from survey_service.store.base import Store
from tests.web.manage.conftest import NOW, Desk

BASE = "/manage/consulting"
TEXTS = (
    ("ARB", {"de": "Viele suchen Arbeit.", "en": "Many look for work."}),
    ("ARB", {"de": "Mehr Kurse am Abend.", "en": "More courses."}),
    ("WOH", {"de": "Wohnungen sind knapp."}),
)
ENTRIES: dict[str, Any] = {"title": "Herbst", "closes": "2026-12-01", "body": ["1", "2"], "field": ["ARB"]}


def send(desk: Desk, path: str, **fields: Any) -> tuple[int, str]:
    data = MultiDict({"_csrf": desk.token("/manage/"), **fields})
    answer = desk.client.post(f"{BASE}{path}?lang=en", data=data)
    return answer.status_code, answer.text


def shown(desk: Desk, path: str = "") -> str:
    answer = desk.get(f"{BASE}{path}{'&' if '?' in path else '?'}lang=en")
    assert answer.status_code == 200, path
    return answer.text.replace("\xa0", " ").replace("\u202f", " ")


def acts(store: Store, action: str) -> list[tuple[str, dict[str, Any]]]:
    return [(entry.subject, dict(entry.details)) for entry in audit.entries(store) if entry.action == action]


@pytest.fixture
def network(store: Store) -> None:
    """Two bodies; the Jobcenter is in both, with two people in the first."""
    for name in ("AK Arbeit", "Beirat"):
        bodies.add(store, {"de": name}, "working_group")
    for body, name, organisation in ((1, "Anna", "Jobcenter"), (1, "Ben", "Jobcenter"), (2, "Cem", "Jobcenter")):
        members.add(store, body, name=name, email=f"{name.lower()}@example.org", organisation=organisation)


@pytest.fixture
def concept(store: Store) -> int:
    number = versions.begin(store, {"de": "K"}, {"ARB": {"de": "Arbeit"}, "WOH": {"de": "Wohnen"}}, "Mara").number
    for field, texts in TEXTS:
        items.add(store, number, kind="statement", field=field, texts=texts, basis=Judgement("AK"), by="Mara")
    return number


@pytest.fixture
def opened(manager: Desk, store: Store, network: None, concept: int) -> Callable[[], Round]:
    """Make and open a round by the desk; return a function that loads it."""
    assert send(manager, "/new", **ENTRIES)[0] == 303
    assert send(manager, "/1", what="open")[0] == 303
    return lambda: rounds.load(store, 1)


@pytest.fixture
def vote(store: Store, bundled: Library) -> Callable[..., None]:
    form = bundled.questionnaires["consultation"]

    def cast(name: str, item: str = "item-1", language: str = "de", **answers: str) -> None:
        invitation = next(each for each in invitations.of_round(store, 1) if each.name == name)
        ballots.cast(store, invitation, item, 1, {"K1": "agree", **answers}, form=form, language=language)

    return cast


def test_a_round_is_prepared_and_what_is_missing_is_named(
    manager: Desk, store: Store, network: None, concept: int
) -> None:
    page = shown(manager, "/new")
    assert "No text yet: 3" in page
    assert page.count('name="item"') == 3
    for changed, told in (
        ({"title": " "}, "To be checked: Title."),
        ({"closes": "2026-11-22", "body": []}, "To be checked: Last day, Bodies."),
        ({"field": []}, "To be checked: Items."),
        ({"body": ["1", "x", "77"]}, "To be checked: Bodies."),
        ({"item": ["item-3"], "language": ["en"]}, "In the language “English” these items have no text: 3."),
    ):
        status, page = send(manager, "/new", **{**ENTRIES, **changed})
        assert (status, told in page, 'value="ARB" checked' in page) == (422, True, "field" not in changed)
    status, page = send(manager, "/new", **{**ENTRIES, "_csrf": "old", "title": "Bleibt <b>"})
    assert (status, "Bleibt &lt;b&gt;" in page) == (400, True)
    assert rounds.all_rounds(store) == []
    assert send(manager, "/new", **{**ENTRIES, "item": ["item-1"], "language": ["en"]})[0] == 303
    made = rounds.load(store, 1)
    assert (made.title, made.bodies, made.languages, [put.number for put in made.items]) == (
        "Herbst",
        (1, 2),
        ("de", "en"),
        ["1.1", "2.1"],
    )
    page = shown(manager, "/1/edit")
    assert page.count(" checked") == 2 + 2 + 1
    assert send(manager, "/1/edit", **{**ENTRIES, "field": [], "item": ["item-3"], "title": "Neu"})[0] == 303
    assert (rounds.load(store, 1).title, rounds.load(store, 1).items[0].number) == ("Neu", "3.1")
    assert "Wohnungen sind knapp." in shown(manager, "/1/preview")
    assert "Neu" in shown(manager)
    assert send(manager, "/1", what="discard")[0] == 303
    assert "The round was discarded." in shown(manager, "?done=discard")
    assert manager.get(f"{BASE}/1").status_code == 404
    assert [details["act"] for _, details in acts(store, "consulting.round")] == ["made", "changed", "discarded"]


def test_without_a_version_or_a_body_the_desk_says_what_to_do_first(manager: Desk, store: Store) -> None:
    assert "Begin one first." in shown(manager)
    assert manager.get(f"{BASE}/new").status_code == 404
    versions.begin(store, {"de": "K"}, {"ARB": {"de": "Arbeit"}}, "Mara")
    assert "Add bodies and their members to the network first." in shown(manager, "/new")


def test_what_members_will_read_is_shown_in_each_language_of_the_round(
    manager: Desk, network: None, concept: int
) -> None:
    send(manager, "/new", **{**ENTRIES, "language": ["en"]})
    page = shown(manager, "/1/preview?language=en")
    assert "Many look for work." in page
    assert "How do you vote?" in page
    page = shown(manager, "/1/preview?language=ar")  # not offered: German
    assert "Viele suchen Arbeit." in page
    assert "Wie stimmen Sie ab?" in page


def test_a_round_opens_with_its_version_and_invites_the_members(
    manager: Desk, store: Store, concept: int, opened: Callable[[], Round]
) -> None:
    assert (opened().state, versions.load(store, concept).state) == ("open", "consulting")
    page = shown(manager, "/1?done=open")
    assert "The round is open." in page
    assert "No letters go out" in page  # the address of the service is not set here
    invited = invitations.of_round(store, 1)
    assert [(each.body, each.name, each.email) for each in invited] == [
        (1, "Anna", "anna@example.org"),
        (1, "Ben", "ben@example.org"),
        (2, "Cem", "cem@example.org"),
    ]
    assert send(manager, "/1", what="open")[0] == 409
    assert send(manager, "/1", what="jump")[0] == 400
    page = shown(manager, "/1/people")
    assert (page.count("Revoke</button>"), page.count("0 of 2")) == (3, 3)
    assert send(manager, f"/1/people/{invited[0].id}", what="revoke")[0] == 303
    assert invitations.of_round(store, 1)[0].revoked
    assert send(manager, f"/1/people/{invited[0].id}", what="restore")[0] == 303
    assert send(manager, "/1/people/99", what="revoke")[0] == 404
    assert send(manager, f"/2/people/{invited[0].id}", what="revoke")[0] == 404
    assert [details["act"] for _, details in acts(store, "consulting.invitation")] == ["read", "revoke", "restore"]


def test_a_statement_that_left_the_draft_is_named_and_the_round_does_not_open(
    manager: Desk, store: Store, network: None, concept: int
) -> None:
    send(manager, "/new", **ENTRIES)
    items.take_out(store, concept, "item-2")
    assert "not in the draft any more: 2.1" in shown(manager, "/1")
    status, page = send(manager, "/1", what="open")
    assert (status, "not in the draft any more: 2.1" in page) == (409, True)
    assert rounds.load(store, 1).state == "draft"
    assert send(manager, "/1/edit", **ENTRIES)[0] == 303
    assert send(manager, "/1", what="open")[0] == 303


def test_the_concept_does_not_move_while_a_round_takes_votes(
    manager: Desk, store: Store, concept: int, opened: Callable[[], Round]
) -> None:
    decision = {"body": "Kreistag", "day": "2026-11-20", "result": "ja", "start": "2026-12-01", "end": "2029-12-31"}
    for fields in ({"what": "take_back"}, {"what": "adopt", **decision}):
        answer = manager.client.post(
            f"/manage/concept/{concept}?lang=en", data={"_csrf": manager.token("/manage/"), **fields}
        )
        assert (answer.status_code, "takes votes on this version" in answer.text) == (409, True)
    assert versions.load(store, concept).state == "consulting"
    assert send(manager, "/1", what="extend", closes="2026-11-30")[0] == 422  # earlier than it is
    assert send(manager, "/1", what="extend", closes="2026-12-08")[0] == 303
    assert opened().closes == "2026-12-08"
    assert send(manager, "/1", what="close")[0] == 303
    assert opened().state == "closed"
    assert send(manager, "/1", what="extend", closes="2026-12-10")[0] == 303
    assert opened().state == "open"


def test_votes_become_comments_with_answers_and_a_final_table(
    manager: Desk, store: Store, concept: int, opened: Callable[[], Round], vote: Callable[..., None]
) -> None:
    vote("Anna", K1="reservation", K2="=1+1 ist zu ungenau", K4="4", K5="organisation")
    vote("Ben", K1="disagree", K2="=1+1 ist zu ungenau gesagt", K3="Sehr viele <b> suchen Arbeit 👍.", K4="5")
    vote("Cem", K1="disagree", K2="Zu ungenau gesagt, =1+1 ist", K4="2")
    vote("Cem", "item-2", language="en", K3="More courses on weekends.")
    page = shown(manager, "/1")
    assert "Many look for work." in page
    assert page.count('<td class="number"><span lang="en" dir="ltr">3.5</span>') == 1  # (5 + 2) ÷ 2 for all bodies
    assert send(manager, "/1/table")[0] == 409  # still open
    with clock.fixed(dt.datetime(2026, 12, 2, 8, tzinfo=dt.UTC)):
        manager.sign_in("Mara")
        page = shown(manager, "/1/comments")
        assert "These comments look alike: 1, 2" in page
        assert "Sehr viele &lt;b&gt; suchen Arbeit" in page
        first, second, third = comments.of_round(store, opened())
        assert send(manager, "/1/comments", what="join", comment=[str(third.id)])[0] == 422
        assert send(manager, "/1/comments", what="join", comment=[str(first.id), str(second.id)])[0] == 303
        assert "Answered together with: 2" in shown(manager, "/1/comments")
        status, page = send(manager, "/1/table")
        assert (status, "3 comments have no answer: 1, 2, 3" in page) == (409, True)
        place = f"/1/comments/{first.id}"
        status, page = send(manager, place, seen="0", verdict="", reason="Bleibt <i>")
        assert (status, "Bleibt &lt;i&gt;</textarea>" in page) == (422, True)
        status, page = send(manager, place, _csrf="old", seen="0", verdict="accepted", reason="Bleibt")
        assert (status, "Bleibt</textarea>" in page) == (400, True)
        answer = manager.client.post(
            f"{BASE}{place}",
            data={
                "_csrf": manager.token("/manage/"),
                "seen": "0",
                "verdict": "accepted",
                "reason": "Stimmt.\r\nDanke.",
                "next": "yes",
            },
        )
        assert answer.location == f"{BASE}/1/comments/{third.id}?done=answered"
        status, page = send(manager, place, seen="0", verdict="rejected", reason="Nein.")
        assert (status, "Mara has answered meanwhile" in page, "Nein.</textarea>" in page) == (409, True, True)
        assert send(manager, f"/1/comments/{third.id}", seen="0", verdict="accepted", reason="Gut.")[0] == 303
        answers = [each.answer for each in comments.of_round(store, opened())]
        assert [each and each.reason for each in answers] == ["Stimmt.\nDanke.", "Stimmt.\nDanke.", "Gut."]

        assert "Once the version is taken back" in shown(manager, place)
        versions.take_back(store, concept, "Mara")
        assert send(manager, f"{place}/wording")[0] == 303
        made = versions.load(store, concept).item("item-1").wording
        assert made.texts == {"de": "Sehr viele <b> suchen Arbeit 👍."}
        assert made.why == "Consultation “Herbst”, comment 1"
        assert "This proposal is the item's wording 2." in shown(manager, place)
        assert send(manager, f"{place}/wording")[0] == 409
        status, page = send(manager, f"/1/comments/{third.id}/wording")
        assert (status, "in the language “English”" in page) == (422, True)

        assert send(manager, "/1/table")[0] == 303
        page = shown(manager, "/1/table?done=final")
        assert "1.2: Sehr viele &lt;b&gt; suchen Arbeit" in page
        assert send(manager, place, seen="1", verdict="rejected", reason="Nein.")[0] == 409
        for name in ("docx", "pdf", "xlsx"):
            _check_file(name, manager.get(f"{BASE}/1/file?format={name}&lang=en").data)
        assert manager.get(f"{BASE}/1/file?format=exe").status_code == 404
    assert [details for _, details in acts(store, "consulting.exported")] == [
        {"format": name} for name in ("docx", "pdf", "xlsx")
    ]
    assert [subject for subject, _ in acts(store, "consulting.final")] == ["1"]
    assert NOW.date() < dt.date(2026, 12, 1)


def _check_file(name: str, content: bytes) -> None:
    if name == "docx":
        rows = [[cell.text for cell in row.cells] for row in docx.Document(io.BytesIO(content)).tables[-1].rows]
    elif name == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        sheet = book.worksheets[0]
        assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row[1:]} == {"s"}  # no formula
        rows = [[str(value) for value in row] for row in sheet.iter_rows(values_only=True)]
        assert book.sheetnames == ["Comments and answers", "Votes", "Turnout", "Notes"]
    else:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            assert pdf.Root.MarkInfo.Marked
            assert pdf.Root.Lang == "en"
        return
    assert rows[0] == [
        *(
            "No.",
            "Statement version",
            "Body",
            "Organisation or person",
            "Vote",
            "Comment",
            "Proposed wording",
        ),
        *("Answer", "Reason", "Resulting wording"),
    ]
    assert rows[1:] == [
        [
            *("1", "1.1: Many look for work.", "AK Arbeit", "Jobcenter", "Disagree", "=1+1 ist zu ungenau gesagt"),
            *(
                "Sehr viele <b> suchen Arbeit 👍.",
                "accepted",
                "Stimmt.\nDanke.",
                "1.2: Sehr viele <b> suchen Arbeit 👍.",
            ),
        ],
        [
            *("2", "1.1: Many look for work.", "Beirat", "Jobcenter", "Disagree", "Zu ungenau gesagt, =1+1 ist"),
            *("–", "accepted", "Stimmt.\nDanke.", "1.2: Sehr viele <b> suchen Arbeit 👍."),
        ],
        [
            *("3", "2.1: More courses.", "Beirat", "Jobcenter", "Agree", "–"),
            *("More courses on weekends.", "accepted", "Gut.", "unchanged"),
        ],
    ]
