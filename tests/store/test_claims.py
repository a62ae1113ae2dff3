"""A piece of work is held by one at a time, and by the next when that one is gone."""

from __future__ import annotations

import functools
from pathlib import Path

from survey_service.store import claims, open_store
from survey_service.store.base import Store
from tests.store.threads import in_threads


def test_one_holds_it_until_it_gives_it_back(store: Store) -> None:
    assert claims.claim(store, "letters", "a", 1000, 60)
    assert not claims.claim(store, "letters", "b", 1001, 60)
    assert claims.claim(store, "reports", "b", 1001, 60)
    claims.release(store, "letters", "b")
    assert claims.holder(store, "letters", 1001) == "a"
    claims.release(store, "letters", "a")
    assert claims.holder(store, "letters", 1001) == ""
    assert claims.claim(store, "letters", "b", 1002, 60)


def test_who_is_gone_holds_it_no_longer_than_asked_for_and_who_asks_again_holds_it_on(store: Store) -> None:
    asked = [
        claims.claim(store, "letters", host, now, 60)
        for host, now in (("a", 1000), ("a", 1050), ("b", 1061), ("b", 1109.9), ("b", 1110), ("a", 1111))
    ]
    assert asked == [True, True, False, False, True, False]


def test_a_clock_that_went_wrong_keeps_nobody_away(store: Store) -> None:
    assert claims.claim(store, "letters", "a", 99_999, 60)
    assert claims.claim(store, "letters", "b", 1000, 60)
    assert not claims.claim(store, "letters", "c", 1000, 60)


def test_of_many_that_ask_at_once_one_is_told_so(url: str, tmp_path: Path) -> None:
    first = open_store(url, tmp_path)
    several = [first, *(open_store(url, tmp_path) for _ in range(3 if url.startswith("postgresql") else 0))]
    for round in range(10):
        won: list[str] = []

        def ask(number: int, now: float, won: list[str] = won) -> None:
            if claims.claim(several[number % len(several)], "work", f"host-{number}", now, 60):
                won.append(f"host-{number}")

        in_threads([functools.partial(ask, number, 1000 + 60 * round) for number in range(8)])
        assert len(won) == 1
        assert claims.holder(first, "work", 1001 + 60 * round) == won[0]
    for store in several:
        store.close()
