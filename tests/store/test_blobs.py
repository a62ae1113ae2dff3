"""One contract for the files of an instance, wherever they are kept."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from survey_service import clock
from survey_service.problems import Problem
from survey_service.store import MemoryStore, blobs, blobs_store
from survey_service.store.blobs import Blobs
from survey_service.store.blobs_store import StoreBlobs
from tests.store import buckets

LARGE = bytes(range(256)) * 2_500
"""Two parts and a piece of a third."""


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with buckets.running() as address:
        yield address


@pytest.fixture(params=[blobs.INSTANCE, blobs.STORE, blobs.S3])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Blobs]:
    address = request.getfixturevalue("bucket") if request.param == blobs.S3 else request.param
    store = MemoryStore()
    blobs.use(tmp_path, address, lambda: store)
    found = blobs.of(tmp_path)
    yield found
    for each in list(found.find("")):
        found.delete(each.name)
    blobs.use(tmp_path, blobs.INSTANCE, lambda: store)


def names(kept: Blobs, prefix: str) -> list[tuple[str, int]]:
    return [(blob.name, blob.size) for blob in kept.find(prefix)]


def names_in(kept: Blobs, folder: str) -> list[str]:
    return [blob.name for blob in kept.find(folder, deep=False)]


def test_what_is_put_is_found_and_what_is_deleted_is_gone(kept: Blobs, tmp_path: Path) -> None:
    for name, content in (("uploads/ab/1", b""), ("uploads/ab/2", LARGE), ("uploads/ac/3", b"x"), ("upl", b"y")):
        kept.put(name, content)
    assert (kept.get("uploads/ab/1"), kept.get("uploads/ab/2"), kept.has("uploads/ab/2")) == (b"", LARGE, True)
    kept.put("uploads/ab/1", b"\0new")
    assert kept.get("uploads/ab/1") == b"\0new"
    assert names(kept, "uploads/") == [("uploads/ab/1", 4), ("uploads/ab/2", len(LARGE)), ("uploads/ac/3", 1)]
    assert names(kept, "uploads/ab/") == [("uploads/ab/1", 4), ("uploads/ab/2", len(LARGE))]
    assert names(kept, "nothing/") == []
    assert names_in(kept, "uploads/") == []
    kept.put("uploads/4", b"four")
    kept.move("uploads/4", "uploads/ab/1")
    assert names_in(kept, "uploads/ab/") == ["uploads/ab/1", "uploads/ab/2"]
    assert (kept.get("uploads/ab/1"), kept.has("uploads/4")) == (b"four", False)
    with pytest.raises(FileNotFoundError):
        kept.move("uploads/4", "uploads/ab/2")
    for _ in range(2):
        kept.delete("uploads/ab/2")
    assert (kept.has("uploads/ab/2"), kept.refresh("uploads/ab/2"), kept.refresh("uploads/ab/1")) == (
        *(False, False),
        True,
    )
    with pytest.raises(FileNotFoundError):
        kept.get("uploads/ab/2")
    written = next(kept.find("uploads/ab/")).written
    assert abs(written - clock.now().timestamp()) < 3600
    for name in ("../config.toml", "/etc/passwd", "uploads/../receipt.key", "a//b", ".hidden", "a/.lock", ""):
        with pytest.raises(ValueError, match=re.escape(repr(name))):
            kept.put(name, b"")
    assert not (tmp_path / "uploads").exists() or not kept.shared


def test_what_is_read_by_its_path_has_a_copy_that_goes_when_it_is_gone(kept: Blobs, tmp_path: Path) -> None:
    kept.put("media/ab/picture", LARGE)
    kept.put("snapshots/1f/manifest.json", b"{}")
    kept.put("snapshots/1f/offers.arrow", b"rows")
    assert kept.local("media/ab/picture").read_bytes() == LARGE
    assert kept.local("media/ab/picture") == tmp_path / "media" / "ab" / "picture"
    folder = kept.local_folder("snapshots/1f/")
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "offers.arrow"]
    elsewhere = Elsewhere(kept)
    for name in ("media/ab/picture", "snapshots/1f/manifest.json", "snapshots/1f/offers.arrow"):
        elsewhere.delete(name)
    with pytest.raises(FileNotFoundError):
        kept.local("media/ab/picture")
    if kept.shared:
        assert not (tmp_path / "media" / "ab" / "picture").exists()
        assert kept.forget_copies() == 2
        assert list((tmp_path / "snapshots").iterdir()) == []
        with pytest.raises(FileNotFoundError):
            kept.local_folder("snapshots/1f/")
    assert kept.forget_copies() == 0


class Elsewhere:
    """Deletes on another machine: the copies of this one stay."""

    def __init__(self, kept: Blobs) -> None:
        self.kept = kept

    def delete(self, name: str) -> None:
        path = self.kept.local(name)
        content = path.read_bytes()
        self.kept.delete(name)
        if self.kept.shared:
            path.write_bytes(content)


def test_what_was_unpacked_from_a_wheel_stays_as_long_as_the_wheel(tmp_path: Path) -> None:
    kept = StoreBlobs(tmp_path, MemoryStore())
    kept.put("plugins/trial/1.0.whl", b"wheel")
    for key in ("1.0", "0.9"):
        (tmp_path / "plugins" / "trial" / key).mkdir(parents=True)
        (tmp_path / "plugins" / "trial" / key / "__init__.py").touch()
    assert kept.forget_copies() == 1
    assert [path.name for path in (tmp_path / "plugins" / "trial").iterdir()] == ["1.0"]


def test_what_a_process_left_in_the_middle_is_no_file_and_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore()
    kept = StoreBlobs(tmp_path, store)
    kept.put("media/a", LARGE)

    def cut() -> None:
        raise Problem("store.unreachable")

    with monkeypatch.context() as patch:
        patch.setattr(store, "transaction", cut)
        with pytest.raises(Problem):
            kept.put("media/a", b"other")
    assert kept.get("media/a") == LARGE
    assert names(kept, "") == [("media/a", len(LARGE))]
    parts = store.collection(blobs_store.PARTS)
    assert kept.forget_copies() == 0
    assert parts.count() == 4
    with clock.fixed(clock.now() + dt.timedelta(hours=2)):
        kept.forget_copies()
    assert parts.count() == 3
    kept.delete("media/a")
    assert parts.count() == 0


def test_a_bucket_that_is_away_is_said(bucket: str, tmp_path: Path) -> None:
    blobs.use(tmp_path, bucket.replace("county-", "nobody-"), MemoryStore)
    with pytest.raises(Problem) as refused:
        blobs.of(tmp_path).put("uploads/a", b"x")
    assert refused.value.code == "service.unavailable"
    blobs.use(tmp_path, blobs.INSTANCE, MemoryStore)
