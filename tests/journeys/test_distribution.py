"""How a questionnaire reaches people, in a real browser: the desk's page and poster, a shared tablet, a frame."""

from __future__ import annotations

import datetime as dt
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from survey_service import languages, settings
from survey_service.accounts import accounts
from survey_service.app import create_app
from survey_service.questionnaire.loader import Library
from survey_service.responses import links
from survey_service.responses.drafts import DRAFTS
from survey_service.responses.revisions import Publications
from survey_service.store import open_store
from survey_service.web import kiosk
from tests.journeys.conftest import OpenPage, Service, answering, back, serving
from tests.journeys.inspection import Inspector, shown
from tests.web.test_poster import decoded, page_of

PASSWORD = "drei Birnen im Schnee"
IDLE, WARNING = 8, 6


def inspected(inspector: Inspector, html: str, tag: str) -> list[str]:
    """Return what is wrong with a page; its script, which would lead on, is left out."""
    language = languages.language(tag)
    html = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    return inspector.faults(html, language.html, language.direction)


# --- the desk ---


@pytest.fixture
def desk(service: Service, phone: OpenPage) -> Page:
    """The manager's phone, signed in, in German."""
    accounts.add(service.store, "Mara", ["manager"], PASSWORD, actor="test", now=dt.datetime.now(dt.UTC))
    page = phone("de", scripts=False)
    page.goto(f"{service.url}/manage/questionnaires/needs/distribute")
    page.fill("#name", "Mara")
    page.fill("#password", PASSWORD)
    page.click("main button")
    return page


def test_a_manager_makes_a_link_with_a_code_and_its_poster(desk: Page, service: Service, inspector: Inspector) -> None:
    faults = {"plain": inspected(inspector, shown(desk), "de")}
    desk.fill("#tag", "vhs-kurs")
    desk.click('form[action$="/distribute/links"] button')
    assert desk.url.endswith("?from=vhs-kurs")
    desk.fill("#new-code", "sommer fest")
    desk.click('form[action$="/distribute/code"] button >> nth=0')
    faults["with a link"] = inspected(inspector, shown(desk), "de")
    link = links.find(service.store, "needs", "vhs-kurs")
    assert link is not None
    assert link.code == "sommer fest"
    desk.check('input[name="code"][value="yes"]')
    desk.click('form[action$="/distribute/poster"] button >> nth=0')
    faults["poster"] = inspected(inspector, shown(desk), "de")
    assert "sommer fest" in desk.inner_text("main")
    with desk.expect_download() as started:
        desk.click('nav a[href*=".pdf"]')
    picture, text = page_of(started.value.path().read_bytes())
    assert decoded(picture) == f"{service.url}/q/needs/vhs-kurs"
    assert "sommer fest" in text
    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.parametrize("size, paper", [("a4", (595, 842)), ("a3", (842, 1191))])
def test_the_print_view_is_one_page_in_up_to_nine_languages(
    desk: Page, service: Service, size: str, paper: tuple[int, int]
) -> None:
    for published in Publications(service.store).all():
        questionnaire = published.questionnaire
        for count in (1, 9):
            chosen = "&".join(f"languages={tag}" for tag in questionnaire.languages[:count])
            desk.goto(
                f"{service.url}/manage/questionnaires/{questionnaire.name}/distribute/poster?size={size}&{chosen}"
            )
            document = pypdfium2.PdfDocument(desk.pdf(prefer_css_page_size=True))
            assert [len(document), *(round(side) for side in document[0].get_size())] == [1, *paper], chosen
            assert decoded(document[0].render(scale=2).to_pil()) == f"{service.url}/q/{questionnaire.name}"
            document.close()


# --- an access code ---


@pytest.mark.parametrize("tag", ["ar", "de"])
def test_a_code_is_typed_by_keyboard_without_scripts(
    service: Service, phone: OpenPage, inspector: Inspector, tag: str
) -> None:
    links.set_code(service.store, "needs", links.PLAIN, "482 913")
    page = phone(tag, scripts=False)
    page.goto(f"{service.url}/{tag}/q/needs")
    assert inspected(inspector, shown(page), tag) == []
    page.check('input[name="B00"][value="yes"]')
    page.focus("#_code")
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    page.wait_for_selector(".errors")
    assert inspected(inspector, shown(page), tag) == []
    page.click('.errors a[href="#_code"]')
    page.fill("#_code", "٤٨٢٩١٣")
    page.keyboard.press("Enter")
    page.wait_for_selector('input[name="B01"]')
    assert service.store.collection(DRAFTS).count() == 1


# --- a shared tablet ---


@pytest.fixture
def waiting_room(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The service with a tablet that waits for seconds only."""
    monkeypatch.setattr(kiosk, "WARNING_SECONDS", WARNING)
    with serving(library, tmp_path, kiosk_seconds=IDLE) as started:
        yield started


def begin(page: Page, url: str, tag: str) -> None:
    page.goto(f"{url}/q/needs?kiosk")
    page.click(f'a[hreflang="{tag}"]')
    page.check('input[name="B00"][value="yes"]')
    page.click("#_form .actions button")
    page.wait_for_url(f"**/{tag}/q/needs/*kiosk=needs")


@pytest.mark.parametrize("tag", ["ar", pytest.param("de", marks=pytest.mark.languages)])
def test_a_tablet_without_scripts_asks_goes_on_and_erases(
    waiting_room: Service, phone: OpenPage, inspector: Inspector, tag: str
) -> None:
    page, drafts = phone(tag, scripts=False), waiting_room.store.collection(DRAFTS)
    begin(page, waiting_room.url, tag)
    left = page.url
    page.wait_for_url(f"**/{tag}/kiosk/needs?*", timeout=(IDLE + 5) * 1000)
    question = shown(page)
    page.click("main .actions a")
    assert page.url == left
    assert drafts.count() == 1
    page.wait_for_url("**/q/needs?kiosk=needs", timeout=(IDLE + WARNING + 10) * 1000)
    assert drafts.count() == 0
    assert page.locator("ul.tiles a").count() == len(languages.offered())
    back(page)
    back(page)
    assert page.locator("#_form").count() == 0, "the back button shows nothing"
    assert inspected(inspector, question, tag) == []


def test_a_tablet_with_scripts_waits_while_somebody_types_and_keeps_what_was_typed(
    waiting_room: Service, phone: OpenPage
) -> None:
    page, drafts = phone("de"), waiting_room.store.collection(DRAFTS)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    begin(page, waiting_room.url, "de")
    page.check('input[name="B01"][value="self"]')
    for _ in range(2 * IDLE):
        page.wait_for_timeout(700)
        page.keyboard.press("Shift")
        assert "/kiosk/" not in page.url
    page.wait_for_url("**/de/kiosk/needs?*", timeout=(IDLE + 5) * 1000)
    assert drafts.find()[0].body["inputs"]["B01"] == "self"
    page.click("main .actions a")
    assert page.is_checked('input[name="B01"][value="self"]')
    page.wait_for_url("**/q/needs?kiosk=needs", timeout=(IDLE + WARNING + 10) * 1000)
    assert drafts.count() == 0
    assert faults == []


# --- a frame of another site ---


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("tls")
    files = str(folder / "cert.pem"), str(folder / "key.pem")
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    subprocess.run([*command, *subject, "-out", files[0], "-keyout", files[1]], check=True, capture_output=True)
    return files


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tls(certificate: tuple[str, str]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.mark.parametrize("named", [True, False])
def test_a_questionnaire_in_a_frame_of_a_named_site_and_of_another(
    chromium: Browser, library: Library, tmp_path: Path, certificate: tuple[str, str], named: bool
) -> None:
    """The site is 127.0.0.1 and the survey localhost, which browsers take for two sites."""
    port, site_port = free_port(), free_port()
    survey, site = f"https://localhost:{port}", f"https://127.0.0.1:{site_port}"
    store = open_store("memory:", tmp_path)
    Publications(store).publish(library.questionnaires)
    origins = (site if named else "https://elsewhere.example",)
    app = create_app(settings.load(tmp_path, public_url=survey, embed_origins=origins), store)
    page_around = Flask("site")
    page_around.add_url_rule("/", "page", lambda: f'<h1>Stadt</h1><iframe src="{survey}/en/q/needs"></iframe>')
    context = chromium.new_context(ignore_https_errors=True)
    with (
        answering(app, port, "localhost", tls(certificate)),
        answering(page_around, site_port, certificate=tls(certificate)),
    ):
        page = context.new_page()
        page.goto(site)
        frame = page.frame_locator("iframe")
        if named:
            frame.locator('input[name="B00"][value="yes"]').check()
            frame.locator("#_form .actions button").click()
            frame.locator('input[name="B01"]').first.wait_for()
            assert store.collection(DRAFTS).count() == 1
            (cookie,) = (one for one in context.cookies() if one["name"] == "__Host-survey")
            assert (cookie["sameSite"], cookie["secure"], cookie["httpOnly"]) == ("None", True, True)
            assert cookie.get("partitionKey")
        else:
            page.wait_for_timeout(500)
            assert frame.locator("#_form").count() == 0
        context.close()
