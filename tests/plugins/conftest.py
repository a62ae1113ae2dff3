"""The demo wave in a store, made once, and a way to run a bundled plugin on any part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from survey_service import demo
from survey_service import settings as settings_module
from survey_service.offers.register import OFFERS
from survey_service.paths import bundled as bundled_folder
from survey_service.questionnaire.loader import Library
from survey_service.reports import guest, output, snapshot
from survey_service.reports.codebook import codebook_of
from survey_service.reports.context import ReportContext
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.settings import Settings
from survey_service.store import open_store
from survey_service.store.base import Store
from tests.conftest import TODAY

Documents = list[dict[str, Any]]


@dataclass(frozen=True)
class Wave:
    """The demo wave: where it is stored, and its documents as plain JSON."""

    store: Store
    publications: Publications
    settings: Settings
    needs: Documents
    experts: Documents
    offers: Documents


@pytest.fixture(name="wave", scope="session")
def demo_wave(bundled: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wave]:
    folder = tmp_path_factory.mktemp("demo")
    store = open_store("tinydb:", folder)
    publications = Publications(store)
    publications.publish(bundled.questionnaires)
    demo.fill(store, publications, today=TODAY)
    responses = store.collection(RESPONSES)
    yield Wave(
        store=store,
        publications=publications,
        settings=settings_module.load(folder),
        needs=[stored.body for stored in responses.find(questionnaire="needs")],
        experts=[stored.body for stored in responses.find(questionnaire="experts")],
        offers=[stored.body for stored in store.collection(OFFERS).iterate()],
    )
    store.close()


@pytest.fixture
def run_on(wave: Wave, tmp_path: Path) -> Callable[..., output.Blocks]:
    """Return a function that runs a bundled plugin on given documents, in this process, and returns checked blocks."""

    def run(plugin: str, needs: Documents, experts: Documents, offers: Documents) -> output.Blocks:
        books: dict[str, Mapping[str, Any]] = {}
        tables = {"offers": snapshot.offers_table(offers, {})}
        for name, bodies in (("needs", needs), ("experts", experts), ("offers", [])):
            history = wave.publications.history(name)
            revisions = {id: wave.publications.revision(id).questionnaire for id in history}
            books[name] = codebook_of(revisions)
            if name != "offers":
                tables[f"responses-{name}"] = snapshot.responses_table(bodies, revisions)
        frozen = snapshot.write(tmp_path / "snapshots", tables, books)
        manager = guest.manager_of(guest.load(plugin, str(bundled_folder("plugins") / plugin)))
        context = ReportContext(frozen.folder, manager.hook.report_info(), TODAY)
        result = manager.hook.report_run(context=context).to_json()
        return output.check_output(output.read_json(guest._encode(result)))

    return run
