"""The secrets of an instance in its store, sealed with the key of the settings, so that all machines have the same.

Whoever reads the store alone, or a backup of it, has none of them.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SECRETS = CollectionSpec("secrets", unique=("name",))
"""Documents ``{"name": …, "sealed": base64 of nonce and AES-GCM of the secret; the name is bound to it}``."""
_NONCE = 12


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
        nonce = secrets.token_bytes(_NONCE)
        return base64.b64encode(nonce + self._cipher().encrypt(nonce, secret.encode(), name.encode())).decode()

    def _opened(self, name: str, sealed: str) -> str:
        from cryptography.exceptions import InvalidTag

        content = base64.b64decode(sealed)
        try:
            return self._cipher().decrypt(content[:_NONCE], content[_NONCE:], name.encode()).decode()
        except InvalidTag:
            raise Problem("secrets.sealed", name=name) from None

    def _cipher(self) -> AESGCM:
        """Return what seals and opens; it is loaded at first use: most processes and commands never need it."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self._key)

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
