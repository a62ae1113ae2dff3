"""Drafts: answers that are not submitted yet, saved page by page.

A draft is found by a random token that only the respondent's device holds; the store keeps the token's hash. It is also
found by the four words of its later receipt, which move it to another device. What was typed is kept as it was typed,
faults included, so that nothing is lost; what is accepted is judged anew each time.
"""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from survey_service import clock, digests
from survey_service.problems import Problem
from survey_service.questionnaire import places
from survey_service.questionnaire.values import Path
from survey_service.responses import receipts
from survey_service.responses.collection import RESPONSES
from survey_service.responses.modes import WEB
from survey_service.responses.revisions import Published
from survey_service.store.base import CollectionSpec, Store, Stored

DRAFTS = CollectionSpec("drafts", indexes=("day", "key", "contact"), unique=("token_hash", "receipt_hash"))
KEPT_DAYS = 14


@dataclass(frozen=True)
class Draft:
    """One draft. ``inputs`` is what was typed, ``seen`` the questions that were shown, ``key`` the submission key.

    ``token`` is "" while no device holds it: a phone has handed it in. ``day`` is when it was last touched.
    """

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
    receipt_hash: str
    day: dt.date
    source: str = ""
    """The tag of the link that led here."""
    mode: str = WEB
    """How it is answered (see ``modes``)."""
    second: str = ""
    """The language of whoever helps, shown beside the respondent's; "" for none."""
    contact: str = ""
    """The contact of an organisation who writes it (see ``offers.contacts``), "" for anybody else."""
    begun: int = 0
    """When its first page was sent, in seconds since 1970; 0 if a phone has handed it in."""

    @property
    def last_day(self) -> dt.date:
        """The day until which it is kept if nobody touches it."""
        return last_day({"day": self.day.isoformat()})


def start(
    store: Store,
    published: Published,
    language: str,
    today: dt.date,
    *,
    receipt_key: str,
    source: str = "",
    mode: str = WEB,
    second: str = "",
    inputs: Mapping[str, Any] | None = None,
    contact: str = "",
) -> Draft:
    """Create a draft, pinned to the revision, with a seed and a new submission key; ``inputs`` to begin with."""
    key = str(uuid.uuid4())
    draft = Draft(
        id=0,
        version=0,
        token=_new_token(),
        questionnaire=published.questionnaire.name,
        revision=published.revision,
        language=language,
        key=key,
        seed=secrets.randbelow(2**31),
        inputs=dict(inputs or {}),
        seen=(),
        replaces=False,
        receipt_hash=receipts.hash_of(receipts.words_for(key, receipt_key)),
        day=today,
        source=source,
        mode=mode,
        second=second,
        contact=contact,
        begun=int(clock.now().timestamp()),
    )
    return _added(store, draft)


def correct(
    store: Store,
    published: Published,
    language: str,
    today: dt.date,
    *,
    response: Mapping[str, Any],
    inputs: Mapping[str, Any],
    seen: tuple[str, ...],
    contact: str = "",
) -> Draft:
    """Create the draft of a correction, with the answers of a response (a document) as inputs.

    It has the key and the receipt of the response, but no receipt if a contact writes it: the four words are known to
    whoever registered the offer, and to no one else. One begun earlier, on whichever device, is erased.
    """
    draft = Draft(
        id=0,
        version=0,
        token=_new_token(),
        questionnaire=published.questionnaire.name,
        revision=published.revision,
        language=language,
        key=response["key"],
        seed=response["seed"],
        inputs=dict(inputs),
        seen=seen,
        replaces=True,
        receipt_hash=_no_receipt() if contact else response["receipt_hash"],
        day=today,
        contact=contact,
    )
    with store.transaction():
        erase_all(store, draft.key)
        return _added(store, draft)


def hand_in(store: Store, draft: Draft) -> Draft:
    """Keep a draft that a phone hands in, held by no device until the four words are typed; return it.

    The same phone may hand it in again if it heard no reply. Raises Problem draft.moved if a device holds it already,
    and draft.sent if its answers were sent meanwhile.
    """
    with store.transaction():
        if store.collection(RESPONSES).first(key=draft.key) is not None:
            raise Problem("draft.sent")
        earlier = store.collection(DRAFTS).first(key=draft.key)
        if earlier is None:
            return _added(store, draft)
        if earlier.body["token_hash"] is not None:
            raise Problem("draft.moved")
        return _put(store, replace(draft, id=earlier.id, version=earlier.version))


def find(store: Store, receipt: str) -> Stored | None:
    """Return the document of the draft whose later receipt this is, however its words were typed; None if none is."""
    return store.collection(DRAFTS).first(receipt_hash=receipts.hash_of(receipt))


def take_over(store: Store, receipt: str, today: dt.date) -> Draft:
    """Let a new device hold the draft of these four words, and no other from now on.

    Raises Problem draft.missing if there is none (any more), and draft.sent if its answers were sent meanwhile; then it
    is erased.
    """
    with store.transaction():
        stored = find(store, receipt)
        if stored is None:
            raise Problem("draft.missing")
        if stored.body["replaces"] or store.collection(RESPONSES).first(key=stored.body["key"]) is None:
            return _put(store, replace(_draft(stored, _new_token()), day=today))
        erase_all(store, stored.body["key"])
    raise Problem("draft.sent")


def pass_on(store: Store, stored: Stored, contact: str, today: dt.date) -> Draft:
    """Let the device of a contact hold a draft (its document), and no other from now on."""
    draft = replace(_draft(stored, _new_token()), contact=contact, day=today)
    return _put(store, replace(draft, receipt_hash=_no_receipt()) if draft.replaces else draft)


def has_moved(store: Store, key: str) -> bool:
    """Tell whether there is a draft of a submission key, for a device whose token leads to none."""
    return store.collection(DRAFTS).first(key=key) is not None


def _put(store: Store, draft: Draft) -> Draft:
    stored = store.collection(DRAFTS).replace(draft.id, _body(draft), version=draft.version)
    return replace(draft, version=stored.version)


def _added(store: Store, draft: Draft) -> Draft:
    stored = store.collection(DRAFTS).add(_body(draft))
    return replace(draft, id=stored.id, version=stored.version)


def load(store: Store, token: str) -> Draft:
    """Return the draft of a token. Raises Problem draft.missing."""
    stored = store.collection(DRAFTS).first(token_hash=digests.of_token(token))
    if stored is None:
        raise Problem("draft.missing")
    return _draft(stored, token)


def _draft(stored: Stored, token: str) -> Draft:
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
        receipt_hash=body["receipt_hash"],
        day=day_of(body),
        source=body.get("source", ""),
        mode=body.get("mode", WEB),
        second=body.get("second", ""),
        contact=body.get("contact", ""),
        begun=body.get("begun", 0),
    )


def day_of(body: Mapping[str, Any]) -> dt.date:
    """Return the day a draft (a document) was last touched."""
    return dt.date.fromisoformat(body["day"])


def last_day(body: Mapping[str, Any]) -> dt.date:
    """Return the day until which a draft (a document) is kept if nobody touches it."""
    return day_of(body) + dt.timedelta(days=KEPT_DAYS)


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
            day=today,
            mode=helped[0] if helped else newest.mode,
            second=helped[1] if helped else newest.second,
        )
        return _put(store, merged)


def erase(store: Store, token: str) -> None:
    """Erase a draft; it is no fault if there is none."""
    with store.transaction():
        stored = store.collection(DRAFTS).first(token_hash=digests.of_token(token))
        if stored is not None:
            store.collection(DRAFTS).delete(stored.id)


def erase_all(store: Store, key: str) -> int:
    """Erase the drafts of a submission key, whichever device holds them, and return their number."""
    collection = store.collection(DRAFTS)
    with store.transaction():
        found = collection.find(key=key)
        for stored in found:
            collection.delete(stored.id)
    return len(found)


def erase_old(store: Store, today: dt.date) -> int:
    """Erase the drafts not touched for 14 days and return their number."""
    old = find_old(store, today)
    for identifier in old:
        store.collection(DRAFTS).delete(identifier)
    return len(old)


def find_old(store: Store, day: dt.date) -> list[int]:
    """Return the ids of the drafts that are to be erased by a day if nobody touches them."""
    limit = (day - dt.timedelta(days=KEPT_DAYS)).isoformat()
    return [stored.id for stored in store.collection(DRAFTS).iterate() if stored.body["day"] < limit]


def _no_receipt() -> str:
    """Return what stands in the place of a receipt's hash where no four words lead."""
    return secrets.token_hex(32)


def _new_token() -> str:
    return secrets.token_urlsafe(16)


def _body(draft: Draft) -> dict[str, Any]:
    return {
        "token_hash": digests.of_token(draft.token) if draft.token else None,
        "questionnaire": draft.questionnaire,
        "revision": draft.revision,
        "language": draft.language,
        "key": draft.key,
        "seed": draft.seed,
        "inputs": dict(draft.inputs),
        "seen": list(draft.seen),
        "replaces": draft.replaces,
        "receipt_hash": draft.receipt_hash,
        "day": draft.day.isoformat(),
        **({"source": draft.source} if draft.source else {}),
        **({"mode": draft.mode, "second": draft.second} if draft.mode != WEB else {}),
        **({"contact": draft.contact} if draft.contact else {}),
        **({"begun": draft.begun} if draft.begun else {}),
    }
