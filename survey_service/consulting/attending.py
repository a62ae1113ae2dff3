"""Who has agreed to take part in a round, and for whom they say they speak: one entry for each invitation.

It holds no name: the invitation does. Opening a link notes nothing; agreeing does.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from survey_service import clock
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store

ATTENDING = CollectionSpec("consulting_attending", unique=("invitation",))
_AGAIN = 5


@dataclass(frozen=True)
class Attending:
    """The consent of an invited person: ``speaking`` is K5 or "", ``language`` that of the notice they agreed to,
    ``day`` the ISO day of the first consent.
    """

    invitation: int
    speaking: str
    language: str
    day: str


def agree(store: Store, invitation: int, speaking: str, language: str) -> Attending:
    """Note that somebody takes part, or for whom they speak now; the day of the first consent stays."""
    for _ in range(_AGAIN):
        try:
            with store.transaction():
                return _agree(store, Attending(invitation, speaking, language, clock.today().isoformat()))
        except Problem as problem:
            if problem.code not in ("store.duplicate", "store.conflict"):
                raise  # else a second press was faster
    raise Problem("service.unavailable")


def _agree(store: Store, given: Attending) -> Attending:
    collection = store.collection(ATTENDING)
    stored = collection.first(invitation=given.invitation)
    if stored is None:
        collection.add(asdict(given))
        return given
    body = {**stored.body, "speaking": given.speaking}
    collection.replace(stored.id, body, version=stored.version)
    return Attending(**body)


def of(store: Store, invitation: int) -> Attending | None:
    """Return the consent of an invited person, or None if there is none yet."""
    stored = store.collection(ATTENDING).first(invitation=invitation)
    return Attending(**stored.body) if stored is not None else None


def forget(store: Store, invitation: int) -> None:
    """Erase the consent of an invited person."""
    collection = store.collection(ATTENDING)
    stored = collection.first(invitation=invitation)
    if stored is not None:
        collection.delete(stored.id, version=stored.version)
