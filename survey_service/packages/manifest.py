"""What a package says of itself: ``manifest.json``, whose bytes are signed.

It is canonical JSON: UTF-8, the keys of each object sorted by code point, no blanks between them, whole numbers only.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from survey_service.packages import keys
from survey_service.problems import D_, Problem, Said, said

FORMAT, VERSION = "survey-service package", 1
FILE, SIGNATURE = "manifest.json", "manifest.sig"
INDICATORS, QUESTIONNAIRE, PLUGIN = "indicators", "questionnaire", "plugin"
KINDS = (INDICATORS, QUESTIONNAIRE, PLUGIN)
LONGEST_NAME = 200
_MEMBERS = frozenset(
    ("format", "version", "kind", "subject", "county", "made", "contents", "disclosure", "licence", "key")
)
_COUNTY_KEY = re.compile(r"[0-9]{5}")
_SUBJECT = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")
_LATE = dt.timedelta(days=1)
"""How far the clock of another county may be ahead."""
JSON = dict[str, Any]


@dataclass(frozen=True)
class County:
    """A county by its official key (five digits) and its name."""

    key: str
    name: str


@dataclass(frozen=True)
class Content:
    """A file of a package: its SHA-256 in hex and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """``kind`` is one of KINDS; ``subject`` is what of that kind it holds: ``figures``, or the name of a questionnaire
    or plugin; ``made`` is a moment (UTC, ISO 8601 with seconds); ``contents`` are the other files by path;
    ``disclosure`` says which rules the figures follow, {} where there are none; ``key`` is the sender's public key.
    """

    kind: str
    subject: str
    county: County
    made: str
    contents: Mapping[str, Content]
    disclosure: Mapping[str, Any]
    licence: Mapping[str, str]
    key: str

    @property
    def place(self) -> str:
        """What it is the newest of: there is one package for each."""
        return f"{self.county.key}/{self.kind}/{self.subject}"


def canonical(value: Any) -> bytes:
    """Return a value as canonical JSON."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def content_of(data: bytes) -> Content:
    """Return how a manifest names a file."""
    return Content(hashlib.sha256(data).hexdigest(), len(data))


def encode(manifest: Manifest) -> bytes:
    """Return the bytes of ``manifest.json``."""
    contents = {path: asdict(each) for path, each in manifest.contents.items()}
    body = {name: getattr(manifest, name) for name in ("kind", "subject", "made", "disclosure", "licence", "key")}
    return canonical(
        {**body, "format": FORMAT, "version": VERSION, "county": asdict(manifest.county), "contents": contents}
    )


def decode(data: bytes) -> Manifest:
    """Return what ``manifest.json`` says. Raises Problems package.manifest, package.version and package.kind."""
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise _faulty(said(D_("it is no JSON"))) from None
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise _faulty(said(D_("it does not say that it is one")))
    if body.get("version") != VERSION or isinstance(body["version"], bool):
        raise Problem("package.version", version=str(body.get("version"))[:20], known=VERSION)
    if body.keys() != _MEMBERS or canonical(body) != data:
        raise _faulty(said(D_("it lacks something, says something more, or is not in the form laid down")))
    if body["kind"] not in KINDS:
        raise Problem("package.kind", kind=str(body["kind"])[:40], known=", ".join(KINDS))
    manifest = _manifest(body)
    if manifest is None:
        raise _faulty(said(D_("a member is of the wrong kind")))
    return manifest


def check_moment(manifest: Manifest, now: dt.datetime) -> None:
    """Raise Problem package.moment for a package of the future: none made after it would count as newer."""
    if dt.datetime.fromisoformat(manifest.made) > now + _LATE:
        raise Problem("package.moment", moment=manifest.made)


def is_county(county: County) -> bool:
    """Tell whether key and name are such as a manifest may have."""
    return _is_text(county.key, _COUNTY_KEY) and _is_name(county.name)


def _faulty(reason: Said) -> Problem:
    return Problem("package.manifest", reason=reason)


def _manifest(body: JSON) -> Manifest | None:
    try:
        county = County(**body["county"])
        contents = {str(path): Content(**facts) for path, facts in body["contents"].items()}
    except (TypeError, AttributeError):
        return None
    licence, disclosure = body["licence"], body["disclosure"]
    fits = (
        is_county(county)
        and _is_text(body["subject"], _SUBJECT)
        and _is_moment(body["made"])
        and _is_text(body["key"], re.compile(".*"))
        and keys.is_public(body["key"])
        and all(_is_text(each.sha256, _DIGEST) and type(each.size) is int for each in contents.values())
        and isinstance(licence, dict)
        and all(isinstance(text, str) for text in licence.values())
        and isinstance(disclosure, dict)
    )
    if not fits:
        return None
    return Manifest(body["kind"], body["subject"], county, body["made"], contents, disclosure, licence, body["key"])


def _is_text(value: Any, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= LONGEST_NAME and value.isprintable()


def _is_moment(value: Any) -> bool:
    if not _is_text(value, _MOMENT):
        return False
    try:
        dt.datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
