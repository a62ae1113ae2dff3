"""Somebody who reads German helps somebody who speaks Arabic, and the other way round, on one phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from survey_service.responses.submissions import RESPONSES
from tests.journeys.conftest import OpenPage, Service
from tests.journeys.test_respondents import Watcher, choose, path, proceed, watch

__all__ = ["watch"]


@pytest.mark.parametrize(
    ("own", "theirs", "how", "scheme"), [("de", "ar", "assisted", "light"), ("ar", "de", "interview", "dark")]
)
def test_the_whole_way_with_a_helper(
    service: Service,
    phone: OpenPage,
    watch: Callable[[str, str], Watcher],
    own: str,
    theirs: str,
    how: str,
    scheme: str,
) -> None:
    page = phone(own, scripts=False, scheme=scheme)
    page.goto(f"{service.url}/{own}/q/needs")
    page.locator(f'a[href="/{own}/help/needs"]').click()
    watch(own, scheme).look(page)
    choose(page, "how", how)
    page.locator(f'button[name="language"][value="{theirs}"]').click()
    assert path(page) == f"/{theirs}/q/needs?with={how}.{own}"
    look = watch(theirs, scheme).look
    look(page)
    proceed(page)
    look(page)  # the consent is missing, and that is said in both
    assert page.locator(f'.error .second[lang="{own}"]').count() == 1
    choose(page, "B00", "yes")
    while "/check" not in path(page):
        proceed(page)
        look(page)
        heading, second = page.locator("h1").first, page.locator("h1 .second")
        assert second.get_attribute("lang") == own
        above, below = heading.bounding_box(), second.bounding_box()
        assert above is not None
        assert below is not None
        assert below["y"] > above["y"], "the respondent's language comes first"
        assert int(second.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")) < int(
            heading.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
        )
        if page.locator('input[name="B08"]').count():
            choose(page, "B08", "KIF")
    proceed(page)
    assert path(page) == f"/{theirs}/q/needs/done"
    (stored,) = service.store.collection(RESPONSES).iterate()
    assert (stored.body["mode"], stored.body["language"]) == (how, theirs)
