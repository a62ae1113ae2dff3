"""A withdrawn response leaves the snapshots that may hold it, and the reports made of them say so."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from survey_service.reports import report, snapshot, withdrawal, working
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
    kept = report.save(store, report.compose("p", INFO, summer, [], TODAY))
    receipt = send(40)
    frozen = freeze()
    made = report.save(store, report.compose("p", INFO, frozen, [], TODAY))
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
    anew = report.save(store, report.compose("p", INFO, again, [], TODAY))
    assert anew.counts == {"small": {"valid": 1, "withdrawn": 1}}


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
    table = frozen.folder / "responses-small@2026-Q4.arrow"
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
    count = snapshot.open_drafts

    def withdrawn_meanwhile(store: Store, *rest: Any) -> dict[str, int]:
        for receipt in receipts:
            holder.withdraw(store, receipt)
            withdrawal.reach(store, folder)
        return count(store, *rest)

    monkeypatch.setattr(snapshot, "open_drafts", withdrawn_meanwhile)
    frozen = freeze()
    assert rows(frozen) == 1
    found = [path.parent.name for path in folder.glob("*/manifest.json") if not path.parent.name.startswith(".")]
    assert found == [frozen.id]
    assert store.collection(holder.PENDING).count() == 1, "the working state was in use"
    assert withdrawal.reach(store, folder) == 0, "the new snapshot knows of the withdrawal"
    assert store.collection(holder.PENDING).count() == 0
    assert frozen.folder.exists()


def test_the_working_state_forgets_the_response(
    store: Store, send: Callable[..., str], freeze: Callable[[], Snapshot], folder: Path
) -> None:
    def ages() -> list[int]:
        files = (folder / working.HIDDEN / "responses-small").glob("*.arrow")
        return sorted(age for path in files for age in pl.read_ipc(path)["age"].to_list())

    receipts = [send(age) for age in (31, 32, 33)]
    freeze()
    send(34)  # not frozen yet: forgetting reads nothing from the store
    holder.withdraw(store, receipts[1])
    withdrawal.reach(store, folder)
    assert ages() == [31, 33]
    assert rows(freeze()) == 3
    assert ages() == [31, 33, 34]
    holder.withdraw(store, receipts[0])
    for path in (folder / working.HIDDEN / "responses-small").glob("*.ids"):
        path.write_bytes(b"damaged")
    withdrawal.reach(store, folder)
    assert ages() == [], "what cannot be understood goes as a whole"
    assert rows(freeze()) == 2


def test_a_report_whose_snapshot_went_while_it_was_made_is_marked(
    store: Store, send: Callable[..., str], freeze: Callable[[], Snapshot], folder: Path
) -> None:
    receipt = send(40)
    frozen = freeze()
    holder.withdraw(store, receipt)
    withdrawal.reach(store, folder)
    assert report.save(store, report.compose("p", INFO, frozen, [], TODAY)).withdrawn


def test_what_is_kept_no_longer_leaves_snapshots_and_working_states(
    store: Store, send: Callable[..., str], freeze: Callable[[], Snapshot], folder: Path, publications: Publications
) -> None:
    def expire(today: dt.date) -> int:
        return withdrawal.expire(folder, publications, today, months=12, text_months=6)

    def kept() -> list[str]:
        files = (folder / working.HIDDEN).glob("*/*.arrow")
        return sorted(f"{path.parent.name} {period}" for path in files for period in _periods(path))

    send(30, SUMMER)
    summer = freeze()
    send(40)
    autumn = freeze()
    texts = snapshot.freeze(folder, store, publications, ["small"], offers=False, texts=True)
    made = report.save(store, report.compose("p", INFO, summer, [], TODAY))
    assert expire(dt.date(2026, 12, 31)) == 0
    assert kept() == ["responses-small 2026-Q3", "responses-small 2026-Q4"]
    assert expire(dt.date(2027, 6, 30)) == 0, "nobody has typed anything"
    assert expire(dt.date(2027, 7, 1)) == 3, "a year after the first day of the summer"
    assert not any(it.folder.exists() for it in (summer, autumn, texts))
    assert kept() == ["responses-small 2026-Q4"]
    assert not report.load(store, made.id).withdrawn


def _periods(path: Path) -> list[str]:
    table = pl.read_ipc(path)
    return table[":period" if ":period" in table.columns else "period"].unique().to_list()


def test_typed_texts_are_kept_for_less_time(store: Store, publications: Publications, folder: Path) -> None:
    answers = {"OK": "yes", "age": 30, "town": "Musterdorf"}
    submit(
        store,
        publications,
        Submission(str(uuid.uuid4()), "small-1", "de", answers, 1, "web"),
        receipt_key="s",
        today=TODAY,
    )
    plain = snapshot.freeze(folder, store, publications, ["small"], offers=False)
    texts = snapshot.freeze(folder, store, publications, ["small"], offers=False, texts=True)
    assert plain.id != texts.id
    assert list((folder / working.HIDDEN / "texts-small").glob("*.arrow"))
    assert withdrawal.expire(folder, publications, dt.date(2027, 4, 1), months=12, text_months=6) == 1
    assert (plain.folder.exists(), texts.folder.exists()) == (True, False)
    assert not list((folder / working.HIDDEN / "texts-small").glob("*.arrow"))
