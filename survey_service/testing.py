"""A pytest plugin for authors of report plugins, at hand wherever the service is installed.

Fixtures: ``run_report`` makes a plugin's report as the service would, but in the test's own process, and checks it;
``report_context`` gives the context alone; ``report_questionnaires`` names the questionnaires there are, the bundled
ones unless a test folder overrides it. Without responses of their own, reports are made of the demonstration.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from survey_service.questionnaire.model import Questionnaire
    from survey_service.reports.context import ReportContext, ReportInfo
    from survey_service.responses.revisions import Publications
    from survey_service.store.base import Store

DAY = dt.date(2026, 11, 23)
"""The day on which reports are made, unless the test says another."""
Responses = Mapping[str, Sequence[Mapping[str, Any]]]
"""Questionnaire → answers of each response, by question; consent is given without saying so."""


@dataclass(frozen=True)
class Made:
    """A finished report: its blocks as they would be stored."""

    blocks: tuple[Mapping[str, Any], ...]

    def figure(self, indicator: str, period: str = "") -> Mapping[str, Any]:
        """Return the figure of an indicator, the last one if no period is named. Raises LookupError."""
        found = [block for block in self.blocks if block["type"] == "figure" and block["indicator"] == indicator]
        return _last([block for block in found if period in ("", block["period"])], f"figure {indicator} {period}")

    def statement(self, id: str) -> Mapping[str, Any]:
        """Return a statement. Raises LookupError."""
        return self._block("statement", id)

    def table(self, id: str) -> Mapping[str, Any]:
        """Return a table. Raises LookupError."""
        return self._block("table", id)

    def chart(self, id: str) -> Mapping[str, Any]:
        """Return a chart. Raises LookupError."""
        return self._block("chart", id)

    def _block(self, kind: str, id: str) -> Mapping[str, Any]:
        return _last([block for block in self.blocks if (block["type"], block.get("id")) == (kind, id)], f"{kind} {id}")


def _last(found: Sequence[Mapping[str, Any]], wanted: str) -> Mapping[str, Any]:
    if not found:
        raise LookupError(f"the report has no {wanted}")
    return found[-1]


@pytest.fixture(scope="session")
def report_questionnaires() -> Mapping[str, Questionnaire]:
    """The questionnaires there are, by name: the bundled ones."""
    from survey_service.paths import bundled
    from survey_service.questionnaire.loader import load_folder

    return load_folder(bundled("forms")).questionnaires


@pytest.fixture(scope="session")
def _report_demonstration(
    report_questionnaires: Mapping[str, Questionnaire],
) -> Iterator[Callable[[], tuple[Store, Publications]]]:
    """A function that fills a store with the demonstration, the first time."""
    from survey_service import demo

    filled: list[tuple[Store, Publications]] = []

    def fill() -> tuple[Store, Publications]:
        if not filled:
            filled.append(_published(report_questionnaires))
            demo.fill(*filled[0], today=DAY)
        return filled[0]

    yield fill
    for store, _ in filled:
        store.close()


def _published(questionnaires: Mapping[str, Questionnaire]) -> tuple[Store, Publications]:
    from survey_service.responses.revisions import Publications
    from survey_service.store import MemoryStore

    store = MemoryStore()
    publications = Publications(store)
    publications.publish(questionnaires)
    return store, publications


@pytest.fixture
def report_context(
    report_questionnaires: Mapping[str, Questionnaire],
    _report_demonstration: Callable[[], tuple[Store, Publications]],
    tmp_path: Path,
) -> Callable[..., ReportContext]:
    """Return a function: ``report_context(info, responses=…, parameters=…, today=…)`` → the context of a plugin."""

    def make(
        info: ReportInfo,
        *,
        responses: Responses | None = None,
        parameters: Mapping[str, Any] | None = None,
        today: dt.date = DAY,
    ) -> ReportContext:
        from survey_service.reports import snapshot
        from survey_service.reports.context import TEXTS, ReportContext
        from survey_service.reports.parameters import complete

        store, publications = (
            _report_demonstration() if responses is None else _answered(report_questionnaires, responses, today)
        )
        frozen = snapshot.freeze(
            tmp_path / "snapshots",
            store,
            publications,
            info.questionnaires,
            offers=info.offers,
            texts=TEXTS in info.permissions,
        )
        return ReportContext(frozen.folder, info, today, complete(info.parameters, parameters or {}))

    return make


def _answered(
    questionnaires: Mapping[str, Questionnaire], responses: Responses, today: dt.date
) -> tuple[Store, Publications]:
    """Return a store with these responses, each judged as if a person had sent it. Raises Problem if one is refused."""
    import uuid

    from survey_service.responses.submissions import Submission, submit

    store, publications = _published(questionnaires)
    for name, rows in responses.items():
        published = publications.current(name)
        consent = {published.questionnaire.consent: "yes"} if published.questionnaire.consent else {}
        for number, answers in enumerate(rows):
            key = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{name}:{number}"))
            sent = Submission(
                key, published.revision, published.questionnaire.languages[0], {**consent, **answers}, number, "web"
            )
            submit(store, publications, sent, receipt_key="test", today=today)
    return store, publications


@pytest.fixture
def run_report(report_context: Callable[..., ReportContext]) -> Callable[..., Made]:
    """Return a function: ``run_report(module, responses=…, parameters=…, today=…)`` → the finished report.

    The plugin must keep to its API in all that the service would check: hooks, plugin.toml, schema, disclosure control.
    """

    def run(plugin: ModuleType, **options: Any) -> Made:
        import json

        from survey_service.reports import guest, manifest, output

        manager = guest.manager_of(plugin)
        info = manager.hook.report_info()
        stated = manifest.read(Path(str(plugin.__file__)).parent).info
        assert output.check_info(info.to_json()) == stated, "report_info is not what plugin.toml says"  # noqa: S101
        made = manager.hook.report_run(context=report_context(info, **options))
        plain = made if isinstance(made, dict) else made.to_json()
        encoded = json.dumps(plain, ensure_ascii=False, allow_nan=False).encode("utf-8")
        return Made(tuple(output.check_output(output.read_json(encoded))))

    return run
