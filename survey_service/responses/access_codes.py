"""Access codes: a short word or number that stands on an invitation and is typed before the first answer."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
import unicodedata

from survey_service.accounts import lockout
from survey_service.problems import Problem
from survey_service.questionnaire.question_types import plain_digits
from survey_service.store.base import CollectionSpec, Store

SHORTEST, LONGEST = 6, 40
ATTEMPTS = CollectionSpec("code_attempts", unique=("name_hash",))
RULE = lockout.Rule(20, dt.timedelta(minutes=10), "code.locked", ATTEMPTS)
"""A shelter shares one address, so more slips are allowed than at a login; six digits stand up to that for years."""


def normal(code: str) -> str:
    """Return a code in one spelling: digits of all keyboards alike, small letters, nothing but letters and digits."""
    text = plain_digits(unicodedata.normalize("NFKC", code.encode("utf-8", "replace").decode("utf-8")))
    return "".join(character for character in text.casefold() if character.isalnum())


def _digest(code: str) -> bytes:
    return hashlib.sha256(normal(code).encode()).digest()


def usable(code: str) -> str:
    """Return a code as it is shown and kept. Raises Problem link.code if it is too short, too long or not one line."""
    text = " ".join(code.split())
    if not SHORTEST <= len(normal(text)) <= LONGEST or len(text) > 2 * LONGEST or not text.isprintable():
        raise Problem("link.code", shortest=SHORTEST, longest=LONGEST)
    return text


def suggestion() -> str:
    """Return a new code of six digits, which every keyboard has: ``482 913``."""
    digits = f"{secrets.randbelow(10**6):06}"
    return f"{digits[:3]} {digits[3:]}"


def check(store: Store, wanted: str, given: str, who: str, *, now: dt.datetime) -> None:
    """Pass if no code is wanted or the right one is given; then nothing, or nothing more, is stored.

    ``who`` is what wrong attempts are counted by; only its hash is kept. The comparison takes the same time wherever
    the codes differ. Raises Problems code.missing, code.wrong and, after too many wrong ones, code.locked.
    """
    if not wanted:
        return
    if not normal(given):
        raise Problem("code.missing")
    lockout.take(store, who, now=now, rule=RULE)
    if not hmac.compare_digest(_digest(wanted), _digest(given)):
        raise Problem("code.wrong")
    lockout.give_back(store, who, RULE)
