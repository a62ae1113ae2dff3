"""Figures that were public and wrong: a later batch corrects or withdraws them, and says why; nothing changes."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from survey_service import clock
from survey_service.monitoring import goals, publication
from survey_service.monitoring.corrections import CORRECTED, WITHDRAWN, WRONG, Absent, Correction, Remark
from survey_service.monitoring.definitions import Indicators
from survey_service.monitoring.figures import BATCHES, Batch, Batches
from survey_service.store.base import Store
from tests.monitoring.conftest import Figure
from tests.monitoring.test_observations import refusal
from tests.monitoring.test_publication import MEININGEN, SCHMALKALDEN, ZELLA, cells, keep, survey

BOTH_STORES = True
DAY = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
ALL = ("ARB1", 1, "2025")


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Stop the clock, and return what lets a day pass."""
    now = [DAY]
    monkeypatch.setattr(clock, "now", lambda: now[0])

    def pass_a_day() -> None:
        now[0] += dt.timedelta(days=1)

    return pass_a_day


def publish(store: Store, indicators: Indicators, **more: Any) -> Batch:
    withdraw = more.get("withdraw", ())
    mark = publication.prepare(store, indicators, more.get("chosen"), withdraw).mark
    return publication.publish(store, indicators, more.get("chosen"), mark, "Mara", withdraw=withdraw, reason="Dreher ")


def test_a_correction_says_why_and_all_batches_tell_of_it(
    store: Store, indicators: Indicators, figure: Figure, later: Callable[[], None]
) -> None:
    keep(store, indicators, figure("2024", 400, 970), figure("2025", 420, 970))
    first = publish(store, indicators)
    later()
    keep(store, indicators, figure("2025", 240, 970))
    draft = publication.prepare(store, indicators)
    assert draft.corrections == (Correction("ARB1", ((1, "2025", ""),), since=1, withdrawn=False),)
    assert refusal(publication.publish, store, indicators, None, draft.mark, "Mara") == "figures.reason"
    assert store.collection(BATCHES).count() == 1
    second = publish(store, indicators)
    assert [each.reason for each in second.corrections] == ["Dreher"]
    later()
    keep(store, indicators, survey(40, 90))
    third = publish(store, indicators)
    assert third.corrections == ()
    read = Batches(lambda: store)
    assert (read.get(1), read.get(2), read.get(3)) == (first, second, third)
    told = Remark(WRONG, 2, "2026-03-02", "Dreher")
    assert read.remarks(first) == {("ARB1", (1, "2025", "")): told}
    for batch in (second, third):
        assert read.remarks(batch) == {("ARB1", (1, "2025", "")): Remark(CORRECTED, 2, "2026-03-02", "Dreher")}
    assert cells(first, "ARB1")["2025", ""].numerator == 420


def test_what_was_preliminary_or_of_a_survey_is_no_correction(
    store: Store, indicators: Indicators, figure: Figure
) -> None:
    keep(store, indicators, figure("2025", 420, 970, preliminary=True), survey(40, 90))
    publish(store, indicators)
    keep(store, indicators, figure("2025", 430, 970), survey(60, 120))
    draft = publication.prepare(store, indicators)
    assert (draft.is_new, draft.corrections) == (True, ())


def test_withdrawn_figures_stay_away_until_they_are_recorded_anew(
    store: Store, indicators: Indicators, figure: Figure, later: Callable[[], None]
) -> None:
    keep(store, indicators, figure("2024", 400, 970), figure("2025", 970, 970 + 420), survey(40, 90))
    keep(store, indicators, figure("2025", 200, 300, area=MEININGEN))
    goals.set_goal(store, indicators["ARB1"], baseline_period="2025", target_period="2028", target=0.8, by="Mara")
    first = publish(store, indicators)
    later()
    second = publish(store, indicators, withdraw=[ALL, ("ARB1", 1, "1999"), ("NONE", 1, "2025")])
    places = ((1, "2025", ""), (1, "2025", MEININGEN))
    assert second.corrections == (Correction("ARB1", places, 1, withdrawn=True, reason="Dreher"),)
    away = Absent("ARB1", 1, "2025", ("", MEININGEN), batch=1)
    assert second.absent == (away,)
    assert set(cells(second, "ARB1")) == {("2024", "")}
    found = second.figure("ARB1")
    assert found is not None
    assert found.target is None  # its baseline is gone
    later()
    assert not publication.prepare(store, indicators).is_new
    assert not publication.prepare(store, indicators, {"INT3"}).is_new
    keep(store, indicators, figure("2024", 410, 970))
    third = publish(store, indicators, chosen={"ARB1"})
    assert third.absent == (away,)
    later()
    keep(store, indicators, figure("2025", 420, 970))
    fourth = publish(store, indicators)
    assert fourth.absent == ()
    assert fourth.corrections == (Correction("ARB1", places, 1, withdrawn=False, reason="Dreher"),)
    back = cells(fourth, "ARB1")
    assert [back["2025", area].batch for area in ("", MEININGEN)] == [4, 4]
    assert (back["2025", ""].numerator, back["2024", ""].batch) == (420, 3)
    read = Batches(lambda: store)
    kinds = [{place: each.kind for (_, place), each in read.remarks(one).items()} for one in (first, second, fourth)]
    assert kinds[0] == {places[0]: WRONG, places[1]: WRONG, (1, "2024", ""): WRONG}
    assert kinds[1] == {places[0]: WITHDRAWN, places[1]: WITHDRAWN, (1, "2024", ""): WRONG}
    assert kinds[2] == {places[0]: CORRECTED, places[1]: CORRECTED, (1, "2024", ""): CORRECTED}


def test_what_was_hidden_before_a_withdrawal_stays_hidden_after_it(
    store: Store, indicators: Indicators, figure: Figure, later: Callable[[], None]
) -> None:
    """The same as without the withdrawal: the county's figures of then and now would give the small one away."""
    areas = {MEININGEN: (500, 1000), ZELLA: (4, 30), SCHMALKALDEN: (60, 90)}
    keep(store, indicators, figure("2025", 564, 1120), *(figure("2025", *n, area=a) for a, n in areas.items()))
    publish(store, indicators)
    later()
    publish(store, indicators, withdraw=[ALL])
    later()
    keep(store, indicators, figure("2025", 566, 1120), figure("2025", 6, 30, area=ZELLA))
    found = cells(publish(store, indicators), "ARB1")
    assert [found["2025", area].hidden for area in ("", *areas)] == [False, False, True, True]
    later()
    publish(store, indicators, withdraw=[ALL])
    later()
    keep(store, indicators, figure("2025", 3, 1000, area=MEININGEN))  # would have to be hidden, but was public
    draft = publication.prepare(store, indicators)
    assert (draft.is_new, draft.corrections) == (False, ())
    assert [each.period for each in draft.absent] == ["2025"]


def test_figures_of_a_survey_can_be_withdrawn_from_an_indicator_that_nobody_chose(
    store: Store, indicators: Indicators, figure: Figure
) -> None:
    keep(store, indicators, survey(40, 90), figure("2025", 420, 970))
    publish(store, indicators)
    batch = publish(store, indicators, chosen={"ARB1"}, withdraw=[("INT3", 1, "2026-Q2")])
    assert cells(batch, "INT3") == {}
    assert batch.absent == (Absent("INT3", 1, "2026-Q2", ("",), 1),)
    assert cells(batch, "ARB1")["2025", ""].batch == 1


def test_a_publication_from_before_there_were_corrections_is_read(
    store: Store, indicators: Indicators, figure: Figure
) -> None:
    keep(store, indicators, figure("2025", 420, 970))
    publish(store, indicators)
    stored = store.collection(BATCHES).first(number=1)
    assert stored is not None
    body = {name: value for name, value in stored.body.items() if name not in ("corrections", "absent")}
    content = {name: value for name, value in body.items() if name not in ("digest", "by")}
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    store.collection(BATCHES).replace(stored.id, {**body, "digest": digest}, version=stored.version)
    batch = Batches(lambda: store).get(1)
    assert batch is not None
    assert (batch.corrections, batch.absent, batch.digest) == ((), (), digest)
