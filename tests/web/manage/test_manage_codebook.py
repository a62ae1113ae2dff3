"""The codebook as a document: every question in words, in the language chosen, over all revisions."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from html import unescape

from survey_service.questionnaire.model import Questionnaire
from survey_service.responses.export import codebook as export
from survey_service.responses.revisions import Publications
from survey_service.web.manage import codebook
from tests.questionnaire.test_repeats import HOUSEHOLD
from tests.web.manage.conftest import SMALL, Desk

ADDRESS = "/manage/questionnaires/{}/codebook?language={}"


def words(page: str) -> str:
    """Return the text of a page, blanks squeezed."""
    body = page[page.index("<main>") :]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split()).replace("\u2068", "").replace("\u2069", "")


def test_every_question_with_choices_conditions_and_revisions(
    manager: Desk, publications: Publications, questionnaire: Callable[[str], Questionnaire]
) -> None:
    publications.publish({"small": questionnaire(SMALL.replace("name: since", "name: begin"))})
    answer = manager.get(ADDRESS.format("small", "en"))
    assert answer.mimetype == "text/html"
    assert "small-codebook-en.html" in answer.headers["Content-Disposition"]
    text = words(answer.text)
    assert "Codebook: Small" in text
    assert "age Age Kind whole number integer Asked in small-1, small-2 min 0 max 120" in text
    assert "since Since when Kind day date Asked in small-1" in text
    assert "begin Since when Kind day date Asked in small-2 " in text
    assert "Page: More more Shown if “Colours” includes “Red”." in text
    assert "town Town Kind text text Asked in small-1, small-2 max_length 20 Shown if “Age” is at least 18." in text
    assert "Choices of likes Value Text red Red blue Blue pna Prefer not to say" in text
    assert "OK Do you agree? Kind one of the choices select_one Asked in small-1, small-2 Must be answered yes" in text


def test_texts_in_a_language_the_desk_does_not_speak(
    manager: Desk, publications: Publications, questionnaire: Callable[[str], Questionnaire]
) -> None:
    arabic = SMALL.replace("{de: Ort, en: Town}", "{de: Ort, en: Town, ar: مدينة}")
    publications.publish({"small": questionnaire(arabic)})
    page = manager.get(ADDRESS.format("small", "ar")).text
    assert '<html lang="en" dir="ltr">' in page
    assert '<h4><code>town</code> <span lang="ar" dir="rtl">مدينة</span></h4>' in page
    assert "<h4><code>age</code> Age</h4>" in page  # falls back to English


def test_repeats_are_tables_of_their_own(
    manager: Desk, publications: Publications, questionnaire: Callable[[str], Questionnaire]
) -> None:
    publications.publish({"household": questionnaire(HOUSEHOLD)})
    page = manager.get(ADDRESS.format("household", "en")).text
    text = words(page)
    assert "Repeat: School A table of its own, “school”, with a row for each entry. Asked in: household-1." in text
    assert "Shown if “Age” is less than 18. Number of entries: “Schools”." in text
    assert "people:entries number of entries of this repeat" in text
    assert "Group: Minor minors" in text
    assert "head Who is the head of ${street}?" in text
    assert "Choices the answers to name" in text
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in itertools.pairwise(levels))
    assert page.count("<table") == page.count("<caption>")


def test_every_column_of_the_tables_is_explained() -> None:
    assert tuple(codebook.FACTS) == export.FACTS
    assert tuple(codebook.LINKS) == export.LINKS


def test_who_may_and_which_languages(manager: Desk, as_role: Callable[[str], Desk]) -> None:
    assert manager.get(ADDRESS.format("small", "xx")).status_code == 404
    assert manager.get(ADDRESS.format("nothing", "de")).status_code == 404
    assert as_role("Willi").get(ADDRESS.format("small", "de")).status_code == 403
    page = manager.get("/manage/questionnaires/small/export?lang=en").text
    assert 'action="/manage/questionnaires/small/codebook"' in page
    assert "zip" not in page
