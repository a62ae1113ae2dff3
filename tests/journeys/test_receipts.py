"""Four words: begun on one phone, gone on with on another, sent, seen, corrected and withdrawn."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from survey_service.reports import snapshot
from survey_service.reports.snapshot import Snapshot
from survey_service.responses import export, receipts
from survey_service.responses.drafts import DRAFTS
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from tests.journeys.conftest import Service
from tests.journeys.inspection import Inspector
from tests.journeys.test_offline import arrive, seen
from tests.journeys.test_offline import begin as begin_on_the_phone
from tests.journeys.test_respondents import Watcher, begin, choose, fill, path, proceed

Contexts = Callable[..., BrowserContext]


@pytest.fixture
def look(inspector: Inspector, tmp_path: Path) -> Callable[[Page], None]:
    return Watcher(inspector, "de", "light", tmp_path).look


@pytest.fixture
def frozen(service: Service, tmp_path: Path) -> Callable[[], Snapshot]:
    """Return a function that freezes the responses as a report would."""
    folder = tmp_path / "instance" / "snapshots"
    return lambda: snapshot.freeze(folder, service.store, Publications(service.store), ["needs"], offers=False)


def ages(taken: Snapshot) -> list[str | None]:
    """Return the answers to the question of the age in a snapshot."""
    import polars as pl

    return [age for path in taken.folder.glob("responses-needs*.arrow") for age in pl.read_ipc(path)["B02"].to_list()]


def exported(service: Service) -> list[str]:
    """Return the answers to the question of the age in an export."""
    return [document["answers"]["B02"] for document in export.documents(service.store, "needs")]


def send_the_rest(page: Page) -> None:
    """Go through all further pages without an answer, and send."""
    for _ in range(30):
        if path(page).endswith("/done"):
            return
        fill(page, {"B08": "WOH"})
        proceed(page)
    raise AssertionError(path(page))


def test_resumed_on_a_second_phone_corrected_and_withdrawn(
    service: Service, contexts: Contexts, look: Callable[[Page], None], frozen: Callable[[], Snapshot]
) -> None:
    first, second = contexts("de", scripts=False).new_page(), contexts("ar").new_page()
    begin(first, service)
    choose(first, "B02", "27-44")
    first.click('button[name="_later"]')
    look(first)
    words = first.locator("code").inner_text()
    first.click('form[action$="/card"] button')
    look(first)
    assert first.locator(".code svg").is_visible()
    assert words not in first.url

    second.goto(f"{service.url}/ar/resume")
    second.fill("#words", receipts.in_script(words, "ar"))
    second.click("main form button")
    assert path(second) == "/ar/q/needs"
    first.goto(f"{service.url}/de/q/needs/about")
    look(first)
    first.goto(f"{service.url}/de/resume")
    look(first)

    second.click("main .actions a")
    assert second.locator('input[name="B02"][value="27-44"]').is_checked()
    send_the_rest(second)
    assert second.locator("code").all_inner_texts() == [words, receipts.in_script(words, "ar")]
    (stored,) = service.store.collection(RESPONSES).find()
    assert (stored.body["answers"]["B02"], stored.body["language"]) == ("27-44", "ar")
    assert stored.body["receipt_hash"] == receipts.hash_of(words)
    assert service.store.collection(DRAFTS).count() == 0
    before = frozen()
    assert (ages(before), exported(service)) == (["27-44"], ["27-44"])

    second.goto(f"{service.url}/de/receipt#{words}")
    assert second.input_value("#words") == words
    assert second.url == f"{service.url}/de/receipt", "the fragment does not stay"
    look(second)
    second.click("main form button")
    look(second)
    second.click('button[name="_copy"]')
    look(second)
    with second.expect_download() as taken:
        second.click('button[name="_save"]')
    copied = json.loads(taken.value.path().read_bytes())
    assert (copied["response"]["language"], copied["stored"]["answers"]["B02"]) == ("ar", "27-44")
    second.click("main form button:not([name])")
    second.click('button[name="_correct"]')
    second.goto(f"{service.url}/de/q/needs/about")
    choose(second, "B02", "45-64")
    proceed(second)
    send_the_rest(second)
    look(second)
    assert second.locator("code").all_inner_texts() == [words]
    assert exported(service) == ["45-64"]
    corrected = frozen()
    assert (ages(corrected), corrected.id != before.id) == (["45-64"], True)

    first.goto(f"{service.url}/de/receipt")
    first.fill("#words", words.upper().replace("-", " "))
    first.click("main form button")
    first.click('button[name="_withdraw"]')
    look(first)
    first.click('button[name="_withdraw_now"]')
    assert path(first) == "/de/receipt/withdrawn"
    look(first)
    assert (service.store.collection(RESPONSES).count(), exported(service)) == (0, [])
    assert not before.folder.exists()
    assert not corrected.folder.exists()
    after = frozen()
    assert ages(after) == []
    assert after.manifest["tables"]["responses-needs"]["counts"]["statuses"] == {"withdrawn": 1}
    first.goto(f"{service.url}/de/receipt")
    first.fill("#words", words)
    first.click("main form button")
    look(first)
    assert first.locator("[aria-invalid=true]").is_visible()


def test_a_phone_hands_its_answers_in_and_another_goes_on(service: Service, contexts: Contexts) -> None:
    page = contexts("de").new_page()
    arrive(page, service)
    begin_on_the_phone(page)
    page.check('input[name="B02"][value="27-44"]')
    page.click("#_form .actions button")
    page.wait_for_selector('section[data-page="language"]:not([hidden])')
    page.context.set_offline(True)
    page.click('#_form [data-do="later"]')
    page.wait_for_selector("#_kept.error")
    assert service.store.collection(DRAFTS).count() == 0
    page.context.set_offline(False)
    page.click('#_form [data-do="later"]')
    seen(page, "_later")
    words = page.locator("#_kept_words code").first.inner_text()
    (draft,) = service.store.collection(DRAFTS).find()
    assert draft.body["inputs"] == {"B00": "yes", "B02": "27-44"}
    assert draft.body["receipt_hash"] == receipts.hash_of(words)
    page.click("#_kept_words form button")
    page.wait_for_selector(".card .code svg")
    page.goto(f"{service.url}/de/q/needs")
    page.wait_for_selector("html[data-here=true]", timeout=30_000)
    assert page.locator("input:checked").count() == 0, "this phone holds nothing any more"

    other = contexts("de").new_page()
    other.goto(f"{service.url}/de/receipt#{words}")
    other.click("main form button")
    other.click("main form button")
    other.click("main .actions a")
    assert path(other) == "/de/q/needs/language", "one goes on behind what was shown"
    send_the_rest(other)
    assert other.locator("code").first.inner_text() == words
    (stored,) = service.store.collection(RESPONSES).find()
    assert (stored.body["answers"]["B02"], stored.body["mode"]) == ("27-44", "web")
