"""The audit log: a whole chain, and each way of tampering with it shows."""

from __future__ import annotations

import datetime as dt
import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from survey_service.accounts import audit
from survey_service.accounts.audit import AUDIT, HEAD
from survey_service.store.base import Store
from tests.accounts.conftest import NOW


def fill(store: Store, count: int = 5) -> None:
    for number in range(1, count + 1):
        audit.append(store, "Anna", "responses.read", "needs", {"page": number, "count": 50}, now=NOW)


def test_an_entry_says_who_what_when(store: Store) -> None:
    local = NOW.astimezone(dt.timezone(dt.timedelta(hours=1)))
    entry = audit.append(store, "Anna", "responses.exported", "needs", {"format": "csv", "count": 3}, now=local)
    assert list(audit.entries(store)) == [entry]
    assert (entry.number, entry.at, entry.actor, entry.action, entry.subject, dict(entry.details)) == (
        1, "2026-11-23T09:00:00+00:00", "Anna", "responses.exported", "needs", {"format": "csv", "count": 3},
    )  # fmt: skip
    text = (
        '{"action":"responses.exported","actor":"Anna","at":"2026-11-23T09:00:00+00:00",'
        '"details":{"count":3,"format":"csv"},"number":1,"previous":"' + "0" * 64 + '","subject":"needs"}'
    )
    assert entry.hash == hashlib.sha256(text.encode()).hexdigest()


def test_an_empty_and_a_filled_log_are_whole(store: Store) -> None:
    assert audit.first_fault(store) is None
    fill(store)
    assert audit.first_fault(store) is None
    assert [entry.number for entry in audit.entries(store)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "change", [{"actor": "Berta"}, {"at": "2026-11-23T10:00:00+00:00"}, {"details": {"page": 3, "count": 51}}]
)
def test_a_changed_entry_shows(store: Store, change: dict[str, object]) -> None:
    fill(store)
    stored = store.collection(AUDIT).first(number=3)
    store.collection(AUDIT).replace(stored.id, {**stored.body, **change}, version=stored.version)
    assert audit.first_fault(store) == 3


def test_a_changed_entry_with_its_hash_made_anew_shows_at_the_next(store: Store) -> None:
    fill(store)
    stored = store.collection(AUDIT).first(number=3)
    body = {**stored.body, "actor": "Berta"}
    body["hash"] = audit._hash({name: value for name, value in body.items() if name != "hash"})
    store.collection(AUDIT).replace(stored.id, body, version=stored.version)
    assert audit.first_fault(store) == 4


@pytest.mark.parametrize("removed, fault", [([1], 1), ([3], 3), ([5], 5), ([4, 5], 4), ([1, 2, 3, 4, 5], 1)])
def test_a_removed_entry_shows_also_at_the_end(store: Store, removed: list[int], fault: int) -> None:
    fill(store)
    for number in removed:
        store.collection(AUDIT).delete(store.collection(AUDIT).first(number=number).id)
    assert audit.first_fault(store) == fault


def test_an_added_entry_shows(store: Store) -> None:
    fill(store)
    stored = store.collection(AUDIT).first(number=5)
    body = {**stored.body, "number": 6, "previous": stored.body["hash"]}
    body["hash"] = audit._hash({name: value for name, value in body.items() if name != "hash"})
    store.collection(AUDIT).add(body)
    assert audit.first_fault(store) == 6


def test_a_head_moved_back_shows(store: Store) -> None:
    fill(store)
    head = store.collection(HEAD).first(log="audit")
    fourth = store.collection(AUDIT).first(number=4)
    body = {**head.body, "number": 4, "hash": fourth.body["hash"]}
    store.collection(HEAD).replace(head.id, body, version=head.version)
    assert audit.first_fault(store) == 5


@pytest.mark.parametrize(
    "action, details",
    [
        ("responses.peeked", {}),
        ("responses.read", {"answers": "secret"}),
        ("responses.read", {"page": ["a", "list"]}),
        ("responses.exported", {"format": "x" * 201}),
        ("login.failed", {"password": "secret"}),
    ],
)
def test_what_is_no_short_fact_of_the_list_is_refused_and_nothing_is_stored(
    store: Store, action: str, details: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match=r"action|detail"):
        audit.append(store, "Anna", action, "needs", details, now=NOW)  # type: ignore[arg-type]
    assert list(audit.entries(store)) == []


def test_an_entry_belongs_to_the_transaction_it_stands_in(store: Store) -> None:
    fill(store, 1)

    def act() -> None:
        with store.transaction():
            audit.append(store, "Anna", "logout", "Anna", {}, now=NOW)
            raise RuntimeError("the rest failed")

    with pytest.raises(RuntimeError, match="the rest failed"):
        act()
    assert [entry.number for entry in audit.entries(store)] == [1]
    assert audit.first_fault(store) is None


def test_eight_threads_at_once_leave_one_whole_chain(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: audit.append(store, "Anna", "logout", "Anna", {}, now=NOW), range(40)))
    assert [entry.number for entry in audit.entries(store)] == list(range(1, 41))
    assert audit.first_fault(store) is None
