"""Tokens with which other systems use the API: each for few things, until a day, and void at a click.

The store holds only the hash. A token belongs to the instance, not to who made it: it works on when they have left, so
it ends by itself after a year at most.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from survey_service import digests
from survey_service.accounts import access, audit, lockout
from survey_service.problems import D_, Problem
from survey_service.store.base import CollectionSpec, Store, Stored

TOKENS = CollectionSpec("api_tokens", unique=("token_hash",))
RESULTS, RESPONSES, SUBMIT = "results:read", "responses:read", "responses:submit"
OFFERS, OFFERS_WRITE = "offers:read", "offers:write"
PREFIX = "survey_"
"""So that programs that look for lost secrets know one."""
LIVES = (30, 90, 365)
"""For how many days a token can be made."""
MOST = 50
RULE = lockout.Rule(
    30, dt.timedelta(minutes=10), "token.locked", CollectionSpec("token_attempts", unique=("name_hash",))
)
"""Wrong tokens from one network. Nobody can guess one; but a program with an old one should stop asking."""
_SHOWN = 4
_LONGEST_NAME = 100
_FORM = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")


@dataclass(frozen=True)
class Scope:
    """Something a token may do: what it is called at the desk, and the action that who makes it must be allowed."""

    title: str
    action: str


SCOPES: Mapping[str, Scope] = {
    RESULTS: Scope(D_("Read reports (figures of at least five people)"), "run_reports"),
    RESPONSES: Scope(D_("Read and export single responses"), "export_responses"),
    SUBMIT: Scope(D_("Send in responses, without the code of an invitation"), "publish"),
    OFFERS: Scope(D_("Read all offers, with contact data and those that are not public"), "import_offers"),
    OFFERS_WRITE: Scope(D_("Send in and change offers, which then wait for a decision"), "import_offers"),
}
BOUND = (RESULTS, RESPONSES, SUBMIT)
"""The scopes that can be limited to one questionnaire."""


@dataclass(frozen=True)
class Token:
    """A token: its ``name``, the last letters of it (``end``), what it may do, for which ``questionnaire`` ("" for all)
    and link (``tag``, "" for none), who made it on which day, its last day, and the day of its last use or "".
    """

    id: int
    name: str
    end: str
    scopes: tuple[str, ...]
    questionnaire: str
    tag: str
    by: str
    day: str
    until: str
    used: str

    @property
    def actor(self) -> str:
        """How the audit log calls who uses it."""
        return f"token {self.id} {self.name}"

    def may(self, scope: str, questionnaire: str = "") -> bool:
        """Tell whether it opens something; a limited one does only for its questionnaire."""
        return scope in self.scopes and (scope not in BOUND or self.questionnaire in ("", questionnaire))


def usable_by(roles: Iterable[str]) -> list[str]:
    """Return the scopes that somebody with these roles may give: nobody gives what they may not do themselves."""
    held = tuple(roles)
    return [name for name, scope in SCOPES.items() if access.allowed(held, scope.action)]


def make(
    store: Store,
    name: str,
    scopes: Iterable[str],
    days: int,
    *,
    questionnaire: str = "",
    tag: str = "",
    by: str,
    roles: Iterable[str],
    now: dt.datetime,
) -> tuple[Token, str]:
    """Make a token and return it with its text, which is kept nowhere.

    Raises Problems token.name, token.scopes, token.life, token.many, and access.denied for a scope that who makes it
    may not give.
    """
    plain, wanted = " ".join(name.split()), set(scopes)
    if not plain or len(plain) > _LONGEST_NAME or not plain.isprintable():
        raise Problem("token.name", most=_LONGEST_NAME)
    if not wanted or not wanted <= set(SCOPES):
        raise Problem("token.scopes")
    if not wanted <= set(usable_by(roles)):
        raise Problem("access.denied")
    if days not in LIVES:
        raise Problem("token.life")
    text = PREFIX + secrets.token_urlsafe(32)
    until = (now + dt.timedelta(days=days)).date().isoformat()
    chosen = [scope for scope in SCOPES if scope in wanted]
    facts = {"name": plain, "scopes": chosen, "questionnaire": questionnaire, "tag": tag, "by": by, "until": until}
    kept = {"token_hash": digests.of_token(text), "end": text[-_SHOWN:], "day": now.date().isoformat(), "used": ""}
    with store.transaction():
        if store.collection(TOKENS).count() >= MOST:
            raise Problem("token.many", most=MOST)
        found = _token(store.collection(TOKENS).add({**facts, **kept}))
        details = {"scopes": " ".join(chosen), "until": until}
        audit.append(store, by, "token.made", f"{found.id} {plain}", details, now=now)
    return found, text


def everyone(store: Store) -> list[Token]:
    """Return all tokens, also those whose time is over, oldest first."""
    return [_token(stored) for stored in store.collection(TOKENS).iterate()]


def find(store: Store, text: str, *, now: dt.datetime) -> Token | None:
    """Return the token of a text if it holds today, and note the day of its use; None else."""
    stored = store.collection(TOKENS).first(token_hash=digests.of_token(text)) if _FORM.fullmatch(text) else None
    today = now.date().isoformat()
    if stored is None or stored.body["until"] < today:
        return None
    if stored.body["used"] != today:
        try:
            store.collection(TOKENS).replace(stored.id, {**stored.body, "used": today}, version=stored.version)
        except Problem as problem:
            if problem.code != "store.conflict":  # another request has noted it
                raise
    return _token(stored)


def revoke(store: Store, number: int, *, by: str, now: dt.datetime) -> None:
    """Make a token void at once, and forget it. Raises Problem token.missing."""
    with store.transaction():
        stored = store.collection(TOKENS).get(number)
        if stored is None:
            raise Problem("token.missing")
        store.collection(TOKENS).delete(number)
        audit.append(store, by, "token.revoked", f"{number} {stored.body['name']}", {}, now=now)


def ending(store: Store, *, now: dt.datetime, days: int = 14) -> list[Token]:
    """Return the tokens that end within so many days, for the desk."""
    first, last = now.date().isoformat(), (now + dt.timedelta(days=days)).date().isoformat()
    return [token for token in everyone(store) if first <= token.until <= last]


def forget_old(store: Store, *, now: dt.datetime) -> None:
    """Forget the tokens that ended a month ago; the audit log goes on knowing of them."""
    oldest = (now - dt.timedelta(days=30)).date().isoformat()
    for stored in list(store.collection(TOKENS).iterate()):
        if stored.body["until"] < oldest:
            store.collection(TOKENS).delete(stored.id)


def _token(stored: Stored) -> Token:
    names = ("name", "end", "questionnaire", "tag", "by", "day", "until", "used")
    return Token(id=stored.id, scopes=tuple(stored.body["scopes"]), **{name: stored.body[name] for name in names})
