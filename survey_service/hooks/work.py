"""A round of webhooks: notice what has happened, then send what is due, to several endpoints at once."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from survey_service import clock
from survey_service.hooks import deliveries, endpoints, events, networks, noticing, sending, signing
from survey_service.hooks.deliveries import Delivery
from survey_service.hooks.endpoints import Endpoint
from survey_service.hooks.events import Event
from survey_service.hooks.networks import Network, Resolve
from survey_service.hooks.noticing import Here
from survey_service.hooks.sending import Answer
from survey_service.problems import Problem
from survey_service.store.base import Store

AT_ONCE = 4
_MOST_IN_ONE_ROUND = 100
"""For one endpoint: the others have their turn, and the service can end."""
UNREADABLE = "unreadable"
"""The outcome if the secret cannot be read: the key of this instance is another one."""


@dataclass(frozen=True)
class Way:
    """How webhooks leave: the key of the secrets, the own networks they may reach, and for tests whom to trust and
    where names lead."""

    key: str
    allowed: Sequence[Network] = ()
    context: ssl.SSLContext | None = None
    resolve: Resolve | None = None


def do(here: Here, way: Way, now: Callable[[], dt.datetime] = clock.now) -> int:
    """Notice, and send what is due; return how many deliveries arrived."""
    noticing.look(here, now=now())
    return send(here.store, way, now)


def send(store: Store, way: Way, now: Callable[[], dt.datetime] = clock.now) -> int:
    """Send what is due, in each endpoint's line one after the other; return how many deliveries arrived."""
    due = [each for each in endpoints.everyone(store) if each.state == endpoints.ACTIVE and _is_due(each, now())]
    if not due:
        return 0
    with ThreadPoolExecutor(min(AT_ONCE, len(due)), thread_name_prefix="webhook") as pool:
        return sum(pool.map(lambda endpoint: _line(store, endpoint, way, now), due))


def test(store: Store, number: int, way: Way, *, now: dt.datetime) -> Answer:
    """Send a test at once and return what came of it; also to an endpoint that is paused.

    Raises Problem hook.missing. A failure is nothing that the endpoint is paused for.
    """
    endpoint = endpoints.find(store, number)
    with store.transaction():
        delivery = deliveries.begin_one(store, number, Event(events.PING, {}), now=now)
    answer = _attempt(store, endpoint, delivery, way, now)
    with store.transaction():
        deliveries.note_answer(store, delivery, answer, last=True)
        if answer.outcome == sending.DONE:
            endpoints.note_answer(store, number, answer, now=now)
    return answer


def _is_due(endpoint: Endpoint, now: dt.datetime) -> bool:
    """Tell whether an endpoint has rested, also if the clock went back since."""
    return endpoint.rest <= now.timestamp() or endpoint.rest > now.timestamp() + sending.LONGEST_PAUSE


def _line(store: Store, endpoint: Endpoint, way: Way, now: Callable[[], dt.datetime]) -> int:
    """Send what is due for one endpoint until the first failure, and return how many arrived."""
    for count in range(_MOST_IN_ONE_ROUND):
        delivery = deliveries.take(store, endpoint.id, now=now())
        if delivery is None:
            return count
        answer = _attempt(store, endpoint, delivery, way, now())
        _note(store, delivery, answer, now())
        if answer.outcome != sending.DONE:
            return count
    return _MOST_IN_ONE_ROUND


def _note(store: Store, delivery: Delivery, answer: Answer, now: dt.datetime) -> None:
    """Note what came of an attempt; a person or another process that changed the same meanwhile goes first.

    Then what arrived is sent once more with the same id, or a failure is not counted.
    """
    notes: tuple[Callable[[], None], ...] = (
        lambda: deliveries.note_answer(store, delivery, answer),
        lambda: endpoints.note_answer(store, delivery.hook, answer, now=now),
    )
    for note in notes:
        try:
            note()
        except Problem as problem:
            if problem.code not in ("store.conflict", "store.missing"):
                raise


def _attempt(store: Store, endpoint: Endpoint, delivery: Delivery, way: Way, now: dt.datetime) -> Answer:
    body = delivery.body.encode()
    try:
        target = networks.target(endpoint.url, way.allowed)
        keys = endpoints.secrets_of(store, endpoint.id, key=way.key, now=now)
    except Problem as problem:
        return Answer(sending.INSIDE if problem.code == "hook.address" else UNREADABLE)
    headers = signing.headers(delivery.identifier, int(now.timestamp()), body, keys)
    return sending.post(target, body, headers, way.allowed, context=way.context, resolve=way.resolve)
