"""Encrypting a backup with age, and opening it again.

With a passphrase the file begins with a line that holds an age identity, encrypted to the passphrase; the rest is
encrypted to that identity. So any part of it can be opened with the tool ``age`` too.
"""

from __future__ import annotations

import base64
import contextlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pyrage

from survey_service.problems import Problem

_WRAPPED = b"survey-service backup, passphrase: "
_AGE = b"age-encryption.org/"
_EXCESSIVE = "Excessive work"
"""What age says of a passphrase that would take this machine long. It measures each time anew how fast the machine is,
so a busy one may be told so once of what it has encrypted itself."""
_TRIES = 5
_ZSTD = b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True)
class Keys:
    """How a backup is encrypted and opened: to nobody, to recipients of age, or to a passphrase."""

    passphrase: str = ""
    recipients: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()

    @property
    def sealed(self) -> bool:
        """Whether what is written is encrypted."""
        return bool(self.passphrase or self.recipients)

    def check(self) -> list[Any]:
        """Return the recipients as age has them. Raises Problem backup.recipient."""
        return [_recipient(text) for text in self.recipients]


def seal(stream: IO[bytes], file: IO[bytes], keys: Keys) -> None:
    """Write a stream into a file, encrypted if there are keys."""
    recipients = keys.check()
    if keys.passphrase:
        identity = pyrage.x25519.Identity.generate()
        wrapped = pyrage.passphrase.encrypt(str(identity).encode(), keys.passphrase)
        file.write(_WRAPPED + base64.b64encode(wrapped) + b"\n")
        recipients = [identity.to_public()]
    if recipients:
        pyrage.encrypt_io(stream, file, recipients)
    else:
        while part := stream.read(1 << 20):
            file.write(part)


def _recipient(text: str) -> Any:
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except (pyrage.RecipientError, ValueError):
        raise Problem("backup.recipient", text=text) from None


@contextlib.contextmanager
def opened(file: IO[bytes], path: Path, keys: Keys) -> Iterator[IO[bytes]]:
    """Yield the compressed content of a file. Raises Problem backup.needs_identity,
    backup.needs_passphrase, backup.locked, backup.slow, backup.damaged, backup.recipient."""
    start = file.read(len(_WRAPPED))
    file.seek(0)
    if start.startswith(_ZSTD):
        yield file
    elif start == _WRAPPED:
        with _decrypted(file, path, [_unwrapped(file.readline(), path, keys.passphrase)]) as stream:
            yield stream
    elif start.startswith(_AGE):
        if not keys.identities:
            raise Problem("backup.needs_identity", path=str(path))
        with _decrypted(file, path, [_identity(text) for text in keys.identities]) as stream:
            yield stream
    else:
        raise Problem("backup.damaged", path=str(path), reason="it does not begin like a backup")


def _unwrapped(line: bytes, path: Path, passphrase: str) -> Any:
    if not passphrase:
        raise Problem("backup.needs_passphrase", path=str(path))
    for _ in range(_TRIES):
        try:
            wrapped = base64.b64decode(line[len(_WRAPPED) :].strip(), validate=True)
            return _identity(pyrage.passphrase.decrypt(wrapped, passphrase).decode())
        except (pyrage.DecryptError, ValueError) as error:
            if _EXCESSIVE not in str(error):
                raise _undecryptable(path) from None
    raise Problem("backup.slow", path=str(path))


def _identity(text: str) -> Any:
    try:
        return pyrage.x25519.Identity.from_str(text.strip())
    except (pyrage.IdentityError, ValueError):
        raise Problem("backup.recipient", text=text[:16] + "…") from None


@contextlib.contextmanager
def _decrypted(file: IO[bytes], path: Path, identities: list[Any]) -> Iterator[IO[bytes]]:
    """Yield what a thread decrypts and writes into a pipe."""
    reading, writing = os.pipe()
    faults: list[BaseException] = []

    def work() -> None:
        with open(writing, "wb") as sink, contextlib.suppress(BrokenPipeError):
            try:
                pyrage.decrypt_io(file, sink, identities)
            except BaseException as error:
                faults.append(error)

    thread = threading.Thread(target=work, name="decrypting", daemon=True)
    thread.start()
    try:
        with open(reading, "rb") as stream:
            yield stream
    except Problem:
        thread.join()
        if faults:
            raise _undecryptable(path) from None
        raise
    thread.join()
    if any(not isinstance(fault, (BrokenPipeError, OSError)) for fault in faults):
        raise _undecryptable(path)


def _undecryptable(path: Path) -> Problem:
    return Problem("backup.locked", path=str(path))
