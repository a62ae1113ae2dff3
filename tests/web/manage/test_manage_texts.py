"""The desk speaks German: every text of its pages, of reports and of the Problems it shows is translated."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import survey_service
from survey_service.web import catalogs

PACKAGE = Path(survey_service.__file__).parent
KEYWORDS = {"gettext": None, "ngettext": (1, 2), "N_": None, "D_": None}
PAGES = [("reports/**.py", "python"), ("web/manage/**.py", "python"), ("web/templates/manage/**.html", "jinja2")]


def used(methods: list[tuple[str, str]], keywords: Iterable[str]) -> set[str]:
    """Return the msgids (of plural texts the singular) that the source files use."""
    chosen = {name: KEYWORDS[name] for name in keywords}
    found = extract_from_dir(PACKAGE, method_map=methods, keywords=chosen)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


@pytest.fixture(scope="module")
def wanted() -> set[str]:
    return used(PAGES, KEYWORDS) | used([("problems.py", "python")], ["D_"])


def test_the_texts_are_found_where_they_stand(wanted: set[str]) -> None:
    assert {"Sign in", "%(num)s response", "Too many attempts", "higher is better", "Waiting for a decision"} <= wanted


def test_every_text_of_the_desk_is_translated_into_german(wanted: set[str]) -> None:
    translated = set()
    for domain in (catalogs.DESK, catalogs.MESSAGES):
        with catalogs.path_of("de", domain).open("rb") as file:
            catalog = read_po(file, abort_invalid=True)
        translated |= {
            message.id if isinstance(message.id, str) else message.id[0]
            for message in catalog
            if message.id and message.string and all(message.string) and not message.fuzzy
        }
    assert wanted - translated == set()
