"""A package as a whole: made and signed, or opened and proved."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from survey_service.offers.open_data import About
from survey_service.packages import keys, manifest, zipped
from survey_service.packages.manifest import FILE, SIGNATURE, County, Manifest
from survey_service.problems import D_, Problem, said


@dataclass(frozen=True)
class Package:
    """A package whose signature fits its manifest and whose files fit it too; who the signer is, is not said by that.

    ``digest`` is the SHA-256 (hex) of the manifest, which names everything else.
    """

    manifest: Manifest
    files: Mapping[str, bytes] = field(repr=False)
    digest: str

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the key it was signed with."""
        return keys.fingerprint(self.manifest.key)


@dataclass(frozen=True)
class Sender:
    """Who makes packages here: the instance with the key, the county, its licence for what it publishes."""

    instance: Path
    county: County
    about: About


def make(
    sender: Sender,
    kind: str,
    subject: str,
    files: Mapping[str, bytes],
    now: dt.datetime,
    disclosure: Mapping[str, Any] | None = None,
) -> tuple[Manifest, bytes]:
    """Return the manifest of a package and its bytes, signed. Raises Problem package.size."""
    terms = sender.about.terms
    made = Manifest(
        kind=kind,
        subject=subject,
        county=sender.county,
        made=now.astimezone(dt.UTC).replace(microsecond=0).isoformat(),
        contents={path: manifest.content_of(content) for path, content in sorted(files.items())},
        disclosure=dict(disclosure or {}),
        licence={"name": terms.name, "url": terms.url, "attribution": sender.about.attribution},
        key=keys.public(sender.instance),
    )
    encoded = manifest.encode(made)
    whole = {FILE: encoded, SIGNATURE: keys.sign(sender.instance, encoded), **dict(sorted(files.items()))}
    data = zipped.write(whole)
    if len(data) > zipped.MOST_BYTES or len(whole) > zipped.MOST_FILES:
        raise Problem("package.size", size=len(data), most=zipped.MOST_BYTES)
    return made, data


def open_package(data: bytes) -> Package:
    """Return a package.

    Raises Problems package.size, package.damaged, package.manifest, package.version, package.kind, package.signature
    and package.content.
    """
    files = zipped.read(data)
    if FILE not in files or SIGNATURE not in files:
        raise Problem("package.damaged", reason=said(D_("manifest or signature is missing")))
    if list(files) != [FILE, SIGNATURE, *sorted(files.keys() - {FILE, SIGNATURE})]:
        raise Problem("package.damaged", reason=said(D_("its files are not in the order laid down")))
    encoded, signature = files.pop(FILE), files.pop(SIGNATURE)
    found = manifest.decode(encoded)
    if not keys.is_signed(encoded, signature, found.key):
        raise Problem("package.signature", name=found.county.name, county=found.county.key)
    for path in dict.fromkeys((*found.contents, *files)):
        if path not in files or found.contents.get(path) != manifest.content_of(files[path]):
            raise Problem("package.content", path=path[:200])
    return Package(found, files, hashlib.sha256(encoded).hexdigest())


def file_name(made: Manifest) -> str:
    """Return what the file of a package is called."""
    return f"{made.county.key}-{made.kind}-{made.subject}-{made.made[:10]}.package.zip"
