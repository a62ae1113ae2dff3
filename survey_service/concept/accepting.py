"""Concept inputs of a report become statements of the draft, each bound to its evidence; none becomes two."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from survey_service import clock
from survey_service.accounts import audit
from survey_service.concept import evidence, items, versions
from survey_service.concept.model import STATEMENT
from survey_service.problems import Problem
from survey_service.reports.report import Report
from survey_service.store.base import Store


@dataclass(frozen=True)
class Accepted:
    """What came of the inputs of a report: the keys of new items, and how many were in the draft already."""

    new: tuple[str, ...]
    known: int


def source_of(report: Report, block: str) -> str:
    """Return what an item remembers of where it was accepted from; the same in every report of the plugin."""
    return f"{report.plugin}/{block}"


def accept(store: Store, number: int, report: Report, by: str, chosen: Collection[str] | None = None) -> Accepted:
    """Accept the inputs of a report, all or those with the ids ``chosen``; a field the concept lacks leaves one out.

    Raises Problems concept.synthetic, concept.inputs if there are none, and those of `versions.changeable`.
    """
    if not evidence.usable(report):
        raise Problem("concept.synthetic", report=report.id)
    new: list[str] = []
    known = 0
    with store.transaction():
        fields = dict(versions.changeable(store, number).body["fields"])
        blocks = [
            block
            for block in evidence.inputs(report)
            if (chosen is None or block["id"] in chosen) and block["field"] in fields
        ]
        if not blocks:
            raise Problem("concept.inputs", report=report.id)
        present = {stored.body["source"] for stored in store.collection(versions.ITEMS).find(version=number)}
        for block in blocks:
            source = source_of(report, block["id"])
            if source in present:
                known += 1
                continue
            present.add(source)
            item = items.add(
                store,
                number,
                kind=STATEMENT,
                field=block["field"],
                texts=evidence.texts_of(block),
                basis=evidence.of_block(report, block),
                by=by,
                source=source,
            )
            new.append(item.key)
        details = {"report": report.id, "count": len(new)}
        audit.append(store, by, "concept.accepted", str(number), details, now=clock.now())
    return Accepted(tuple(new), known)
