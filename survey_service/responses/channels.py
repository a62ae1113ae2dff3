"""Channels: by which phones with ODK Collect or Enketo fetch a questionnaire and send what was filled in.

A manager opens a channel for a questionnaire; its secret address goes to the phones as a QR code and is shown once, for
only its hash is kept. Whoever has the address may fill in the questionnaire and read nothing. A channel says how is
asked with it and by which link its responses count; it is kept after it was closed, so that it can be told when.
"""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from dataclasses import asdict, dataclass, replace
from typing import Any

from survey_service import digests
from survey_service.problems import Problem
from survey_service.responses import links
from survey_service.responses.modes import IN_BROWSER, INTERVIEW
from survey_service.store.base import CollectionSpec, Store, Stored

CHANNELS = CollectionSpec("channels", indexes=("questionnaire",), unique=("channel", "token_hash"))
LONGEST_LABEL = 80
LONGEST_DAYS = 730
KEPT = dt.timedelta(days=365)
"""How long a channel is listed after it was closed or has ended: its label may name a person."""


@dataclass(frozen=True)
class Channel:
    """One channel. ``label`` says who has it, ``source`` is a link's tag, ``until`` its last day (ISO), ``used`` the
    last day on which something was sent, "" for none; ``closed`` is the day a manager closed it, "" while it is open.
    """

    channel: str
    questionnaire: str
    label: str
    source: str
    mode: str
    since: str
    until: str
    by: str
    used: str = ""
    closed: str = ""

    def fetches(self, today: dt.date) -> bool:
        """Tell whether the questionnaire may be fetched by it."""
        return not self.closed and today.isoformat() <= self.until

    def sends(self, today: dt.date, late: int) -> bool:
        """Tell whether responses may be sent by it: so many days longer, for phones that were without a network."""
        return not self.closed and (today - dt.timedelta(days=late)).isoformat() <= self.until


def create(
    store: Store,
    questionnaire: str,
    *,
    label: str,
    until: str,
    today: dt.date,
    by: str,
    source: str = links.PLAIN,
    mode: str = INTERVIEW,
) -> tuple[Channel, str]:
    """Open a channel and return it with its token, which nobody can find out again.

    Raises Problems channel.label, channel.until and link.missing.
    """
    label = " ".join(label.split())
    if not 0 < len(label) <= LONGEST_LABEL or not label.isprintable():
        raise Problem("channel.label", longest=LONGEST_LABEL)
    if mode not in IN_BROWSER or (source and links.find(store, questionnaire, source) is None):
        raise Problem("link.missing")
    token = secrets.token_urlsafe(32)
    last = _last_day(until, today)
    channel = Channel(str(uuid.uuid4()), questionnaire, label, source, mode, today.isoformat(), last, by)
    store.collection(CHANNELS).add({**asdict(channel), "token_hash": digests.of_token(token)})
    return channel, token


def _last_day(until: str, today: dt.date) -> str:
    try:
        day = dt.date.fromisoformat(until.strip())
    except ValueError:
        raise Problem("channel.until", days=LONGEST_DAYS) from None
    if not today <= day <= today + dt.timedelta(days=LONGEST_DAYS):
        raise Problem("channel.until", days=LONGEST_DAYS)
    return day.isoformat()


def of(store: Store, questionnaire: str) -> list[Channel]:
    """Return the channels of a questionnaire, closed ones too, in the order in which they were opened."""
    return [_channel(stored) for stored in store.collection(CHANNELS).find(questionnaire=questionnaire)]


def find(store: Store, token: str) -> Channel | None:
    """Return the channel of a token, or None."""
    stored = store.collection(CHANNELS).first(token_hash=digests.of_token(token))
    return _channel(stored) if stored is not None else None


def close(store: Store, questionnaire: str, channel: str, today: dt.date) -> Channel:
    """Close a channel for ever. Raises Problem link.missing if the questionnaire has no such open channel."""
    with store.transaction():
        stored = store.collection(CHANNELS).first(channel=channel)
        if stored is None or stored.body["questionnaire"] != questionnaire or stored.body["closed"]:
            raise Problem("link.missing")
        return _put(store, stored, replace(_channel(stored), closed=today.isoformat()))


def note_use(store: Store, channel: Channel, today: dt.date) -> None:
    """Note the day on which something was sent by a channel."""
    if channel.used == today.isoformat():
        return
    with store.transaction():
        stored = store.collection(CHANNELS).first(channel=channel.channel)
        if stored is not None:
            _put(store, stored, replace(_channel(stored), used=today.isoformat()))


def forget_old(store: Store, today: dt.date) -> int:
    """Erase the channels that were closed or have ended a year ago and return their number."""
    old = find_old(store, today)
    for number in old:
        store.collection(CHANNELS).delete(number)
    return len(old)


def find_old(store: Store, today: dt.date) -> list[int]:
    """Return the ids of the channels that would be erased on a day."""
    limit = (today - KEPT).isoformat()
    found = store.collection(CHANNELS).iterate()
    return [stored.id for stored in found if (stored.body["closed"] or stored.body["until"]) < limit]


def _put(store: Store, stored: Stored, channel: Channel) -> Channel:
    store.collection(CHANNELS).replace(stored.id, {**stored.body, **asdict(channel)}, version=stored.version)
    return channel


def _channel(stored: Stored) -> Channel:
    body: dict[str, Any] = {name: value for name, value in stored.body.items() if name != "token_hash"}
    return Channel(**body)
