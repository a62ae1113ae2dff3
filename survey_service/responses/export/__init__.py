"""Responses as files, one module a kind of file; which there are stands in `FORMATS`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey_service.responses import reviewing, sources, standing
from survey_service.responses.export import spreadsheet, text
from survey_service.responses.export.codebook import EXCLUSION, FACTS, NOTES, Codebook
from survey_service.responses.export.layout import Options
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store

__all__ = [
    "EXCLUSION",
    "FACTS",
    "FORMATS",
    "NOTES",
    "Codebook",
    "Documents",
    "Format",
    "Options",
    "documents",
    "packed",
]

Documents = Iterator[dict[str, Any]]


def _sav(path: Path, documents: Documents, codebook: Codebook, options: Options) -> int:
    from survey_service.responses.export import tables  # loaded when it is needed: it brings large libraries

    return tables.write_sav(path, documents, codebook, options)


def _parquet(path: Path, documents: Documents, codebook: Codebook, options: Options) -> int:
    from survey_service.responses.export import tables

    return tables.write_parquet(path, documents, codebook, options)


@dataclass(frozen=True)
class Format:
    """A kind of file: its name for people, its media type, and what writes it and returns the number of responses.

    ``together``: one file holds all tables; otherwise a questionnaire with repeats becomes a zip of one file a table.
    """

    title: str
    media_type: str
    write: Callable[[Path, Documents, Codebook, Options], int]
    together: bool = False


FORMATS: Mapping[str, Format] = {
    "csv": Format("CSV", "text/csv", text.write_csv),
    "xlsx": Format(
        "Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", spreadsheet.write, together=True
    ),
    "sav": Format("SPSS", "application/x-spss-sav", _sav),
    "parquet": Format("Parquet", "application/vnd.apache.parquet", _parquet),
    "jsonl": Format("JSON Lines", "application/jsonl", text.write_jsonl, together=True),
}


def packed(form: str, codebook: Codebook) -> bool:
    """Tell whether a kind of file becomes a zip of one file a table."""
    return len(codebook.tables) > 1 and not FORMATS[form].together


def documents(
    store: Store, questionnaire: str, source: str | None = None, further: Sequence[str] = (), *, after: int = 0
) -> Documents:
    """Yield the responses of a questionnaire that count as JSON objects, without key and receipt; ``number`` tells them
    apart.

    With EXCLUSION in ``further`` those that were excluded come too, each with the reason; with NOTES each has the
    team's notes. What waits in quarantine never comes. ``source`` is by which link they came, and sources.SMALL where
    that would tell of a handful of people; a source that is new since the start is one of them. With ``source`` only
    those are yielded that are shown so, with ``after`` only those with a higher number.
    """
    shown = sources.shown_of(store, questionnaire)
    for stored in store.collection(RESPONSES).iterate(after):
        body = stored.body
        if body["questionnaire"] == questionnaire and _is_wanted(body, further):
            body["source"] = shown.get(body.get("source", ""), sources.SMALL)
            if source is not None and source != body["source"]:
                continue
            facts = {name: body[name] for name in FACTS[1:]}
            facts |= {name: _FURTHER[name](store, body) for name in further}
            yield {"number": stored.id, **facts, "answers": body["answers"], "states": body["states"]}


def _is_wanted(body: Mapping[str, Any], further: Sequence[str]) -> bool:
    return standing.counts(body) or (EXCLUSION in further and not standing.waits(body))


_FURTHER: Mapping[str, Callable[[Store, Mapping[str, Any]], str]] = {
    EXCLUSION: lambda _store, body: standing.reason_of(body),
    NOTES: lambda store, body: reviewing.written(store, body["key"]),
}
