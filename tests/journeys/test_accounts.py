"""People of the desk: from an invitation to a passkey, an app, a lost phone, and to handing over."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from survey_service.accounts import accounts, audit, factors
from tests.journeys.conftest import Service
from tests.journeys.desk import faults_at_the_desk
from tests.journeys.inspection import Inspector, shown

PASSWORD, NEW = "drei Birnen im Schnee", "vier andere neue Wörter"
WAIT = 30_000


class Person:
    """Somebody with a browser; the pages they reach are inspected as on a phone and as on a desk's screen."""

    def __init__(self, page: Page, url: str, inspector: Inspector) -> None:
        self.page, self.inspector = page, inspector
        self.url = url.replace("127.0.0.1", "localhost")  # passkeys belong to a name, never to a number
        self.faults: dict[str, list[str]] = {}
        page.set_default_timeout(WAIT)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}")
        self.look(path.split("?")[0])

    def look(self, name: str) -> None:
        if found := faults_at_the_desk(self.inspector, shown(self.page)):
            self.faults[name] = found

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.fill(f"#{name}", value)

    def sign_in(self, name: str, password: str = PASSWORD) -> None:
        self.page.goto(f"{self.url}/manage/login")
        self.fill(name=name, password=password)
        self.page.click("main form:has(#password) button")

    def sign_out(self) -> None:
        self.page.click("header summary")
        self.page.click('form[action="/manage/logout"] button')
        self.page.wait_for_url("**/manage/login")

    def heading(self, path: str) -> None:
        """Wait until a page is shown whose address begins so."""
        end = "" if path[-1] in "?=" else "(?![a-z])"
        self.page.wait_for_url(re.compile(re.escape(self.url + path) + end))
        expect(self.page.locator("h1")).to_be_visible()


def with_authenticator(page: Page) -> Any:
    """Give a browser an authenticator that keeps passkeys and always says that its holder is there."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


@pytest.fixture
def team(service: Service) -> Service:
    now = dt.datetime.now(dt.UTC)
    accounts.add(service.store, "Ada", ["admin"], PASSWORD, actor="test", now=now)
    accounts.add(service.store, "Mara", ["manager"], PASSWORD, actor="test", now=now)
    return service


@pytest.fixture
def desktop(chromium: Browser) -> Any:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="de")
    yield context.new_page
    context.close()


def test_from_an_invitation_to_a_passkey_and_an_app(
    team: Service, desktop: Callable[[], Page], phone: Callable[..., Page], inspector: Inspector
) -> None:
    ada = Person(phone("de", scripts=False), team.url, inspector)
    ada.sign_in("Ada")
    ada.open("/manage/people")
    ada.page.check('input[value="manager"]')
    ada.page.click('form[action="/manage/people/invitations"] button')
    link = ada.page.locator("code.secret").inner_text()
    ada.look("invitation made")

    nora = Person(desktop(), team.url, inspector)
    with_authenticator(nora.page)
    nora.page.goto(link)
    nora.look("invited")
    nora.fill(name="Mara", new=NEW, again=NEW)
    nora.page.click("main button")
    expect(nora.page.locator("#name-error")).to_be_visible()
    nora.look("invited, refused")
    nora.fill(name="Nora", new=NEW, again=NEW)
    nora.page.click("main button")
    nora.heading("/manage/account?done=welcome")
    nora.look("account")

    nora.open("/manage/account/passkey")
    nora.fill(name="Mein Rechner")
    nora.page.click("form[data-passkey] button")
    expect(nora.page.locator(".codes code")).to_have_count(10)
    nora.look("recovery codes")
    codes = nora.page.locator(".codes code").all_inner_texts()
    nora.page.emulate_media(media="print")
    expect(nora.page.locator(".codes code").first).to_be_visible()
    expect(nora.page.locator("header")).to_be_hidden()
    nora.page.emulate_media(media="screen")
    nora.page.click("main .actions a")
    expect(nora.page.get_by_text("Mein Rechner")).to_be_visible()
    nora.look("account with a passkey")
    nora.sign_out()

    nora.look("login")
    nora.page.click("form[data-passkey] button")  # no name, no password
    nora.heading("/manage/")
    nora.sign_out()

    nora.sign_in("Nora", NEW)
    nora.heading("/manage/login/second?")
    nora.look("second step")
    nora.page.click("form[data-passkey] button")
    nora.heading("/manage/")

    nora.page.goto(f"{nora.url}/manage/account")
    nora.page.click('form[action="/manage/account/app"] button')
    secret = nora.page.locator("code.secret").inner_text().replace(" ", "")
    nora.look("app")
    nora.fill(code="12")
    nora.page.click('form[action="/manage/account/app/confirm"] button')
    expect(nora.page.locator(".errors")).to_be_visible()
    assert nora.page.locator("code.secret").inner_text().replace(" ", "") == secret
    nora.fill(code=pyotp.TOTP(secret).now())
    nora.page.click('form[action="/manage/account/app/confirm"] button')
    nora.heading("/manage/account?done=app")

    plain = Person(phone("de", scripts=False), team.url, inspector)  # another phone, without scripts and passkeys
    plain.sign_in("Nora", NEW)
    plain.heading("/manage/login/second?")
    expect(plain.page.locator("form[data-passkey]")).to_be_hidden()
    plain.fill(code=pyotp.TOTP(secret).at(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30)))
    plain.page.click("form:has(#code) button")
    plain.heading("/manage/")
    plain.sign_out()
    plain.sign_in("Nora", NEW)
    plain.heading("/manage/login/second?")
    plain.fill(code=codes[0])
    plain.page.click("form:has(#code) button")
    plain.heading("/manage/")

    nora.open("/manage/account")
    expect(nora.page.get_by_text("Chrome, Android").or_(nora.page.get_by_text("Chrome, Linux")).first).to_be_visible()
    nora.page.click('button[value="others"]')
    nora.heading("/manage/account?done=sessions")
    plain.page.goto(f"{plain.url}/manage/offers")
    plain.heading("/manage/login?next=")

    ada.open("/manage/people")
    row = ada.page.locator("tr", has_text="Nora")
    expect(row).to_contain_text("1")
    row.locator("a").click()
    ada.heading("/manage/people/")
    ada.look("person")
    account = accounts.find(team.store, "Nora")
    held = factors.held(team.store, account.id)
    assert (held.app, [each.name for each in held.passkeys], held.recovery) == (True, ["Mein Rechner"], 9)
    ways = [entry.details["way"] for entry in audit.entries(team.store) if entry.details.get("way")]
    assert ways == ["passkey", "passkey", "app", "recovery"]
    assert audit.first_fault(team.store) is None
    assert {**ada.faults, **nora.faults, **plain.faults} == {}


def test_a_manager_hands_over_on_a_phone_without_scripts(
    team: Service, phone: Callable[..., Page], inspector: Inspector
) -> None:
    accounts.add(
        team.store,
        "Willi",
        ["working_group"],
        PASSWORD,
        actor="test",
        now=dt.datetime.now(dt.UTC),
        email="w@example.org",
    )
    mara = Person(phone("de", scripts=False), team.url, inspector)
    willi = Person(phone("de", scripts=False), team.url, inspector)
    willi.open("/manage/lost")
    willi.fill(name="Willi")
    willi.page.click("main form button")
    willi.heading("/manage/lost/sent?")
    willi.look("lost, sent")
    mara.sign_in("Mara")
    mara.open("/manage/handover")
    with mara.page.expect_download() as started:
        mara.page.click('a[href="/manage/handover/file"]')
    assert started.value.suggested_filename.endswith(".docx")
    mara.page.select_option("#person", str(accounts.find(team.store, "Willi").id))
    mara.page.click('button[value="name"]')
    mara.heading("/manage/handover?done=name")
    mara.look("handover begun")
    willi.sign_in("Willi")
    willi.heading("/manage/")
    mara.open("/manage/handover")
    mara.page.click('button[value="finish"]')
    mara.heading("/manage/login?done=handed_over")
    mara.look("handed over")
    assert accounts.find(team.store, "Mara").disabled
    assert accounts.find(team.store, "Willi").roles == ("working_group", "manager")
    assert {**mara.faults, **willi.faults} == {}
