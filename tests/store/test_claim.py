"""Work that several processes look for is given to one of them."""

from __future__ import annotations

import functools
import threading

import pytest

from survey_service.store.base import Collection, CollectionSpec, Document, Store
from tests.store.threads import in_threads

JOBS = CollectionSpec("jobs", indexes=("kind",))


@pytest.fixture
def jobs(store: Store) -> Collection:
    return store.collection(JOBS)


def later(body: Document) -> Document:
    return {**body, "due": body["due"] + 1000, "claims": body.get("claims", 0) + 1}


def test_the_lowest_that_is_due_is_claimed(jobs: Collection) -> None:
    for due in (30, 10, 20.5, 99):
        jobs.add({"due": due})
    jobs.add({"due": "5"})
    jobs.add({"due": True})
    jobs.add({})
    claimed = [jobs.claim("due", 50, later) for _ in range(4)]
    assert [stored.id if stored else None for stored in claimed] == [2, 3, 1, None]
    assert claimed[0] is not None
    assert (claimed[0].version, claimed[0].body) == (2, {"due": 1010, "claims": 1})
    assert jobs.get(2) == claimed[0]


def test_of_equals_the_first_is_claimed(jobs: Collection) -> None:
    jobs.add({"due": 1})
    jobs.add({"due": 1})
    claimed = jobs.claim("due", 1, later)
    assert claimed is not None
    assert claimed.id == 1


def test_one_looks_among_those_of_a_kind(jobs: Collection) -> None:
    for kind in ("mail", "tidy", "mail"):
        jobs.add({"due": 1, "kind": kind})
    claimed = [jobs.claim("due", 1, later, kind="tidy") for _ in range(2)]
    assert [stored.id if stored else None for stored in claimed] == [2, None]


def test_each_is_claimed_by_one_of_many(jobs: Collection) -> None:
    for _ in range(40):
        jobs.add({"due": 0})
    got: list[int] = []
    lock = threading.Lock()

    def worker() -> None:
        while (stored := jobs.claim("due", 0, later)) is not None:
            with lock:
                got.append(stored.id)

    in_threads([functools.partial(worker) for _ in range(8)])
    assert sorted(got) == list(range(1, 41))
    assert {stored.body["claims"] for stored in jobs.iterate()} == {1}


def test_a_claim_that_fails_gives_the_document_back(jobs: Collection) -> None:
    jobs.add({"due": 0})

    def fails(_body: Document) -> Document:
        raise LookupError

    with pytest.raises(LookupError):
        jobs.claim("due", 0, fails)
    claimed = jobs.claim("due", 0, later)
    assert claimed is not None
    assert claimed.body["claims"] == 1
