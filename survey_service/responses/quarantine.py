"""Spam waits: responses that look as if no person had meant them are kept apart until the team has looked at them.

Four signs are looked at when a response comes in. A sign alone may be an honest person: a shelter shares one address,
and somebody who knows the questions is quick. So ``rate`` and ``fast`` only mark a response, and together set it aside;
``links`` and ``repeated`` do so alone. Whoever sent it sees no difference, and the receipt works.

No address is stored: how many came from a network is counted in memory, by a mark that only this instance can make, and
forgotten after some minutes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import threading
import unicodedata
from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from survey_service.questionnaire.judge import ANSWERED
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.values import each_answer
from survey_service.responses import standing
from survey_service.responses.collection import RESPONSES
from survey_service.store.base import Store

RATE, FLOOD, FAST, LINKS, REPEATED = "rate", "flood", "fast", "links", "repeated"
FLAGS = (RATE, FLOOD, FAST, LINKS, REPEATED)
"""Many came from one network lately; very many did; it was filled in faster than it can be read; it is full of links;
an earlier response has the very same texts."""
_SUSPICIOUS: tuple[frozenset[str], ...] = tuple(map(frozenset, ((FLOOD,), (LINKS,), (REPEATED,), (RATE, FAST))))
"""Each of these sets a response aside."""
AUDIENCES = ("newcomers", "experts")
"""Whose responses are looked at: offers are moderated anyway, and working groups answer by invitation."""
WINDOW = dt.timedelta(minutes=10)
MANY, VERY_MANY = 30, 120
"""From how many responses of one network within WINDOW on ``rate`` and ``flood`` are set."""
_MOST_NETWORKS = 10_000
_FEW_QUESTIONS = 8
_SECONDS_EACH = 1.0
"""Nobody reads and answers a question within a second; of fewer questions nothing is said."""
_MANY_LINKS = 3
_LONG_TEXT = 40
"""So many characters of all typed texts together are not the same by chance."""
_LINK = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
_MARKUP = re.compile(r"<a\s[^>]*href|\[url|\[link", re.IGNORECASE)


@dataclass(frozen=True)
class Arrival:
    """How a response came: how many have come from its network lately, this one included, and the seconds from its
    first page to sending it, None if nobody knows."""

    recent: int = 1
    seconds: int | None = None


@dataclass
class Rates:
    """How many responses came from each network within WINDOW, in memory only."""

    _moments: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, network: str, now: dt.datetime) -> int:
        """Count one more of a network (a mark of it), and return how many there were lately."""
        moment = now.timestamp()
        with self._lock:
            moments = self._moments.setdefault(network, deque(maxlen=VERY_MANY))
            self._moments.move_to_end(network)
            moments.append(moment)
            while moments and moment - moments[0] > WINDOW.total_seconds():
                moments.popleft()
            self._forget(moment)
            return len(moments)

    def _forget(self, moment: float) -> None:
        """Forget the networks that nothing came from lately; the one that was silent for longest stands first."""
        while self._moments:
            moments = next(iter(self._moments.values()))
            old = not moments or moment - moments[-1] > WINDOW.total_seconds()
            if not old and len(self._moments) <= _MOST_NETWORKS:
                return
            self._moments.popitem(last=False)


def looked_at(
    store: Store, questionnaire: Questionnaire, body: Mapping[str, Any], arrival: Arrival | None, today: dt.date
) -> dict[str, Any]:
    """Return a new or corrected response (its document) with what it shows of FLAGS, set aside if that is suspicious.

    Without ``arrival`` it came from a file or from ourselves, and is left as it is.
    """
    if arrival is None or questionnaire.audience not in AUDIENCES:
        return dict(body)
    texts = list(_texts(questionnaire, body["answers"]))
    echo = _echo(questionnaire.name, texts)
    found = {
        RATE: arrival.recent >= MANY,
        FLOOD: arrival.recent >= VERY_MANY,
        FAST: _is_fast(body["states"], arrival.seconds),
        LINKS: _is_full_of_links(texts),
        REPEATED: bool(echo) and _is_repeated(store, echo, body["key"]),
    }
    flags = [flag for flag in FLAGS if found[flag]]
    looked = {**body, **({"flags": flags} if flags else {}), **({"echo": echo} if echo else {})}
    if body["status"] == standing.VALID and not body.get("cleared") and is_suspicious(flags):
        looked |= {"status": standing.QUARANTINED, "aside": today.isoformat()}
    return looked


def is_suspicious(flags: list[str]) -> bool:
    """Tell whether flags set a response aside."""
    return any(signs <= set(flags) for signs in _SUSPICIOUS)


def waiting(store: Store) -> int:
    """Return how many responses wait for somebody to look at them."""
    return store.collection(RESPONSES).count(status=standing.QUARANTINED)


def oldest(store: Store) -> dt.date | None:
    """Return the day since which one waits, None if none does."""
    found = store.collection(RESPONSES).first(status=standing.QUARANTINED)
    return dt.date.fromisoformat(found.body["aside"]) if found is not None else None


def _texts(questionnaire: Questionnaire, answers: Any) -> Iterator[str]:
    """Yield what was typed to questions of the type text, in entries of repeats too."""
    for name, answer in each_answer(answers):
        if isinstance(answer, str) and name in questionnaire.questions:
            question = questionnaire.questions[name]
            if question.type == "text" and question.calculation is None:
                yield answer


def _echo(questionnaire: str, texts: list[str]) -> str:
    """Return a hash of the texts, however they are spelled and set; "" if they are too short to tell anything."""
    letters = ["".join(filter(str.isalpha, unicodedata.normalize("NFKC", text).casefold())) for text in texts]
    if sum(map(len, letters)) < _LONG_TEXT:
        return ""
    return hashlib.sha256("\n".join([questionnaire, *letters]).encode()).hexdigest()[:32]


def _is_repeated(store: Store, echo: str, key: str) -> bool:
    first = store.collection(RESPONSES).first(echo=echo)
    return first is not None and first.body["key"] != key


def _is_full_of_links(texts: list[str]) -> bool:
    links = sum(len(_LINK.findall(text)) for text in texts)
    return links >= _MANY_LINKS or any(_MARKUP.search(text) for text in texts)


def _is_fast(states: Mapping[str, Any], seconds: int | None) -> bool:
    answered = sum(1 for state in states.values() if state == ANSWERED)
    return seconds is not None and answered >= _FEW_QUESTIONS and seconds < answered * _SECONDS_EACH
