"""Figures are published in frozen batches, and no batch tells anything of fewer than five people."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from survey_service.monitoring import figures, goals, publication, withholding
from survey_service.monitoring.definitions import Indicators
from survey_service.monitoring.figures import BATCHES, Batch, Batches, Cell
from survey_service.monitoring.observations import Observation, record
from survey_service.statistics.rounding import rounded
from survey_service.statistics.shares import wilson
from survey_service.store import open_store
from survey_service.store.base import Store
from tests.monitoring.conftest import Figure
from tests.monitoring.test_observations import refusal

BOTH_STORES = True
MEININGEN, ZELLA, SCHMALKALDEN = "16066042", "16066092", "16066063"


def survey(numerator: int, denominator: int, **more: Any) -> Observation:
    low, high = wilson(numerator / denominator, denominator)
    return Observation(**{
        "indicator": "INT3", "version": 1, "period": "2026-Q2", "value": numerator / denominator,
        "numerator": numerator, "denominator": denominator, "source": "monitoring", "low": low, "high": high, **more,
    })  # fmt: skip


def keep(store: Store, indicators: Indicators, *observed: Observation) -> None:
    for each in observed:
        record(store, indicators[each.indicator], each, "Mara", reason="x")


def publish(store: Store, indicators: Indicators, chosen: frozenset[str] | None = None) -> Batch:
    mark = publication.prepare(store, indicators, chosen).mark
    return publication.publish(store, indicators, chosen, mark, "Mara", reason="Zahlendreher")


def cells(batch: Batch, code: str) -> dict[tuple[str, str], Cell]:
    found = batch.figure(code)
    assert found is not None
    return {(cell.period, cell.area): cell for cell in found.cells}


def test_official_figures_are_published_as_they_are_and_small_ones_hidden(
    store: Store, indicators: Indicators, figure: Figure
) -> None:
    keep(
        store, indicators, figure("2025", 1042, 2400), figure("2025", 500, 1000, area=MEININGEN),
        figure("2025", 4, 30, area=ZELLA), figure("2025", 27, 31, area=SCHMALKALDEN),
        figure("2024", 40, 44), figure("2023", 44, 100), figure("2022", 0, 100),
    )  # fmt: skip
    found = cells(publish(store, indicators), "ARB1")
    county = found["2025", ""]
    assert (county.value, county.numerator, county.denominator, county.rounded) == (1042 / 2400, 1042, 2400, False)
    assert {key for key, cell in found.items() if cell.hidden} == {
        ("2025", ZELLA), ("2025", SCHMALKALDEN), ("2024", ""), ("2022", ""),
    }  # fmt: skip
    hidden = found["2025", ZELLA]
    assert (hidden.value, hidden.numerator, hidden.denominator, hidden.low, hidden.high) == (None,) * 5


def test_no_hidden_area_can_be_computed_from_the_county(store: Store, indicators: Indicators, figure: Figure) -> None:
    areas = {MEININGEN: (500, 1000), ZELLA: (4, 30), SCHMALKALDEN: (60, 90)}
    keep(store, indicators, figure("2025", 564, 1120), *(figure("2025", *n, area=a) for a, n in areas.items()))
    draft = publication.prepare(store, indicators)
    why = {each.cell.area: each.why for each in draft.judged["ARB1"]}
    # Z is small; alone it would be 564 - 500 - 60. The smallest of the others goes with it.
    assert why == {"": "", MEININGEN: "", ZELLA: "small", SCHMALKALDEN: "derivable"}


def test_a_municipality_without_figures_is_not_computed_either(
    store: Store, indicators: Indicators, figure: Figure
) -> None:
    """3 of 33 live where no figure is recorded: 103 of 323 less 60 of 150 and 40 of 140."""
    areas = {MEININGEN: (60, 150), ZELLA: (40, 140)}
    keep(store, indicators, figure("2025", 103, 323), *(figure("2025", *n, area=a) for a, n in areas.items()))
    found = cells(publish(store, indicators), "ARB1")
    assert [found["2025", area].hidden for area in ("", MEININGEN, ZELLA)] == [False, False, True]


def test_what_was_hidden_once_stays_hidden_and_what_was_shown_is_kept_if_it_had_to_be_hidden(
    store: Store, indicators: Indicators, figure: Figure
) -> None:
    areas = {MEININGEN: (500, 1000), ZELLA: (4, 30), SCHMALKALDEN: (60, 90)}
    keep(store, indicators, figure("2025", 564, 1120), *(figure("2025", *n, area=a) for a, n in areas.items()))
    publish(store, indicators)
    keep(store, indicators, figure("2025", 566, 1120), figure("2025", 6, 30, area=ZELLA))
    second = cells(publish(store, indicators), "ARB1")
    assert [second["2025", area].hidden for area in ("", *areas)] == [False, False, True, True]
    assert second["2025", ""].numerator == 566
    keep(store, indicators, figure("2025", 3, 1000, area=MEININGEN))
    draft = publication.prepare(store, indicators)
    assert {each.held for each in draft.judged["ARB1"]} == {"difference"}
    assert not draft.is_new


def test_a_figure_that_was_hidden_by_mistake_comes_when_it_is_corrected(
    store: Store, indicators: Indicators, figure: Figure
) -> None:
    keep(store, indicators, figure("2025", 4, 970), figure("2024", 3, 970, area=MEININGEN))
    assert all(cell.hidden for cell in cells(publish(store, indicators), "ARB1").values())
    keep(store, indicators, figure("2025", 400, 970), figure("2024", 300, 970, area=MEININGEN))
    assert not any(cell.hidden for cell in cells(publish(store, indicators), "ARB1").values())


def test_a_share_without_counts_is_published_for_the_county_of_official_statistics_only(
    store: Store, indicators: Indicators, figure: Figure
) -> None:
    bare = {"numerator": None, "denominator": None}
    here = dataclasses.replace(figure("2025", 1, 2), **bare)
    there = dataclasses.replace(here, area=MEININGEN)
    county = dataclasses.replace(here, indicator="WOH1", period="2025-Q1")
    keep(store, indicators, here, there, county)
    draft = publication.prepare(store, indicators)
    assert [(each.cell.area, each.why) for each in draft.judged["ARB1"]] == [("", ""), (MEININGEN, "uncounted")]
    assert [each.why for each in draft.judged["WOH1"]] == ["uncounted"]


def test_figures_of_offers_are_not_about_people(store: Store, indicators: Indicators) -> None:
    keep(store, indicators, survey(2, 3, indicator="GES2", low=None, high=None))
    (cell,) = cells(publish(store, indicators), "GES2").values()
    assert (cell.numerator, cell.denominator, cell.rounded) == (2, 3, False)


def test_survey_counts_are_rounded_and_share_and_interval_say_nothing_more(
    store: Store, indicators: Indicators
) -> None:
    keep(store, indicators, survey(42, 97))
    (cell,) = cells(publish(store, indicators), "INT3").values()
    assert (cell.numerator, cell.denominator, cell.rounded, cell.value) == (40, 95, True, 40 / 95)
    assert (cell.low, cell.high) == wilson(40 / 95, 95)


def test_an_interval_of_fewer_independent_cases_stays_wider(store: Store, indicators: Indicators) -> None:
    """42 of 97 answers were given by 48 people: the interval is that of 50."""
    low, high = wilson(42 / 97, 48)
    keep(store, indicators, survey(42, 97, low=low, high=high))
    (cell,) = cells(publish(store, indicators), "INT3").values()
    assert (cell.low, cell.high) == wilson(40 / 95, 50)


@pytest.mark.parametrize("observed", [(4, 97), (93, 97), (0, 97), (97, 97), (2, 4)])
def test_small_groups_of_a_survey_are_hidden(store: Store, indicators: Indicators, observed: tuple[int, int]) -> None:
    keep(store, indicators, survey(*observed))
    (cell,) = cells(publish(store, indicators), "INT3").values()
    assert (cell.hidden, cell.numerator, cell.denominator) == (True, None, None)


def test_what_is_hidden_in_the_observation_stays_hidden(store: Store, indicators: Indicators) -> None:
    bare: dict[str, Any] = {"value": None, "numerator": None, "low": None, "high": None, "suppressed": "small_group"}
    hidden = dataclasses.replace(survey(42, 97), **bare)
    keep(store, indicators, hidden, dataclasses.replace(hidden, indicator="GES2"))
    draft = publication.prepare(store, indicators)
    assert [draft.judged[code][0].why for code in ("INT3", "GES2")] == ["observed", "observed"]
    assert all(cell.denominator is None for each in draft.figures for cell in each.cells)


def test_a_survey_figure_is_kept_until_five_more_have_answered(store: Store, indicators: Indicators) -> None:
    keep(store, indicators, survey(42, 97), survey(30, 60, period="2025-Q2"))
    publish(store, indicators)
    keep(store, indicators, survey(44, 101))
    draft = publication.prepare(store, indicators)
    held = {each.cell.period: (each.held, each.cell.denominator) for each in draft.judged["INT3"]}
    assert held == {"2026-Q2": ("few", 95), "2025-Q2": ("", 60)}
    assert refusal(publication.publish, store, indicators, None, draft.mark, "Mara") == "figures.nothing"
    keep(store, indicators, survey(52, 117))
    found = cells(publish(store, indicators), "INT3")["2026-Q2", ""]
    assert (found.numerator, found.denominator, found.batch) == (50, 115, 2)


def test_a_difference_that_would_tell_of_few_people_keeps_what_was(store: Store, indicators: Indicators) -> None:
    """10 of 20, then 13 of 40: three more. 10 is 8 to 12, 13 is published as 15, 13 to 17: 1 to 9 more, so it comes;
    7 of 20 (5: 5 to 7) and then 8 of 40 (10: 8 to 12) too. But 5 of 20 and then 7 of 40, 5 again, is 0 to 2 more.
    """
    keep(store, indicators, survey(5, 20))
    publish(store, indicators)
    keep(store, indicators, survey(7, 40))
    (judged,) = publication.prepare(store, indicators).judged["INT3"]
    assert (judged.held, judged.cell.denominator) == ("difference", 20)


def test_answers_taken_back_keep_what_was(store: Store, indicators: Indicators) -> None:
    keep(store, indicators, survey(42, 97))
    publish(store, indicators)
    keep(store, indicators, survey(35, 120))
    (judged,) = publication.prepare(store, indicators).judged["INT3"]
    assert (judged.held, judged.cell.numerator) == ("difference", 40)


def test_survey_figures_by_municipality_add_up_without_giving_any_away(store: Store, indicators: Indicators) -> None:
    keep(store, indicators, survey(100, 200), survey(60, 110, area=MEININGEN), survey(3, 20, area=ZELLA),
         survey(37, 70, area=SCHMALKALDEN))  # fmt: skip
    found = cells(publish(store, indicators), "INT3")
    shown = {area for (_, area), cell in found.items() if not cell.hidden}
    assert ZELLA not in shown
    assert len(shown - {""}) < 2 or "" not in shown  # a sum would give Z away


def test_what_is_not_chosen_stays_as_published(store: Store, indicators: Indicators, figure: Figure) -> None:
    keep(store, indicators, figure("2025", 420, 970), figure("2025", 90, 970, indicator="ARB2"))
    publish(store, indicators, frozenset({"ARB1"}))
    keep(store, indicators, figure("2025", 430, 970), figure("2025", 95, 970, indicator="ARB2"))
    second = publish(store, indicators, frozenset({"ARB2"}))
    assert cells(second, "ARB1")["2025", ""].numerator == 420
    assert cells(second, "ARB2")["2025", ""].numerator == 95
    assert (cells(second, "ARB1")["2025", ""].batch, cells(second, "ARB2")["2025", ""].batch) == (1, 2)


def test_a_target_starts_from_the_published_figure(store: Store, indicators: Indicators) -> None:
    keep(store, indicators, survey(42, 97), survey(3, 97, period="2025-Q2"))
    goals.set_goal(store, indicators["INT3"], baseline_period="2026-Q2", target_period="2028-Q2", target=0.6, by="Mara")
    (figure,) = publish(store, indicators).figures
    assert figure.target is not None
    assert figure.target.baseline == 40 / 95  # not 42 of 97


def test_a_target_tells_nothing_of_a_baseline_that_is_hidden_or_rounded(
    store: Store, indicators: Indicators, figure: Figure
) -> None:
    """A target is better than its baseline. So one of 2 % says of "•" of 97 people that there is 1, or none.

    42 of 97 is published as 40 of 95, which is 42 of 93 at most: 45.2 %. A target of 44 % would say that it is fewer.
    """
    keep(store, indicators, figure("2024", 1, 97))
    goals.set_goal(store, indicators["ARB1"], baseline_period="2024", target_period="2028", target=0.02, by="Mara")
    assert [each.target for each in publish(store, indicators).figures] == [None]
    keep(store, indicators, survey(42, 97))
    for target, told in ((0.44, None), (0.46, 0.46)):
        goals.set_goal(
            store, indicators["INT3"], baseline_period="2026-Q2", target_period="2028-Q2", target=target, by="Mara"
        )
        found = publication.prepare(store, indicators).figures[-1].target
        assert (found.target if found is not None else None) == told


def test_a_municipality_that_is_recorded_later_does_not_tell_of_an_earlier_sum(
    store: Store, indicators: Indicators, figure: Figure
) -> None:
    """First 564 − 500 is what two municipalities have together, of which one has 4. Later the county has 36 more: the
    other one's 60 would fit well then, but it would say that the first one had 564 − 500 − 60.
    """
    keep(store, indicators, figure("2025", 564, 1120), figure("2025", 500, 1000, area=MEININGEN),
         figure("2025", 4, 30, area=ZELLA))  # fmt: skip
    publish(store, indicators)
    keep(store, indicators, figure("2025", 600, 1200), figure("2025", 60, 90, area=SCHMALKALDEN))
    found = cells(publish(store, indicators), "ARB1")
    assert [found["2025", area].hidden for area in ("", MEININGEN, ZELLA, SCHMALKALDEN)] == [False, False, True, True]


def test_what_adds_up_gives_nobody_away_if_the_rest_does_not(
    store: Store, indicators: Indicators, figure: Figure
) -> None:
    """164 are the sum of 100, 60 and 4; the 300 are less than 200 + 90 + 30. So 164 − 100 − 60 is what is hidden."""
    keep(store, indicators, figure("2025", 164, 300), figure("2025", 100, 200, area=MEININGEN),
         figure("2025", 60, 90, area=SCHMALKALDEN), figure("2025", 4, 30, area=ZELLA))  # fmt: skip
    draft = publication.prepare(store, indicators)
    why = {each.cell.area: each.why for each in draft.judged["ARB1"]}
    assert why == {"": "", MEININGEN: "", SCHMALKALDEN: "derivable", ZELLA: "small"}


def test_nobody_and_all_are_hidden_also_where_only_a_percentage_is_known(
    store: Store, indicators: Indicators, figure: Figure
) -> None:
    plain = {"numerator": None, "denominator": None}
    shares = {"2023": 0.0, "2024": 1.0, "2025": 0.371}
    observed = [dataclasses.replace(figure(period, 1, 2), value=share, **plain) for period, share in shares.items()]
    keep(store, indicators, *observed)
    found = cells(publish(store, indicators), "ARB1")
    assert [found[period, ""].value for period in shares] == [None, None, 0.371]


def test_what_fell_below_five_when_answers_were_taken_back_stays_as_published(
    store: Store, indicators: Indicators
) -> None:
    keep(store, indicators, survey(5, 20))
    publish(store, indicators)
    fewer = dataclasses.replace(survey(4, 25), value=None, numerator=None, low=None, high=None, suppressed="group")
    keep(store, indicators, fewer)
    (judged,) = publication.prepare(store, indicators).judged["INT3"]
    assert (judged.held, judged.cell.numerator) == ("difference", 5)


def test_a_batch_never_changes(store: Store, indicators: Indicators, figure: Figure) -> None:
    keep(store, indicators, figure("2025", 420, 970))
    first = publish(store, indicators)
    keep(store, indicators, figure("2025", 430, 970))
    second = publish(store, indicators)
    read = Batches(lambda: store)
    assert (read.get(1), read.newest(), read.get(3)) == (first, second, None)
    assert (second.number, second.previous) == (2, first.digest)
    stored = store.collection(BATCHES).first(number=1)
    assert stored is not None
    body = stored.body
    body["figures"][0]["cells"][0]["numerator"] = 421
    store.collection(BATCHES).replace(stored.id, body, version=stored.version)
    assert refusal(Batches(lambda: store).get, 1) == "figures.broken"


def test_what_changed_since_the_preview_is_not_published(store: Store, indicators: Indicators, figure: Figure) -> None:
    keep(store, indicators, figure("2025", 420, 970))
    mark = publication.prepare(store, indicators).mark
    keep(store, indicators, figure("2025", 430, 970))
    assert refusal(publication.publish, store, indicators, None, mark, "Mara") == "figures.changed"
    assert store.collection(BATCHES).count() == 0


PEOPLE = ("ARB1", "WOH1", "INT3", "INT6")
COUNT = st.integers(0, 30)


@hypothesis_settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rounds=st.lists(
        st.dictionaries(
            st.tuples(st.sampled_from(PEOPLE), st.sampled_from(["", MEININGEN, ZELLA])),
            st.tuples(COUNT, COUNT),
            min_size=1,
        ),
        min_size=1,
        max_size=3,
    )
)
def test_no_public_figure_is_about_fewer_than_five_people(
    tmp_path_factory: pytest.TempPathFactory, indicators: Indicators, rounds: list[dict[Any, tuple[int, int]]]
) -> None:
    """Rounds of figures, recorded and published; what is shown is never of a small group, nor the county's rest."""
    store = open_store("tinydb:", tmp_path_factory.mktemp("store"))
    truth: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for recorded in rounds:
        for (code, area), (yes, no) in recorded.items():
            if yes + no:
                period = "2025" if code == "ARB1" else "2026-Q2"
                keep(store, indicators, survey(yes, yes + no, indicator=code, area=area, period=period))
                truth.setdefault((code, area), []).append((yes, no))
        draft = publication.prepare(store, indicators)
        if not draft.is_new:
            continue
        batch = publication.publish(store, indicators, None, draft.mark, "Mara", reason="x")
        for figure in batch.figures:
            for cell in figure.cells:
                if cell.hidden:
                    assert (cell.numerator, cell.denominator, cell.low, cell.high) == (None,) * 4
                    continue
                assert cell.numerator is not None
                assert cell.denominator is not None
                assert min(cell.numerator, cell.denominator - cell.numerator) >= 5
                known = truth[figure.indicator.code, cell.area]
                fits = [
                    (yes, no)
                    for yes, no in known
                    if (yes, yes + no) == (cell.numerator, cell.denominator)
                    or (cell.rounded and (rounded(yes), rounded(yes + no)) == (cell.numerator, cell.denominator))
                ]
                assert any(min(pair) >= 5 for pair in fits)
            _no_small_rest(figure)


def _no_small_rest(figure: figures.Figure) -> None:
    """What the county has beside all shown areas is nobody, or 5 and more in each answer, or the areas are no parts."""
    if figure.indicator.source in withholding.SURVEYS:
        return  # rounded: nothing exact to subtract
    shown = {cell.area: cell for cell in figure.cells if not cell.hidden}
    if "" not in shown:
        return
    areas = [cell for area, cell in shown.items() if area]
    parts = [(cell.numerator or 0, (cell.denominator or 0) - (cell.numerator or 0)) for cell in [shown[""], *areas]]
    rest = [whole - sum(others) for whole, *others in zip(*parts, strict=True)]
    if min(rest) < 0 or not areas:
        return
    assert rest == [0, 0] or min(rest) >= 5


@hypothesis_settings(deadline=None, max_examples=60)
@given(counts=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=3))
def test_what_came_between_two_batches_stays_as_uncertain_as_a_small_group(counts: list[tuple[int, int]]) -> None:
    """For each small growth, two worlds at least 3 apart lead to exactly the same published numbers."""
    totals = list(itertools.accumulate(counts, lambda one, other: (one[0] + other[0], one[1] + other[1])))
    steps: list[withholding.Step] = []
    published: list[tuple[tuple[int, int], tuple[int, int]]] = []
    for total in totals:
        cells, step, _ = withholding._released({"": total}, steps)
        if step is not None:
            steps.append(step)
            if cells:
                published.append((total, cells[""]))
    for (before, was), (after, now) in itertools.pairwise(published):
        bases = sum(before), sum(after)
        for place in (0, 1):
            if 0 < after[place] - before[place] < 5:
                growths = {
                    second - first
                    for first, second in itertools.product(range(bases[0] + 1), range(bases[1] + 1))
                    if 0 <= second - first <= bases[1] - bases[0]
                    and _fits(first, bases[0], was, place) and _fits(second, bases[1], now, place)
                }  # fmt: skip
                assert max(growths) - min(growths) >= 3


def _fits(count: int, base: int, shown: tuple[int, int], place: int) -> bool:
    yes = count if place == 0 else base - count
    return yes >= 5 and base - yes >= 5 and rounded(yes) == shown[0]
