"""Fixtures for all tests: a definition from text, a store, published questionnaires."""

from __future__ import annotations

import datetime as dt
import functools
import gc
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest

from survey_service.questionnaire.loader import Library, load_folder
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses.revisions import Publications
from survey_service.store import open_store
from survey_service.store.base import Store
from tests import order
from tests.faults import table
from tests.quickly import applications_begin_quickly as applications_begin_quickly
from tests.store.postgres_server import Server, running

hypothesis.settings.register_profile("suite", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("suite")  # no test measures time

Count = Callable[[str, int], None]
TODAY = dt.date(2026, 11, 23)

SMALL = """
questionnaire: small
audience: newcomers
languages: [de, en]
label: {de: Klein, en: Small}
minutes: [1, 2]
consent: OK
choices:
  yes_no:
    - {name: "yes", label: {de: Ja, en: "Yes"}}
    - {name: "no", label: {de: Nein, en: "No"}}
  colours:
    - {name: red, label: {de: Rot, en: Red}, warm: "1"}
    - {name: blue, label: {de: Blau, en: Blue}, warm: "0"}
    - {name: green, label: {de: Grün, en: Green}, warm: "0"}
    - {name: none, label: {de: Keine, en: None}, exclusive: true, last: true, warm: ""}
    - {name: pna, label: {de: Keine Angabe, en: Prefer not to say}, exclusive: true, last: true, warm: ""}
pages:
  - name: start
    label: {de: Beginn, en: Start}
    questions:
      - {type: select_one, name: OK, choices: yes_no, required: true, label: {de: "Ja?", en: "Do you agree?"}}
  - name: about
    label: {de: Über Sie, en: About you}
    questions:
      - {type: integer, name: age, label: {de: Alter, en: Age}, parameters: {min: 0, max: 120}}
      - {type: text, name: town, label: {de: Ort, en: Town}, relevant: "${age} >= 18", parameters: {max_length: 20}}
      - {type: select_multiple, name: likes, choices: colours, label: {de: F, en: C}, parameters: {max_selected: 2}}
  - name: more
    label: {de: Mehr, en: More}
    relevant: selected(${likes}, 'red')
    questions:
      - {type: select_one, name: why, choices: colours, choice_filter: "warm = '1'", label: {de: Warum, en: Why}}
      - {type: date, name: since, label: {de: Seit wann, en: Since when}}
screen_outs:
  - {name: young, when: "${age} < 16 and ${age} != ''", label: {de: Danke, en: Thank you}}
"""


@pytest.fixture(scope="session")
def questionnaire(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Questionnaire]:
    """Return a function that loads one questionnaire from YAML text; it never changes, so the same text once."""

    @functools.lru_cache(maxsize=200)
    def load(text: str = SMALL) -> Questionnaire:
        folder = tmp_path_factory.mktemp("forms")
        name = text.split("questionnaire:", 1)[1].split("\n", 1)[0].strip()
        (folder / f"{name}.yaml").write_text(text, "utf-8")
        return load_folder(folder).questionnaires[name]

    return load


@pytest.fixture
def small(questionnaire: Callable[[str], Questionnaire]) -> Questionnaire:
    return questionnaire(SMALL)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of a module that says ``BOTH_STORES = True`` over the embedded store and over PostgreSQL."""
    if getattr(metafunc.module, "BOTH_STORES", False) and "store" in metafunc.fixturenames:
        metafunc.parametrize("store", ["tinydb:", "postgresql:"], indirect=True)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A real PostgreSQL for the whole run; its folder is short and open to the server's own user."""
    with running(Path(tempfile.mkdtemp(prefix="survey-pg-"))) as started:
        yield started
    shutil.rmtree(started.folder)


@pytest.fixture
def empty_database(server: Server) -> str:
    """Return the address of a PostgreSQL database without any table."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return server.url


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store: the embedded one, or in turn both (see pytest_generate_tests)."""
    url = getattr(request, "param", "tinydb:")
    if url == "postgresql:":
        url = request.getfixturevalue("empty_database")
    opened = open_store(url, tmp_path / "instance")
    yield opened
    opened.close()


@pytest.fixture
def publications(store: Store, small: Questionnaire) -> Publications:
    published = Publications(store)
    published.publish({"small": small})
    return published


@pytest.fixture(scope="session")
def bundled() -> Library:
    """The bundled questionnaires and vocabularies."""
    from survey_service.paths import bundled as folder

    return load_folder(folder("forms"))


@pytest.fixture
def counted(record_property: Callable[[str, object], None]) -> Count:
    """Return a function that counts injected faults, for the summary at the end of the run."""
    return lambda label, number: record_property(f"counted: {label}", number)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many faults were injected, and what was acknowledged meanwhile, in tests that have passed."""
    totals: Counter[str] = Counter()
    for report in terminalreporter.stats.get("passed", []):
        for key, value in getattr(report, "user_properties", ()):
            if key.startswith("counted: "):
                totals[key.removeprefix("counted: ")] += value
    if totals:
        terminalreporter.section("injected faults, in tests that passed: nothing acknowledged was lost")
        for label, number in sorted(totals.items()):
            terminalreporter.line(f"{number:>10,} {label}")
    table.show(terminalreporter)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Mark the tests of the table of bad input and faults; of those chosen, the longest begin first."""
    table.mark(items)
    yield
    items[:] = order.deal(items, getattr(config, "workerinput", {}).get("workercount", 1))


def pytest_collection_finish() -> None:
    """Look for garbage more seldom, and not in what lives as long as the run: modules and ten thousand tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
