"""Codebooks: what a code means, in versions. A code keeps its id; it is merged or retired, never deleted."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from survey_service.coding import people
from survey_service.coding.people import Names, Person
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store, Stored

CODEBOOKS = CollectionSpec("codebooks", unique=("codebook",))
VERSIONS = CollectionSpec("codebook_versions", indexes=("codebook",), unique=("key",))
"""Each version as it was, with who made it."""

ACTIVE, RETIRED, MERGED = "active", "retired", "merged"
LANGUAGES = ("de", "en")
LONGEST_LABEL, LONGEST_TEXT, LONGEST_KEYWORD, MOST_KEYWORDS, MOST_CODES = 100, 2_000, 60, 200, 500
_TEXTS = ("definition", "include", "exclude")


@dataclass(frozen=True)
class Code:
    """One code. ``include`` and ``exclude`` are examples of what belongs to it and what does not, ``field`` is the code
    of a field of action or empty, ``keywords`` let it be suggested. A merged code counts as the code ``into``."""

    code: str
    label: Names
    definition: str = ""
    include: str = ""
    exclude: str = ""
    field: str = ""
    keywords: tuple[str, ...] = ()
    state: str = ACTIVE
    into: str = ""


@dataclass(frozen=True)
class Codebook:
    """A codebook in its newest version. ``stored_version`` is that of its document, for changes by two at once."""

    codebook: str
    title: str
    version: int
    codes: Mapping[str, Code]
    stored_version: int = field(default=0, compare=False)

    @property
    def active(self) -> tuple[Code, ...]:
        """The codes that can be given, in order."""
        return tuple(code for code in self.codes.values() if code.state == ACTIVE)

    def counted(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Return what codes count as today: a merged one as that which it was merged into; each once, sorted."""
        return tuple(sorted({self._target(code) for code in codes}))

    def _target(self, code: str) -> str:
        seen = {code}
        while (known := self.codes.get(code)) is not None and known.state == MERGED and known.into not in seen:
            code = known.into
            seen.add(code)
        return code


def begin(store: Store, title: str, *, by: Person, now: dt.datetime) -> Codebook:
    """Make an empty codebook. Raises Problem coding.fields."""
    title = _short(title, "title")
    collection = store.collection(CODEBOOKS)
    with store.transaction():
        name = _free(_slug(title), {stored.body["codebook"] for stored in collection.iterate()})
        body: dict[str, Any] = {"codebook": name, "title": title, "version": 1, "codes": []}
        stored = collection.add(body)
        _keep(store, body, by, now, "begun", "")
    return _of(stored)


def find(store: Store, name: str) -> Codebook:
    """Return a codebook. Raises Problem coding.missing."""
    stored = store.collection(CODEBOOKS).first(codebook=name)
    if stored is None:
        raise Problem("coding.missing")
    return _of(stored)


def everyone(store: Store) -> list[Codebook]:
    """Return all codebooks, oldest first."""
    return [_of(stored) for stored in store.collection(CODEBOOKS).iterate()]


def history(store: Store, name: str) -> list[Mapping[str, Any]]:
    """Return what changed a codebook, newest first: ``version change code by day`` and its ``codes`` after that."""
    return [stored.body for stored in reversed(store.collection(VERSIONS).find(codebook=name))]


def add(store: Store, name: str, wanted: Code, *, by: Person, now: dt.datetime) -> Code:
    """Add a code; its id is made of its label and never changes. Raises Problems coding.missing and coding.fields."""
    checked = _checked(wanted)
    made: list[Code] = []

    def change(codes: dict[str, Code]) -> str:
        if len(codes) >= MOST_CODES:
            raise Problem("coding.fields", faults=({"field": "label-de", "fault": "many"},))
        code = replace(checked, code=_free(_slug(checked.label["de"]), set(codes)), state=ACTIVE, into="")
        codes[code.code] = code
        made.append(code)
        return code.code

    _change(store, name, "added", change, by, now)
    return made[0]


def edit(store: Store, name: str, wanted: Code, *, by: Person, now: dt.datetime) -> None:
    """Change what a code is called, means and is found by; its id and state stay. Raises Problems as `add` does."""
    checked = _checked(wanted)

    def change(codes: dict[str, Code]) -> str:
        old = _known(codes, wanted.code)
        codes[old.code] = replace(checked, state=old.state, into=old.into)
        return old.code

    _change(store, name, "edited", change, by, now)


def retire(store: Store, name: str, code: str, *, by: Person, now: dt.datetime) -> None:
    """Offer a code no more; what has it keeps it and is counted."""
    _set_state(store, name, code, RETIRED, "retired", by, now)


def restore(store: Store, name: str, code: str, *, by: Person, now: dt.datetime) -> None:
    """Offer a retired or merged code again."""
    _set_state(store, name, code, ACTIVE, "restored", by, now)


def merge(store: Store, name: str, code: str, into: str, *, by: Person, now: dt.datetime) -> None:
    """Let a code count as another one from now on. Raises Problems coding.missing and coding.merge."""

    def change(codes: dict[str, Code]) -> str:
        old, target = _known(codes, code), codes.get(into)
        if target is None or target.state != ACTIVE or target.code == old.code:
            raise Problem("coding.merge")
        codes[code] = replace(old, state=MERGED, into=into)
        return code

    _change(store, name, "merged", change, by, now)


def _set_state(store: Store, name: str, code: str, state: str, said: str, by: Person, now: dt.datetime) -> None:
    def change(codes: dict[str, Code]) -> str:
        codes[code] = replace(_known(codes, code), state=state, into="")
        return code

    _change(store, name, said, change, by, now)


def _change(
    store: Store, name: str, said: str, change: Callable[[dict[str, Code]], str], by: Person, now: dt.datetime
) -> None:
    collection = store.collection(CODEBOOKS)
    with store.transaction():
        stored = collection.first(codebook=name)
        if stored is None:
            raise Problem("coding.missing")
        codes = dict(_of(stored).codes)
        changed = change(codes)
        body = {**stored.body, "version": stored.body["version"] + 1, "codes": [_json(code) for code in codes.values()]}
        collection.replace(stored.id, body, version=stored.version)
        _keep(store, body, by, now, said, changed)


def _keep(store: Store, body: Mapping[str, Any], by: Person, now: dt.datetime, said: str, code: str) -> None:
    facts = {"key": f"{body['codebook']}-{body['version']}", "change": said, "code": code, "by": by.name}
    store.collection(VERSIONS).add({**body, **facts, "day": now.date().isoformat()})
    people.note(store, by, "codebook", body["codebook"], now=now, version=body["version"], change=said, code=code)


def _known(codes: Mapping[str, Code], code: str) -> Code:
    if code not in codes:
        raise Problem("coding.missing")
    return codes[code]


def _json(code: Code) -> dict[str, Any]:
    return {**asdict(code), "label": dict(code.label), "keywords": list(code.keywords)}


def _of(stored: Stored) -> Codebook:
    body = stored.body
    codes = [Code(**{**row, "keywords": tuple(row["keywords"])}) for row in body["codes"]]
    return Codebook(
        body["codebook"], body["title"], body["version"], {code.code: code for code in codes}, stored.version
    )


def _checked(code: Code) -> Code:
    """Return a code as it is stored. Raises Problem coding.fields with a fault for each field."""
    faults = []
    label = {tag: " ".join(str(code.label.get(tag, "")).split()) for tag in LANGUAGES}
    for tag, text in label.items():
        if not text or len(text) > LONGEST_LABEL:
            faults.append({"field": f"label-{tag}", "fault": "long" if text else "empty", "limit": LONGEST_LABEL})
    texts = {name: getattr(code, name).strip() for name in _TEXTS}
    faults += [
        {"field": name, "fault": "long", "limit": LONGEST_TEXT}
        for name, text in texts.items()
        if len(text) > LONGEST_TEXT
    ]
    keywords = tuple(dict.fromkeys(" ".join(word.split()) for word in code.keywords if word.strip()))
    if len(keywords) > MOST_KEYWORDS or any(len(word) > LONGEST_KEYWORD for word in keywords):
        faults.append({"field": "keywords", "fault": "long", "limit": LONGEST_KEYWORD})
    if faults:
        raise Problem("coding.fields", faults=tuple(faults))
    return replace(code, label=label, keywords=keywords, **texts)


def _short(text: str, name: str) -> str:
    text = " ".join(text.split())
    if not text or len(text) > LONGEST_LABEL:
        fault = {"field": name, "fault": "long" if text else "empty", "limit": LONGEST_LABEL}
        raise Problem("coding.fields", faults=(fault,))
    return text


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40] or "code"


def _free(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name
