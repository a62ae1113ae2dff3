"""Errors that people report: kept once, counted, done with."""

from __future__ import annotations

import datetime as dt

import pytest

from survey_service import clock
from survey_service.offers import notices
from survey_service.problems import Problem
from survey_service.store.base import Store

BOTH_STORES = True
MONDAY = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


def test_the_same_notice_twice_is_one_and_done_it_is_gone(store: Store) -> None:
    with clock.fixed(MONDAY):
        first = notices.report(store, "a", "times", " Samstag zu \r\n")
        assert notices.report(store, "a", "times", "Samstag zu") == first
        second = notices.report(store, "b", "gone", "")
    assert [notice.notice for notice in notices.all_open(store)] == [first.notice, second.notice]
    assert notices.of(store, "a") == [first]
    assert notices.finish(store, first.notice, "Mara").by == "Mara"
    assert notices.finish(store, first.notice, "Willi").by == "Mara", "the first counts"
    assert notices.all_open(store) == [second]
    again = notices.report(store, "a", "times", "Samstag zu")
    assert again.notice != first.notice, "it is wrong again"


def test_one_letter_a_day(store: Store) -> None:
    with clock.fixed(MONDAY):
        first = notices.report(store, "a", "times", "")
        second = notices.report(store, "a", "gone", "")
    with clock.fixed(MONDAY + dt.timedelta(1)):
        third = notices.report(store, "a", "other", "")
    assert [notices.is_first_of_the_day(store, notice) for notice in (first, second, third)] == [True, False, True]


@pytest.mark.parametrize(
    ("about", "text", "code"),
    [("", "", "notice.about"), ("nonsense", "", "notice.about"), ("gone", "x" * 1_001, "notice.long")],
)
def test_what_is_refused_is_not_kept(store: Store, about: str, text: str, code: str) -> None:
    with pytest.raises(Problem) as refused:
        notices.report(store, "a", about, text)
    assert refused.value.code == code
    assert notices.of(store, "a") == []


def test_limits_count_what_is_open(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [notices.report(store, "a", "other", str(number)) for number in range(notices.MOST_OF_ONE)]
    with pytest.raises(Problem) as refused:
        notices.report(store, "a", "other", "more")
    assert refused.value.code == "notice.many"
    assert notices.report(store, "a", "other", "3") == made[3], "one that is known is no new one"
    notices.finish(store, made[0].notice, "Mara")
    notices.report(store, "a", "other", "more")
    monkeypatch.setattr(notices, "MOST_OPEN", notices.MOST_OF_ONE)
    with pytest.raises(Problem) as refused:
        notices.report(store, "b", "other", "more")
    assert refused.value.code == "notice.many"


def test_a_notice_that_is_none(store: Store) -> None:
    with pytest.raises(Problem) as refused:
        notices.finish(store, "0" * 16, "Mara")
    assert refused.value.code == "notice.missing"


def test_nul_is_no_text(store: Store) -> None:
    assert notices.report(store, "a", "other", "a\0b").text == "ab"


def test_what_was_typed_is_not_kept_for_good(store: Store) -> None:
    with clock.fixed(MONDAY):
        done, left = (notices.report(store, offer, "other", "Frau M. ist krank") for offer in ("a", "b"))
        notices.finish(store, done.notice, "Mara")
    notices.forget_old(store, dt.date(2027, 5, 22), months=6)
    assert [notice.text for notice in (*notices.of(store, "a"), *notices.of(store, "b"))] == ["Frau M. ist krank"] * 2
    notices.forget_old(store, dt.date(2027, 5, 23), months=6)
    assert notices.of(store, "a") == []
    (kept,) = notices.of(store, "b")
    assert (kept.notice, kept.text, kept.state) == (left.notice, "", "open")
    notices.forget_old(store, dt.date(2027, 5, 23), months=6)
