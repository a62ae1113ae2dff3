"""A report is made again on the snapshot it names, and is the same; or the service says why it can't be made again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from survey_service.reports import report, snapshot
from survey_service.reports.plugin import ReportContext, ReportInfo, answered, chose_any
from survey_service.reports.report import Report
from survey_service.reports.reproduce import Obstacle, differing, snapshot_obstacle
from survey_service.reports.snapshot import Snapshot
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from tests.conftest import TODAY

INFO = {"version": "1", "title": {"de": "P", "en": "P"}}


def blocks(frozen: Snapshot) -> list[dict[str, Any]]:
    """Return what a plugin would say of a snapshot."""
    info = ReportInfo("p", "1", {"*": "P"}, ("small",))
    context = ReportContext(frozen.folder, info, TODAY)
    share = context.share("small", chose_any("likes", "red"), answered("likes"))
    statement = {"type": "statement", "id": "red", "count": share.numerator, "n": share.base}
    return [{"type": "text", "text": {"en": "Colours"}}, statement]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "snapshots"


@pytest.fixture
def made(store: Store, publications: Publications, respond: Callable[..., None], folder: Path) -> Report:
    for _ in range(5):
        respond({"likes": ["red"]})
        respond({"likes": ["blue"]}, today=dt.date(2026, 7, 1))
    frozen = snapshot.freeze(folder, store, publications, ["small"], offers=False)
    return report.save(store, report.compose("p", INFO, frozen, blocks(frozen), TODAY))


def test_a_report_names_what_it_rests_on(made: Report, store: Store) -> None:
    assert made.basis == {"small": {"periods": ["2026-Q3", "2026-Q4"], "revisions": ["small-1"]}}
    assert report.load(store, made.id).basis == made.basis


def test_it_is_the_same_although_more_has_come(
    made: Report, respond: Callable[..., None], folder: Path, store: Store, publications: Publications
) -> None:
    respond({"likes": ["red"]})
    snapshot.freeze(folder, store, publications, ["small"], offers=False)
    assert snapshot_obstacle(made, folder) is None
    assert differing(made.blocks, blocks(snapshot.open_snapshot(folder / made.snapshot))) == ()


def test_what_differs_is_named(made: Report) -> None:
    first, statement = made.blocks
    other = [first, {**statement, "count": 6}, {"type": "figure", "indicator": "INT3", "period": "2026-Q4"}]
    assert differing(made.blocks, other) == ("statement red", "figure INT3 2026-Q4")


def test_blocks_without_a_name_are_told_by_their_place() -> None:
    one, other = {"type": "text", "text": {"en": "a"}}, {"type": "text", "text": {"en": "b"}}
    assert differing([one, other], [one, one]) == ("text 2",)
    assert differing([one], [one, other]) == ("text 2",)


def _format(path: Path) -> None:
    manifest = path / "manifest.json"
    content = {**json.loads(manifest.read_bytes()), "format": 1}
    manifest.unlink()
    manifest.write_text(json.dumps(content))


def _damage(path: Path) -> None:
    (path / "codebook.json").unlink()


@pytest.mark.parametrize(
    ("happens", "obstacle"), [(shutil.rmtree, Obstacle.GONE), (_damage, Obstacle.DAMAGED), (_format, Obstacle.FORMAT)]
)
def test_why_not_for_snapshots(made: Report, folder: Path, happens: Callable[[Path], None], obstacle: Obstacle) -> None:
    happens(folder / made.snapshot)
    assert snapshot_obstacle(made, folder) is obstacle


def test_a_page_that_asks_reads_no_rows(made: Report, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(path: Path) -> str:
        raise AssertionError(f"{path.name} was read as a whole")

    monkeypatch.setattr(snapshot, "sha256_of", read)
    assert snapshot_obstacle(made, folder) is None


def test_why_not_after_a_withdrawal(made: Report, folder: Path) -> None:
    assert snapshot_obstacle(dataclasses.replace(made, withdrawn=True), folder) is Obstacle.WITHDRAWN


def test_chosen_periods(made: Report, store: Store, publications: Publications, folder: Path) -> None:
    def freeze(*periods: str) -> Snapshot:
        return snapshot.freeze(folder, store, publications, ["small"], offers=False, periods=periods)

    autumn = freeze("2026-Q4")
    table = autumn.manifest["tables"]["responses-small"]
    assert (table["rows"], table["counts"]["periods"]) == (5, {"2026-Q4": 5})
    assert sorted(path.name for path in autumn.folder.glob("*.arrow")) == ["responses-small@2026-Q4.arrow"]
    assert freeze("2026-Q3", "2026-Q4").id == made.snapshot, "these are all there are"
    nothing = freeze("2020-Q1")
    assert nothing.manifest["tables"]["responses-small"]["rows"] == 0
    context = ReportContext(nothing.folder, ReportInfo("p", "1", {"*": "P"}, ("small",)), TODAY)
    assert context.share("small", chose_any("likes", "red"), answered("likes")).base is None
