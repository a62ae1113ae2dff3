"""Work of every hour is done once an hour, by however many processes."""

from __future__ import annotations

import pytest

from survey_service.store import rounds
from survey_service.store.base import Store


def test_one_of_those_who_ask_is_told_to(store: Store) -> None:
    asked = [rounds.claim(store, "tidy", every=60, now=now) for now in (1000, 1000, 1059, 1060, 1061)]
    assert asked == [True, False, False, True, False]


def test_works_have_rounds_of_their_own(store: Store) -> None:
    assert rounds.claim(store, "tidy", every=60, now=1000)
    assert rounds.claim(store, "mail", every=60, now=1000)
    assert not rounds.claim(store, "tidy", every=60, now=1001)


@pytest.mark.parametrize("now", [10.0, 900.0])
def test_a_clock_that_was_wrong_does_not_stop_it(store: Store, now: float) -> None:
    assert rounds.claim(store, "tidy", every=60, now=1000)
    assert rounds.claim(store, "tidy", every=60, now=now)
    assert not rounds.claim(store, "tidy", every=60, now=now + 59)
