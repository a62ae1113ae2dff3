"""Accounts on the desk: invitations, the second step, lost passwords, what asks again, people, handing over."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
from collections.abc import Callable
from pathlib import Path

import docx
import pyotp
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from survey_service import clock
from survey_service.accounts import accounts, audit, factors, login, tickets, totp
from survey_service.accounts.lost import ASKED
from survey_service.accounts.sessions import SESSIONS
from survey_service.app import create_app
from survey_service.letters import team
from survey_service.outbox import OUTBOX
from survey_service.settings import load
from survey_service.store.base import Store
from survey_service.web.context import Context
from tests.web.manage.conftest import NOW, PASSWORD, Desk

NEW = "ganz andere neue Wörter"
AsRole = Callable[[str], Desk]


def context(app: Flask) -> Context:
    found: Context = app.extensions["survey_service"]
    return found


def code_of(app: Flask, name: str, now: dt.datetime = NOW) -> str:
    """Give an account an app and return its secret."""
    store, key = context(app).store, context(app).factor_key
    account, then = accounts.find(store, name), now - dt.timedelta(hours=1)
    secret = totp.begin(store, account.id, key, now=then)
    factors.app_added(store, account, pyotp.TOTP(secret).at(then), key, kept=0, now=then)
    return secret


def send(desk: Desk, page: str, path: str, **data: str | list[str]) -> TestResponse:
    """Send a form with the token of a page."""
    return desk.client.post(path, data={"_csrf": desk.token(page), **data})


def link_in(text: str) -> str:
    found = re.search(r"http://localhost(/manage/(?:invited|new-password)/[\w-]{22})", html.unescape(text))
    assert found
    return found[1]


def letters(app: Flask) -> list[str]:
    folder = context(app).settings.instance / OUTBOX
    return [path.read_text("utf-8") for path in sorted(folder.glob("*.eml"))]


def actions(store: Store) -> list[str]:
    return [entry.action for entry in audit.entries(store)]


# --- invitations ---------------------------------------------------------------------------------------------------


def test_from_an_invitation_to_an_account(app: Flask, store: Store, as_role: AsRole) -> None:
    ada, guest = as_role("Ada"), as_role("")
    made = send(ada, "/manage/people", "/manage/people/invitations", role=["manager", "translator"])
    assert made.status_code == 200
    path = link_in(made.text)
    assert path not in ada.get("/manage/people").text  # it is shown once
    assert path.rsplit("/", 1)[1] not in str(list(audit.entries(store)))
    shown = guest.get(path)
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert shown.headers["Cache-Control"] == "no-store"
    fields = {"name": "Nora", "new": NEW, "again": NEW, "email": "nora@example.org"}
    done = send(guest, path, path, **fields)
    assert (done.status_code, done.headers["Location"]) == (303, "/manage/account?done=welcome")
    assert guest.get("/manage/").status_code == 200
    account = accounts.find(store, "Nora")
    assert (account.roles, account.email) == (("manager", "translator"), "nora@example.org")
    assert guest.get(path).status_code == 404
    assert as_role("").get(path).text == as_role("").get(path[:-1] + ("A" if path[-1] != "A" else "B")).text.replace(
        "", ""
    )


def test_an_invitation_with_an_address_is_sent_and_can_be_taken_back(app: Flask, as_role: AsRole) -> None:
    ada = as_role("Ada")
    made = send(ada, "/manage/people", "/manage/people/invitations", role="translator", email="tina@example.org")
    (letter,) = letters(app)
    assert "tina@example.org" in letter
    path = link_in(made.text)
    page = ada.get("/manage/people").text
    assert "tina@example.org" in page
    revoke = re.search(r"/manage/people/invitations/\d+/revoke", page)
    assert revoke
    assert send(ada, "/manage/people", revoke[0]).status_code == 303
    assert as_role("").get(path).status_code == 404
    assert send(ada, "/manage/people", revoke[0]).status_code == 404


@pytest.mark.parametrize(
    "fields, field",
    [
        ({"name": "MARA"}, "name"),
        ({"name": "Mаra"}, "name"),
        ({"new": "kurz", "again": "kurz"}, "new"),
        ({"again": "etwas anderes"}, "again"),
        ({"email": "keine Adresse"}, "email"),
    ],
)
def test_a_refused_account_keeps_what_was_typed_and_the_link(
    store: Store, as_role: AsRole, fields: dict[str, str], field: str
) -> None:
    path = f"/manage/invited/{tickets.invite(store, ['translator'], '', by='Ada', now=NOW)}"
    guest = as_role("")
    given = {"name": "Nora", "new": NEW, "again": NEW, "email": "", **fields}
    refused = send(guest, path, path, **given)
    assert refused.status_code in (409, 422)
    assert f'id="{field}-error"' in refused.text
    assert f'value="{given["name"]}"' in refused.text
    assert NEW not in refused.text
    assert send(guest, path, path, name="Nora", new=NEW, again=NEW, email="").status_code == 303


@pytest.mark.parametrize("roles", [[], ["king"]])
def test_an_invitation_without_a_role_is_refused(store: Store, as_role: AsRole, roles: list[str]) -> None:
    refused = send(as_role("Ada"), "/manage/people", "/manage/people/invitations", role=roles)
    assert refused.status_code == 422
    assert 'id="role-error"' in refused.text
    assert tickets.open_invitations(store, now=NOW) == []


# --- the second step -----------------------------------------------------------------------------------------------


def test_a_password_leads_to_the_second_step_and_a_code_goes_on(app: Flask, store: Store, desk: Desk) -> None:
    secret = code_of(app, "Mara")
    first = desk.sign_in("Mara", next="/manage/offers")
    assert first.headers["Location"].startswith("/manage/login/second?next=")
    half = desk.cookie
    assert desk.get("/manage/").status_code == 303  # nothing is open yet
    page = desk.get(first.headers["Location"])
    assert 'name="next" value="/manage/offers"' in page.text
    wrong = send(desk, first.headers["Location"], "/manage/login/second", code="000000", next="/manage/offers")
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (422, True)
    code = pyotp.TOTP(secret).at(NOW)
    done = send(desk, first.headers["Location"], "/manage/login/second", code=code, next="/manage/offers")
    assert (done.status_code, done.headers["Location"]) == (303, "/manage/offers")
    assert desk.cookie != half  # a new session: nothing that was planted before opens anything
    assert desk.get("/manage/offers").status_code == 200
    desk.cookie = half
    assert desk.get("/manage/").status_code == 303


def test_without_a_password_there_is_no_second_step(desk: Desk) -> None:
    assert desk.get("/manage/login/second").headers["Location"].startswith("/manage/login")
    assert desk.post("/manage/login/second", {"code": "123456"}).status_code == 400


@pytest.mark.parametrize("target", ["//evil.example", "https:evil.example", "/manage/../x"])
def test_an_unsafe_next_leads_home_from_every_step(app: Flask, desk: Desk, target: str) -> None:
    secret = code_of(app, "Mara")
    assert desk.sign_in("Mara", next=target).headers["Location"] == "/manage/login/second?next=/manage/&lang=de"
    code = pyotp.TOTP(secret).at(NOW)
    assert (
        send(desk, "/manage/login/second", "/manage/login/second", code=code, next=target).headers["Location"]
        == "/manage/"
    )
    assert desk.get("/manage/confirm", query_string={"next": target}).text.count('value="/manage/"') == 1


def test_an_app_is_set_up_shown_once_and_gives_ten_recovery_codes(app: Flask, store: Store, manager: Desk) -> None:
    shown = send(manager, "/manage/account", "/manage/account/app")
    secret = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', shown.text)
    assert secret
    assert "<svg" in shown.text
    plain = secret[1].replace(" ", "")
    wrong = manager.client.post(
        "/manage/account/app/confirm", data={"_csrf": manager.token("/manage/account"), "code": "12345"}
    )
    assert (wrong.status_code, secret[1] in wrong.text) == (422, True)  # the same once more
    code = pyotp.TOTP(plain).at(NOW)
    done = send(manager, "/manage/account", "/manage/account/app/confirm", code=code)
    codes = re.findall(r"<li><code>([a-z0-9-]{19})</code></li>", done.text)
    assert (done.status_code, len(set(codes))) == (200, 10)
    assert done.headers["Cache-Control"] == "no-store"
    for path in ("/manage/account", "/manage/"):
        page = manager.get(path).text
        assert plain not in page
        assert codes[0] not in page
    assert send(manager, "/manage/account", "/manage/account/app/confirm", code=code).status_code == 422
    manager.post("/manage/logout")
    manager.sign_in("Mara")
    assert send(manager, "/manage/login/second", "/manage/login/second", code=codes[0]).status_code == 303
    assert manager.get("/manage/").status_code == 200


def test_a_passkey_answer_of_nonsense_is_refused_everywhere(app: Flask, manager: Desk, as_role: AsRole) -> None:
    for answer in ("x", "{}", "[]", '{"id":"AA","response":{"clientDataJSON":"e30"}}', "[" * 5_000, "x" * 30_000):
        added = send(manager, "/manage/account", "/manage/account/passkey", credential=answer)
        assert (added.status_code, 'role="alert"' in added.text) == (422, True)
        assert as_role("").post("/manage/login", {"credential": answer}).status_code == 422
    assert not factors.held(context(app).store, accounts.find(context(app).store, "Mara").id)


def test_the_script_for_passkeys_is_allowed_by_its_hash_only(desk: Desk) -> None:
    policy = desk.get("/manage/login").headers["Content-Security-Policy"]
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/=]+'; ", policy)
    assert "connect-src" not in policy


# --- the time of grace ---------------------------------------------------------------------------------------------


def test_after_so_many_sign_ins_a_second_factor_is_needed(store: Store, app: Flask, tmp_path: Path) -> None:
    strict = create_app(load(tmp_path / "strict", second_factor_grace=1), store)
    desk = Desk(strict)
    desk.sign_in("Mara")
    assert desk.get("/manage/offers").status_code == 200
    desk.sign_in("Mara")
    desk.post("/manage/logout")
    desk.sign_in("Mara")
    led = desk.get("/manage/offers")
    assert (led.status_code, led.headers["Location"].split("?")[0]) == (303, "/manage/account")
    refused = send(desk, "/manage/account", "/manage/questionnaires/small/close")
    assert (refused.status_code, "/manage/account" in refused.text) == (403, True)
    assert desk.get("/manage/account").status_code == 200
    group = Desk(strict)
    for _ in range(3):
        group.sign_in("Willi")
    assert group.get("/manage/offers").status_code == 200  # working groups need none
    secret = re.search(
        r'<code class="secret">([A-Z2-7 ]+)</code>', send(desk, "/manage/account", "/manage/account/app").text
    )
    assert secret
    code = pyotp.TOTP(secret[1].replace(" ", "")).at(NOW)
    send(desk, "/manage/account", "/manage/account/app/confirm", code=code)
    assert desk.get("/manage/offers").status_code == 200


def test_the_setting_can_leave_it_to_everybody(store: Store, app: Flask, tmp_path: Path) -> None:
    desk = Desk(create_app(load(tmp_path / "lax", second_factor=False, second_factor_grace=0), store))
    desk.sign_in("Mara")
    assert desk.get("/manage/offers").status_code == 200
    assert "Zweiter Faktor" in desk.get("/manage/account").text or "Second factor" in desk.get("/manage/account").text


# --- once more who they are ----------------------------------------------------------------------------------------


def test_grave_pages_ask_again_after_a_quarter_of_an_hour(manager: Desk) -> None:
    path = "/manage/questionnaires/small/export"
    with clock.fixed(NOW + dt.timedelta(minutes=16)):
        assert manager.get("/manage/offers").status_code == 200
        led = manager.get(path)
        assert (led.status_code, led.headers["Location"]) == (303, f"/manage/confirm?next={path}")
        wrong = send(manager, led.headers["Location"], "/manage/confirm", code="falsch falsch", next=path)
        assert wrong.status_code == 422
        assert manager.get(path).status_code == 303
        right = send(manager, led.headers["Location"], "/manage/confirm", code=PASSWORD, next=path)
        assert (right.status_code, right.headers["Location"]) == (303, path)
        assert manager.get(path).status_code == 200


def test_a_grave_form_that_is_sent_too_late_does_nothing_and_says_so(store: Store, as_role: AsRole) -> None:
    ada = as_role("Ada")
    willi = accounts.find(store, "Willi")
    token, path = ada.token("/manage/people"), f"/manage/people/{willi.id}"
    with clock.fixed(NOW + dt.timedelta(minutes=24)):
        data = {"_csrf": token, "action": "roles", "role": "translator"}
        assert ada.client.post(path, data=data).status_code == 303  # the form was opened in time
    ada.get("/manage/")
    with clock.fixed(NOW + dt.timedelta(minutes=26)):
        late = ada.client.post(path, data={**data, "role": "admin"})
        assert (late.status_code, f"/manage/confirm?next={path}" in html.unescape(late.text)) == (403, True)
    assert accounts.find(store, "Willi").roles == ("translator",)


# --- lost passwords ------------------------------------------------------------------------------------------------


def test_known_and_unknown_names_get_the_same_page_and_leave_the_same(app: Flask, store: Store, desk: Desk) -> None:
    accounts.change_email(store, "Mara", "mara@example.org", actor="test", now=NOW)
    pages = []
    for typed in ("Mara", "mara@example.org", "nobody", "nobody@example.org"):
        answer = send(desk, "/manage/lost", "/manage/lost", name=typed)
        pages.append((answer.status_code, answer.headers["Location"], desk.get(answer.headers["Location"]).text))
    assert len(set(pages)) == 1
    assert [set(stored.body) for stored in store.collection(ASKED).find()] == [{"whom", "language", "site"}] * 4
    assert "mara" not in str([stored.body for stored in store.collection(ASKED).find()]).casefold()
    assert letters(app) == []  # nothing is sent while somebody waits for the page


def test_a_lost_password_is_renewed_by_a_letter_and_the_second_factor_stays(
    app: Flask, store: Store, as_role: AsRole
) -> None:
    accounts.change_email(store, "Mara", "mara@example.org", actor="test", now=NOW)
    elsewhere, desk = as_role("Mara"), as_role("")
    secret = code_of(app, "Mara")
    send(desk, "/manage/lost", "/manage/lost", name="MARA@example.org")
    assert team.send_lost(store, context(app).settings, context(app).factor_key, now=NOW) == 1
    path = link_in(letters(app)[-1].replace("=\n", ""))
    assert desk.get(path).status_code == desk.get(path).status_code == 200  # looking uses nothing up
    refused = send(desk, path, path, new=NEW, again="anders")
    assert refused.status_code == 422
    done = send(desk, path, path, new=NEW, again=NEW)
    assert done.headers["Location"].startswith("/manage/login?done=password")
    assert desk.cookie == ""  # nobody is signed in by a link
    assert elsewhere.get("/manage/").status_code == 303
    assert desk.get(path).status_code == 404
    assert desk.sign_in("Mara", NEW).headers["Location"].startswith("/manage/login/second")
    code = pyotp.TOTP(secret).at(NOW)
    assert send(desk, "/manage/login/second", "/manage/login/second", code=code).status_code == 303


def test_nobody_without_an_address_or_disabled_gets_a_letter_nor_more_than_three(
    app: Flask, store: Store, desk: Desk
) -> None:
    accounts.change_email(store, "Willi", "willi@example.org", actor="test", now=NOW)
    accounts.change_email(store, "Ada", "ada@example.org", actor="test", now=NOW)
    accounts.disable(store, "Willi", actor="test", now=NOW)
    for name in ("Mara", "Willi", "Ada", "Ada", "Ada", "Ada"):
        send(desk, "/manage/lost", "/manage/lost", name=name)
    assert team.send_lost(store, context(app).settings, context(app).factor_key, now=NOW) == 3
    assert all("ada@example.org" in letter for letter in letters(app))
    assert store.collection(ASKED).count() == 0


# --- people --------------------------------------------------------------------------------------------------------


def test_people_are_listed_with_factor_and_last_day(app: Flask, store: Store, as_role: AsRole) -> None:
    code_of(app, "Mara")
    as_role("Willi")
    page = as_role("Ada").get("/manage/people?lang=en").text
    rows = {re.sub(r"<[^>]+>|\s+", " ", row).strip() for row in re.findall(r"<tr>.*?</tr>", page, re.S)}
    squeezed = {" ".join(row.split()) for row in rows}
    assert "Mara Manager App never active" in squeezed
    assert any(row.startswith("Willi Working group not set up Nov 23") for row in squeezed)


def test_an_admin_changes_roles_disables_enables_and_resets(app: Flask, store: Store, as_role: AsRole) -> None:
    ada, mara = as_role("Ada"), as_role("Mara")
    path = f"/manage/people/{accounts.find(store, 'Mara').id}"
    assert send(ada, path, path, action="roles", role=["manager", "working_group"]).status_code == 303
    assert mara.get("/manage/").status_code == 303  # sessions end with the roles they were begun with
    assert send(ada, path, path, action="disable").status_code == 303
    assert as_role("").sign_in("Mara").status_code == 401
    assert send(ada, path, path, action="enable").status_code == 303
    code_of(app, "Mara")
    assert send(ada, path, path, action="factor").status_code == 303
    assert as_role("").sign_in("Mara").headers["Location"] == "/manage/"
    shown = send(ada, path, path, action="link")
    guest, link = as_role(""), link_in(shown.text)
    assert send(guest, link, link, new=NEW, again=NEW).status_code == 303
    assert as_role("").sign_in("Mara", NEW).status_code == 303
    assert {"user.roles", "user.disabled", "user.enabled", "factor.reset", "user.link", "user.password"} <= set(
        actions(store)
    )


@pytest.mark.parametrize("action", ["disable", "factor", "link", "roles", "fly", ""])
def test_an_admin_does_not_saw_off_their_own_branch(store: Store, as_role: AsRole, action: str) -> None:
    ada = as_role("Ada")
    account = accounts.find(store, "Ada")
    path = f"/manage/people/{account.id}"
    assert send(ada, path, path, action=action, role="manager").status_code in (400, 409, 422)
    assert accounts.find(store, "Ada") == account
    assert ada.get("/manage/people").status_code == 200


@pytest.mark.parametrize("mail_url", ["smtp://localhost:2525", "file:"])
def test_a_link_for_somebody_with_an_address_is_shown_only_if_no_mail_leaves(
    app: Flask, store: Store, tmp_path: Path, mail_url: str
) -> None:
    accounts.change_email(store, "Mara", "mara@example.org", actor="test", now=NOW)
    ada = Desk(create_app(load(tmp_path / "mailing", mail_url=mail_url), store))
    ada.sign_in("Ada")
    path = f"/manage/people/{accounts.find(store, 'Mara').id}"
    shown = send(ada, path, path, action="link").text
    assert ("new-password" in shown) == (mail_url == "file:")
    assert len(list((tmp_path / "mailing" / "outbox").rglob("*.eml"))) == 1


def test_the_outbox_shows_no_link_that_opens_an_account(app: Flask, store: Store, manager: Desk) -> None:
    """Without a mail server managers pass letters on by hand, but no manager becomes an admin by that."""
    accounts.change_email(store, "Ada", "ada@example.org", actor="test", now=NOW)
    send(manager, "/manage/lost", "/manage/lost", name="Ada")
    team.send_lost(store, context(app).settings, context(app).factor_key, now=NOW)
    (letter,) = (context(app).settings.instance / OUTBOX).glob("*.eml")
    page = manager.get(f"/manage/outbox/outbox/{letter.name}")
    assert page.status_code == 200
    assert "/manage/new-password/…" in page.text
    assert not re.search(r"new-password/[\w-]", page.text)


# --- one's own account ---------------------------------------------------------------------------------------------


def test_sessions_are_listed_by_browser_and_ended(store: Store, app: Flask, as_role: AsRole) -> None:
    here, there = as_role("Mara"), Desk(app)
    there.client.environ_base["HTTP_USER_AGENT"] = (
        "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36"
        " <b>x</b>"
    )
    there.sign_in("Mara")
    page = here.get("/manage/account?lang=en").text
    assert "Chrome, Android" in page
    assert page.count("(here)") == 1
    assert page.count(">Sign out there<") == 1
    assert "<b>x" not in str([stored.body for stored in store.collection(SESSIONS).find()])
    assert send(here, "/manage/account", "/manage/account/sessions", which="others").status_code == 303
    assert there.get("/manage/").status_code == 303
    assert here.get("/manage/").status_code == 200


@pytest.mark.parametrize("which", ["", "x", "²", "-1", "9" * 30])
def test_no_session_that_is_none_is_ended(manager: Desk, which: str) -> None:
    assert send(manager, "/manage/account", "/manage/account/sessions", which=which).status_code == 400
    assert send(manager, "/manage/account", "/manage/account/sessions", which="999").status_code == 404


def test_nobody_ends_the_session_of_somebody_else(store: Store, as_role: AsRole) -> None:
    ada, mara = as_role("Ada"), as_role("Mara")
    number = login.visitor(store, ada.cookie, now=NOW).session.id
    assert send(mara, "/manage/account", "/manage/account/sessions", which=str(number)).status_code == 404
    assert ada.get("/manage/").status_code == 200


def test_an_address_is_noted_and_the_one_before_is_told(app: Flask, store: Store, manager: Desk) -> None:
    assert send(manager, "/manage/account", "/manage/account/email", email="alt@example.org").status_code == 303
    assert send(manager, "/manage/account", "/manage/account/email", email="neu@example.org").status_code == 303
    refused = send(manager, "/manage/account", "/manage/account/email", email="keine")
    assert (refused.status_code, 'id="email-error"' in refused.text) == (422, True)
    assert accounts.find(store, "Mara").email == "neu@example.org"
    assert [re.search(r"^To: (.*)$", letter, re.M)[1].strip() for letter in letters(app)] == ["alt@example.org"]


def test_strangers_lock_the_name_but_not_the_browser_that_is_known(app: Flask, as_role: AsRole) -> None:
    mine, stranger = as_role("Mara"), as_role("")
    mine.post("/manage/logout")
    assert [stranger.sign_in("Mara", "ein falsches Wort").status_code for _ in range(6)] == [401] * 5 + [429]
    assert mine.sign_in("Mara").status_code == 303
    cookie = mine.client.get_cookie("desk-known")
    assert cookie is not None
    assert cookie.http_only
    stolen = as_role("")
    stolen.client.set_cookie("desk-known", cookie.value)
    assert stolen.get("/manage/").status_code == 303  # it opens nothing


# --- handing over --------------------------------------------------------------------------------------------------


def test_a_manager_hands_over_and_there_is_a_manager_all_the_time(store: Store, app: Flask, as_role: AsRole) -> None:
    mara, willi = as_role("Mara"), accounts.find(store, "Willi")
    page = mara.get("/manage/handover").text
    assert "Willi" in page
    named = send(mara, "/manage/handover", "/manage/handover", action="name", successor=str(willi.id))
    assert named.headers["Location"] == "/manage/handover?done=name"
    assert accounts.find(store, "Willi").roles == ("working_group", "manager")
    early = send(mara, "/manage/handover", "/manage/handover", action="finish")
    assert early.status_code == 409
    assert mara.get("/manage/handover").status_code == 200
    assert as_role("Willi").get("/manage/questionnaires/small/export").status_code == 200
    done = send(mara, "/manage/handover", "/manage/handover", action="finish")
    assert done.headers["Location"] == "/manage/login?done=handed_over"
    assert mara.cookie == ""
    assert as_role("").sign_in("Mara").status_code == 401
    assert accounts.find(store, "Mara").disabled
    noted = [entry for entry in audit.entries(store) if entry.action.startswith("handover.")]
    assert [(entry.action, entry.actor, entry.details["to"]) for entry in noted] == [
        ("handover.begun", "Mara", "Willi"),
        ("handover.finished", "Mara", "Willi"),
    ]


def test_handing_over_is_taken_back(store: Store, manager: Desk) -> None:
    willi = accounts.find(store, "Willi")
    send(manager, "/manage/handover", "/manage/handover", action="name", successor=str(willi.id))
    assert send(manager, "/manage/handover", "/manage/handover", action="take_back").status_code == 303
    assert accounts.find(store, "Willi").roles == ("working_group",)
    assert send(manager, "/manage/handover", "/manage/handover", action="finish").status_code == 422
    assert not accounts.find(store, "Mara").disabled


def test_a_successor_without_an_account_is_invited_as_a_manager(store: Store, as_role: AsRole) -> None:
    mara, guest = as_role("Mara"), as_role("")
    path = link_in(send(mara, "/manage/handover", "/manage/handover", action="invite").text)
    send(guest, path, path, name="Nora", new=NEW, again=NEW, email="")
    nora = accounts.find(store, "Nora")
    assert nora.roles == ("manager",)
    send(mara, "/manage/handover", "/manage/handover", action="name", successor=str(nora.id))
    assert send(mara, "/manage/handover", "/manage/handover", action="finish").status_code == 303
    assert [account.name for account in accounts.holders(store, "manager")] == ["Nora"]


@pytest.mark.parametrize("successor", ["", "x", "0", "999", "own", "disabled"])
def test_nobody_else_can_be_named(store: Store, manager: Desk, successor: str) -> None:
    accounts.disable(store, "Willi", actor="test", now=NOW)
    numbers = {"own": accounts.find(store, "Mara").id, "disabled": accounts.find(store, "Willi").id}
    given = str(numbers.get(successor, successor))
    refused = send(manager, "/manage/handover", "/manage/handover", action="name", successor=given)
    assert (refused.status_code, 'role="alert"' in refused.text) == (422, True)
    assert "handover.begun" not in actions(store)


def test_the_checklist_is_a_document_with_people_and_questionnaires(store: Store, manager: Desk) -> None:
    answer = manager.get("/manage/handover/file?lang=en")
    paper = docx.Document(io.BytesIO(answer.data))
    text = [paragraph.text for paragraph in paper.paragraphs]
    assert "Handing over" in text
    assert "☐ Mara: Manager" in text
    assert any(line.startswith("☐ Small: ") for line in text)
    assert sum(line.startswith("☐ ") for line in text) >= 10
    assert "handover.exported" in actions(store)


# --- standing rules ------------------------------------------------------------------------------------------------


def test_no_log_holds_a_link_a_code_or_a_password(
    app: Flask, store: Store, as_role: AsRole, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    invited = tickets.invite(store, ["translator"], "", by="Ada", now=NOW)
    lost = tickets.for_password(store, accounts.find(store, "Mara"), by="", now=NOW)
    secret, guest = code_of(app, "Mara"), as_role("")
    code = pyotp.TOTP(secret).at(NOW)
    for path in (f"/manage/invited/{invited}", f"/manage/new-password/{lost}"):
        for answer in (guest.get(path), send(guest, path, path, new=NEW, again="anders"), guest.get(f"{path}x")):
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["Cache-Control"] == "no-store"
    guest.sign_in("Mara")
    send(guest, "/manage/login/second", "/manage/login/second", code=code)
    noted = caplog.text + str(list(audit.entries(store)))
    assert [word for word in (invited, lost, secret, code, NEW, PASSWORD, "anders") if word in noted] == []


def test_a_forged_address_does_not_slip_past_the_limit_of_a_network(app: Flask, desk: Desk) -> None:
    for number in range(31):
        token = desk.token()
        answer = desk.client.post(
            "/manage/login",
            data={"_csrf": token, "name": f"name{number}", "password": "ein falsches Wort"},
            headers={"X-Forwarded-For": f"192.0.2.{number}"},
        )
    assert answer.status_code == 429
    assert desk.sign_in("Mara").status_code == 429


def test_a_planted_session_is_worth_nothing_after_any_way_in(store: Store, as_role: AsRole) -> None:
    guest = as_role("")
    path = f"/manage/invited/{tickets.invite(store, ['translator'], '', by='Ada', now=NOW)}"
    victim = login.sign_in(store, "Willi", PASSWORD, "de", now=NOW)
    guest.cookie = victim
    send(guest, path, path, name="Nora", new=NEW, again=NEW, email="")
    assert guest.cookie != victim
    assert login.visitor(store, victim, now=NOW) is None  # it ended with the new one


def test_under_an_address_of_numbers_there_are_no_passkeys(manager: Desk) -> None:
    options = {"base_url": "http://127.0.0.1"}
    assert "data-passkey" not in manager.get("/manage/login", **options).text
    assert "data-passkey" in Desk(manager.client.application).get("/manage/login").text


def test_the_old_password_is_not_tried_often_from_an_open_session(manager: Desk) -> None:
    data = {"old": "ein falsches Wort", "new": NEW, "again": NEW}
    tried = [send(manager, "/manage/password", "/manage/password", **data).status_code for _ in range(6)]
    assert tried == [422] * 5 + [429]
    right = send(manager, "/manage/password", "/manage/password", **{**data, "old": PASSWORD})
    assert right.status_code == 429
