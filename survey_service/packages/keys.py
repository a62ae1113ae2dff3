"""The key pair of an instance: Ed25519, made at first use, beside the other secrets of the instance and as they are."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from survey_service.settings import instance_secret

PAIR = "packages"
"""Names the file of the private key, ``packages.key``: 32 bytes in hex."""
_PUBLIC = re.compile(r"[0-9a-f]{64}")
_GROUPS, _GROUP = 8, 4


def _private(instance: Path) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(instance_secret(instance, PAIR)))


def public(instance: Path) -> str:
    """Return the public key of an instance in hex (64 digits); the pair is made at first use."""
    return _private(instance).public_key().public_bytes_raw().hex()


def sign(instance: Path, content: bytes) -> bytes:
    """Return the signature (64 bytes) of a content with the key of an instance."""
    return _private(instance).sign(content)


def is_signed(content: bytes, signature: bytes, key: str) -> bool:
    """Tell whether this is the signature of a content by the owner of a public key (hex)."""
    if not _PUBLIC.fullmatch(key):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_public(key: str) -> bool:
    """Tell whether a text can be a public key in hex."""
    return _PUBLIC.fullmatch(key) is not None


def fingerprint(key: str) -> str:
    """Return what is compared by telephone: the first 128 bits of the SHA-256 of a public key, in eight groups."""
    digest = hashlib.sha256(bytes.fromhex(key)).hexdigest()
    return " ".join(digest[at : at + _GROUP] for at in range(0, _GROUPS * _GROUP, _GROUP))


def same_fingerprint(one: str, other: str) -> bool:
    """Tell whether two fingerprints are the same, whatever their blanks and capitals."""
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()
