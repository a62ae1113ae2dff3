"""Files in a bucket that speaks S3: of a provider, or of a server of one's own (Ceph, Garage, MinIO, SeaweedFS).

The address is ``s3://bucket/folder?endpoint=https://…&region=…``; who may come in says the environment
(``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``), so that no secret stands in an address. The driver comes with the
extra ``s3`` and is imported only here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from survey_service.problems import Problem
from survey_service.store.blobs import Blob, CopiedBlobs, checked, is_in

_TRIES: Any = {"max_retries": 3}
KNOWN = ("endpoint", "region", "style")
"""What an address may say behind its ``?``; ``style`` is ``path`` (the default) or ``host``."""


class BucketBlobs(CopiedBlobs):
    """Files as objects of a bucket; see `Blobs`."""

    def __init__(self, instance: Path, address: str) -> None:
        super().__init__(instance)
        parts = urlsplit(address)
        given = dict(parse_qsl(parts.query))
        endpoint = given.get("endpoint", "")
        options: Any = {
            "region": given.get("region", "us-east-1"),
            "virtual_hosted_style_request": given.get("style") == "host",
        }
        if endpoint:
            options["endpoint"] = endpoint
        client: Any = {"timeout": "60s", "allow_http": endpoint.startswith("http://")}
        self._folder = parts.path.strip("/")
        self._bucket = S3Store(parts.netloc, config=options, client_options=client, retry_config=_TRIES)

    def put(self, name: str, content: bytes) -> None:
        try:
            with self._refusing():
                obstore.put(self._bucket, self._place(name), content)
        except FileNotFoundError:  # the bucket is
            raise Problem("service.unavailable") from None

    def get(self, name: str) -> bytes:
        with self._refusing():
            return bytes(obstore.get(self._bucket, self._place(name)).bytes())

    def find(self, prefix: str, *, deep: bool = True) -> Iterator[Blob]:
        below = "/".join(filter(None, (self._folder, prefix.strip("/"))))
        cut = len(self._folder) + 1 if self._folder else 0
        with self._refusing():
            found = [each for part in obstore.list(self._bucket, prefix=below or None) for each in part]
        for each in sorted(found, key=lambda each: each["path"]):
            name = each["path"][cut:]
            if is_in(name, prefix, deep):
                yield Blob(name, each["size"], each["last_modified"].timestamp())

    def has(self, name: str) -> bool:
        try:
            with self._refusing():
                obstore.head(self._bucket, self._place(name))
        except FileNotFoundError:
            return False
        return True

    def refresh(self, name: str) -> bool:
        try:
            with self._refusing():
                self.put(name, self.get(name))
        except FileNotFoundError:
            return False
        return True

    def move(self, name: str, target: str) -> None:
        with self._refusing():
            obstore.rename(self._bucket, self._place(name), self._place(target))

    def delete(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError), self._refusing():
            obstore.delete(self._bucket, self._place(name))
        self._copies.delete(name)

    def _place(self, name: str) -> str:
        return "/".join(filter(None, (self._folder, checked(name))))

    @contextlib.contextmanager
    def _refusing(self) -> Iterator[None]:
        """Turn what the bucket refuses, or its absence, into Problem service.unavailable."""
        try:
            yield
        except FileNotFoundError:
            raise
        except (BaseError, OSError) as error:
            raise Problem("service.unavailable") from error
