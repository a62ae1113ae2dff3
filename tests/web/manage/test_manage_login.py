"""The login page: safe redirects, sessions that end, the lock, and nothing that tells who has an account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask

from survey_service import clock
from survey_service.accounts import accounts, passwords
from survey_service.accounts.sessions import SESSIONS
from survey_service.app import create_app
from survey_service.settings import load
from survey_service.store.base import Store
from tests.web.manage.conftest import NOW, PASSWORD, Desk


def test_a_login_leads_home_with_a_safe_cookie(desk: Desk) -> None:
    response = desk.sign_in("Mara")
    assert (response.status_code, response.headers["Location"]) == (303, "/manage/")
    cookie = next(value for value in response.headers.getlist("Set-Cookie") if value.startswith("desk="))
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Expires" not in cookie
    assert desk.get("/manage/").status_code == 200


def test_over_https_the_cookie_is_secure_and_host_bound(
    store: Store, app: Flask, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secure = create_app(load(tmp_path_factory.mktemp("i"), public_url="https://survey.example"), store)
    desk = Desk(secure)
    options = {"base_url": "https://survey.example"}
    page = desk.get("/manage/login", **options).text
    token = page.split('name="_csrf" value="')[1].split('"')[0]
    data = {"_csrf": token, "name": "Mara", "password": PASSWORD}
    response = desk.client.post("/manage/login", data=data, headers={"Referer": "https://survey.example/"}, **options)
    assert response.status_code == 303
    cookie = next(value for value in response.headers.getlist("Set-Cookie") if value.startswith("__Host-desk="))
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie


@pytest.mark.parametrize("name, password", [("Mara", "ein falsches Wort"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_login_says_the_same_for_known_and_unknown_names(desk: Desk, name: str, password: str) -> None:
    response = desk.sign_in(name, password)
    assert response.status_code == 401
    assert "User name or password is wrong." in response.text or "Benutzername oder Passwort" in response.text
    assert "Set-Cookie" not in response.headers or "desk=" not in str(response.headers.getlist("Set-Cookie"))
    assert f'value="{name}"' in response.text
    assert not password or password not in response.text
    assert desk.get("/manage/").status_code == 303


def test_known_and_unknown_names_verify_one_hash_each(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    real = passwords.verify
    monkeypatch.setattr(passwords, "verify", lambda encoded, password: seen.append(encoded) or real(encoded, password))
    desk.sign_in("Mara", "ein falsches Wort")
    desk.sign_in("nobody", "ein falsches Wort")
    assert len(seen) == 2
    assert seen[1] == passwords.DUMMY != seen[0]


def test_the_sixth_wrong_login_is_refused_and_others_get_in(app: Flask, as_role: Callable[[str], Desk]) -> None:
    desk = as_role("")
    assert [desk.sign_in("mara", "ein falsches Wort").status_code for _ in range(6)] == [401] * 5 + [429]
    refused = desk.sign_in("Mara")
    assert refused.status_code == 429
    assert "desk=" not in str(refused.headers.getlist("Set-Cookie"))
    assert as_role("Willi").get("/manage/").status_code == 200
    with clock.fixed(NOW + dt.timedelta(seconds=60)):
        assert desk.sign_in("Mara").status_code == 303


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example",
        "\t//evil.example",
        "https:evil.example", "https://evil.example", "https:///evil.example", "http:/evil.example",
        "javascript:alert(1)",
        "data:text/html,x", "/%09/evil.example", "/manage//evil.example", "/manage/../../evil", "/manage/./x",
        "/manage/\\evil", "/manage/ x", "/manage@evil.example", "/managex", "//manage/", "///manage/", "manage/", "",
        " /manage/", "/manage/x\r\nSet-Cookie: a=b", "/manage/x#//evil", "/de/", "/manage/" + "a" * 600, "/manage/é",
        "/manage/" + "a" * 400 + "!",  # a careless pattern would take longer than the universe has
    ],
)  # fmt: skip
def test_an_unsafe_next_leads_home(desk: Desk, target: str) -> None:
    assert desk.sign_in("Mara", next=target).headers["Location"] == "/manage/"
    again = desk.get("/manage/login", query_string={"next": target})
    assert (again.status_code, again.headers["Location"]) == (303, "/manage/")


@pytest.mark.parametrize(
    "target",
    [
        "/manage/",
        "/manage/offers",
        "/manage/questionnaires/small/responses?page=1",
        "/manage/reports/7/file?format=csv",
    ],
)
def test_a_page_of_the_desk_is_reached_after_login(desk: Desk, target: str) -> None:
    asked = desk.get(target)
    assert asked.status_code == 303
    page = desk.get(asked.headers["Location"])
    assert f'name="next" value="{target}"' in page.text
    assert desk.sign_in("Mara", next=target).headers["Location"] == target


def test_a_cookie_is_worth_nothing_after_logout(desk: Desk, store: Store) -> None:
    desk.sign_in("Mara")
    cookie = desk.cookie
    response = desk.post("/manage/logout")
    assert (response.status_code, response.headers["Location"]) == (303, "/manage/login")
    assert desk.cookie == ""
    desk.cookie = cookie
    assert desk.get("/manage/").status_code == 303
    assert store.collection(SESSIONS).count() == 0


@pytest.mark.parametrize("change", ["password", "disable", "roles"])
def test_a_cookie_is_worth_nothing_after_a_change_of_the_account(desk: Desk, store: Store, change: str) -> None:
    desk.sign_in("Mara")
    assert desk.get("/manage/").status_code == 200
    changes = {
        "password": lambda: accounts.reset(store, "Mara", "ganz andere neue Wörter", actor="t", now=NOW),
        "disable": lambda: accounts.disable(store, "Mara", actor="t", now=NOW),
        "roles": lambda: accounts.reset(store, "Mara", PASSWORD, actor="t", now=NOW, roles=["manager", "admin"]),
    }
    changes[change]()
    assert desk.get("/manage/").status_code == 303


def test_a_login_gives_a_new_session_and_ends_the_old_one(desk: Desk) -> None:
    desk.cookie = "A" * 22  # planted by somebody else
    desk.sign_in("Mara")
    first = desk.cookie
    assert first != "A" * 22
    page = desk.get("/manage/password").text
    token = page.split('name="_csrf" value="')[1].split('"')[0]
    desk.client.post("/manage/login", data={"_csrf": token, "name": "Willi", "password": PASSWORD})
    assert desk.cookie != first
    desk.cookie = first
    assert desk.get("/manage/").status_code == 303


def test_a_csrf_token_from_before_login_is_worth_nothing_after(desk: Desk) -> None:
    before = desk.token()
    desk.sign_in("Mara")
    desk.get("/manage/")
    assert desk.client.post("/manage/questionnaires/small/close", data={"_csrf": before}).status_code == 400


def test_an_expired_csrf_token_shows_the_login_again_with_the_name(desk: Desk) -> None:
    response = desk.client.post("/manage/login", data={"_csrf": "old", "name": "Mara", "password": PASSWORD})
    assert response.status_code == 400
    assert 'value="Mara"' in response.text
    assert PASSWORD not in response.text
    assert desk.cookie == ""


def test_a_session_ends_when_idle(desk: Desk) -> None:
    desk.sign_in("Mara")
    with clock.fixed(NOW + dt.timedelta(minutes=29)):
        assert desk.get("/manage/").status_code == 200
    with clock.fixed(NOW + dt.timedelta(minutes=59)):
        assert desk.get("/manage/").status_code == 303


def test_changing_the_password_keeps_this_browser_and_ends_the_others(
    app: Flask, as_role: Callable[[str], Desk]
) -> None:
    here, elsewhere = as_role("Mara"), as_role("Mara")
    before, new = here.cookie, "ganz andere neue Wörter"
    answer = here.client.post(
        "/manage/password",
        data={"_csrf": here.token("/manage/password"), "old": PASSWORD, "new": new, "again": new},
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/manage/")
    assert here.get("/manage/").status_code == 200
    assert elsewhere.get("/manage/").status_code == 303
    here.cookie = before
    assert here.get("/manage/").status_code == 303
    assert as_role("").sign_in("Mara", PASSWORD).status_code == 401
    assert as_role("").sign_in("Mara", new).status_code == 303


@pytest.mark.parametrize(
    "old, new, again",
    [
        ("falsch falsch", "ganz andere neue Wörter", "ganz andere neue Wörter"),
        (PASSWORD, "ganz andere neue Wörter", "ganz andere neue Worte"),
        (PASSWORD, "kurz", "kurz"),
        ("", "", ""),
    ],
)
def test_a_refused_change_of_password_changes_nothing(manager: Desk, old: str, new: str, again: str) -> None:
    data = {"_csrf": manager.token("/manage/password"), "old": old, "new": new, "again": again}
    answer = manager.client.post("/manage/password", data=data)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert manager.get("/manage/").status_code == 200
    assert manager.sign_in("Mara").status_code == 303


def test_the_language_is_taken_from_the_address_for_one_page_and_kept_when_chosen(desk: Desk) -> None:
    assert '<html lang="en"' in desk.get("/manage/login", headers={"Accept-Language": "en-GB"}).text
    assert '<html lang="de"' in desk.get("/manage/login", headers={"Accept-Language": "ar"}).text
    assert '<html lang="en"' in desk.get("/manage/login?lang=en").text
    desk.sign_in("Mara")
    assert '<html lang="de"' in desk.get("/manage/").text
    assert '<html lang="en"' in desk.get("/manage/?lang=en").text
    assert '<html lang="de"' in desk.get("/manage/?lang=ar").text
    answer = desk.client.post(
        "/manage/language", data={"_csrf": desk.token("/manage/"), "language": "en", "next": "/manage/offers"}
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/manage/offers")
    assert '<html lang="en"' in desk.get("/manage/").text
    desk.client.post("/manage/language", data={"_csrf": desk.token("/manage/"), "language": "ar", "next": "//e"})
    assert '<html lang="en"' in desk.get("/manage/").text
    assert '<html lang="en"' in desk.get("/manage/offers/nothing").text  # a Problem, too
