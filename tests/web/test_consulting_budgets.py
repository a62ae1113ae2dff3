"""What a member of a body fetches on a phone, in bytes as sent: a round of 24 languages with many statements."""

from __future__ import annotations

import pytest

from survey_service import languages, settings
from survey_service.app import create_app
from survey_service.paths import bundled
from survey_service.questionnaire.loader import Library, load_folder
from survey_service.responses.revisions import Publications
from survey_service.store import open_store
from tests.web.browser import Browser
from tests.web.consultation import in_languages

MOST = 8 * 1024
STATEMENTS = 60
TAGS = ("de", "ar", "ti")


@pytest.fixture(scope="module")
def library() -> Library:
    return load_folder(bundled("forms"))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, library: Library) -> dict[str, dict[str, int]]:
    """Return the bytes of each page by language and name."""
    folder = tmp_path_factory.mktemp("consultation")
    store = open_store("tinydb:", folder)
    Publications(store).publish({name: library.questionnaires[name] for name in ("needs", "consultation")})
    model = library.questionnaires["needs"]
    asked = [question.label for question in model.questions.values() if len(question.label) > 20]
    fields = [choice.label for choice in model.questions["B08"].choices[:7]]
    statements = [asked[number % len(asked)] for number in range(STATEMENTS)]
    held = in_languages(store, [entry.tag for entry in languages.offered()], statements, fields)
    app = create_app(settings.load(folder), store)
    measured: dict[str, dict[str, int]] = {}
    for tag in TAGS:
        browser, at = Browser(app.test_client()), held.address(f"Anna {tag}")
        browser.open(at)
        browser.send(K0="yes")
        browser.open(f"{at}/statements/item-1")
        browser.send(K1="disagree", K2="Nein.", K3="Doch.")
        ends = ("", "/statements", "/statements/item-1", "/statements/item-2", "/votes")
        answers = {end: app.test_client().get(at + end, headers={"Accept-Encoding": "br"}) for end in ends}
        assert {answer.status_code for answer in answers.values()} == {200}
        measured[tag] = {end: len(answer.data) for end, answer in answers.items()}
    store.close()
    return measured


@pytest.mark.parametrize("tag", TAGS)
def test_the_pages_behind_a_link_keep_their_budgets(pages: dict[str, dict[str, int]], tag: str) -> None:
    assert {end: size for end, size in pages[tag].items() if size > MOST} == {}
