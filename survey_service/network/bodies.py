"""Bodies: the integration network, its working groups, the advisory board and others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from survey_service.network.checks import LONGEST_NAME, line
from survey_service.network.model import BOARD, KINDS, NETWORK, WORKING_GROUP, Body
from survey_service.problems import Problem
from survey_service.questionnaire.loader import Vocabulary
from survey_service.questionnaire.model import Text
from survey_service.store.base import CollectionSpec, Store, Stored

BODIES = CollectionSpec("network_bodies", unique=("code_key",))
_KNOWN_KINDS = {"advisory_board": BOARD, "network": NETWORK}
"""The codes of the list ``working_groups`` that are no working groups."""


def add(store: Store, name: Text, kind: str, *, code: str = "", field_of_action: str = "") -> Body:
    """Add a body behind the others. Raises Problems body.fields, and body.taken for a code that another one has."""
    with store.transaction():
        order = 1 + max((body.order for body in all_bodies(store)), default=0)
        body = _checked(Body(0, name, kind, code, field_of_action, order, closed=False))
        if code and store.collection(BODIES).first(code_key=code) is not None:
            raise Problem("body.taken", name=code)
        return _body(store.collection(BODIES).add(_document(body)))


def change(store: Store, id: int, **changes: Any) -> Body:
    """Change name, kind, field of action or place of a body. Raises Problems body.missing and body.fields."""
    with store.transaction():
        stored = _stored(store, id)
        changed = _checked(replace(_body(stored), **changes))
        return _body(store.collection(BODIES).replace(stored.id, _document(changed), version=stored.version))


def close(store: Store, id: int, *, closed: bool = True) -> Body:
    """Close a body, or open it again. Its members stay, so that a round that runs can end. Raises body.missing."""
    return change(store, id, closed=closed)


def all_bodies(store: Store) -> list[Body]:
    """Return all bodies in their order, closed ones too."""
    found = (_body(stored) for stored in store.collection(BODIES).find())
    return sorted(found, key=lambda body: (body.order, body.id))


def open_bodies(store: Store) -> list[Body]:
    """Return the bodies that are not closed, in their order."""
    return [body for body in all_bodies(store) if not body.closed]


def of_id(store: Store, id: int) -> Body:
    """Return a body. Raises Problem body.missing."""
    return _body(_stored(store, id))


def working(store: Store, id: int) -> Body:
    """Return a body that may get members and meetings. Raises Problems body.missing and body.closed."""
    found = of_id(store, id)
    if found.closed:
        raise Problem("body.closed")
    return found


def missing(store: Store, listed: Vocabulary | None) -> list[str]:
    """Return the codes of the choice list of bodies that no body has yet."""
    known = {body.code for body in all_bodies(store)}
    return [choice.name for choice in listed.choices if choice.name not in known] if listed is not None else []


def take(store: Store, listed: Vocabulary | None) -> list[Body]:
    """Add a body for each code of the choice list that none has yet, and return the new ones."""
    with store.transaction():
        return [
            add(
                store,
                {tag: text for tag, text in choice.label.items() if tag in ("de", "en")},
                _KNOWN_KINDS.get(code, WORKING_GROUP),
                code=code,
                field_of_action=choice.columns.get("field", ""),
            )
            for code in missing(store, listed)
            if listed is not None and (choice := listed.choice(code)) is not None
        ]


def _checked(body: Body) -> Body:
    name = {tag: found for tag, text in body.name.items() if (found := line(text))}
    if "de" not in name or max(map(len, name.values())) > LONGEST_NAME or body.kind not in KINDS:
        raise Problem("body.fields", limit=LONGEST_NAME)
    return replace(body, name=name)


def _stored(store: Store, id: int) -> Stored:
    stored = store.collection(BODIES).get(id)
    if stored is None:
        raise Problem("body.missing")
    return stored


def _document(body: Body) -> dict[str, Any]:
    document = {**asdict(body), "name": dict(body.name), "code_key": body.code or None}
    del document["id"]
    return document


def _body(stored: Stored) -> Body:
    return Body(id=stored.id, **{name: value for name, value in stored.body.items() if name != "code_key"})


def names(store: Store) -> Mapping[int, Text]:
    """Return the names of all bodies by id."""
    return {body.id: body.name for body in all_bodies(store)}
