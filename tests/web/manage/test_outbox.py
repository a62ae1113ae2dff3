"""The outbox on the desk, whom to call, and the lines on the desk's home."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from survey_service import letters, outbox
from survey_service.app import create_app
from survey_service.offers import contacts, moderation, register
from survey_service.outbox import State
from survey_service.settings import load
from survey_service.store.base import Store
from tests.web.manage.conftest import NOW, Desk
from tests.web.manage.test_manage_responses import noted

TOKEN = "AbCdEfGhIjKlMnOpQrSt_-"
LINK = f"https://survey.example/provider/de/open/{TOKEN}"


@pytest.fixture
def posted(tmp_path: Path, app: Flask) -> Callable[[str], str]:
    """Return a function that puts a letter into a place of the outbox and returns its file's name."""

    def post(place: str) -> str:
        url = "file:" if place == outbox.OUTBOX else "smtp://127.0.0.1:1"
        path = letters.post(load(tmp_path / "instance", mail_url=url), "anna@example.org", "edit_link", "en", link=LINK)
        if place == outbox.FAILED:
            state = State(NOW.timestamp(), 1, 0, outbox.REFUSED, 550, "<b>no such user</b>")
            path = outbox.move(path, outbox.FAILED, state)
        return path.name

    return post


@pytest.fixture
def with_server(store: Store, tmp_path: Path, app: Flask) -> Desk:
    """The manager's browser at a service that has a mail server."""
    other = create_app(load(tmp_path / "instance", mail_url="smtp://127.0.0.1:1"), store)
    other.testing = True
    desk = Desk(other)
    assert desk.sign_in("Mara").status_code == 303
    return desk


def test_what_waits_what_failed_and_why_and_what_stays(manager: Desk, posted: Callable[[str], str]) -> None:
    assert "There are no messages." in manager.get("/manage/outbox?lang=en").text
    for place in outbox.PLACES:
        posted(place)
    page = manager.get("/manage/outbox?lang=en").text
    for said in ("Given up: 1 message", "Waiting to be sent: 1 message", "passed on by hand: 1 message"):
        assert said in page
    assert "The mail server refuses it (550: <bdi>&lt;b&gt;no such user&lt;/b&gt;</bdi>)" in page
    assert "No mail server is set up" in page
    assert page.count("anna@example.org") == 3
    assert TOKEN not in page


def test_by_hand_the_link_is_shown_and_that_is_audited(
    manager: Desk, store: Store, posted: Callable[[str], str]
) -> None:
    name = posted(outbox.OUTBOX)
    page = manager.get(f"/manage/outbox/outbox/{name}?lang=en").text
    assert LINK in page
    assert "secret part" not in page
    assert noted(store, "mail.read") == [("Mara", name, {})]


@pytest.mark.parametrize("place", outbox.PLACES)
def test_with_a_mail_server_the_secret_is_for_its_reader_alone(
    with_server: Desk, posted: Callable[[str], str], place: str
) -> None:
    page = with_server.get(f"/manage/outbox/{place}/{posted(place)}?lang=en").text
    assert "https://survey.example/provider/de/open/…" in page
    assert TOKEN not in page
    assert "secret part" in page


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"a {LINK} b", "a https://survey.example/provider/de/open/… b"),
        (f"<{LINK}>.", "<https://survey.example/provider/de/open/…>."),
        (f"{LINK}?x=1", "https://survey.example/provider/de/open/…?x=1"),
        (f"{LINK}/{TOKEN}", "https://survey.example/provider/de/open/…/…"),
        ("https://survey.example/de/offers/abcdefghjk", "https://survey.example/de/offers/abcdefghjk"),
        (f"no address: {TOKEN}", f"no address: {TOKEN}"),
    ],
)
def test_what_is_masked(text: str, shown: str) -> None:
    assert outbox.masked(text) == shown


@pytest.mark.parametrize("place", [outbox.WAITING, outbox.FAILED])
def test_again_and_discard_are_audited(
    with_server: Desk, store: Store, tmp_path: Path, posted: Callable[[str], str], place: str
) -> None:
    again, gone = posted(place), posted(place)
    token = with_server.token("/manage/outbox")
    for name, what in ((again, "again"), (gone, "discard")):
        answer = with_server.client.post(f"/manage/outbox/{place}/{name}", data={"_csrf": token, "what": what})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/manage/outbox?done={what}")
    instance = tmp_path / "instance"
    assert [entry.name for entry in outbox.entries(instance, outbox.WAITING, 9)] == [again]
    assert outbox.state(outbox.find(instance, outbox.WAITING, again)) == State(since=NOW.timestamp())
    assert outbox.count(instance, outbox.FAILED) == 0
    assert [noted(store, f"mail.{what}") for what in ("again", "discarded")] == [
        [("Mara", again, {})], [("Mara", gone, {})],
    ]  # fmt: skip


def test_what_is_no_message_is_missing_and_nothing_else_can_be_done(
    manager: Desk, posted: Callable[[str], str]
) -> None:
    name, token = posted(outbox.OUTBOX), manager.token("/manage/")
    for place, other in (("outbox", "x.eml"), ("outbox", ".lock"), ("nowhere", name), ("failed", name)):
        assert manager.get(f"/manage/outbox/{place}/{other}").status_code == 404
    for what in ("", "again", "delete"):
        answer = manager.client.post(f"/manage/outbox/outbox/{name}", data={"_csrf": token, "what": what})
        assert answer.status_code == 400
    assert manager.client.post(f"/manage/outbox/outbox/{name}", data={"what": "discard"}).status_code == 400
    assert manager.get(f"/manage/outbox/outbox/{name}").status_code == 200


def test_a_damaged_file_is_shown_as_such_and_can_be_discarded(
    manager: Desk, tmp_path: Path, posted: Callable[[str], str]
) -> None:
    name = posted(outbox.FAILED)
    outbox.find(tmp_path / "instance", outbox.FAILED, name).write_bytes(b"\xff\x00")
    assert "damaged" in manager.get("/manage/outbox?lang=en").text
    assert "damaged" in manager.get(f"/manage/outbox/failed/{name}?lang=en").text


@pytest.mark.parametrize(("name", "status"), [("", 303), ("Willi", 403), ("Ada", 403), ("Mara", 200)])
def test_only_managers_read_mail(
    as_role: Callable[[str], Desk], posted: Callable[[str], str], name: str, status: int
) -> None:
    desk, message = as_role(name), posted(outbox.OUTBOX)
    assert desk.get("/manage/outbox").status_code == status
    assert desk.get(f"/manage/outbox/outbox/{message}").status_code == status


# -- whom to call -----------------------------------------------------------------------------------------------


@pytest.fixture
def silent(store: Store, respond: Callable[..., str]) -> str:
    """A published offer that was confirmed long ago, of which nobody has an e-mail address."""
    respond("offers", A02="Verein <b>", A04_name="Sprachcafé", A05_fields=["ARB"])
    offer = str(next(register.all_offers(store)).body["offer"])
    moderation.decide(store, offer, "published", "Mara")
    register.change(store, offer, confirmed="2026-01-02")
    return offer


def test_home_says_what_is_to_be_done(
    as_role: Callable[[str], Desk], silent: str, posted: Callable[[str], str]
) -> None:
    posted(outbox.FAILED)
    said = {name: as_role(name).get("/manage/?lang=en").text for name in ("Mara", "Willi", "Ada")}
    for line in ("1 offer is not confirmed", "1 offer to call about", "1 message could not be sent"):
        assert line in said["Mara"]
        assert line not in said["Ada"]
    assert "1 offer is not confirmed" in said["Willi"]
    assert "could not be sent" not in said["Willi"]


def test_home_says_nothing_where_there_is_nothing(manager: Desk, respond: Callable[..., str]) -> None:
    page = manager.get("/manage/?lang=en").text
    assert "not confirmed" not in page
    assert "could not be sent" not in page


def test_who_is_to_be_called_and_what_a_call_came_to(manager: Desk, store: Store, silent: str) -> None:
    organisation = register.find(store, silent).body["organisation_id"]
    contact = contacts.add(store, organisation, "anna@example.org", "de").contact
    assert "nobody to call" in manager.get("/manage/calls?lang=en").text
    contacts.change(store, contact, bounced="2026-11-01")
    page = manager.get("/manage/calls?lang=en").text
    assert "Sprachcafé" in page
    assert re.search(r"Mail to .anna@example\.org. came back on", page)
    token = manager.token("/manage/calls")
    answer = manager.client.post("/manage/calls", data={"_csrf": token, "offer": silent})
    assert answer.headers["Location"] == "/manage/calls?done=yes"
    assert register.find(store, silent).body["confirmed"] == NOW.date().isoformat()
    assert noted(store, "offer.called") == [("Mara", silent, {})]
    assert "nobody to call" in manager.get("/manage/calls?lang=en").text


def test_what_is_not_listed_is_not_confirmed(manager: Desk, store: Store, silent: str) -> None:
    moderation.take_off(store, silent, "Mara", reason="zu")
    data = {"_csrf": manager.token("/manage/"), "offer": silent}
    assert manager.client.post("/manage/calls", data=data).status_code == 404
    data["offer"] = "nothing"
    assert manager.client.post("/manage/calls", data=data).status_code == 404
    assert register.find(store, silent).body["confirmed"] == "2026-01-02"
