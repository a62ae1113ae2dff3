"""Codes of free texts as a plugin reads them from a snapshot; how they come into it says ``coded``.

A worker imports this: no store, no use cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from survey_service.reports.files import file_of
from survey_service.statistics.disclosure import Reason, Released, release
from survey_service.statistics.shares import share_of


@dataclass(frozen=True)
class ReleasedQuote:
    """A quote that a person has released. ``consent`` is ``by_name`` (then ``name`` is to be given with it) or
    ``anonymous``; ``of`` is ``original`` or ``translation``; ``redacted`` tells whether words were left out."""

    question: str
    period: str
    language: str
    words: str
    of: str
    consent: str
    name: str
    reviewer: str
    redacted: bool


@dataclass(frozen=True)
class CodeCount:
    """How many of the people with a decided text got a code. ``facet`` is ``all``, ``question``, ``language`` or
    ``period``, and ``value`` which one; ``code`` is ``-`` for texts that say nothing that can be coded."""

    codebook: str
    facet: str
    value: str
    code: str
    share: Released


@dataclass(frozen=True)
class CodeAgreement:
    """How far two coders agree on a code, over so many texts; None where a measure is not defined. The ``task`` is a
    number within this snapshot."""

    task: int
    codebook: str
    code: str
    units: int
    percent: float | None
    kappa: float | None
    kappa_low: float | None
    kappa_high: float | None
    alpha: float | None
    alpha_low: float | None
    alpha_high: float | None


@dataclass(frozen=True)
class Coding:
    """The coding of a questionnaire's free texts. ``texts`` counts them: ``all`` taken in, ``decided``, ``open``.

    ``labels`` are the wordings of codes, by codebook and code.
    """

    texts: Mapping[str, int]
    labels: Mapping[tuple[str, str], Mapping[str, str]]
    counts: tuple[CodeCount, ...]
    agreement: tuple[CodeAgreement, ...]
    quotes: tuple[ReleasedQuote, ...]


def read(folder: Path, manifest: Mapping[str, Any], codebook: Mapping[str, Any], questionnaire: str) -> Coding:
    """Return the coding in a snapshot; an empty one if nothing is coded."""
    if f"codes-{questionnaire}" not in manifest["tables"]:
        return Coding({"all": 0, "decided": 0, "open": 0}, {}, (), (), ())
    rows = {name: _read(folder, manifest, f"{name}-{questionnaire}") for name in ("codes", "agreement", "quotes")}
    labels = codebook[questionnaire]["coding"]
    return Coding(
        manifest["tables"][f"codes-{questionnaire}"]["counts"]["texts"],
        {(book, code): label for book, codes in labels.items() for code, label in codes.items()},
        tuple(_count(row) for row in rows["codes"]),
        tuple(CodeAgreement(**row) for row in rows["agreement"]),
        tuple(ReleasedQuote(**row) for row in rows["quotes"]),
    )


def _read(folder: Path, manifest: Mapping[str, Any], table: str) -> list[dict[str, Any]]:
    found = [pl.read_ipc(folder / file_of(table, period)) for period in manifest["tables"][table]["parts"]]
    return pl.concat(found).to_dicts()


def _count(row: Mapping[str, Any]) -> CodeCount:
    reason = Reason(row["reason"]) if row["reason"] else None
    if reason is None:
        share = release(share_of(row["n"], row["base"]), None)
    else:
        share = Released(None, row["base"], None, None, None, reason)
    return CodeCount(row["codebook"], row["facet"], row["value"], row["code"], share)
