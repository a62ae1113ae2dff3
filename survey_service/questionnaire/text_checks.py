"""A translation compared with its source: placeholders, markup, line ends. What differs is refused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from survey_service.problems import Problem

LONGEST = 20_000
_PERCENT = re.compile(r"%\((\w+)\)[sd]")
_REFERENCE = re.compile(r"\$\{[^{}]*\}")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def placeholders(text: str) -> set[str]:
    """Return the placeholders of a text as they are written: ``%(name)s`` and ``${name}``."""
    return {match.group() for pattern in (_PERCENT, _REFERENCE) for match in pattern.finditer(text)}


def fault(source: Sequence[str], wording: Sequence[str], plurals: int) -> Problem | None:
    """Return what is wrong with a translation, or None.

    ``source`` holds one wording, or singular and plural; then ``wording`` has ``plurals`` forms, those of its language,
    and a form may leave placeholders out (“one minute”).
    """
    return next(_faults(source, wording, plurals), None)


def _faults(source: Sequence[str], wording: Sequence[str], plurals: int) -> Iterator[Problem]:
    counts = len(source) > 1
    wanted = plurals if counts else 1
    if len(wording) != wanted or not all(form.strip() for form in wording):
        yield Problem("translation.forms", wanted=wanted, found=sum(bool(form.strip()) for form in wording))
    for form in wording:
        if len(form) > LONGEST:
            yield Problem("translation.long", count=len(form), most=LONGEST)
        yield from _placeholder_faults(source[-1], form, may_leave_out=counts)
        yield from _markup_faults(source[-1], form)
        yield from _end_faults(source[-1], form)


def _placeholder_faults(source: str, form: str, *, may_leave_out: bool) -> Iterator[Problem]:
    wanted, given = placeholders(source), placeholders(form)
    for name in sorted(given - wanted):
        yield Problem("translation.placeholder_unknown", placeholder=name)
    for name in sorted(wanted - given):
        if not may_leave_out:
            yield Problem("translation.placeholder_missing", placeholder=name)
    if _PERCENT.search(source):
        rest = _PERCENT.sub("", form).replace("%%", "")
        if "%" in rest:
            at = rest.index("%")
            yield Problem("translation.percent", text=rest[at : at + 20])
    elif "%(" in form and not _PERCENT.search(form) and "%(" not in source:
        at = form.index("%(")
        yield Problem("translation.placeholder_unknown", placeholder=form[at : at + 20])
    if "${" in _REFERENCE.sub("", form):
        at = _REFERENCE.sub("", form).index("${")
        yield Problem("translation.placeholder_unknown", placeholder=_REFERENCE.sub("", form)[at : at + 20])


def _markup_faults(source: str, form: str) -> Iterator[Problem]:
    wanted, given = Counter(_TAG.findall(source)), Counter(_TAG.findall(form))
    for tag in wanted - given:
        yield Problem("translation.markup_missing", markup=tag)
    for tag in given - wanted:
        yield Problem("translation.markup_unknown", markup=tag)


def _end_faults(source: str, form: str) -> Iterator[Problem]:
    if source.startswith("\n") != form.startswith("\n"):
        yield Problem("translation.line_start")
    if source.endswith("\n") != form.endswith("\n"):
        yield Problem("translation.line_end")
