"""Official figures from a table: all of it or nothing, every fault with its cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.monitoring import importing, observations
from survey_service.monitoring.definitions import Indicators
from survey_service.problems import Problem
from survey_service.responses.loading import files
from survey_service.store.base import Store

BOTH_STORES = True
AREAS = frozenset({"16066042", "16066063"})
HEAD = ("Kennzahl", "Zeitraum", "Gebiet", "Zähler", "Nenner", "Prozent", "Einheit", "Stand", "Quelle", "Anmerkung")


def plan(indicators: Indicators, *rows: Sequence[str], head: Sequence[str] = HEAD) -> importing.Plan:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([head, *rows])
    sheets = files.read(text.getvalue().encode("utf-8"), "zahlen.csv")
    return importing.read(list(sheets.values()), indicators, AREAS)


def row(
    code: str = "ARB1", period: str = "2025", numerator: str = "42", denominator: str = "97", **more: str
) -> list[str]:
    cells = {"area": "", "percent": "", "unit": "%", "state": "endgültig", "source": "BA", "note": "", **more}
    return [
        code, period, cells["area"], numerator, denominator, cells["percent"], cells["unit"], cells["state"],
        cells["source"], cells["note"],
    ]  # fmt: skip


def test_a_table_is_recorded_whole(store: Store, indicators: Indicators) -> None:
    found = plan(
        indicators,
        row(numerator="1.042", denominator="2 400", state="vorläufig"),
        row("woh1", "Q2 2026", "١٢", "40", area="16066042"),
        row("INT1", "2025", "", "", percent="3,1 %", note="nur Anteil"),
    )
    assert found.faults == ()
    assert importing.keep(store, indicators, found, "Mara") == {"new": 3, "changed": 0, "unchanged": 0}
    arb1 = observations.of_indicator(store, "ARB1")[0].observation
    assert (arb1.numerator, arb1.denominator, arb1.preliminary, arb1.origin) == (1042, 2400, True, "imported")
    woh1 = observations.of_indicator(store, "WOH1")[0].observation
    assert (woh1.period, woh1.area, woh1.value) == ("2026-Q2", "16066042", 0.3)
    int1 = observations.of_indicator(store, "INT1")[0].observation
    assert (int1.value, int1.numerator, int1.note) == (0.031, None, "nur Anteil")
    assert importing.keep(store, indicators, found, "Mara")["unchanged"] == 3


@pytest.mark.parametrize(
    ("cells", "cell", "told"),
    [
        (row("XYZ1"), "A2", "is no indicator"),
        (row("INT3", "2026-Q2"), "A2", "computed"),
        (row(period="2025-Q1"), "B2", "a figure a year"),
        (row("WOH1", "2025"), "B2", "a figure a quarter"),
        (row(area="16066999"), "C2", "no municipality"),
        (row(numerator="98"), "D2", "more than 100 percent"),
        (row(numerator="-1"), "D2", "is no count"),
        (row(numerator="4,5"), "D2", "is no count"),
        (row(numerator="12.34"), "D2", "is no count"),
        (row(denominator="0"), "E2", "denominator is 0"),
        (row(denominator=""), "E2", "go together"),
        (row(numerator=""), "D2", "go together"),
        (row(numerator="", denominator=""), "F2", "There is no figure"),
        (row(numerator="", denominator="", percent="101"), "F2", "at most 100"),
        (row(numerator="", denominator="", percent="many"), "F2", "is no percentage"),
        (row(percent="50"), "F2", "make 43.3 percent"),
        (row(unit="Promille"), "G2", "The unit of ARB1 is percent"),
        (row(state="vielleicht"), "H2", "final or preliminary"),
        (row(source=""), "I2", "source is missing"),
    ],
)
def test_a_fault_names_its_cell_and_changes_nothing(
    store: Store, indicators: Indicators, cells: list[str], cell: str, told: str
) -> None:
    found = plan(indicators, cells, row(period="2024"))
    assert [(fault.sheet, fault.cell) for fault in found.faults] == [("zahlen", cell)]
    assert told in str(found.faults[0].reason)
    with pytest.raises(Problem) as caught:
        importing.keep(store, indicators, found, "Mara")
    assert caught.value.code == "observation.faulty"
    assert f"zahlen, cell {cell}: " in caught.value.message()
    assert store.collection(observations.OBSERVATIONS).count() == 0


def test_the_whole_table_is_looked_through(indicators: Indicators) -> None:
    found = plan(indicators, row(), row(numerator="x", period="z"), row(numerator="41"))
    assert [fault.cell for fault in found.faults] == ["B3", "D3", "4"]
    assert "row 2 already" in str(found.faults[-1].reason)
    assert [str(fault.reason) for fault in plan(indicators).faults] == ["There are no rows."]
    missing = plan(indicators, ["ARB1"], head=["Kennzahl"])
    assert str(missing.faults[0].reason) == "The columns are missing: period, source."


def test_a_final_figure_is_corrected_with_a_reason_only(store: Store, indicators: Indicators) -> None:
    importing.keep(store, indicators, plan(indicators, row(), row(period="2024")), "Mara")
    changed = plan(indicators, row(period="2023"), row(numerator="43"))
    with pytest.raises(Problem) as caught:
        importing.keep(store, indicators, changed, "Mara")
    assert caught.value.code == "observation.reason"
    assert len(observations.of_indicator(store, "ARB1")) == 2  # nothing of it
    counts = importing.keep(store, indicators, changed, "Mara", reason="Korrektur der BA")
    assert counts == {"new": 1, "changed": 1, "unchanged": 0}


def test_what_is_exported_is_read_again(store: Store, indicators: Indicators) -> None:
    given = plan(
        indicators, row(), row("INT1", "2025", "", "", percent="3,14159"), row(area="16066063", note="a;b\n“c”")
    )
    importing.keep(store, indicators, given, "Mara")
    rows = [line for code in ("ARB1", "INT1") for line in importing.rows(observations.of_indicator(store, code))]
    again = plan(indicators, *[list(line.values()) for line in rows], head=list(importing.COLUMNS))
    assert again.faults == ()
    assert importing.keep(store, indicators, again, "Mara") == {"new": 0, "changed": 0, "unchanged": 3}


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.sampled_from(["", ".", " ", "\u00a0", "'"]))
def test_counts_in_groups(indicators: Indicators, first: int, second: int, sign: str) -> None:
    numerator, denominator = min(first, second), max(first, second)
    written = [f"{number:,}".replace(",", sign) for number in (numerator, denominator)]
    found = plan(indicators, row(numerator=written[0], denominator=written[1]))
    assert found.faults == ()
    assert (found.observations[0].numerator, found.observations[0].denominator) == (numerator, denominator)
