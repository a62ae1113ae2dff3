"""What statements rest on: taken from the blocks of a report, compared with newer reports, renewed or left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from survey_service import clock, languages
from survey_service.concept import items
from survey_service.concept.model import Concept, Evidence, Item, Wording
from survey_service.problems import Problem
from survey_service.reports import report as reports
from survey_service.reports.render import formats
from survey_service.reports.report import Listed, Report
from survey_service.statistics.rounding import rounded, rounded_cases
from survey_service.statistics.shares import wilson
from survey_service.store.base import CollectionSpec, Store

LEFT = CollectionSpec("concept_left", indexes=("item",))
"""New figures for which a statement was left as it is, each with the reason."""
Block = Mapping[str, Any]


@dataclass(frozen=True)
class Flag:
    """A statement whose figures are others in a newer report: the old evidence and the new, and the new wording."""

    item: Item
    old: Evidence
    new: Evidence
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Left:
    """New figures that didn't change a statement, with the reason, who said so and when."""

    report: int
    reason: str
    by: str
    moment: str


def usable(report: Listed) -> bool:
    """Tell whether a concept may rest on a report: not on invented answers, nor on withdrawn ones."""
    return not report.synthetic and not report.withdrawn


def inputs(report: Report) -> Iterator[Block]:
    """Yield the statements of a report whose figures are not hidden."""
    for block in report.blocks:
        if block["type"] == "statement" and block["suppressed"] is None:
            yield block


def of_block(report: Report, block: Block) -> Evidence:
    """Return the evidence in a statement of a report; its value ``experts``, if it has one, counts who mention it."""
    experts = block["values"].get("experts", {})
    return Evidence(
        report=report.id,
        plugin=report.plugin,
        snapshot=report.snapshot,
        period=report.period,
        block=block["id"],
        base=block["base"],
        count=block["count"],
        n=block["n"],
        share=block["share"],
        low=block["low"],
        high=block["high"],
        offers=block["offers"],
        experts=experts["value"] if experts.get("kind") in ("integer", "persons") else None,
        suppressed=block["suppressed"],
    )


def public(basis: Evidence) -> Evidence:
    """Return evidence as everybody may see it: counts (also of experts) rounded to 5, share and interval from these, as
    all that is published of a survey. From exact counts of several versions the difference would tell of single people.
    """
    basis = replace(basis, experts=None if basis.experts is None else rounded(basis.experts))
    if basis.count is None or basis.n is None or basis.share is None:
        return replace(basis, n=None if basis.n is None else rounded(basis.n))
    count, n = rounded(basis.count), rounded(basis.n)
    share = count / n
    low = high = None
    if basis.low is not None and basis.high is not None:
        low, high = wilson(share, rounded_cases(basis.share, basis.high - basis.low, n))
    return replace(basis, count=count, n=n, share=share, low=low, high=high)


def texts_of(block: Block) -> dict[str, str]:
    """Return the sentence of a statement in German and each further language that it has.

    Its figures are those that `public` gives: what a concept says becomes public as it is worded.
    """
    tags = dict.fromkeys(("de", *(tag for tag in block["text"] if tag in languages.registry())))
    values = {**block["values"], **_public_values(block)}
    filled = {tag: formats.fill(block["text"], values, tag) for tag in tags}
    return {tag: text for tag, (text, language) in filled.items() if tag == "de" or language == tag}


def _public_values(block: Block) -> Mapping[str, Any]:
    """Return the figures of a statement that its sentence has, rounded."""
    figures = {name: block[name] for name in ("count", "n", "share", "low", "high")}
    shown = public(Evidence(0, "", "", "", block["id"], block["base"], **figures))
    kept = {name: value for name, value in block["values"].items() if name in figures and value["kind"] != "hidden"}
    return {name: {**value, "value": getattr(shown, name)} for name, value in kept.items()}


def flags(store: Store, concept: Concept) -> list[Flag]:
    """Return the statements for which a newer report of the same plugin has other figures, in the order of reading.

    Figures for which a statement was left are not told again; others are.
    """
    bases = ((item, item.wording.basis) for item in concept.items)
    resting = [(item, basis) for item, basis in bases if isinstance(basis, Evidence)]
    newest = {plugin: _newest(store, plugin) for plugin in {basis.plugin for _, basis in resting}}
    left = _left_figures(store)
    found = []
    for item, old in resting:
        report, block = newest[old.plugin].get(old.block, (None, None))
        if report is None or block is None or report.id <= old.report:
            continue
        new = of_block(report, block)
        if new.figures != old.figures and (item.key, new.figures) not in left:
            found.append(Flag(item, old, new, texts_of(block)))
    return found


def flag_of(store: Store, concept: Concept, key: str) -> Flag:
    """Return the flag of an item. Raises Problem concept.figures if it has none."""
    flag = next((flag for flag in flags(store, concept) if flag.item.key == key), None)
    if flag is None:
        raise Problem("concept.figures")
    return flag


def renew(
    store: Store, concept: Concept, key: str, *, report: int, seen: int, texts: Mapping[str, str], by: str
) -> Wording:
    """Bind a statement to the new figures, as a new version with these texts, and return it.

    Raises Problems concept.figures if the newest report is another one by now, and those of `items.edit`.
    """
    flag = flag_of(store, concept, key)
    if flag.new.report != report:
        raise Problem("concept.figures")
    return items.edit(store, concept.number, key, seen=seen, texts=texts, basis=flag.new, by=by)


def leave(store: Store, concept: Concept, key: str, *, report: int, reason: str, by: str) -> None:
    """Leave a statement as it is in spite of new figures. Raises Problems concept.reason and concept.figures."""
    if not reason.strip():
        raise Problem("concept.reason")
    flag = flag_of(store, concept, key)
    if flag.new.report != report:
        raise Problem("concept.figures")
    moment = clock.now().replace(microsecond=0).isoformat()
    body = {"item": key, "report": report, "figures": list(flag.new.figures), "reason": reason.strip(), "by": by}
    store.collection(LEFT).add({**body, "moment": moment})


def left_of(store: Store, key: str) -> list[Left]:
    """Return for which reports a statement was left as it is, oldest first."""
    bodies = (stored.body for stored in store.collection(LEFT).find(item=key))
    return [Left(body["report"], body["reason"], body["by"], body["moment"]) for body in bodies]


def wording_after(flag: Flag, store: Store) -> dict[str, str]:
    """Return what to propose as the text with the new figures: the report's own sentence if nobody worded the old one
    anew, else the present text as it is.
    """
    present = dict(flag.item.wording.texts)
    try:
        block = next(b for b in reports.load(store, flag.old.report).blocks if b.get("id") == flag.old.block)
    except (Problem, StopIteration):
        return present
    return {**present, **flag.texts} if texts_of(block) == present else present


def _newest(store: Store, plugin: str) -> dict[str, tuple[Report, Block]]:
    """Return the statements of a plugin by id, each as the newest report that may be used has it."""
    found: dict[str, tuple[Report, Block]] = {}
    for report in filter(usable, reports.with_blocks(store, "statement", plugin)):
        for block in report.blocks:
            if block["type"] == "statement":
                found.setdefault(block["id"], (report, block))
    return found


def _left_figures(store: Store) -> set[tuple[str, tuple[Any, ...]]]:
    return {(stored.body["item"], tuple(stored.body["figures"])) for stored in store.collection(LEFT).find()}
