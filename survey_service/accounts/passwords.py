"""Passwords: argon2id with the memory and time of OWASP's cheat sheet, which also suits eight logins at once."""

from __future__ import annotations

import unicodedata
from base64 import b64encode

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from survey_service.problems import Problem

MEMORY_KIB, ROUNDS, LANES = 19_456, 2, 1
SHORTEST, LONGEST = 12, 1_024
_FEWEST_DIFFERENT = 5

_hasher = PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES)


def _encoded(salt: bytes, digest: bytes) -> str:
    parts = (b64encode(part).decode("ascii").rstrip("=") for part in (salt, digest))
    return f"$argon2id$v=19$m={MEMORY_KIB},t={ROUNDS},p={LANES}${'$'.join(parts)}"


DUMMY = _encoded(b"no such account.", bytes(32))
"""A hash of the same cost that no password has. Verified where there is no account, so that time tells nothing."""


def check(password: str, name: str) -> None:
    """Raise Problem user.weak_password, user.long_password or user.guessable_password unless it may be used."""
    text = _normal(password)
    if len(text) < SHORTEST:
        raise Problem("user.weak_password")
    if len(text) > LONGEST:
        raise Problem("user.long_password", longest=LONGEST)
    if len(set(text)) < _FEWEST_DIFFERENT or text.casefold() == _normal(name).casefold():
        raise Problem("user.guessable_password")


def hash_of(password: str) -> str:
    """Return the encoded argon2id hash of a password, with a new salt."""
    return _hasher.hash(_normal(password))


def verify(encoded: str, password: str) -> bool:
    """Return whether the password has this hash. An overlong one never has, but costs no less."""
    text = _normal(password)
    try:
        return _hasher.verify(encoded, text[:LONGEST]) and len(text) <= LONGEST
    except (VerificationError, InvalidHashError):
        return False


def outdated(encoded: str) -> bool:
    """Return whether a hash was made with other parameters than today's, so that it should be made anew."""
    return _hasher.check_needs_rehash(encoded)


def _normal(password: str) -> str:
    """Return the password in one spelling, so that every keyboard types the same one; half characters are replaced."""
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode("utf-8"))
