"""Two versions of a report → exactly what differs: what changed (old, new), what appeared, what vanished. Pure.

Compared are the things a reader looks at: figures, statements, table cells, bars, texts. What a whole new table or row
brings along is named once, not cell by cell. The order of things counts for nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Block = Mapping[str, Any]
Item = Mapping[str, Any]
"""A value as blocks have it: ``{"kind": …, "value": …}``."""
Text = Mapping[str, str]
State = Literal["changed", "appeared", "vanished"]
Key = tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """One value of a thing that changed; None where there is no value."""

    name: str
    old: Item | None
    new: Item | None


@dataclass(frozen=True)
class Change:
    """A thing that differs. ``kind`` is ``figure statement table row column cell chart bar text`` or another type of
    block; ``where`` says which, from the whole to the part."""

    state: State
    kind: str
    where: tuple[Text, ...]
    parts: tuple[Part, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the change as JSON data."""
        return {**asdict(self), "where": [dict(text) for text in self.where], "parts": [asdict(p) for p in self.parts]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Change:
        """Return the change that ``to_json`` has written."""
        parts = tuple(Part(**part) for part in data["parts"])
        return cls(data["state"], data["kind"], tuple(data["where"]), parts)


@dataclass(frozen=True)
class _Thing:
    """A thing in a report; ``within`` are the keys of things that it is part of."""

    kind: str
    where: tuple[Text, ...]
    values: Mapping[str, Item | None] = field(default_factory=dict)
    within: tuple[Key, ...] = ()


def compare(old: Sequence[Block], new: Sequence[Block]) -> list[Change]:
    """Return what differs between the blocks of two reports, in the order of the new one, then what vanished."""
    before, after = dict(_things(old)), dict(_things(new))
    return [*_changed(before, after), *_only(before, after, "vanished")]


def _changed(before: Mapping[Key, _Thing], after: Mapping[Key, _Thing]) -> Iterator[Change]:
    for key, thing in after.items():
        if key not in before:
            if not any(upper in after and upper not in before for upper in thing.within):
                yield Change("appeared", thing.kind, thing.where, _parts({}, thing.values))
        elif parts := _parts(before[key].values, thing.values):
            yield Change("changed", thing.kind, thing.where, parts)


def _only(before: Mapping[Key, _Thing], after: Mapping[Key, _Thing], state: State) -> Iterator[Change]:
    for key, thing in before.items():
        if key not in after and not any(upper in before and upper not in after for upper in thing.within):
            yield Change(state, thing.kind, thing.where, _parts(thing.values, {}))


def _parts(old: Mapping[str, Item | None], new: Mapping[str, Item | None]) -> tuple[Part, ...]:
    names = dict.fromkeys([*new, *old])
    return tuple(Part(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name))


def _things(blocks: Iterable[Block]) -> Iterator[tuple[Key, _Thing]]:
    """Yield the things of a report with keys that are the same in another version; twins are numbered."""
    seen: Counter[Key] = Counter()
    for block in blocks:
        for key, thing in _KINDS.get(block["type"], _other)(block):
            seen[key] += 1
            yield (key if seen[key] == 1 else (*key, f"#{seen[key]}")), thing


def _figure(block: Block) -> Iterator[tuple[Key, _Thing]]:
    shares = {name: _value("percent", block[name], block) for name in ("value", "low", "high")}
    counts = {name: _value("integer", block[name], block) for name in ("numerator", "denominator")}
    texts = {name: {"kind": "text", "value": block[name]} for name in ("name", "definition")}
    facts = {name: _word(str(block[name])) for name in ("definition_version", "better", "source", "preliminary")}
    where = ({"*": block["indicator"]}, block["name"], {"*": block["period"]})
    key = ("figure", block["indicator"], block["period"])
    yield key, _Thing("figure", where, {**shares, **counts, **texts, **facts})


def _statement(block: Block) -> Iterator[tuple[Key, _Thing]]:
    shares = {name: _value("percent", block[name], block) for name in ("share", "low", "high")}
    counts = {name: _value("persons", block[name], block) for name in ("count", "n")}
    more = {f"%({name})s": item for name, item in block["values"].items() if name not in {*shares, *counts}}
    facts = {name: _word(str(block[name])) for name in ("field", "question", "base")}
    values = {**shares, **counts, "offers": _value("integer", block["offers"], {}), **more, **facts}
    values["text"] = {"kind": "text", "value": block["text"]}
    yield ("statement", block["id"]), _Thing("statement", ({"*": block["id"]}, block["wording"]), values)


def _value(kind: str, value: Any, block: Block) -> Item | None:
    """Return a value as an item: hidden with its reason, or None for one that does not exist."""
    if value is not None:
        return {"kind": kind, "value": value}
    reason = block.get("suppressed")
    return {"kind": "hidden", "value": reason} if reason else None


def _word(text: str) -> Item:
    return {"kind": "text", "value": {"*": text}}


def _table(block: Block) -> Iterator[tuple[Key, _Thing]]:
    caption, top = block["caption"], ("table", block["id"])
    yield top, _Thing("table", (caption,), {"caption": {"kind": "text", "value": caption}})
    columns = _numbered(_plain(column["label"]) for column in block["columns"])
    for name, column in zip(columns, block["columns"], strict=True):
        yield (*top, "column", name), _Thing("column", (caption, column["label"]), within=(top,))
    rows = _numbered(_plain(row[0]) for row in block["rows"])
    for name, row in zip(rows, block["rows"], strict=True):
        heading = _text_of(row[0])
        yield (*top, "row", name), _Thing("row", (caption, heading), within=(top,))
        for place, column in list(enumerate(block["columns"]))[1:]:
            upper = (top, (*top, "row", name), (*top, "column", columns[place]))
            where = (caption, heading, column["label"])
            yield (*top, "cell", name, columns[place]), _Thing("cell", where, {"value": row[place]}, upper)


def _chart(block: Block) -> Iterator[tuple[Key, _Thing]]:
    if "bars" not in block:
        yield from _other(block)
        return
    caption, top = block["caption"], ("chart", block["id"])
    yield top, _Thing("chart", (caption,), {"caption": {"kind": "text", "value": caption}})
    names = _numbered(_plain(bar["label"]) for bar in block["bars"])
    for name, bar in zip(names, block["bars"], strict=True):
        bounds = {end: _value("percent", bar[end], {}) for end in ("low", "high")}
        yield (*top, name), _Thing("bar", (caption, bar["label"]), {"value": bar["value"], **bounds}, (top,))


def _text(block: Block) -> Iterator[tuple[Key, _Thing]]:
    yield ("text", block["role"], _plain(block["text"])), _Thing("text", (block["text"],), block["values"])


def _other(block: Block) -> Iterator[tuple[Key, _Thing]]:
    """A block of another type is compared as a whole, by what it is called."""
    caption = block.get("caption") or {"*": str(block.get("id", block["type"]))}
    content = hashlib.sha256(_plain(block).encode("utf-8")).hexdigest()[:12]
    yield (block["type"], str(block.get("id", ""))), _Thing(block["type"], (caption,), {"content": _word(content)})


_KINDS = {"figure": _figure, "statement": _statement, "table": _table, "chart": _chart, "text": _text}


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _numbered(names: Iterable[str]) -> list[str]:
    """Return the names, twins with a number."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return found


def _text_of(item: Item) -> Text:
    """Return what names a row: the text of its first cell."""
    value = item["value"]
    return value if isinstance(value, Mapping) else {"*": str(value)}
