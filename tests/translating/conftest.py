"""A folder of questionnaires and of interface catalogs, and workbenches over one store: each is one process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from survey_service.store.base import Store
from survey_service.translating import catalogs
from survey_service.translating.workbench import Workbench

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'

FORM = """
questionnaire: tiny
audience: newcomers
languages: [de, en, pl]
label: {de: Klein, en: Small}
minutes: [1, 2]
choices:
  yes_no:
    - {name: "yes", label: {de: Ja, en: "Yes"}}
    - {name: "no", label: {de: Nein, en: "No"}}
pages:
  - name: start
    label: {de: Beginn, en: Start}
    questions:
      - type: select_one
        name: OK
        choices: yes_no
        label: {de: "Stimmen Sie zu?", en: "Do you agree?"}
        required: true
        required_message: {de: Bitte antworten., en: Please answer.}
      - {type: select_one, name: place, choices: places, label: {de: Ort, en: Place}}
  - name: "page_{code}"
    for_each: places
    label: "{label}"
    questions:
      - {type: text, name: "why_{code}", label: {de: Warum, en: Why}}
"""
PLACES = """
vocabulary: places
label: {de: Orte, en: Places}
source: test
choices:
  - {name: A, label: {de: Stadt, en: Town}}
  - {name: B, label: {de: Dorf, en: Village}}
"""
POLISH = {
    "vocabularies/places/label": ("Orte", "Miejsca"),
    "vocabularies/places/A/label": ("Stadt", "Miasto"),
    "vocabularies/places/B/label": ("Dorf", "Wieś"),
    "tiny/label": ("Klein", "Mały"),
    "tiny/choices/yes_no/yes/label": ("Ja", "Tak"),
    "tiny/choices/yes_no/no/label": ("Nein", "Nie"),
    "tiny/start/label": ("Beginn", "Początek"),
    "tiny/start/OK/label": ("Stimmen Sie zu?", "Zgoda?"),
    "tiny/start/OK/required_message": ("Bitte antworten.", "Proszę odpowiedzieć."),
    "tiny/start/place/label": ("Ort", "Miejsce"),
    "tiny/page_{code}/why_{code}/label": ("Warum", "Dlaczego"),
}
INTERFACE = {"Back": "Wstecz", "Imprint": "Stopka", "Page %(number)s": "Strona %(number)s"}
LEGAL = ("Imprint",)


def catalog(texts: dict[str, tuple[str, str]], state: str = "machine draft") -> str:
    return HEADER + "".join(
        f'#. state: {state}\nmsgctxt "{address}"\nmsgid "{source}"\nmsgstr "{wording}"\n\n'
        for address, (source, wording) in texts.items()
    )


def interface(messages: dict[str, str]) -> str:
    plural = (
        'msgid "%(num)s minute"\nmsgid_plural "%(num)s minutes"\n'
        'msgstr[0] "minuta"\nmsgstr[1] "%(num)s minuty"\nmsgstr[2] "%(num)s minut"\n\n'
    )
    entries = "".join(f'#. state: machine draft\nmsgid "{a}"\nmsgstr "{b}"\n\n' for a, b in messages.items())
    return HEADER.replace("utf-8\\n", "utf-8\\nPlural-Forms: nplurals=3; plural=0;\\n") + entries + plural


@pytest.fixture
def forms(tmp_path: Path) -> Path:
    folder = tmp_path / "forms"
    for path, content in {
        "tiny.yaml": FORM,
        "vocabularies/places.yaml": PLACES,
        "translations/pl.po": catalog(POLISH),
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, "utf-8")
    return folder


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    folder = tmp_path / "messages"
    path = catalogs.path_of("pl", catalogs.MESSAGES, folder)
    path.parent.mkdir(parents=True)
    path.write_text(interface(INTERFACE), "utf-8")
    german = catalogs.path_of("de", catalogs.MESSAGES, folder)
    german.parent.mkdir(parents=True)
    german.write_text(HEADER + 'msgid "Back"\nmsgstr "Zurück"\n\nmsgid "Imprint"\nmsgstr "Impressum"\n', "utf-8")
    return folder


@pytest.fixture
def process(store: Store, forms: Path, messages: Path) -> Callable[[], Workbench]:
    """Return a function that makes a workbench as another process would have it: with nothing in memory."""
    return lambda: Workbench(lambda: store, forms, lambda: LEGAL, messages)


@pytest.fixture
def bench(process: Callable[[], Workbench]) -> Workbench:
    return process()
