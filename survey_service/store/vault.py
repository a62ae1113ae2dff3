"""The secrets of an instance in its store, sealed with the key of the settings, so that all machines have the same.

Whoever reads the store alone, or a backup of it, has none of them.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable

from survey_service import ciphers
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store

SECRETS = CollectionSpec("secrets", unique=("name",))
"""Documents ``{"name": …, "sealed": the secret, sealed and bound to the name}``."""


class Vault:
    """Keeps the secrets of an instance; ``store`` opens its store at first use."""

    def __init__(self, key: str, store: Callable[[], Store]) -> None:
        self._key = hashlib.sha256(b"vault " + key.encode()).digest()
        self._store = store
        self._known: dict[str, str] = {}

    def secret(self, name: str, given: str = "") -> str:
        """Return a secret (64 hex digits). If there is none yet, ``given`` becomes it, or a new one is made.

        Raises Problem secrets.sealed if it was sealed with another key, secrets.differ if ``given`` is another one.
        """
        if name not in self._known:
            self._known[name] = self._kept(name, given)
        if given not in ("", self._known[name]):
            raise Problem("secrets.differ", name=f"{name}.key")
        return self._known[name]

    def _kept(self, name: str, given: str) -> str:
        kept = self._store().collection(SECRETS)
        found = kept.first(name=name)
        if found is None:
            try:
                found = kept.add({"name": name, "sealed": self._sealed(name, given or secrets.token_hex(32))})
            except Problem as problem:
                if problem.code != "store.duplicate":
                    raise
                found = kept.first(name=name)  # another machine was faster
        if found is None:
            raise Problem("service.unavailable")
        return self._opened(name, str(found.body["sealed"]))

    def _sealed(self, name: str, secret: str) -> str:
        return ciphers.seal(self._key, secret, name)

    def _opened(self, name: str, sealed: str) -> str:
        try:
            return ciphers.unseal(self._key, sealed, name)
        except ValueError:
            raise Problem("secrets.sealed", name=name) from None

    def seal_anew(self, key: str) -> int:
        """Seal all secrets with another key, which is to be that of the settings from then on; return how many."""
        other = Vault(key, self._store)
        kept = self._store().collection(SECRETS)
        with self._store().transaction():
            for stored in kept.find():
                name = str(stored.body["name"])
                sealed = other._sealed(name, self._opened(name, str(stored.body["sealed"])))
                kept.replace(stored.id, {"name": name, "sealed": sealed}, version=stored.version)
            return kept.count()
