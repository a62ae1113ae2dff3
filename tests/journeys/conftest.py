"""A running service and a real browser: Debian's Chromium through Playwright."""

from __future__ import annotations

import contextlib
import functools
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, Playwright, sync_playwright
from werkzeug.serving import make_server

from survey_service import languages, settings
from survey_service.app import create_app
from survey_service.paths import bundled
from survey_service.questionnaire.loader import Library, load_folder
from survey_service.responses.revisions import Publications
from survey_service.store import open_store
from survey_service.store.base import Store
from tests.journeys.inspection import Inspector

PHONE = {"width": 360, "height": 640}
OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder as a journey."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.journey)


@dataclass(frozen=True)
class Service:
    """A service under test: its address and its store."""

    url: str
    store: Store


@pytest.fixture(scope="session")
def library() -> Library:
    """The bundled questionnaires, with all their translations."""
    return load_folder(bundled("forms"))


@contextlib.contextmanager
def serving(library: Library, folder: Path, **values: Any) -> Iterator[Service]:
    """Serve on a free port, over a store of its own, with the bundled questionnaires and these settings."""
    store = open_store("tinydb:", folder / "instance")
    Publications(store).publish(library.questionnaires)
    with answering(create_app(settings.load(folder / "instance", **values), store)) as port:
        yield Service(f"http://127.0.0.1:{port}", store)
    store.close()


@contextlib.contextmanager
def answering(app: Any, port: int = 0, host: str = "127.0.0.1", certificate: Any = None) -> Iterator[int]:
    """Let an application answer on a port, and return the port; with a certificate and its key over TLS."""
    server = make_server(host, port, app, threaded=True, ssl_context=certificate)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join(5)


def back(page: Page) -> None:
    """Go back as by the browser's button; asked while it swaps one document for the next, Chromium has no history."""
    for _ in range(20):
        try:
            page.go_back()
            return
        except Error as error:
            if "Not attached" not in error.message:
                raise
        page.wait_for_timeout(250)
    raise AssertionError("the browser never had a history")


@pytest.fixture
def service(library: Library, tmp_path: Path) -> Iterator[Service]:
    """The service with its default settings."""
    with serving(library, tmp_path) as started:
        yield started


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")  # a page of the first costs a third
    assert path, "the journeys need Debian's chromium-headless-shell or chromium"
    browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
    yield browser
    browser.close()


@pytest.fixture(scope="session", autouse=True)
def what_is_pressed_has_led_somewhere() -> Iterator[None]:
    """Let a click, or a key pressed, last until the page it leads to can be read: its address is there before it."""

    def lasting(act: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(act)
        def acted(on: Page | Locator, *arguments: Any, **options: Any) -> None:
            act(on, *arguments, **options)
            page = on if isinstance(on, Page) else on.page
            if not page.is_closed():
                page.wait_for_load_state("domcontentloaded")

        return acted

    with pytest.MonkeyPatch.context() as patch:
        for kind in (Page, Locator):
            for name in ("click", "press"):
                patch.setattr(kind, name, lasting(getattr(kind, name)))
        yield


@pytest.fixture
def contexts(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Return a function that opens a phone of its own (its own cookies)."""
    opened: list[BrowserContext] = []

    def open_context(tag: str, *, scripts: bool = True, scheme: Any = "light", width: int = 360) -> BrowserContext:
        context = chromium.new_context(
            viewport={**PHONE, "width": width},
            device_scale_factor=2,
            is_mobile=True,
            has_touch=True,
            locale=languages.language(tag).html,
            color_scheme=scheme,
            java_script_enabled=scripts,
        )
        context.set_default_timeout(10_000)
        opened.append(context)
        return context

    yield open_context
    for context in opened:
        context.close()


@pytest.fixture
def phone(contexts: Callable[..., BrowserContext]) -> OpenPage:
    """Return a function that opens a page on a new phone: ``phone("ar", scripts=False)``."""
    return lambda tag, **options: contexts(tag, **options).new_page()


@pytest.fixture(scope="session")
def inspector(chromium: Browser) -> Iterator[Inspector]:
    """What looks at the pages a journey reaches; one for all, for a browser compiles axe for each page anew."""
    made = Inspector(chromium)
    yield made
    made.close()
