"""The audit log: who did what when, append-only and chained by hashes.

Each entry holds the hash of the one before it, and a head holds the newest number and hash, so that an entry that was
changed, removed, added or cut off at the end shows. Details are short facts from a closed list for each action, so that
an answer, a password or a token cannot get into the log by accident.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from survey_service.store.base import CollectionSpec, Store

AUDIT = CollectionSpec("audit", indexes=("action", "actor", "subject"), unique=("number",))
HEAD = CollectionSpec("audit_head", unique=("log",))

Detail = str | int | bool
DETAILS: Mapping[str, frozenset[str]] = {
    "login.succeeded": frozenset({"way"}),
    "login.failed": frozenset({"locked"}),
    "login.confirmed": frozenset({"way"}),
    "logout": frozenset(),
    "sessions.ended": frozenset({"count"}),
    "user.added": frozenset({"roles"}),
    "user.invited": frozenset({"roles"}),
    "user.uninvited": frozenset({"roles"}),
    "user.enabled": frozenset(),
    "user.disabled": frozenset(),
    "user.roles": frozenset({"roles"}),
    "user.email": frozenset({"noted"}),
    "user.link": frozenset(),
    "factor.added": frozenset({"kind"}),
    "factor.removed": frozenset({"kind"}),
    "factor.codes": frozenset(),
    "factor.reset": frozenset(),
    "handover.begun": frozenset({"to"}),
    "handover.taken_back": frozenset({"to"}),
    "handover.exported": frozenset(),
    "handover.finished": frozenset({"to"}),
    "user.reset": frozenset({"roles"}),
    "user.password": frozenset(),
    "responses.read": frozenset({"page", "count", "narrowed"}),
    "response.read": frozenset(),
    "response.noted": frozenset(),
    "responses.excluded": frozenset({"count", "value"}),
    "responses.included": frozenset({"count"}),
    "responses.marked": frozenset({"count", "value"}),
    "responses.undone": frozenset({"count"}),
    "contacts.read": frozenset({"count"}),
    "contacts.changed": frozenset({"act"}),
    "file.read": frozenset({"file"}),
    "response.copied": frozenset(),
    "response.erased": frozenset({"reason"}),
    "responses.exported": frozenset({"format", "count", "excluded", "notes"}),
    "responses.loaded": frozenset({"count"}),
    "questionnaire.imported": frozenset(),
    "questionnaire.media": frozenset({"count"}),
    "questionnaire.begun": frozenset(),
    "questionnaire.edited": frozenset(),
    "questionnaire.discarded": frozenset(),
    "questionnaire.published": frozenset(),
    "questionnaire.opened": frozenset(),
    "questionnaire.closed": frozenset(),
    "questionnaire.scheduled": frozenset({"opens", "closes", "limit", "paused"}),
    "offer.notice_done": frozenset({"about"}),
    "verdict.overridden": frozenset({"question", "verdict"}),
    "link.created": frozenset({"tag"}),
    "link.retired": frozenset({"tag"}),
    "link.restored": frozenset({"tag"}),
    "channel.opened": frozenset({"mode", "tag", "until"}),
    "channel.closed": frozenset(),
    "code.set": frozenset({"tag"}),
    "code.removed": frozenset({"tag"}),
    "offer.read": frozenset(),
    "offer.sent": frozenset({"new"}),
    "offer.moderated": frozenset({"moderation"}),
    "indicator.recorded": frozenset({"period", "state"}),
    "indicator.goal": frozenset({"period"}),
    "indicators.imported": frozenset({"count"}),
    "indicators.taken": frozenset({"report", "count"}),
    "concept.begun": frozenset({"based_on"}),
    "concept.state": frozenset({"state"}),
    "concept.adopted": frozenset({"digest"}),
    "concept.accepted": frozenset({"report", "count"}),
    "concept.item": frozenset({"version", "act"}),
    "concept.progress": frozenset({"state"}),
    "concept.evidence": frozenset({"report", "act"}),
    "figures.published": frozenset({"count", "digest", "corrected", "withdrawn"}),
    "consulting.withdrawn": frozenset({"count"}),
    "consulting.round": frozenset({"act"}),
    "consulting.invitation": frozenset({"act"}),
    "consulting.answer": frozenset({"verdict"}),
    "consulting.grouped": frozenset({"count"}),
    "consulting.parted": frozenset({"count"}),
    "consulting.taken_over": frozenset({"item", "wording"}),
    "consulting.final": frozenset({"digest"}),
    "consulting.exported": frozenset({"format"}),
    "network.body": frozenset({"act"}),
    "network.taken": frozenset({"count"}),
    "network.read": frozenset(),
    "network.member": frozenset({"member", "act"}),
    "network.spelling": frozenset({"count"}),
    "network.meeting": frozenset({"meeting", "act"}),
    "network.invited": frozenset({"meeting", "count"}),
    "network.imported": frozenset({"count"}),
    "network.exported": frozenset({"count"}),
    "closing.published": frozenset({"wave", "field", "digest"}),
    "closing.words": frozenset({"language"}),
    "closing.look": frozenset({"day"}),
    "closing.news": frozenset({"digest"}),
    "offers.imported": frozenset({"new", "changed", "published"}),
    "offers.exported": frozenset({"count"}),
    "offers.calls": frozenset({"count"}),
    "offer.called": frozenset(),
    "secrets.sealed": frozenset({"count"}),
    "mail.read": frozenset(),
    "mail.again": frozenset(),
    "mail.discarded": frozenset(),
    "offer.taken_off": frozenset(),
    "offer.taken_back": frozenset({"change"}),
    "offer.merged": frozenset({"into"}),
    "offer.separated": frozenset({"from"}),
    "offer.left_merged": frozenset(),
    "offer.reassigned": frozenset({"organisation"}),
    "offer.distinct": frozenset({"other"}),
    "offer.proposed_again": frozenset({"other"}),
    "organisation.read": frozenset(),
    "organisation.trusted": frozenset({"trusted"}),
    "organisation.renamed": frozenset(),
    "organisation.merged": frozenset({"into"}),
    "organisation.separated": frozenset(),
    "contact.added": frozenset({"contact"}),
    "contact.left": frozenset({"contact"}),
    "contact.back": frozenset({"contact"}),
    "contact.link_sent": frozenset({"contact"}),
    "package.exported": frozenset({"kind", "digest"}),
    "package.imported": frozenset({"kind", "subject", "digest"}),
    "package.removed": frozenset({"kind", "subject", "digest"}),
    "package.trusted": frozenset({"fingerprint", "changed"}),
    "package.distrusted": frozenset({"fingerprint"}),
    "hook.added": frozenset({"kinds"}),
    "hook.changed": frozenset({"kinds"}),
    "hook.secret": frozenset(),
    "hook.paused": frozenset(),
    "hook.resumed": frozenset(),
    "hook.failing": frozenset({"failures"}),
    "hook.removed": frozenset(),
    "token.made": frozenset({"scopes", "until"}),
    "token.revoked": frozenset(),
    "report.run": frozenset({"report"}),
    "plugin.requested": frozenset({"version", "digest"}),
    "plugin.approved": frozenset({"version", "digest"}),
    "plugin.refused": frozenset({"version"}),
    "plugin.compared": frozenset({"version", "changes"}),
    "plugin.activated": frozenset({"version"}),
    "plugin.rolled_back": frozenset({"version"}),
    "plugin.enabled": frozenset(),
    "plugin.disabled": frozenset(),
    "plugin.failing": frozenset({"failures"}),
    "plugin.set": frozenset({"parameters"}),
    "plugin.removed": frozenset(),
    "report.cancelled": frozenset({"run"}),
    "report.scheduled": frozenset({"schedule", "rhythm"}),
    "report.unscheduled": frozenset(),
    "translation.saved": frozenset({"language", "state"}),
    "translations.imported": frozenset({"language", "count"}),
    "translations.exported": frozenset({"language", "format"}),
    "coding.codebook": frozenset({"version", "change", "code"}),
    "coding.begun": frozenset({"count"}),
    "coding.taken": frozenset({"count"}),
    "coding.read": frozenset({"unit", "count"}),
    "coding.coded": frozenset({"unit"}),
    "coding.translated": frozenset({"unit", "state"}),
    "coding.compared": frozenset(),
    "coding.agreed": frozenset({"count"}),
    "coding.decided": frozenset({"unit"}),
    "coding.quoted": frozenset({"unit", "state"}),
    "retention.applied": frozenset(
        {
            *("drafts", "withdrawn", "responses", "texts", "files", "codings", "snapshots", "notices", "contacts"),
            *("channels", "members", "voters", "wishes"),
        }
    ),
    "audit.exported": frozenset({"format", "count"}),
    "audit.verified": frozenset({"count", "fault"}),
}
"""Action → the names of the details it may have."""

_LONGEST_DETAIL = 200
_START = "0" * 64


@dataclass(frozen=True)
class Entry:
    """One entry. ``at`` is UTC as ISO 8601 with seconds; ``previous`` and ``hash`` are SHA-256 in hex."""

    number: int
    at: str
    actor: str
    action: str
    subject: str
    details: Mapping[str, Detail]
    previous: str
    hash: str


def append(
    store: Store, actor: str, action: str, subject: str, details: Mapping[str, Detail], *, now: dt.datetime
) -> Entry:
    """Add an entry and return it.

    ``actor`` is an account's name or says how the command line was used; ``subject`` names what was acted on, such as a
    questionnaire. Raises ValueError for an action or a detail that is not in DETAILS, and the store's Problems: what
    cannot be noted must not happen, so call this before handing out what was asked for.
    """
    _check(action, details)
    with store.transaction():
        head = store.collection(HEAD).first(log="audit")
        number, previous = (0, _START) if head is None else (head.body["number"], head.body["hash"])
        body: dict[str, Any] = {
            "number": number + 1,
            "at": now.astimezone(dt.UTC).isoformat(timespec="seconds"),
            "actor": actor,
            "action": action,
            "subject": subject,
            "details": dict(details),
            "previous": previous,
        }
        body["hash"] = _hash(body)
        store.collection(AUDIT).add(body)
        mark = {"log": "audit", "number": body["number"], "hash": body["hash"]}
        if head is None:
            store.collection(HEAD).add(mark)
        else:
            store.collection(HEAD).replace(head.id, mark, version=head.version)
    return Entry(**body)


def entries(store: Store) -> Iterator[Entry]:
    """Yield all entries, oldest first."""
    for stored in store.collection(AUDIT).iterate():
        yield Entry(**stored.body)


def newest(store: Store) -> tuple[int, str]:
    """Return number and hash of the newest entry; 0 and zeros before the first."""
    head = store.collection(HEAD).first(log="audit")
    return (0, _START) if head is None else (int(head.body["number"]), str(head.body["hash"]))


def first_fault(store: Store) -> int | None:
    """Return the number of the first entry that is missing or was changed, or None if the log is whole.

    Entries that are added meanwhile are not looked at.
    """
    last, digest = newest(store)
    count, hashed, fault = chained(stored.body for stored in store.collection(AUDIT).iterate())
    if fault is not None:
        return fault
    if count > last:  # somebody was faster than the look at the head, or added what the head knows nothing of
        return None if newest(store)[0] >= count else last + 1
    return None if (count, hashed) == (last, digest) else count + 1


def chained(bodies: Iterable[Mapping[str, Any]]) -> tuple[int, str, int | None]:
    """Return how many entries follow each other without a fault, the hash of the last one, and the number of the first
    that is missing or was changed, None if there is none.
    """
    expected, previous = 1, _START
    for body in bodies:
        unhashed = {name: value for name, value in body.items() if name != "hash"}
        if (body.get("number"), body.get("previous")) != (expected, previous) or body.get("hash") != _hash(unhashed):
            return expected - 1, previous, expected
        expected, previous = expected + 1, body["hash"]
    return expected - 1, previous, None


def _check(action: str, details: Mapping[str, Detail]) -> None:
    if action not in DETAILS:
        raise ValueError(f"{action!r} is no action of the audit log")
    for name, value in details.items():
        if name not in DETAILS[action]:
            raise ValueError(f"{action!r} has no detail {name!r}")
        if not isinstance(value, (str, int)) or len(str(value)) > _LONGEST_DETAIL:
            raise ValueError(f"the detail {name!r} is not a short fact")


def _hash(body: Mapping[str, Any]) -> str:
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
