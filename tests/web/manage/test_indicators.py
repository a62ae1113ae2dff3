"""Indicators on the desk: entered, corrected, brought from a file, taken from a report; goals; who may."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any

import pytest

from survey_service.accounts import audit
from survey_service.monitoring import goals, observations
from survey_service.reports import report as reports
from survey_service.reports.report import Report
from survey_service.store.base import Store
from tests.monitoring.test_observations import figure_block
from tests.web.manage.conftest import Desk

PAGE = "/manage/indicators/ARB1"
FIGURE = {"_record": "1", "period": "2025", "numerator": "1.042", "denominator": "2400", "source": "Statistik der BA"}


def send(desk: Desk, path: str = PAGE, **fields: str) -> tuple[int, str]:
    answer = desk.client.post(f"{path}?lang=en", data={"_csrf": desk.token("/manage/indicators"), **fields})
    return answer.status_code, answer.text


def noted(store: Store) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (entry.action, entry.subject, dict(entry.details))
        for entry in audit.entries(store)
        if entry.action.startswith("indicator")
    ]


def test_a_figure_is_entered_corrected_and_shown_with_what_was(manager: Desk, store: Store) -> None:
    assert send(manager, **FIGURE)[0] == 303
    status, page = send(manager, **{**FIGURE, "numerator": "1100"})
    assert (status, "Say why it is corrected" in page, 'value="1100"' in page) == (422, True, True)
    assert send(manager, **{**FIGURE, "numerator": "1100", "reason": "Korrektur <b>"})[0] == 303
    page = manager.get(f"{PAGE}?lang=en").text
    assert "45.8" in page  # 1100 of 2400
    assert "1,042 of 2,400" in page  # what it was before
    assert "Korrektur &lt;b&gt;" in page
    assert '<svg class="trend"' in page
    assert noted(store) == [
        ("indicator.recorded", "ARB1", {"period": "2025", "state": "new"}),
        ("indicator.recorded", "ARB1", {"period": "2025", "state": "changed"}),
    ]
    assert "45.8" in manager.get("/manage/indicators?lang=en").text


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"period": "2025-Q1"}, "is no period of ARB1"),
        ({"denominator": "0"}, "A share is from 0 to 100 percent"),
        ({"numerator": "3000"}, "A share is from 0 to 100 percent"),
        ({"numerator": "", "denominator": "", "percent": "101"}, "A share is from 0 to 100 percent"),
        ({"numerator": "", "denominator": ""}, "A share is from 0 to 100 percent"),
        ({"source": " "}, "Say where the figure comes from"),
        ({"area": "16066999"}, "the key of no municipality"),
    ],
)
def test_what_is_no_figure_is_shown_again(manager: Desk, store: Store, changed: dict[str, str], told: str) -> None:
    status, page = send(manager, **{**FIGURE, **changed})
    assert (status, told in page) == (422, True)
    assert store.collection(observations.OBSERVATIONS).count() == 0


def test_a_goal_is_set_and_taken_away(manager: Desk, store: Store) -> None:
    goal = {"_goal": "1", "baseline_period": "2025", "target": "50", "target_period": "2028", "decided": "Kreistag"}
    assert send(manager, **goal)[0] == 422
    send(manager, **FIGURE)
    assert send(manager, **{**goal, "target": "40"})[0] == 422
    assert send(manager, **goal)[0] == 303
    page = manager.get(f"{PAGE}?lang=en").text
    assert re.search(r"50\s%\sby 2028", page)
    assert "As the baseline" in page
    send(manager, **{**FIGURE, "period": "2026", "numerator": "1300"})
    assert "Target reached" in manager.get(f"{PAGE}?lang=en").text
    assert send(manager, _remove_goal="1")[0] == 303
    assert goals.of_indicator(store, "ARB1") is None
    assert "Earlier targets" in manager.get(f"{PAGE}?lang=en").text
    assert send(manager, "/manage/indicators/ARB4", **goal)[0] == 422  # neither more nor less is better
    assert send(manager)[0] == 400
    assert send(manager, "/manage/indicators/XYZ1", **FIGURE)[0] == 404


def bring(desk: Desk, text: str, **fields: str) -> tuple[int, str]:
    file = (io.BytesIO(text.encode("utf-8")), "zahlen.csv")
    data: dict[str, Any] = {"_csrf": desk.token("/manage/indicators"), "file": file, **fields}
    answer = desk.client.post("/manage/indicators/import?lang=en", data=data, content_type="multipart/form-data")
    return answer.status_code, answer.text


def test_a_file_is_recorded_whole_or_not_at_all(manager: Desk, store: Store) -> None:
    head = "Kennzahl;Zeitraum;Zähler;Nenner;Quelle\n"
    status, page = bring(manager, f"{head}ARB1;2025;42;97;BA\nARB2;2025;9;0;BA\n")
    assert status == 422
    assert "zahlen, cell D3: The denominator is 0" in page
    assert store.collection(observations.OBSERVATIONS).count() == 0
    assert bring(manager, f"{head}ARB1;2025;42;97;BA\nARB2;2025;9;97;BA\n")[0] == 303
    assert store.collection(observations.OBSERVATIONS).count() == 2
    assert noted(store) == [("indicators.imported", "zahlen.csv", {"count": 2})]
    assert manager.get("/manage/indicators/import?lang=en").status_code == 200


def test_figures_of_a_report_are_taken_over(manager: Desk, store: Store) -> None:
    facts = {
        "id": 0, "plugin": "monitoring", "version": "1.1", "title": {"de": "Monitoring", "en": "Monitoring"},
        "snapshot": "abc", "period": "2026-Q4", "day": dt.date(2026, 11, 23), "counts": {},
        "blocks": (figure_block("INT3"),),
    }  # fmt: skip
    number = str(reports.save(store, Report(**facts, synthetic=False)).id)
    invented = str(reports.save(store, Report(**facts, synthetic=True)).id)
    page = manager.get("/manage/indicators?lang=en").text
    assert page.count('name="report"') == 2
    assert page.count("Take over</button>") == 1
    assert send(manager, "/manage/indicators/take", report=number)[0] == 303
    assert send(manager, "/manage/indicators/take", report=invented)[0] == 409
    assert send(manager, "/manage/indicators/take", report="x")[0] == 404
    page = manager.get("/manage/indicators/INT3?lang=en").text
    assert f'/manage/reports/{number}"' in page
    assert "between 33.9" in page
    assert "Enter a figure" not in page  # it is computed
    assert noted(store) == [("indicators.taken", "monitoring", {"report": int(number), "count": 1})]


def test_working_groups_read_and_do_not_keep(as_role: Callable[[str], Desk], store: Store) -> None:
    willi = as_role("Willi")
    page = willi.get(f"{PAGE}?lang=en").text
    assert "There is no figure yet" in page
    assert "_record" not in page
    data = {"_csrf": willi.token("/manage/"), **FIGURE}
    assert willi.client.post(PAGE, data=data).status_code == 403
    assert willi.get("/manage/indicators/import").status_code == 403
