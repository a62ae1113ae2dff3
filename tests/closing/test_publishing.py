"""Publishing: German always, other languages only if they lack nothing; frozen under a number and a hash."""

from __future__ import annotations

import datetime as dt

import pytest

from survey_service import clock
from survey_service.accounts import audit
from survey_service.closing import publishing
from survey_service.closing.composing import Source, compose
from survey_service.closing.publishing import PAGES
from survey_service.concept import progress
from survey_service.concept.model import Progress
from survey_service.problems import Problem
from tests.closing.conftest import NOW, WAVE, publish, write
from tests.concept.conftest import refusal


def test_it_is_published_in_the_chosen_languages_that_lack_nothing(source: Source) -> None:
    store = source.store
    assert refusal(publish, source) == "closing.incomplete"  # the German words are missing
    write(source)
    write(source, "en")
    write(source, "ar")
    with pytest.raises(Problem) as caught:
        publish(source, {"en": "reviewed", "ar": "draft", "pl": "draft"})
    assert (caught.value.code, caught.value.details) == (
        "closing.incomplete",
        {"languages": "pl"},
    )
    assert refusal(publish, source, {"en": "perfect"}) == "request.bad"
    assert refusal(publish, source, {"xx": "draft"}) == "request.bad"
    page = publish(source, {"en": "draft"})
    assert (page.number, page.day, page.by, page.previous) == (1, "2026-11-23", "Mara", "")
    assert page.languages == {"de": "reviewed", "en": "draft"}
    assert page.content == compose(source, WAVE, "ARB")
    assert publishing.load(store, 1) == page
    entry = next(each for each in audit.entries(store) if each.action == "closing.published")
    assert entry.details == {"wave": WAVE, "field": "ARB", "digest": page.digest}


def test_what_is_published_stays_and_a_correction_is_a_further_number(source: Source) -> None:
    store = source.store
    write(source)
    first = publish(source)
    assert refusal(publish, source) == "closing.nothing"
    mark = publishing.mark_of(compose(source, WAVE, "ARB"))
    progress.note(store, "item-2", Progress("done", "2026-11-22"), "Mara")
    assert refusal(publishing.publish, source, WAVE, "ARB", {}, mark, "Mara") == "closing.changed"
    with clock.fixed(NOW + dt.timedelta(days=40)):
        second = publish(source)
    assert (second.number, second.day, second.previous) == (2, "2027-01-02", first.digest)
    assert [step.state for step in second.content.steps] == ["done"]
    assert publishing.load(store, 1) == first
    assert [step.state for step in first.content.steps] == ["running"]
    assert publishing.newest(store, WAVE, "ARB") == second
    assert publishing.current(publishing.all_pages(store)) == [second]
    write(source, "en")
    third = publish(source, {"en": "reviewed"})  # the same in one language more
    assert (third.number, third.content.decided is not None) == (3, True)


@pytest.mark.parametrize("change", ["languages", "day", "number", "content", "previous"])
def test_what_was_tampered_with_is_not_shown(source: Source, change: str) -> None:
    store = source.store
    write(source)
    publish(source)
    stored = store.collection(PAGES).first(number=1)
    assert stored is not None
    value = {"languages": {"de": "draft"}, "day": "2026-01-01", "number": 7, "previous": "x"}.get(change)
    if change == "content":
        value = {**stored.body["content"], "words": {"de": "Gefälscht."}}
    store.collection(PAGES).replace(stored.id, {**stored.body, change: value}, version=stored.version)
    number = 7 if change == "number" else 1
    assert refusal(publishing.load, store, number) == "closing.broken"
    assert refusal(publishing.of_field, store, "ARB") == "closing.broken"
    assert refusal(publishing.load, store, 9) == "closing.missing"
