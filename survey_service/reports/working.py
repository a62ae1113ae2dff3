"""The working state of a table: kept on disk, brought up to date by what has changed in the store, never published.

It is a private folder of an instance (0700), one for each table: ``state.json`` names for each period the three files
of a part (see `parts`), their hashes, and how far the changes have been followed. New files are durable before
``state.json`` names them, so a crash leaves the state before. One that is damaged is noticed and built anew; so is one
whose questions have changed in a way that the rows of earlier revisions depend on.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import logging
import os
import secrets
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from survey_service.reports import parts
from survey_service.reports.parts import DIGEST, Part
from survey_service.reports.shape import Domains, Shape, digest, encoded, fit, frame
from survey_service.responses import standing
from survey_service.store import durable
from survey_service.store.base import Collection

FORMAT = 1
HIDDEN = ".working"
"""The folder of all working states beside the snapshots; what is hidden is in no backup."""
KINDS = ("arrow", "digests", "ids")
_BATCH = 10_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Maker:
    """How the documents of a questionnaire become rows of the table ``name``. ``counted`` are columns to count by."""

    name: str
    questionnaire: str
    shape: Shape
    rows: Callable[[Mapping[str, Any]], list[dict[str, Any]]]
    counted: tuple[str, ...]


@dataclass(frozen=True)
class Piece:
    """The part of one period on disk: its files are ``<stem>.<kind>`` and have the hashes ``hashes``."""

    stem: str
    rows: int
    counts: Mapping[str, Mapping[str, int]]
    hashes: Mapping[str, str]

    @property
    def content(self) -> str:
        """The hash of the multiset of rows (see `Part.content`)."""
        return self.hashes["digests"]


@dataclass(frozen=True)
class State:
    """What has been made of the changes up to ``cursor``: the pieces by period, and standing and period of documents
    that are kept but not counted (by id)."""

    folder: Path
    cursor: str = ""
    shape: Mapping[str, Any] = field(default_factory=dict)
    domains: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pieces: Mapping[str, Piece] = field(default_factory=dict)
    others: Mapping[int, tuple[str, str]] = field(default_factory=dict)

    def file(self, piece: Piece, kind: str) -> Path:
        """Return a file of a piece."""
        return self.folder / f"{piece.stem}.{kind}"


class _Damaged(Exception):
    """A working state that can't be used; the message says why."""


@contextlib.contextmanager
def current(folder: Path, collection: Collection, maker: Maker) -> Iterator[State]:
    """Lend the working state below ``folder`` as of now. Nobody changes it, in whatever process, inside the block.

    Raises UnknownRevision for a response to a revision that the shape doesn't know, and Problems store.full and
    service.unavailable.
    """
    own = folder / HIDDEN / maker.name
    with _locked(own):
        try:
            state = _suited(_load(own), maker)
        except _Damaged as error:
            _log.warning("the working state %s is built anew: %s", maker.name, error)
            state = State(own)
        yield _follow(state, collection, maker)


def forget(folder: Path, table: str, ids: frozenset[int]) -> bool:
    """Take documents out of a working state below ``folder``, if there is one; all of it goes if it is damaged.

    Returns False if somebody is at it just now: nothing is done then, and nobody waits.
    """
    with _at_once(folder / HIDDEN / table) as own:
        if own is not None:
            try:
                state = _load(own)
                without = _changed(state, {}, ids, {}, None)
                if without != state:
                    _save(without)
            except _Damaged:
                _clear(own)
        return own is not None


def forget_periods(folder: Path, table: str, periods: Callable[[str], bool]) -> bool:
    """Take whole periods out of a working state below ``folder``. Returns False as `forget` does."""
    with _at_once(folder / HIDDEN / table) as own:
        if own is not None:
            try:
                state = _load(own)
                kept = {period: piece for period, piece in state.pieces.items() if not periods(period)}
                others = {id: facts for id, facts in state.others.items() if not periods(facts[1])}
                if (kept, others) != (state.pieces, state.others):
                    _save(replace(state, pieces=kept, others=others))
            except _Damaged:
                _clear(own)
        return own is not None


def tables(folder: Path) -> list[str]:
    """Return the tables that there are working states of below ``folder``."""
    return sorted(path.name for path in (folder / HIDDEN).glob("*") if path.is_dir())


def drop(folder: Path, table: str) -> bool:
    """Remove a working state below ``folder``: the next one is built anew. Returns False as `forget` does."""
    with _at_once(folder / HIDDEN / table) as own:
        if own is not None:
            _clear(own)
        return own is not None


@contextlib.contextmanager
def _at_once(own: Path) -> Iterator[Path | None]:
    """Lend the folder of a working state, or None if somebody has it."""
    with contextlib.ExitStack() as held:
        try:
            if own.exists():
                held.enter_context(_locked(own, fcntl.LOCK_NB))
            free = True
        except BlockingIOError:
            free = False
        yield own if free else None


@contextlib.contextmanager
def _locked(own: Path, how: int = 0) -> Iterator[None]:
    for made in (own.parent.parent, own.parent, own):
        made.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(own / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | how)
        yield
    finally:
        os.close(descriptor)


def _clear(own: Path) -> None:
    for path in own.glob("*"):
        if path.name != ".lock":
            path.unlink(missing_ok=True)


# -- on disk ------------------------------------------------------------------------------------------------------


def _load(own: Path) -> State:
    """Return the state on disk, every file of it proved; an empty one if there is none. Raises _Damaged."""
    try:
        data = json.loads((own / "state.json").read_bytes())
    except FileNotFoundError:
        return State(own)
    except (OSError, ValueError):
        raise _Damaged("state.json cannot be read") from None
    try:
        if data["format"] != FORMAT or data["seal"] != _seal(data):
            raise _Damaged("state.json was changed")
        pieces = {period: Piece(**piece) for period, piece in data["pieces"].items()}
        others = {int(id): (status, period) for id, (status, period) in data["others"].items()}
        domains = {name: tuple(codes) for name, codes in data["domains"].items()}
        state = State(own, data["cursor"], data["shape"], domains, pieces, others)
    except (KeyError, TypeError, ValueError):
        raise _Damaged("state.json is none of ours") from None
    for piece in pieces.values():
        for kind in KINDS:
            path = state.file(piece, kind)
            if not path.is_file() or sha256_of(path) != piece.hashes[kind]:
                raise _Damaged(f"{path.name} is missing or was changed")
    return state


def _save(state: State) -> State:
    """Make a state the one on disk, and remove the files of earlier ones."""
    data: dict[str, Any] = {
        "format": FORMAT,
        "cursor": state.cursor,
        "shape": dict(state.shape),
        "domains": {name: list(codes) for name, codes in state.domains.items()},
        "pieces": {
            period: {
                "stem": piece.stem,
                "rows": piece.rows,
                "counts": {name: dict(counts) for name, counts in piece.counts.items()},
                "hashes": dict(piece.hashes),
            }
            for period, piece in state.pieces.items()
        },
        "others": {str(id): list(facts) for id, facts in state.others.items()},
    }
    durable.write(state.folder / "state.json", orjson.dumps({**data, "seal": _seal(data)}))
    named = {state.file(piece, kind).name for piece in state.pieces.values() for kind in KINDS}
    for path in state.folder.iterdir():
        if path.suffix.removeprefix(".") in KINDS and path.name not in named:
            path.unlink(missing_ok=True)
    return state


def _seal(data: Mapping[str, Any]) -> str:
    rest = {name: value for name, value in data.items() if name != "seal"}
    return hashlib.sha256(orjson.dumps(rest, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _read(state: State, piece: Piece) -> Part:
    ids = array("q")
    ids.frombytes(state.file(piece, "ids").read_bytes())
    digests = state.file(piece, "digests").read_bytes()
    return Part(pl.read_ipc(state.file(piece, "arrow")), digests, ids)


def _schema(state: State, piece: Piece) -> dict[str, pl.DataType]:
    return dict(pl.scan_ipc(state.file(piece, "arrow")).collect_schema())


def _write(state: State, part: Part, counted: tuple[str, ...]) -> Piece:
    """Write a part durably, under a name that no other has."""
    stem = secrets.token_hex(8)
    piece = Piece(stem, part.rows.height, parts.counts_of(part.rows, counted), {})
    write_table(state.file(piece, "arrow"), part.rows)
    durable.write(state.file(piece, "digests"), part.digests)
    durable.write(state.file(piece, "ids"), part.ids.tobytes())
    hashes = {kind: sha256_of(state.file(piece, kind)) for kind in KINDS}
    if hashes["digests"] != part.content or part.rows.height * DIGEST != len(part.digests):
        raise OSError(f"{stem} was not written as it is")  # a disk that lies
    return replace(piece, hashes=hashes)


def write_table(path: Path, table: pl.DataFrame) -> None:
    """Write a table as an Arrow file that nobody changes, durably. Raises Problems store.full, service.unavailable."""
    with durable.refusing(path):
        table.write_ipc(path, compression="uncompressed")
        settle(path)


def settle(path: Path) -> None:
    """Make a file read-only and durable."""
    path.chmod(0o400)
    durable.sync(path)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 hash of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# -- up to date ---------------------------------------------------------------------------------------------------


def _suited(state: State, maker: Maker) -> State:
    """Return a state if the rows of the shape are its rows, else an empty one."""
    fits = not state.shape or maker.shape.widens(state.shape)
    return state if fits else State(state.folder)


@dataclass
class _Batch:
    """What has changed: the standing of each document that was seen ("" for one that is none of ours), and new rows."""

    seen: dict[int, tuple[str, str]] = field(default_factory=dict)
    lines: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)
    frames: dict[str, list[tuple[pl.DataFrame, list[bytes], list[int]]]] = field(default_factory=dict)


def _follow(state: State, collection: Collection, maker: Maker) -> State:
    """Bring a state up to date and keep it."""
    changes = collection.changes(state.cursor)
    if changes.reset:
        state = State(state.folder)
    known: Domains = {name: tuple(codes) for name, codes in state.domains.items()}
    domains = {name: _joined(known.get(name, ()), codes) for name, codes in maker.shape.domains.items()}
    domains |= {name: codes for name, codes in known.items() if name not in domains}
    before, cursor, batch = state, state.cursor, _Batch()
    for change in changes.rows:
        if change.id in batch.seen:  # it has changed again while we read
            state, batch = _applied(state, batch, maker, domains), _Batch()
        _note(batch, change.id, None if change.document is None else change.document.body, maker, domains)
        cursor = change.cursor
    state = replace(_applied(state, batch, maker, domains), cursor=cursor, shape=maker.shape.to_json())
    return state if state == before else _save(state)


def _joined(known: tuple[str, ...], codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the codes of now, and then those that are known from before: so a code keeps no trace of its arrival."""
    return tuple(dict.fromkeys((*codes, *known)))


def _note(batch: _Batch, id: int, body: Mapping[str, Any] | None, maker: Maker, domains: Domains) -> None:
    if body is None or body["questionnaire"] != maker.questionnaire:
        batch.seen[id] = ("", "")
        return
    period = body["period"]
    batch.seen[id] = (standing.mark_of(body), period)
    if standing.counts(body):
        lines = batch.lines.setdefault(period, [])
        lines += ((id, encoded(row)) for row in maker.rows(body))
        if len(lines) >= _BATCH:
            _flush(batch, period, maker, domains)


def _flush(batch: _Batch, period: str, maker: Maker, domains: Domains) -> None:
    found = batch.lines.pop(period, [])
    if found:
        lines = [line for _, line in found]
        table = frame(lines, maker.shape, domains)
        batch.frames.setdefault(period, []).append((table, [digest(line) for line in lines], [id for id, _ in found]))


def _applied(state: State, batch: _Batch, maker: Maker, domains: Domains) -> State:
    for period in list(batch.lines):
        _flush(batch, period, maker, domains)
    schema = maker.shape.schema(domains)
    added = {}
    for period in list(batch.frames):
        frames = batch.frames.pop(period)
        table = pl.concat([fit(each, schema) for each, _, _ in frames])
        digests = [each for _, group, _ in frames for each in group]
        added[period] = parts.part_of(table, digests, [id for _, _, ids in frames for id in ids])
    others = {id: facts for id, facts in batch.seen.items() if facts[0] not in ("", standing.VALID)}
    return _changed(
        replace(state, domains=dict(domains)), added, frozenset(batch.seen), others, (schema, maker.counted)
    )


def _changed(
    state: State,
    added: Mapping[str, Part],
    gone: frozenset[int],
    others: Mapping[int, tuple[str, str]],
    form: tuple[Mapping[str, pl.DataType], tuple[str, ...]] | None,
) -> State:
    """Return a state without the documents ``gone``, with new parts by period and other documents, in a schema.

    Without ``form`` (schema, and columns to count by) they stay as they are.
    """
    pieces = {}
    for period in sorted({*state.pieces, *added}):
        piece = state.pieces.get(period)
        if piece is None:
            pieces[period] = _write(state, added[period], form[1] if form else ())
            continue
        if not gone and period not in added and (form is None or _schema(state, piece) == form[0]):
            pieces[period] = piece
            continue
        part = _read(state, piece)
        schema, counted = form or (part.rows.schema, tuple(piece.counts))
        table = fit(part.rows, schema)
        kept = parts.without(replace(part, rows=table), gone) if gone else replace(part, rows=table)
        same = table is part.rows and kept.ids is part.ids and period not in added
        if not same:
            kept = parts.merged(kept, added[period]) if period in added else kept
            if not kept.ids:
                continue
        pieces[period] = piece if same else _write(state, kept, counted)
    rest = {id: facts for id, facts in state.others.items() if id not in gone}
    return replace(state, pieces=pieces, others={**rest, **others})
