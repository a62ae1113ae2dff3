"""The demo wave in a store, made once, and a way to run a bundled plugin on any part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from survey_service import demo
from survey_service import settings as settings_module
from survey_service.offers.register import OFFERS
from survey_service.paths import bundled as bundled_folder
from survey_service.questionnaire.loader import Library
from survey_service.questionnaire.model import Questionnaire
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


@pytest.fixture(scope="session")
def frozen(wave: Wave, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function that freezes given documents, and numbers of open drafts by language, into a folder."""
    folder = tmp_path_factory.mktemp("snapshots")
    revisions: dict[str, dict[str, Questionnaire]] = {}
    for name in ("needs", "experts", "offers"):
        history = wave.publications.history(name)
        revisions[name] = {id: wave.publications.revision(id).questionnaire for id in history}
    books = {name: codebook_of(each) for name, each in revisions.items()}

    def freeze(
        needs: Documents, experts: Documents, offers: Documents, drafts: Mapping[str, int] = MappingProxyType({})
    ) -> Path:
        tables = {
            "responses-needs": snapshot.responses_table(needs, revisions["needs"], drafts=drafts),
            "responses-experts": snapshot.responses_table(experts, revisions["experts"]),
            "offers": snapshot.offers_table(offers),
        }
        return snapshot.write(folder, tables, books).folder

    return freeze


@pytest.fixture(scope="session")
def run_plugin() -> Callable[[str, Path], output.Blocks]:
    """Return a function that runs a bundled plugin over a frozen snapshot, in this process, and returns its blocks."""
    hooks: dict[str, Any] = {}

    def run(plugin: str, folder: Path) -> output.Blocks:
        if plugin not in hooks:
            hooks[plugin] = guest.manager_of(guest.load(plugin, str(bundled_folder("plugins") / plugin))).hook
        context = ReportContext(folder, hooks[plugin].report_info(), TODAY)
        blocks: output.Blocks = hooks[plugin].report_run(context=context).to_json()["blocks"]
        return blocks

    return run


@pytest.fixture
def run_on(
    frozen: Callable[..., Path], run_plugin: Callable[[str, Path], output.Blocks]
) -> Callable[..., output.Blocks]:
    """Return a function that runs a bundled plugin on given documents, and returns checked blocks."""

    def run(plugin: str, needs: Documents, experts: Documents, offers: Documents) -> output.Blocks:
        blocks = run_plugin(plugin, frozen(needs, experts, offers))
        return output.check_output(output.read_json(guest._encode({"blocks": blocks})))

    return run
