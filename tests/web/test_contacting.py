"""“Shall we contact you?”: a wish of its own, which nothing connects with any answers."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from survey_service.problems import Problem
from survey_service.responses import contact_wishes
from survey_service.responses.contact_wishes import WISHES
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from tests.conftest import TODAY
from tests.web.browser import Browser

WISH = {"name": " Amina  <b>", "reach": "0٣٦٩٣ 12 34", "about": "Sprachkurs\r\nam Abend"}


def test_a_wish_arrives_apart_from_all_answers(browser: Browser, store: Store) -> None:
    browser.open("/en/contact")
    page = browser.send(**WISH)
    assert (browser.url, browser.status) == ("/en/contact/sent", 200)
    assert "Thank you. We will contact you." in page.text
    (wish,) = contact_wishes.everyone(store)
    assert (wish.name, wish.reach, wish.about) == ("Amina <b>", "0٣٦٩٣ 12 34", "Sprachkurs\nam Abend")
    assert (wish.language, contact_wishes.waiting(store)) == ("en", 1)
    assert store.collection(RESPONSES).count() == 0
    assert set(store.collection(WISHES).get(1).body) == {
        "wish", "name", "reach", "about", "language", "day", "state", "done", "by",
    }  # fmt: skip


def test_what_is_missing_is_asked_for_and_what_was_typed_stays(browser: Browser, store: Store) -> None:
    for field, value in (
        ("name", " "),
        ("reach", "morgen"),
        ("reach", "a@b"),
        ("about", "x" * 501),
        ("name", "n" * 101),
    ):
        browser.open("/de/contact")
        page = browser.send(**{**WISH, field: value})
        assert browser.status == 422
        assert f"#{field}" in page.links
        assert page.value("reach" if field == "name" else "name") == WISH["reach" if field == "name" else "name"]
    browser.open("/de/contact")
    assert "zu lange offen" in browser.send(**WISH, _csrf="old").text
    assert browser.status == 422
    assert contact_wishes.waiting(store) == 0


def test_the_same_wish_twice_is_one_and_a_flood_ends(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact_wishes, "MOST_OPEN", 2)
    for reach in ("a@b.example", "a@b.example", "c@d.example"):
        contact_wishes.ask(store, "Amina", reach, "", "ar", TODAY)
    assert contact_wishes.waiting(store) == 2
    with pytest.raises(Problem) as refused:
        contact_wishes.ask(store, "Omar", "03693 1234", "", "ar", TODAY)
    assert refused.value.code == "wish.many"


def test_a_wish_goes_a_week_after_it_was_served_and_after_six_months(store: Store) -> None:
    served, waits = (contact_wishes.ask(store, name, "03693 1234", "", "de", TODAY) for name in ("Amina", "Omar"))
    contact_wishes.finish(store, served.wish, "Mara", TODAY)
    assert contact_wishes.oldest(store) == TODAY
    assert contact_wishes.search(store, "omar") == [waits]
    for days, left in ((6, 2), (7, 1), (181, 1), (182, 0)):
        contact_wishes.forget_old(store, TODAY + dt.timedelta(days=days))
        assert store.collection(WISHES).count() == left
    assert "Amina" not in json.dumps([stored.body for stored in store.collection(WISHES).iterate()])
    with pytest.raises(Problem) as refused:
        contact_wishes.reopen(store, served.wish)
    assert refused.value.code == "wish.gone"
