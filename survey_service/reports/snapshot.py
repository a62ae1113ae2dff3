"""Snapshots: a frozen, hashed, columnar state of responses and published offers, with its codebook.

A snapshot is a folder: one Arrow file a questionnaire (one row a response), ``offers.arrow``, ``codebook.json`` and
``manifest.json``. Its id is a hash of its content: the same content has the same id, wherever and whenever it is
frozen. What could identify somebody stays out: keys, receipts, seeds, digests, the order of arrival, and every text,
date, time, place and calculated value that was answered (their states are kept). So do the entries of repeats, which
describe single persons. Excluded and withdrawn responses are counted, not kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson
import polars as pl

from survey_service.offers.register import all_offers
from survey_service.problems import Problem
from survey_service.questionnaire.model import Questionnaire
from survey_service.reports.codebook import codebook_of, type_of, variables_of
from survey_service.reports.participation import open_drafts
from survey_service.responses import holder
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store

FORMAT = 1
STATES = pl.Enum(["answered", "pna", "skipped", "not_shown"])
FACTS = ("revision", "language", "period", "mode")
"""What is known of each response beside its answers; the columns are ``:revision`` and so on, which no question is."""
KEPT: Mapping[str, pl.DataType] = {
    "integer": pl.Int64(),
    "decimal": pl.Float64(),
    "range": pl.Float64(),
    "select_one": pl.String(),
    "select_multiple": pl.List(pl.String()),
    "rank": pl.List(pl.String()),
    "acknowledge": pl.Boolean(),
}
"""The question types whose answers are kept, with the type of their column."""
OFFER_COLUMNS: Mapping[str, pl.DataType] = {
    **{name: pl.String() for name in ("offer", "kind", "organisation", "name", "status", "interpreter")},
    **{name: pl.List(pl.String()) for name in ("fields", "types", "municipalities", "languages", "access")},
    **{name: pl.Boolean() for name in ("whole_county", "free", "no_status", "online")},
    **{name: pl.String() for name in ("confirmed", "ends")},
}
TEXT_COLUMNS: Mapping[str, pl.DataType] = {name: pl.String() for name in ("question", "text", "language", "period")}
_CHUNK = 10_000


@dataclass(frozen=True)
class Snapshot:
    """A frozen snapshot: its id (32 hex digits), its folder, and its manifest."""

    id: str
    folder: Path
    manifest: Mapping[str, Any]


@dataclass(frozen=True)
class Frozen:
    """One table before it is written: its rows in an order that tells nothing, a hash of them, and the counts."""

    rows: pl.DataFrame
    content: str
    counts: Mapping[str, Mapping[str, int]]


def freeze(
    folder: Path,
    store: Store,
    publications: Publications,
    questionnaires: Sequence[str],
    *,
    offers: bool,
    texts: bool = False,
) -> Snapshot:
    """Freeze the valid responses of the named questionnaires, and the published offers, into ``folder``/<id>.

    An existing snapshot of the same content is returned as it is. If a response was withdrawn while this one was made,
    it is made anew. What people typed is in it only with ``texts``. Raises Problem questionnaire.missing, and
    snapshot.damaged if the existing one was changed.
    """
    while True:
        before = _withdrawn(store, questionnaires)
        made = _freeze(folder, store, publications, questionnaires, before, offers=offers, texts=texts)
        if _withdrawn(store, questionnaires) == before:
            return made
        shutil.rmtree(made.folder, ignore_errors=True)


def _withdrawn(store: Store, questionnaires: Sequence[str]) -> dict[str, int]:
    return {name: holder.withdrawn(store, name) for name in questionnaires}


def _freeze(
    folder: Path,
    store: Store,
    publications: Publications,
    questionnaires: Sequence[str],
    withdrawn: Mapping[str, int],
    *,
    offers: bool,
    texts: bool,
) -> Snapshot:
    tables: dict[str, Frozen] = {}
    codebook: dict[str, Any] = {}
    for name in questionnaires:
        revisions = {id: publications.revision(id).questionnaire for id in publications.history(name)}
        if not revisions:
            raise Problem("questionnaire.missing")
        tables[f"responses-{name}"] = responses_table(
            _responses(store, name), revisions, withdrawn=withdrawn[name], drafts=open_drafts(store, name)
        )
        if texts:
            tables[f"texts-{name}"] = texts_table(_responses(store, name), revisions)
        codebook[name] = codebook_of(revisions)
    if offers:
        modes = {body["key"]: body["mode"] for body in _responses(store, "offers")}
        tables["offers"] = offers_table((stored.body for stored in all_offers(store)), modes)
        history = publications.history("offers")
        if history and "offers" not in codebook:
            codebook["offers"] = codebook_of({id: publications.revision(id).questionnaire for id in history})
    return write(folder, tables, codebook)


def _responses(store: Store, questionnaire: str) -> Iterator[dict[str, Any]]:
    """Yield the responses of a questionnaire, one in memory at a time: there may be a million."""
    for stored in store.collection(RESPONSES).iterate():
        if stored.body["questionnaire"] == questionnaire:
            yield stored.body


def questions_of(revisions: Mapping[str, Questionnaire]) -> dict[str, str]:
    """Return name → type of every question outside repeats that has states; the newest type holds."""
    return {name: type_of(variable) for name, variable in variables_of(revisions).items()}


def responses_table(
    bodies: Iterable[Mapping[str, Any]],
    revisions: Mapping[str, Questionnaire],
    *,
    withdrawn: int = 0,
    drafts: Mapping[str, int] = MappingProxyType({}),
) -> Frozen:
    """Freeze responses (documents of the store) of one questionnaire, given all its revisions, oldest first.

    ``withdrawn`` are so many more, which are counted and of which nothing is known; ``drafts`` those begun but not
    sent, by language.

    For each question there is a column of its answers (if KEPT) and one of its states, ``<name>:state``. Both are null
    for a response whose revision did not have the question, or had it with another type.
    """
    types = questions_of(revisions)
    comparable = _comparable(revisions)
    schema: dict[str, pl.DataType] = {f":{fact}": pl.String() for fact in FACTS}
    for name, kind in types.items():
        if kind in KEPT:
            schema[name] = KEPT[kind]
        schema[f"{name}:state"] = STATES
    statuses: Counter[str] = Counter({"withdrawn": withdrawn} if withdrawn else {})

    def rows() -> Iterator[dict[str, Any]]:
        for body in bodies:
            statuses[body["status"]] += 1
            if body["status"] == "valid":
                yield _row(body, types, comparable[body["revision"]])

    frozen, content = _frame(rows(), schema)
    counts = {f"{fact}s": _counts(frozen[f":{fact}"]) for fact in FACTS}
    counts["completed"] = counts["languages"]
    counts["started"] = dict(sorted((Counter(drafts) + Counter(counts["completed"])).items()))
    return Frozen(frozen, content, {**counts, "statuses": dict(sorted(statuses.items()))})


def texts_table(bodies: Iterable[Mapping[str, Any]], revisions: Mapping[str, Questionnaire]) -> Frozen:
    """Freeze what people typed in answer to the free questions of one questionnaire outside repeats.

    Questions that are sensitive stay out. One row a text; ``id`` names it within the snapshot.
    """
    variables = variables_of(revisions).items()
    typed = [name for name, it in variables if it.kind == "text" and not (it.free or it.question.sensitive)]

    def rows() -> Iterator[dict[str, Any]]:
        for body in bodies:
            for name in typed if body["status"] == "valid" else ():
                if isinstance(text := body["answers"].get(name), str) and text:
                    yield {"question": name, "text": text, "language": body["language"], "period": body["period"]}

    frozen, content = _frame(rows(), TEXT_COLUMNS)
    identified = frozen.with_row_index("id").cast({"id": pl.String()})
    return Frozen(identified, content, {"questions": _counts(frozen["question"])})


def _comparable(revisions: Mapping[str, Questionnaire]) -> dict[str, set[str]]:
    """Return for each revision the questions that it asks with their newest type."""
    found: dict[str, set[str]] = {revision: set() for revision in revisions}
    for name, variable in variables_of(revisions).items():
        for revision in variable.revisions:
            found[revision].add(name)
    return found


def _row(body: Mapping[str, Any], types: Mapping[str, str], comparable: set[str]) -> dict[str, Any]:
    answers, states = body["answers"], body["states"]
    row: dict[str, Any] = {f":{fact}": body[fact] for fact in FACTS}
    for name, kind in types.items():
        if name in comparable:
            if kind in KEPT:
                row[name] = answers.get(name)
            row[f"{name}:state"] = states.get(name)
    return row


def offers_table(bodies: Iterable[Mapping[str, Any]], modes: Mapping[str, str]) -> Frozen:
    """Freeze the published offers (documents of the register); those in other states of moderation are counted.

    ``modes`` are those of the responses the offers come from, by key, so that invented offers are known as such.
    """
    states: Counter[str] = Counter()
    published: Counter[str] = Counter()

    def rows() -> Iterator[dict[str, Any]]:
        for body in bodies:
            states[body["moderation"]] += 1
            if body["moderation"] == "published":
                published[modes.get(body["response_key"], "")] += 1
                yield {name: body.get(name) for name in OFFER_COLUMNS}

    frozen, content = _frame(rows(), OFFER_COLUMNS)
    dated = frozen.with_columns(pl.col("confirmed", "ends").str.to_date("%Y-%m-%d", strict=False))
    counts = {"statuses": dict(sorted(states.items())), "modes": dict(sorted(published.items()))}
    return Frozen(dated, content, counts)


def _frame(rows: Iterator[dict[str, Any]], schema: Mapping[str, pl.DataType]) -> tuple[pl.DataFrame, str]:
    """Return the rows, ordered by their own hashes, and the hash of all; a chunk at a time, for there may be many."""
    wide = {**schema, ":hash": pl.Binary()}
    parts = [pl.DataFrame(schema=wide)]
    while chunk := list(islice(rows, _CHUNK)):
        columns: dict[str, list[Any]] = {name: [row.get(name) for row in chunk] for name in schema}
        columns[":hash"] = [_digest(row) for row in chunk]
        parts.append(pl.DataFrame(columns, schema=wide))
    frame = pl.concat(parts).sort(":hash").rechunk()
    content = hashlib.sha256(b"".join(frame[":hash"].to_list())).hexdigest()
    return frame.drop(":hash"), content


def _digest(row: Mapping[str, Any]) -> bytes:
    present = {name: value for name, value in row.items() if value is not None}
    return hashlib.sha256(orjson.dumps(present, option=orjson.OPT_SORT_KEYS)).digest()


def _counts(column: pl.Series) -> dict[str, int]:
    return dict(sorted(Counter(column.to_list()).items()))


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def write(folder: Path, tables: Mapping[str, Frozen], codebook: Mapping[str, Any]) -> Snapshot:
    """Write a snapshot below ``folder``, completely or not at all."""
    described = {
        name: {"rows": table.rows.height, "content": table.content, "counts": table.counts}
        for name, table in tables.items()
    }
    content = {"format": FORMAT, "tables": described, "codebook": hashlib.sha256(_canonical(codebook)).hexdigest()}
    id = hashlib.sha256(_canonical(content)).hexdigest()[:32]
    if (folder / id).exists():
        return open_snapshot(folder / id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    scratch = Path(tempfile.mkdtemp(prefix=".new-", dir=folder))
    try:
        (scratch / "codebook.json").write_bytes(_canonical(codebook))
        for name, table in tables.items():
            table.rows.write_ipc(scratch / f"{name}.arrow", compression="uncompressed")
        files = {path.name: _sha256(path) for path in sorted(scratch.iterdir())}
        manifest = {**content, "id": id, "files": files}
        (scratch / "manifest.json").write_bytes(_canonical(manifest))
        for path in scratch.iterdir():
            _settle(path)
        try:
            os.rename(scratch, folder / id)
        except OSError:
            if not (folder / id).exists():  # else somebody froze the same content at the same time
                raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return open_snapshot(folder / id)


def _settle(path: Path) -> None:
    """Make a file read-only and durable."""
    path.chmod(0o400)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_snapshot(folder: Path) -> Snapshot:
    """Return the snapshot in a folder. Raises Problem snapshot.damaged if a file is missing or differs."""
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        damaged = [name for name, expected in manifest["files"].items() if _sha256(folder / name) != expected]
    except (OSError, ValueError, KeyError):
        raise Problem("snapshot.damaged", snapshot=folder.name, file="manifest.json") from None
    if damaged or manifest["id"] != folder.name:
        raise Problem("snapshot.damaged", snapshot=folder.name, file=", ".join(damaged) or "manifest.json")
    return Snapshot(manifest["id"], folder, manifest)
