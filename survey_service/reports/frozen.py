"""Tables before they are written: made of the working state, or of documents that are all in memory."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

from survey_service.offers import freshness
from survey_service.questionnaire.model import Questionnaire
from survey_service.reports import parts
from survey_service.reports.files import FACTS
from survey_service.reports.makers import OFFERS, responses_maker, texts_maker
from survey_service.reports.parts import added_up
from survey_service.reports.shape import digest, encoded, fit, frame
from survey_service.reports.working import Maker, State
from survey_service.responses import standing


@dataclass(frozen=True)
class Source:
    """Rows of one period of a table before they are written: a file with its hash, or else the rows themselves."""

    content: str
    counts: Mapping[str, Mapping[str, int]]
    height: int
    table: pl.DataFrame | None = None
    file: Path | None = None
    sha256: str = ""

    @property
    def rows(self) -> pl.DataFrame:
        """The rows, in an order that tells nothing."""
        if self.table is not None:
            return self.table
        assert self.file is not None  # noqa: S101 - one of the two is given
        return pl.read_ipc(self.file)


@dataclass(frozen=True)
class Frozen:
    """One table before it is written: its sources by period ("" for all), and the counts of the whole."""

    sources: Mapping[str, Source]
    counts: Mapping[str, Mapping[str, int]]

    @property
    def content(self) -> str:
        """A hash of all rows, whatever their order was."""
        return hashlib.sha256(canonical({period: it.content for period, it in self.sources.items()})).hexdigest()

    @property
    def height(self) -> int:
        """The number of rows."""
        return sum(source.height for source in self.sources.values())

    @property
    def rows(self) -> pl.DataFrame:
        """All rows, in an order that tells nothing."""
        return pl.concat([source.rows for source in self.sources.values()])


def _sources(maker: Maker, state: State, periods: Sequence[str] | None) -> dict[str, Source]:
    chosen = {period: piece for period, piece in state.pieces.items() if periods is None or period in periods}
    found = {
        period: Source(piece.content, piece.counts, piece.rows, None, state.file(piece, "arrow"), piece.hashes["arrow"])
        for period, piece in chosen.items()
    }
    return found or {"": _nothing(maker, state.domains)}


def _nothing(maker: Maker, domains: Mapping[str, tuple[str, ...]]) -> Source:
    """Return a source of no rows that has all columns."""
    table = pl.DataFrame(schema=maker.shape.schema(domains))
    return Source(hashlib.sha256(b"").hexdigest(), {name: {} for name in maker.counted}, 0, table)


def responses_of(
    maker: Maker,
    state: State,
    periods: Sequence[str] | None,
    *,
    withdrawn: int,
    drafts: Mapping[str, int],
) -> Frozen:
    """Return a table of responses of some periods (or all); see `responses_table` for the further counts."""
    others = Counter(mark for mark, period in state.others.values() if periods is None or period in periods)
    return _counted(_sources(maker, state, periods), others, withdrawn, drafts)


def _counted(
    sources: Mapping[str, Source], others: Mapping[str, int], withdrawn: int, drafts: Mapping[str, int]
) -> Frozen:
    counts = {f"{fact}s": added_up(it.counts[f":{fact}"] for it in sources.values()) for fact in FACTS}
    valid = sum(counts["revisions"].values())
    aside, reasons = standing.added_up(others)
    statuses = {standing.VALID: valid, **aside, "withdrawn": withdrawn}
    counts["completed"] = counts["languages"]
    counts["started"] = added_up([counts["completed"], drafts])
    counts["statuses"] = {status: count for status, count in sorted(statuses.items()) if count}
    if reasons:
        counts["exclusions"] = dict(sorted(reasons.items()))
    return Frozen(sources, counts)


def texts_of(maker: Maker, state: State, periods: Sequence[str] | None) -> Frozen:
    """Return a table of what people typed in some periods (or all)."""
    sources = _sources(maker, state, periods)
    return Frozen(sources, {"questions": added_up(it.counts["question"] for it in sources.values())})


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
    """
    maker = responses_maker("", revisions)
    others: Counter[str] = Counter()
    return _counted(_made(bodies, maker, others), others, withdrawn, drafts)


def texts_table(bodies: Iterable[Mapping[str, Any]], revisions: Mapping[str, Questionnaire]) -> Frozen:
    """Freeze what people typed in responses (documents of the store) of one questionnaire; see `texts_maker`."""
    sources = _made(bodies, texts_maker("", revisions), Counter())
    return Frozen(sources, {"questions": added_up(it.counts["question"] for it in sources.values())})


def _made(bodies: Iterable[Mapping[str, Any]], maker: Maker, others: Counter[str]) -> dict[str, Source]:
    """Return the sources of documents that are all in memory; ``others`` counts those that are not valid."""
    by_period: dict[str, list[bytes]] = {}
    for body in bodies:
        if standing.counts(body):
            by_period.setdefault(body["period"], []).extend(map(encoded, maker.rows(body)))
        else:
            others[standing.mark_of(body)] += 1
    domains = dict(maker.shape.domains)
    tables = {
        period: (lines, frame(lines, maker.shape, domains)) for period, lines in sorted(by_period.items()) if lines
    }
    schema = maker.shape.schema(domains)
    found = {}
    for period, (lines, table) in tables.items():
        part = parts.part_of(fit(table, schema), [digest(line) for line in lines], range(len(lines)))
        found[period] = Source(part.content, parts.counts_of(part.rows, maker.counted), part.rows.height, part.rows)
    return found or {"": _nothing(maker, domains)}


def offers_table(bodies: Iterable[Mapping[str, Any]], *, confirmed_days: int = freshness.LAST) -> Frozen:
    """Freeze the listed offers (documents of the register) as they were published; the states of moderation of all are
    counted, and the modes of those listed, so that invented offers are known as such.

    ``confirmed_days`` is kept with them: the days after which an offer counts as not confirmed, here and now.
    """
    states: Counter[str] = Counter()
    published: Counter[str] = Counter()
    lines = []
    for body in bodies:
        states[body["moderation"]] += 1
        if body["listed"]:
            published[body["mode"]] += 1
            row = {name: body.get(name) for name in OFFERS.columns}
            lines.append(encoded({name: value for name, value in row.items() if value is not None}))
    part = parts.part_of(frame(lines, OFFERS, {}), [digest(line) for line in lines], range(len(lines)))
    dated = part.rows.with_columns(pl.col("confirmed", "ends").str.to_date("%Y-%m-%d", strict=False))
    counts = {"statuses": dict(sorted(states.items())), "modes": dict(sorted(published.items()))}
    counts["limits"] = {"confirmed_days": confirmed_days}
    return Frozen({"": Source(part.content, {}, dated.height, dated)}, counts)


def canonical(value: Any) -> bytes:
    """Return JSON data as bytes, always the same for the same data."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")
