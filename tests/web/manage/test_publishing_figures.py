"""The desk publishes figures: a preview with reasons, then for good; the overview of a field is private."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from survey_service.accounts import audit
from survey_service.monitoring import goals
from survey_service.monitoring.figures import BATCHES, Batches
from survey_service.questionnaire import translating
from survey_service.store.base import Store
from survey_service.translating.workbench import Wish
from tests.monitoring.published import INDICATORS, ZELLA, fill, note
from tests.web.manage.conftest import Desk

PAGE = "/manage/indicators/publish"


def mark_of(page: str) -> str:
    found = re.search(r'name="mark" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def send(desk: Desk, mark: str, *codes: str) -> tuple[int, str]:
    answer = desk.client.post(f"{PAGE}?lang=en", data={"_csrf": desk.token(PAGE), "mark": mark, "code": list(codes)})
    return answer.status_code, answer.text


def test_the_preview_says_what_is_hidden_and_why_then_it_is_published(manager: Desk, store: Store) -> None:
    fill(store)
    page = manager.get(f"{PAGE}?lang=en").text
    assert "fewer than 5 people, or fewer than 5 are missing to the whole" in page
    row = re.search(r"<tr>\s*<th scope=\"row\"><a[^>]*>ARB1 .*?</tr>", page, re.S)
    assert row is not None
    assert re.findall(r"<td>(\d+)</td>", row[0]) == ["6", "5", "1", "0"]  # new, shown, hidden, kept
    assert store.collection(BATCHES).count() == 0  # looking publishes nothing
    assert send(manager, mark_of(page))[0] == 303
    page = manager.get(f"{PAGE}?lang=en&published=1").text
    assert "All of this is published already." in page
    assert "/en/results?batch=1" in page
    (entry,) = [each for each in audit.entries(store) if each.action == "figures.published"]
    assert (entry.subject, entry.details["count"]) == ("batch 1", 10)


def test_a_figure_that_stays_as_published_says_why(manager: Desk, store: Store) -> None:
    fill(store)
    send(manager, mark_of(manager.get(PAGE).text))
    note(store, "INT3", "2026-Q2", 44, 100)
    page = manager.get(f"{PAGE}?lang=en").text
    assert "Stays as published: fewer than 5 more have answered since" in page
    assert 'name="mark"' not in page


def test_a_target_that_would_tell_of_its_start_is_not_published(manager: Desk, store: Store) -> None:
    """The target of 50 % is far from its start, 980 of 2400. That 3 of 97 are more than 1 % is nobody's business."""
    fill(store)
    told = "The target is not published."
    assert told not in manager.get(f"{PAGE}?lang=en").text
    note(store, "ARB2", "2024", 3, 97)
    goals.set_goal(store, INDICATORS["ARB2"], baseline_period="2024", target_period="2028", target=0.01, by="Mara")
    page = manager.get(f"{PAGE}?lang=en").text
    assert f"ARB2: {told}" in page
    assert send(manager, mark_of(page))[0] == 303
    assert "Target: 1" not in manager.client.get("/en/results?field=ARB").text


def test_only_chosen_indicators_are_published(manager: Desk, store: Store) -> None:
    fill(store)
    page = manager.get(f"{PAGE}?lang=en&code=INT3&code=nothing").text
    assert send(manager, mark_of(page), "INT3")[0] == 303
    (batch,) = store.collection(BATCHES).find()
    assert [each["indicator"]["code"] for each in batch.body["figures"]] == ["INT3"]


def test_what_changed_meanwhile_is_shown_again(manager: Desk, store: Store) -> None:
    fill(store)
    mark = mark_of(manager.get(PAGE).text)
    note(store, "ARB1", "2025", 1200, 2400, preliminary=True)
    status, page = send(manager, mark)
    assert (status, "figures or targets have changed" in page) == (409, True)
    assert store.collection(BATCHES).count() == 0
    assert send(manager, mark_of(page))[0] == 303
    assert send(manager, mark_of(page))[0] == 422  # sent twice


def test_a_language_without_a_text_is_named_with_the_way_to_write_it(manager: Desk, store: Store) -> None:
    fill(store)
    assert "Languages in which the results will not be offered" not in manager.get(f"{PAGE}?lang=en").text
    write(manager, "indicators/ARB1/name", "")
    page = manager.get(f"{PAGE}?lang=en").text
    named = silent(page)
    key = translating.key_of("indicators/ARB1/name")
    assert "Arabic" in named
    assert "Ukrainian" not in named
    assert f'href="/manage/translations/indicators/ar?text={key}#t-{key}">ARB1</a>' in named
    assert send(manager, mark_of(page))[0] == 303
    newest = Batches(lambda: store).newest()
    assert newest is not None
    assert (newest.speaks("uk"), newest.speaks("ar")) == (True, False)
    write(manager, "indicators/ARB1/name", "العمل")
    assert "choose them again: ARB1" in silent(manager.get(f"{PAGE}?lang=en&code=INT3").text)
    page = manager.get(f"{PAGE}?lang=en&code=ARB1").text
    assert "will not be offered" not in page
    assert send(manager, mark_of(page), "ARB1")[0] == 303  # a new text is something new
    newest = Batches(lambda: store).newest()
    assert newest is not None
    assert newest.speaks("ar")
    assert "العمل" in manager.client.get("/ar/results").text


def silent(page: str) -> str:
    found = re.search(r'<section aria-labelledby="silent">.*?</section>', page, re.S)
    assert found is not None
    return " ".join(found[0].split())


def write(manager: Desk, address: str, wording: str) -> None:
    """Write an Arabic text at the desk, or take it away."""
    workbench = manager.client.application.extensions["survey_service"].workbench
    (entry,) = [each for each in workbench.entries("indicators", "ar") if each.source.address == address]
    seen = translating.digest(entry.wording)
    wish = Wish(address, entry.mark, seen, (wording,) if wording else ())
    assert workbench.save("ar", [wish], by="Mara", now=dt.datetime.now(dt.UTC)) == 1


def test_a_correction_needs_a_reason_that_everybody_reads(manager: Desk, store: Store) -> None:
    fill(store)
    send(manager, mark_of(manager.get(PAGE).text))
    note(store, "ARB1", "2024", 1001, 2400)  # recorded with the reason “x”
    page = manager.get(f"{PAGE}?lang=en").text
    row = re.search(r'<h2 id="wrong">.*?<tbody>(.*?)</tbody>', page, re.S)
    assert row is not None
    assert re.findall(r">([^<>\n]+)</t[hd]>", row[1]) == ["ARB1", "2024", "Whole county", "42.1\u202f%", "41.7\u202f%"]
    assert re.search(r'<textarea id="reason" name="reason"[^>]* required>x</textarea>', page)
    status, again = send(manager, mark_of(page))
    assert (status, "Say why." in again) == (422, True)
    answer = manager.client.post(
        f"{PAGE}?lang=en", data={"_csrf": manager.token(PAGE), "mark": mark_of(page), "reason": "Zahlendreher"}
    )
    assert answer.status_code == 303
    assert "Corrected: ARB1. Zahlendreher" in manager.get(f"{PAGE}?lang=en").text
    _, newest = [each for each in audit.entries(store) if each.action == "figures.published"]
    assert (newest.details["corrected"], newest.details["withdrawn"]) == (1, 0)


def test_published_figures_are_withdrawn_after_a_preview(manager: Desk, store: Store) -> None:
    fill(store)
    send(manager, mark_of(manager.get(PAGE).text))
    page = manager.get(f"{PAGE}?lang=en").text
    assert 'name="withdraw" value="ARB1/1/2025"' in page
    assert 'name="mark"' not in page
    page = manager.get(f"{PAGE}?lang=en&withdraw=INT3/1/2026-Q2&withdraw=nothing").text
    assert "Figures that everybody has seen and that change" in page
    assert '<input type="hidden" name="withdraw" value="INT3/1/2026-Q2">' in page
    data = {
        "_csrf": manager.token(PAGE),
        "mark": mark_of(page),
        "withdraw": "INT3/1/2026-Q2",
        "reason": "Falsche Frage",
    }
    assert manager.client.post(PAGE, data=data).status_code == 303
    newest = Batches(lambda: store).newest()
    assert newest is not None
    assert [(each.indicator, each.period) for each in newest.absent] == [("INT3", "2026-Q2")]
    page = manager.get(f"{PAGE}?lang=en").text
    assert "Withdrawn: INT3. Falsche Frage" in page
    assert "All of this is published already." in page
    assert 'value="INT3/1/2026-Q2"' not in page


def test_without_figures_there_is_nothing_to_publish(manager: Desk) -> None:
    page = manager.get(f"{PAGE}?lang=en").text
    assert "There is no figure yet." in page
    assert '<button type="submit">Publish' not in page


def test_the_overview_of_a_field_shows_what_is_recorded(as_role: Callable[[str], Desk], store: Store) -> None:
    fill(store)
    page = as_role("Willi").get("/manage/indicators/overview?lang=en&field=ARB").text
    assert "Not published" in page
    assert page.count('<svg class="trend"') == 3  # ARB3 has no figure
    assert "Better than the baseline" in page
    assert "INT3" not in page
    assert ZELLA not in page
    assert "SYS1" in as_role("Willi").get("/manage/indicators/overview?lang=en&field=").text
