"""Who asks with a token: whether it holds, opens what is asked for, and keeps a pace that leaves room for others."""

from __future__ import annotations

import threading
from collections import deque

from flask import current_app, request

from survey_service import clock
from survey_service.accounts import audit, lockout, tokens
from survey_service.accounts.audit import Detail
from survey_service.accounts.tokens import Token
from survey_service.problems import Problem
from survey_service.web import way_in
from survey_service.web.context import current

KEY = "survey_service.api_pace"
MOST, SECONDS = 600, 600.0


class Pace:
    """How often each token was used of late, counted in this process only: it is there to be fair, not to be exact."""

    def __init__(self) -> None:
        self._times: dict[int, deque[float]] = {}
        self._lock = threading.Lock()

    def step(self, token: int, now: float) -> None:
        """Count a use. Raises Problem token.pace if there were too many."""
        with self._lock:
            times = self._times.setdefault(token, deque(maxlen=MOST))
            while times and not now - SECONDS < times[0] <= now:
                times.popleft()
            if len(times) >= MOST:
                raise Problem("token.pace", most=MOST)
            times.append(now)


def admitted(scope: str, questionnaire: str = "") -> Token:
    """Return the token of the present request, if it opens this.

    Raises Problems token.needed, token.scope, token.pace and, after many wrong ones from one network, token.locked.
    """
    token = given(scope, questionnaire)
    if token is None:
        raise Problem("token.needed")
    return token


def given(scope: str, questionnaire: str = "") -> Token | None:
    """Return the token of a request that may come without one. Raises as `admitted` if one was sent."""
    token = present()
    if token is not None and not token.may(scope, questionnaire):
        raise Problem("token.scope", scope=scope)
    return token


def present() -> Token | None:
    """Return the token of the present request, None if none was sent. Raises Problems token.needed if it does not hold,
    token.pace and token.locked."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None  # what stands there for somebody else, a proxy for example, is not ours
    store, now, network = current().store, clock.now(), way_in.network()
    lockout.check(store, network, now=now, rule=tokens.RULE)
    token = tokens.find(store, text.strip(), now=now)
    if token is None:
        lockout.take(store, network, now=now, rule=tokens.RULE)
        raise Problem("token.needed")
    pace: Pace = current_app.extensions[KEY]
    pace.step(token.id, now.timestamp())
    return token


def note(token: Token, action: str, subject: str, **details: Detail) -> None:
    """Write what is done with a token into the audit log."""
    audit.append(current().store, token.actor, action, subject, details, now=clock.now())
