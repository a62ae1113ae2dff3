"""Machines say that they are there; who looks sees which are away, and in what they differ."""

from __future__ import annotations

from survey_service.store import hosts
from survey_service.store.base import Store


def test_machines_are_seen_until_they_are_silent(store: Store) -> None:
    hosts.beat(store, "b", "0.1.0", {"files": "store:"}, 1000)
    hosts.beat(store, "a", "0.1.0", {"files": "store:"}, 1010)
    hosts.beat(store, "b", "0.1.0", {"files": "store:"}, 1020)
    found = hosts.seen(store, 1101)
    assert [(host.name, host.since, host.seen, host.away(1101)) for host in found] == [
        ("a", 1010, 1010, True),
        ("b", 1000, 1020, False),
    ]
    hosts.beat(store, "b", "0.2.0", {"files": "store:"}, 1030)
    assert hosts.seen(store, 1031)[1].since == 1030  # begun again with another version
    assert [host.name for host in hosts.seen(store, 1015 + hosts.FORGOTTEN)] == ["b"]
    assert hosts.forget_old(store, 1015 + hosts.FORGOTTEN) == 1
    assert [stored.body["name"] for stored in store.collection(hosts.HOSTS).find()] == ["b"]


def test_in_what_machines_differ_that_are_there(store: Store) -> None:
    hosts.beat(store, "a", "0.1.0", {"files": "store:", "secrets": "1f"}, 1000)
    hosts.beat(store, "b", "0.1.0", {"files": "store:", "secrets": "2e"}, 1000)
    hosts.beat(store, "old", "0.0.9", {"files": "instance:"}, 100)
    assert hosts.differing(hosts.seen(store, 1001), 1001) == ("secrets",)
    assert hosts.differing(hosts.seen(store, 1001)[:1], 1001) == ()


def test_each_process_has_a_name_of_its_own() -> None:
    assert hosts.process().startswith(f"{hosts.here()}:")
