"""Working copies: questionnaires that are being brought or changed, and are not published yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from survey_service.problems import Problem
from survey_service.questionnaire import definition
from survey_service.questionnaire.loader import missing_texts
from survey_service.questionnaire.model import Questionnaire
from survey_service.store.base import CollectionSpec, Store, Stored

DEFINITIONS = CollectionSpec("definitions", unique=("questionnaire",))


@dataclass(frozen=True)
class WorkingCopy:
    """One working copy. ``version`` changes with each save; ``source`` says where it came from, ``notices`` what its
    import had to say, ``content`` is its definition as data."""

    version: int
    questionnaire: Questionnaire
    day: str
    source: Mapping[str, Any] = field(default_factory=dict)
    notices: Sequence[Mapping[str, Any]] = ()
    content: Mapping[str, Any] = field(default_factory=dict)


def put(
    store: Store,
    content: Mapping[str, Any],
    day: str,
    *,
    source: Mapping[str, Any] | None = None,
    notices: Sequence[Mapping[str, Any]] = (),
    version: int | None = None,
) -> WorkingCopy:
    """Save a definition as the working copy of its questionnaire.

    ``version`` is the one it was made from: Problem store.conflict if another was saved meanwhile; None replaces
    whatever there is. Raises Problem questionnaire.faulty if it is no definition.
    """
    questionnaire = definition.from_json(content)
    body = {
        "questionnaire": questionnaire.name,
        "definition": dict(content),
        "day": day,
        "source": dict(source or {}),
        "notices": [dict(notice) for notice in notices],
    }
    collection = store.collection(DEFINITIONS)
    with store.transaction():
        present = collection.first(questionnaire=questionnaire.name)
        if present is None:
            stored = collection.add(body)
        else:
            kept = {} if source is not None else {key: present.body[key] for key in ("source", "notices")}
            stored = collection.replace(
                present.id, {**body, **kept}, version=present.version if version is None else version
            )
    return _copy(stored, questionnaire)


def get(store: Store, name: str) -> WorkingCopy:
    """Return a working copy. Raises Problem questionnaire.missing."""
    stored = store.collection(DEFINITIONS).first(questionnaire=name)
    if stored is None:
        raise Problem("questionnaire.missing")
    return _copy(stored)


def find(store: Store, name: str) -> WorkingCopy | None:
    """Return a working copy, or None if there is none."""
    stored = store.collection(DEFINITIONS).first(questionnaire=name)
    return _copy(stored) if stored is not None else None


def all_copies(store: Store) -> list[WorkingCopy]:
    """Return all working copies by name."""
    copies = [_copy(stored) for stored in store.collection(DEFINITIONS).iterate()]
    return sorted(copies, key=lambda copy: copy.questionnaire.name)


def offer_in(store: Store, name: str, tags: Sequence[str]) -> WorkingCopy:
    """Offer a working copy in these of its languages only. Raises Problem questionnaire.missing."""
    with store.transaction():
        stored = store.collection(DEFINITIONS).first(questionnaire=name)
        if stored is None:
            raise Problem("questionnaire.missing")
        content = {**stored.body["definition"], "languages": list(tags)}
        body = {**stored.body, "definition": content}
        return _copy(store.collection(DEFINITIONS).replace(stored.id, body, version=stored.version))


def refuse_gaps(copy: WorkingCopy) -> None:
    """Raise Problem publish.missing_texts if a working copy lacks a text in a language that it is offered in."""
    for tag in copy.questionnaire.languages:
        missing = missing_texts(copy.questionnaire, tag)
        if missing:
            raise Problem("publish.missing_texts", language=tag, count=len(missing), first=missing[0])


def discard(store: Store, name: str) -> None:
    """Delete a working copy; it is no fault if there is none. What is published stays."""
    with store.transaction():
        stored = store.collection(DEFINITIONS).first(questionnaire=name)
        if stored is not None:
            store.collection(DEFINITIONS).delete(stored.id)


def _copy(stored: Stored, questionnaire: Questionnaire | None = None) -> WorkingCopy:
    """Return what is stored; its questionnaire is built unless the caller has built it."""
    body = stored.body
    return WorkingCopy(
        stored.version,
        questionnaire or definition.from_json(body["definition"]),
        body["day"],
        body["source"],
        tuple(body["notices"]),
        body["definition"],
    )
