"""Finding documents by the value of one field."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Hashable, Sequence

from survey_service.store.base import JSON, key_of

_PLAIN = frozenset({str, type(None)})
_MASK = 2**60 - 1
"""Hashes are cut to what an integer of the smallest size holds."""


class Index:
    """The ids of the documents by the key (see `base.key_of`) of one field.

    Most values of most fields occur once or very often. Of one that occurs once only its hash is kept, not the value
    itself, which stands in the document; one that occurs more often costs eight bytes a document. ``key_by_id`` looks a
    document's key up, where two have the same hash.
    """

    def __init__(self, key_by_id: Callable[[int], Hashable]) -> None:
        self._key_by_id = key_by_id
        self._single: dict[int, int] = {}
        self._several: dict[Hashable, array[int]] = {}
        self._colliding: dict[Hashable, int] = {}

    def add(self, key: Hashable, id: int) -> None:
        """Note that a document, which is not noted yet, has this key."""
        several = self._several.get(key)
        if several is not None:
            if id > several[-1]:
                several.append(id)
            else:
                several.insert(bisect_left(several, id), id)
            return
        place = hash(key) & _MASK
        if self._single.setdefault(place, id) == id:
            other = self._colliding.get(key) if self._colliding else None
            if other is None:
                return
            del self._single[place]
        else:
            other = self._only(key)
        if other is None:
            self._colliding[key] = id
        else:
            self._forget(key, other)
            self._several[key] = array("q", sorted((other, id)))

    def add_all(self, values: Sequence[JSON], ids: Sequence[int]) -> None:
        """Note the values of many documents."""
        keys: Sequence[Hashable] = values if _PLAIN.issuperset(map(type, values)) else [key_of(v) for v in values]
        if len(set(keys)) == len(keys):
            new = dict(zip(map(_MASK.__and__, map(hash, keys)), ids, strict=True))
            known = (self._single.keys(), new), (self._several.keys(), keys), (self._colliding.keys(), keys)
            if len(new) == len(keys) and all(here.isdisjoint(there) for here, there in known):
                self._single.update(new)
                return
        ids_of: dict[Hashable, list[int]] = {}
        for key, id in zip(keys, ids, strict=True):
            ids_of.setdefault(key, []).append(id)
        for key, its in ids_of.items():
            self._add_several(key, its)

    def _add_several(self, key: Hashable, ids: list[int]) -> None:
        several = self._several.get(key)
        if several is not None and several[-1] < ids[0] and ids == sorted(ids):
            several.fromlist(ids)
            return
        for id in ids:
            self.add(key, id)

    def discard(self, key: Hashable, id: int) -> None:
        """Note that a document no longer has this key."""
        several = self._several.get(key)
        if several is None:
            self._forget(key, id)
            return
        place = bisect_left(several, id)
        if several[place : place + 1] == array("q", (id,)):
            del several[place]
        if not several:
            del self._several[key]

    def ids(self, key: Hashable) -> Sequence[int]:
        """Return the ids of the documents with this key in order; not to be kept."""
        several = self._several.get(key)
        if several is not None:
            return several
        single = self._only(key)
        return () if single is None else (single,)

    def repeated(self) -> bool:
        """Return whether a key other than null occurs more than once."""
        return any(key is not None and len(ids) > 1 for key, ids in self._several.items())

    def _only(self, key: Hashable) -> int | None:
        """Return the document with a key that occurs once."""
        if key in self._colliding:
            return self._colliding[key]
        id = self._single.get(hash(key) & _MASK)
        return id if id is not None and self._key_by_id(id) == key else None

    def _forget(self, key: Hashable, id: int) -> None:
        if self._colliding.get(key) == id:
            del self._colliding[key]
        elif self._single.get(hash(key) & _MASK) == id:
            del self._single[hash(key) & _MASK]
