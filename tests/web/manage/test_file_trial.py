"""A questionnaire with files in a test run on the desk: only the name is taken, and nothing is kept."""

from __future__ import annotations

from collections.abc import Callable

from survey_service.questionnaire import definition
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import definitions
from survey_service.responses.files import UPLOADS
from survey_service.store.base import Store
from tests.web.browser import Page
from tests.web.manage.conftest import Desk
from tests.web.manage.test_response_files import FORM


def test_a_named_file_answers_the_question_in_a_test_run(
    manager: Desk, store: Store, questionnaire: Callable[[str], Questionnaire]
) -> None:
    text = FORM.replace("name: letter,", "name: letter, required: true,") + (
        "  - name: more\n    label: {de: Mehr, en: More}\n    questions:\n"
        "      - {type: note, name: thanks, label: {de: Weiter, en: Onward}}\n"
    )
    definitions.put(store, definition.to_json(questionnaire(text)), "2026-03-01")
    path = "/manage/drafts/paper/try"
    page = Page(manager.get(path).text)
    given = {name: value for name, value in page.pairs() if name not in ("letter", "OK", "lang")}
    refused = manager.post(path, {**given, "OK": "yes", "letter": ""}).text
    assert 'id="letter:error"' in refused
    taken = manager.post(path, {**given, "OK": "yes", "letter": "Brief.pdf"}).text
    assert 'id="letter:error"' not in taken
    assert "Brief.pdf" in taken
    assert "Weiter" in taken
    assert store.collection(UPLOADS).count() == 0
