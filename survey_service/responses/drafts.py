"""Drafts: answers that are not submitted yet, saved page by page.

A draft is found by a random token that only the respondent's device holds; the store keeps the token's hash. What was
typed is kept as it was typed, faults included, so that nothing is lost; what is accepted is judged anew each time.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from survey_service.problems import Problem
from survey_service.questionnaire import places
from survey_service.questionnaire.values import Path
from survey_service.responses.modes import WEB
from survey_service.responses.revisions import Published
from survey_service.store.base import CollectionSpec, Store

DRAFTS = CollectionSpec("drafts", indexes=("day", "key"), unique=("token_hash",))
KEPT_DAYS = 14


@dataclass(frozen=True)
class Draft:
    """One draft. ``inputs`` is what was typed, ``seen`` the questions that were shown, ``key`` the submission key."""

    id: int
    version: int
    token: str
    questionnaire: str
    revision: str
    language: str
    key: str
    seed: int
    inputs: Mapping[str, Any]
    seen: tuple[str, ...]
    replaces: bool
    """True if the holder of a receipt corrects a response that was sent before."""
    source: str = ""
    """The tag of the link that led here."""
    mode: str = WEB
    """How it is answered (see ``modes``)."""
    second: str = ""
    """The language of whoever helps, shown beside the respondent's; "" for none."""


def start(
    store: Store,
    published: Published,
    language: str,
    today: dt.date,
    *,
    correcting: str = "",
    inputs: Mapping[str, Any] | None = None,
    seen: tuple[str, ...] = (),
    seed: int | None = None,
    source: str = "",
    mode: str = WEB,
    second: str = "",
) -> Draft:
    """Create a draft, pinned to the revision, with a seed and a new submission key.

    ``correcting`` is the key of a response that its holder corrects; ``inputs``, ``seen`` and ``seed`` are then those
    of the response.
    """
    draft = Draft(
        id=0,
        version=0,
        token=secrets.token_urlsafe(16),
        questionnaire=published.questionnaire.name,
        revision=published.revision,
        language=language,
        key=correcting or str(uuid.uuid4()),
        seed=secrets.randbelow(2**31) if seed is None else seed,
        inputs=dict(inputs or {}),
        seen=seen,
        replaces=bool(correcting),
        source=source,
        mode=mode,
        second=second,
    )
    stored = store.collection(DRAFTS).add(_body(draft, today))
    return replace(draft, id=stored.id, version=stored.version)


def load(store: Store, token: str) -> Draft:
    """Return the draft of a token. Raises Problem draft.missing."""
    stored = store.collection(DRAFTS).first(token_hash=_hash(token))
    if stored is None:
        raise Problem("draft.missing")
    body = stored.body
    return Draft(
        id=stored.id,
        version=stored.version,
        token=token,
        questionnaire=body["questionnaire"],
        revision=body["revision"],
        language=body["language"],
        key=body["key"],
        seed=body["seed"],
        inputs=body["inputs"],
        seen=tuple(body["seen"]),
        replaces=body["replaces"],
        source=body.get("source", ""),
        mode=body.get("mode", WEB),
        second=body.get("second", ""),
    )


def save(
    store: Store,
    draft: Draft,
    today: dt.date,
    *,
    inputs: Mapping[Path, Mapping[str, Any]] | None = None,
    kept: Mapping[Path, Mapping[str, Any]] | None = None,
    seen: tuple[str, ...] = (),
    remove: Path = (),
    language: str | None = None,
    helped: tuple[str, str] | None = None,
) -> Draft:
    """Save what was typed (by the place it was typed at; names not given keep their inputs), what was shown (keys, see
    ``places``), and the language. ``kept`` is what a judgement remembers; ``remove`` an entry of a repeat to take out.
    ``helped`` is the mode and the second language from now on.

    Two tabs of one person may save at once: each page's inputs are merged into the newest state, so neither is lost.
    Raises Problem draft.missing if the draft was erased meanwhile.
    """
    with store.transaction():
        newest = load(store, draft.token)
        typed, shown = newest.inputs, tuple(dict.fromkeys((*newest.seen, *seen)))
        for path, values in (*(inputs or {}).items(), *(kept or {}).items()):
            typed = places.put(typed, path, values)
        if remove:
            typed, shown = places.without(typed, remove), places.keys_without(shown, remove)
        merged = replace(
            newest,
            inputs=typed,
            seen=shown,
            language=language or newest.language,
            mode=helped[0] if helped else newest.mode,
            second=helped[1] if helped else newest.second,
        )
        stored = store.collection(DRAFTS).replace(newest.id, _body(merged, today), version=newest.version)
    return replace(merged, version=stored.version)


def erase(store: Store, token: str) -> None:
    """Erase a draft; it is no fault if there is none."""
    with store.transaction():
        stored = store.collection(DRAFTS).first(token_hash=_hash(token))
        if stored is not None:
            store.collection(DRAFTS).delete(stored.id)


def erase_old(store: Store, today: dt.date) -> int:
    """Erase the drafts not touched for 14 days and return their number."""
    limit = (today - dt.timedelta(days=KEPT_DAYS)).isoformat()
    drafts = store.collection(DRAFTS)
    old = [stored.id for stored in drafts.iterate() if stored.body["day"] < limit]
    for identifier in old:
        drafts.delete(identifier)
    return len(old)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8")).hexdigest()


def _body(draft: Draft, today: dt.date) -> dict[str, Any]:
    return {
        "token_hash": _hash(draft.token),
        "questionnaire": draft.questionnaire,
        "revision": draft.revision,
        "language": draft.language,
        "key": draft.key,
        "seed": draft.seed,
        "inputs": dict(draft.inputs),
        "seen": list(draft.seen),
        "replaces": draft.replaces,
        "day": today.isoformat(),
        **({"source": draft.source} if draft.source else {}),
        **({"mode": draft.mode, "second": draft.second} if draft.mode != WEB else {}),
    }
