"""A withdrawn response leaves the snapshots that may hold it, and the reports made of them say so."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from survey_service.reports import report, snapshot, withdrawal
from survey_service.reports.snapshot import Snapshot
from survey_service.responses import holder
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import Submission, submit
from survey_service.store.base import Store
from tests.conftest import TODAY

BOTH_STORES = True
INFO = {"version": "1", "title": {"de": "P", "en": "P"}}
SUMMER = dt.date(2026, 7, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where snapshots lie, beside something that is none."""
    (tmp_path / "snapshots" / "notes").mkdir(parents=True)
    return tmp_path / "snapshots"


@pytest.fixture
def send(store: Store, publications: Publications) -> Callable[..., str]:
    """Return a function that sends a response and returns its receipt."""

    def sent(age: int, today: dt.date = TODAY) -> str:
        submission = Submission(str(uuid.uuid4()), "small-1", "de", {"OK": "yes", "age": age}, 1, "web")
        return submit(store, publications, submission, receipt_key="secret", today=today).receipt

    return sent


@pytest.fixture
def freeze(store: Store, publications: Publications, folder: Path) -> Callable[[], Snapshot]:
    return lambda: snapshot.freeze(folder, store, publications, ["small"], offers=False)


def rows(frozen: Snapshot) -> int:
    return int(frozen.manifest["tables"]["responses-small"]["rows"])


def test_the_snapshot_goes_and_its_report_is_marked(
    store: Store, send: Callable[..., str], freeze: Callable[[], Snapshot], folder: Path
) -> None:
    send(30, SUMMER)
    summer = freeze()
    kept = report.save(store, "p", INFO, summer, [], TODAY)
    receipt = send(40)
    frozen = freeze()
    made = report.save(store, "p", INFO, frozen, [], TODAY)
    holder.withdraw(store, receipt)
    assert withdrawal.reach(store, folder) == 1
    assert [path.parent.name for path in folder.glob("*/manifest.json")] == [summer.id]
    assert (folder / "notes").exists()
    assert report.load(store, made.id).withdrawn
    assert not report.load(store, kept.id).withdrawn, "it was frozen from another quarter only"
    assert store.collection(holder.PENDING).count() == 0
    assert withdrawal.reach(store, folder) == 0
    again = freeze()
    assert (rows(again), again.id != summer.id) == (1, True)
    assert again.manifest["tables"]["responses-small"]["counts"]["statuses"] == {"valid": 1, "withdrawn": 1}
    assert report.save(store, "p", INFO, again, [], TODAY).counts == {"small": {"valid": 1, "withdrawn": 1}}


def test_a_withdrawal_that_was_interrupted_is_made_up_for(
    store: Store, send: Callable[..., str], freeze: Callable[[], Snapshot], folder: Path
) -> None:
    receipt = send(40)
    frozen = freeze()
    holder.withdraw(store, receipt)  # and the process ends here
    assert frozen.folder.exists()
    assert withdrawal.reach(store, folder) == 1
    assert not frozen.folder.exists()


def test_a_damaged_snapshot_goes_too(
    store: Store, send: Callable[..., str], freeze: Callable[[], Snapshot], folder: Path
) -> None:
    receipt = send(40)
    frozen = freeze()
    table = frozen.folder / "responses-small.arrow"
    table.chmod(0o600)
    table.write_bytes(b"no table")
    holder.withdraw(store, receipt)
    assert withdrawal.reach(store, folder) == 1
    assert not frozen.folder.exists()


def test_a_withdrawal_while_a_snapshot_is_made_is_not_frozen(
    store: Store,
    send: Callable[..., str],
    freeze: Callable[[], Snapshot],
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
) -> None:
    receipts = iter([send(40)])
    send(50)
    read = snapshot._responses

    def withdrawn_meanwhile(store: Store, questionnaire: str) -> Iterator[dict[str, object]]:
        found = list(read(store, questionnaire))
        for receipt in receipts:
            holder.withdraw(store, receipt)
            withdrawal.reach(store, folder)
        return iter(found)

    monkeypatch.setattr(snapshot, "_responses", withdrawn_meanwhile)
    frozen = freeze()
    assert rows(frozen) == 1
    assert [path.parent.name for path in folder.glob("*/manifest.json")] == [frozen.id]


def test_a_report_whose_snapshot_went_while_it_was_made_is_marked(
    store: Store, send: Callable[..., str], freeze: Callable[[], Snapshot], folder: Path
) -> None:
    receipt = send(40)
    frozen = freeze()
    holder.withdraw(store, receipt)
    withdrawal.reach(store, folder)
    assert report.save(store, "p", INFO, frozen, [], TODAY).withdrawn
