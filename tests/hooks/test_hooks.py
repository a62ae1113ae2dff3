"""From what happens to what another system has been told: noticed once, sent until it is there, given up, paused."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from survey_service.accounts import audit
from survey_service.hooks import deliveries, endpoints, events, noticing, sending, work
from survey_service.hooks.deliveries import DONE, FAILED, WAITING
from survey_service.hooks.endpoints import Endpoint
from survey_service.hooks.events import Event
from survey_service.hooks.noticing import Here
from survey_service.hooks.sending import Answer
from survey_service.offers import moderation, register
from survey_service.problems import Problem
from survey_service.reports import runs
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES, Submission, submit
from survey_service.store.base import Store
from tests.conftest import TODAY
from tests.hooks.conftest import HERE, KEY, NOW, Receiver

BOTH_STORES = True
Add = Callable[..., tuple[Endpoint, str]]


@pytest.fixture
def add(store: Store, publications: Publications) -> Add:
    def add(*kinds: str, url: str = "https://93.184.216.34/hook") -> tuple[Endpoint, str]:
        found = endpoints.add(
            store, "Map of the county", url, kinds or list(events.KINDS), key=KEY, allowed=HERE, by="Mara", now=NOW
        )
        noticing.begin(Here(store, publications), now=NOW)
        return found

    return add


def answered(store: Store, publications: Publications, key: int, language: str = "de", **options: Any) -> None:
    identifier = f"00000000-0000-4000-8000-{key:012}"
    inputs = {"OK": "yes", "age": "30", "town": options.pop("town", "X")}
    sent = Submission(identifier, "small-1", language, inputs, 1, "web", **options)
    submit(store, publications, sent, receipt_key=KEY, today=TODAY)


def offered(store: Store, name: str) -> str:
    answers = {"A01": "offer", "A02": "Caritas", "A04_name": name}
    response = {"key": name, "answers": answers, "revision": "offers-1", "language": "de", "mode": "web"}
    return str(register.register(store, response, TODAY).body["offer"])


def told(store: Store, hook: int) -> list[tuple[str, dict[str, Any]]]:
    """Return what waits for an endpoint, oldest first, as (kind, facts)."""
    found = [(each.kind, json.loads(each.body)["data"]) for each in reversed(deliveries.log(store, hook, 100))]
    deliveries.forget(store, hook)
    return found


def test_what_happens_is_noticed_once_and_holds_no_answers(store: Store, publications: Publications, add: Add) -> None:
    publications.set_open("small", False)
    answered(store, publications, 1)
    before = offered(store, "Before")
    moderation.decide(store, before, "published", "Mara")
    endpoint, _ = add()
    here, moment = Here(store, publications), NOW
    assert noticing.look(here, now=moment) == 0  # what was there before is no news

    for key, language in ((2, "de"), (3, "en"), (4, "de")):
        answered(store, publications, key, language)
    answered(store, publications, 4, town="Y", replaces=True)  # corrected before anybody looked: still one, still new
    answered(store, publications, 1, town="Y", replaces=True)
    moderation.decide(store, offered(store, "New"), "published", "Mara")
    offered(store, "Waits for a decision")
    publications.set_open("small", True)
    run = {"plugin": "needs", "by": "Mara", "done": 1, "total": 1, "kind": runs.REPORT, "beat": "", "ticket": ""}
    store.collection(runs.RUNS).add({**run, "state": runs.FINISHED, "report": 7, "problem": None})
    store.collection(runs.RUNS).add({**run, "state": runs.RUNNING, "report": None, "problem": None})
    failed = {"code": "plugin.failed", "details": {}}
    store.collection(runs.RUNS).add({**run, "state": runs.FAILED, "report": None, "problem": failed})
    new = next(stored.body["offer"] for stored in register.all_offers(store) if stored.body["name"] == "New")

    moment += dt.timedelta(hours=1)
    assert noticing.look(here, now=moment) == 6
    small = {"questionnaire": "small", "period": "2026-Q4"}
    assert told(store, endpoint.id) == [
        ("response.received", {**small, "language": "de", "count": 2}),
        ("response.received", {**small, "language": "en", "count": 1}),
        ("offer.published", {"offer": new}),
        ("questionnaire.opened", {"questionnaire": "small"}),
        ("report.finished", {"plugin": "needs", "report": 7}),
        ("report.failed", {"plugin": "needs", "problem": "plugin.failed"}),
    ]
    moment += dt.timedelta(hours=1)
    assert noticing.look(here, now=moment) == 0

    body = register.find(store, new).body
    changed = {**body["answers"], "A04_name": "Newer"}
    register.change(store, new, public=changed, answers=changed)
    moderation.take_off(store, before, "Mara", reason="It ended")
    publications.set_open("small", False)
    answered(store, publications, 5)
    moment += dt.timedelta(minutes=59)
    assert noticing.look(here, now=moment) == 3  # responses are looked at once an hour
    assert sorted(told(store, endpoint.id), key=lambda pair: pair[0]) == [
        ("offer.changed", {"offer": new}),
        ("offer.withdrawn", {"offer": before}),
        ("questionnaire.closed", {"questionnaire": "small"}),
    ]


def test_an_endpoint_is_told_what_it_chose_and_nothing_of_the_time_before_it(
    store: Store, publications: Publications, add: Add
) -> None:
    here = Here(store, publications)
    offers, _ = add(events.OFFER_PUBLISHED)
    offer = offered(store, "A")
    moderation.decide(store, offer, "published", "Mara")
    answered(store, publications, 1)
    both, _ = add(events.OFFER_PUBLISHED, events.RESPONSES)
    answered(store, publications, 2)
    assert noticing.look(here, now=NOW + dt.timedelta(minutes=1)) == 2  # nothing of the response: not for an hour
    assert [len(told(store, each.id)) for each in (offers, both)] == [1, 1]
    endpoints.remove(store, offers.id, by="Mara", now=NOW)
    endpoints.remove(store, both.id, by="Mara", now=NOW)
    noticing.look(here, now=NOW + dt.timedelta(minutes=2))
    moderation.decide(store, offered(store, "B"), "published", "Mara")
    again, _ = add(events.OFFER_PUBLISHED)
    assert noticing.look(here, now=NOW + dt.timedelta(hours=1)) == 0
    assert told(store, again.id) == []


def test_a_failure_is_tried_again_later_with_the_same_id_until_it_is_there(
    store: Store, add: Add, receiver: Receiver
) -> None:
    endpoint, _ = add(url=receiver.url)
    clock = [NOW]

    def round_() -> int:
        return work.send(store, receiver.way, lambda: clock[0])

    for batch in (1, 2):
        deliveries.put(store, [Event(events.FIGURES_PUBLISHED, {"batch": batch, "digest": "d"})], now=NOW)
    receiver.answers[:] = [(500, {}), (503, {"Retry-After": "7200"})]
    assert (round_(), len(receiver.got)) == (0, 1)  # after a failure the others wait as well
    assert (round_(), len(receiver.got)) == (0, 1)
    clock[0] += dt.timedelta(seconds=61)
    assert (round_(), len(receiver.got)) == (0, 2)
    clock[0] += dt.timedelta(seconds=7_100)  # it asked for two hours
    assert (round_(), len(receiver.got)) == (0, 2)
    resting = endpoints.find(store, endpoint.id)
    assert (resting.failures, resting.reason) == (2, sending.BROKEN)
    clock[0] += dt.timedelta(seconds=120)
    assert (round_(), len(receiver.got)) == (2, 4)
    names = [headers["webhook-id"] for _, headers, _ in receiver.got]
    assert len(set(names)) == 2
    assert endpoints.find(store, endpoint.id).failures == 0
    assert deliveries.counted(store, endpoint.id) == {WAITING: 0, DONE: 2, FAILED: 0}
    deliveries.again(store, endpoint.id, deliveries.log(store, endpoint.id, 1)[0].id, now=clock[0])
    assert (round_(), len({headers["webhook-id"] for _, headers, _ in receiver.got})) == (1, 2)


def test_what_a_person_changes_during_an_attempt_stays(store: Store, add: Add, receiver: Receiver) -> None:
    """While the other side answers, somebody removes the webhook, or its deliveries are let go on."""
    endpoint, _ = add(url=receiver.url)
    opened = Event(events.QUESTIONNAIRE_OPENED, {"questionnaire": "small"})
    deliveries.put(store, [opened, opened], now=NOW)
    removed: list[int] = []

    def remove(_name: str, _port: int) -> list[str]:
        if not removed:
            endpoints.remove(store, endpoint.id, by="Mara", now=NOW)
            deliveries.forget(store, endpoint.id)
            removed.append(endpoint.id)
        return ["127.0.0.1"]

    way = work.Way(KEY, HERE, receiver.trust, remove)
    assert work.send(store, way, lambda: NOW) == 1
    assert len(receiver.got) == 1
    assert (store.collection(deliveries.DELIVERIES).count(), endpoints.everyone(store)) == (0, [])


def test_what_fails_for_too_long_is_given_up_and_the_endpoint_pauses(store: Store, add: Add) -> None:
    endpoint, _ = add()
    deliveries.put(store, [Event(events.QUESTIONNAIRE_OPENED, {"questionnaire": "small"})], now=NOW)
    moment, tries = NOW, 0
    while (taken := deliveries.take(store, endpoint.id, now=moment)) is not None:
        assert deliveries.take(store, endpoint.id, now=moment) is None  # nobody else takes it meanwhile
        deliveries.note_answer(store, taken, Answer(sending.AWAY))
        tries, moment = tries + 1, moment + dt.timedelta(hours=25)
    assert (tries, deliveries.failed(store)) == (8, 1)
    deliveries.drop_failed(store, endpoint.id)
    assert deliveries.failed(store) == 0
    for _ in range(endpoints.FAILURES):
        assert endpoints.find(store, endpoint.id).state == endpoints.ACTIVE
        endpoints.note_answer(store, endpoint.id, Answer(sending.REFUSED, 404), now=NOW)
    assert endpoints.find(store, endpoint.id).state == endpoints.FAILING
    endpoints.resume(store, endpoint.id, by="Mara", now=NOW)
    assert endpoints.find(store, endpoint.id).failures == 0
    endpoints.note_answer(store, endpoint.id, Answer(sending.GONE, 410), now=NOW)
    assert endpoints.find(store, endpoint.id).state == endpoints.FAILING
    assert [entry.action for entry in audit.entries(store)] == [
        *("hook.added", "hook.failing", "hook.resumed", "hook.failing"),
    ]


def test_the_outbox_has_bounds(store: Store, add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "MOST_WAITING", 3)
    endpoint, _ = add()
    opened = Event(events.QUESTIONNAIRE_OPENED, {"questionnaire": "small"})
    assert deliveries.put(store, [opened] * 5, now=NOW) == 3
    assert endpoints.find(store, endpoint.id).missed == 2
    with pytest.raises(ValueError, match="no facts"):
        Event(events.QUESTIONNAIRE_OPENED, {"answer": "secret"})
    taken = deliveries.take(store, endpoint.id, now=NOW)
    assert taken is not None
    deliveries.note_answer(store, taken, Answer(sending.DONE, 200))
    deliveries.forget_old(store, now=NOW + deliveries.WAITS_AT_MOST + dt.timedelta(days=1))
    assert deliveries.counted(store, endpoint.id) == {WAITING: 0, DONE: 1, FAILED: 2}
    deliveries.forget_old(store, now=NOW + deliveries.REMEMBERED + dt.timedelta(days=1))
    assert deliveries.log(store, endpoint.id, 10) == []


def test_the_secret_is_kept_sealed_and_the_old_one_signs_for_a_day(store: Store, add: Add) -> None:
    endpoint, first = add()
    assert first not in json.dumps([stored.body for stored in store.collection(endpoints.ENDPOINTS).iterate()])
    second = endpoints.rotate(store, endpoint.id, key=KEY, by="Mara", now=NOW)
    late = NOW + endpoints.OVERLAP + dt.timedelta(seconds=1)
    assert endpoints.secrets_of(store, endpoint.id, key=KEY, now=NOW) == [second, first]
    assert endpoints.secrets_of(store, endpoint.id, key=KEY, now=late) == [second]
    with pytest.raises(Problem) as caught:
        endpoints.secrets_of(store, endpoint.id, key="cd" * 32, now=NOW)
    assert caught.value.code == "hook.unreadable"
    deliveries.put(store, [Event(events.QUESTIONNAIRE_OPENED, {"questionnaire": "small"})], now=NOW)
    assert work.send(store, work.Way("cd" * 32), lambda: NOW) == 0
    assert endpoints.find(store, endpoint.id).reason == work.UNREADABLE


def test_responses_of_before_are_not_told_after_a_restore(store: Store, publications: Publications, add: Add) -> None:
    endpoint, _ = add(events.RESPONSES)
    seen = store.collection(noticing.SEEN).first(what="responses")
    assert seen is not None
    store.collection(noticing.SEEN).replace(
        seen.id, {**seen.body, "state": {"cursor": "another-1", "highest": 0}}, version=seen.version
    )
    answered(store, publications, 1)
    assert store.collection(RESPONSES).count() == 1
    assert noticing.look(Here(store, publications), now=NOW + dt.timedelta(hours=1)) == 0
    answered(store, publications, 2)
    assert noticing.look(Here(store, publications), now=NOW + dt.timedelta(hours=2)) == 1
    assert len(told(store, endpoint.id)) == 1
