"""What the respondent's device holds: for each questionnaire the token of its draft and the submission key.

Both live in the signed session cookie and nowhere else. After sending, the token is gone and the key stays, so that the
receipt can be shown again and a second sending is recognised.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import session

_KEY = "device"


@dataclass(frozen=True)
class Held:
    """Token of the draft ("" once it was sent) and submission key of one questionnaire."""

    token: str
    key: str


def held(questionnaire: str) -> Held | None:
    """Return what the device holds of a questionnaire, or None."""
    entry = session.get(_KEY, {}).get(questionnaire)
    return Held(entry[0], entry[1]) if entry else None


def all_held() -> dict[str, Held]:
    """Return everything the device holds, by questionnaire."""
    return {name: Held(entry[0], entry[1]) for name, entry in session.get(_KEY, {}).items()}


def hold(questionnaire: str, token: str, key: str) -> None:
    """Let the device remember a draft, or with an empty token that it was sent."""
    session[_KEY] = {**session.get(_KEY, {}), questionnaire: [token, key]}
    session.permanent = True


def drop(questionnaire: str) -> None:
    """Let the device forget a questionnaire."""
    session[_KEY] = {name: entry for name, entry in session.get(_KEY, {}).items() if name != questionnaire}


def drop_all() -> None:
    """Let the device forget everything; the cookie goes with it."""
    session.clear()
