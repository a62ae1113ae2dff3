"""The state of the service names the machines that serve, and says what is wrong with them."""

from __future__ import annotations

from survey_service import clock
from survey_service.store import hosts
from survey_service.store.base import Store
from tests.web.manage.conftest import Desk


def test_machines_are_named_and_what_is_wrong_with_them(manager: Desk, store: Store) -> None:
    assert "No machine has told yet that it serves." in manager.get("/manage/status?lang=en").text
    now = clock.now().timestamp()
    hosts.beat(store, "north", "0.1.0", {"files": "instance:", "secrets": "1f"}, now)
    hosts.beat(store, "south", "0.1.0", {"files": "instance:", "secrets": "2e"}, now)
    hosts.beat(store, "west<b>", "0.1.0", {}, now - 3600)
    page = manager.get("/manage/status?lang=en").text
    for said in (
        "2 machines serve: north, south.",
        "Nothing is heard of: west&lt;b&gt;.",
        "They are set up differently: secrets.",
        "Each keeps files for itself: what one has taken, another does not find.",
    ):
        assert said in page
