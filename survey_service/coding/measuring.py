"""How far the two coders of a task agree, code by code and over whole judgements, as they judged before comparing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from survey_service.coding import deciding
from survey_service.coding.codebooks import Codebook
from survey_service.coding.codings import NOT_CODABLE, Judgement
from survey_service.coding.tasks import Task
from survey_service.statistics import agreement
from survey_service.statistics.agreement import Agreement, Estimate
from survey_service.store.base import Store


@dataclass(frozen=True)
class Measured:
    """Agreement of a task: over how many units, the share judged alike, alpha over whole judgements, and each code's.

    ``codes`` holds the codes that at least one coder gave, in the order of the codebook, ``NOT_CODABLE`` last.
    """

    units: int
    alike: float | None
    alpha: Estimate
    codes: dict[str, Agreement]


def measure(store: Store, task: Task, book: Codebook) -> Measured:
    """Return how far the coders agree on the units that were compared; merged codes count as what they are now."""
    cases = deciding.cases(store, task, book)
    first, second = ([_codes(book, case.codings[place].judgement) for case in cases] for place in (0, 1))
    used = {code for codes in (*first, *second) for code in codes}
    order = [code for code in (*book.codes, NOT_CODABLE) if code in used]
    return Measured(
        len(cases),
        agreement.percent_agreement(zip(first, second, strict=True)),
        agreement.alpha_of_sets(zip(first, second, strict=True)),
        {code: agreement.of_code(_having(code, first), _having(code, second)) for code in order},
    )


def _codes(book: Codebook, judgement: Judgement) -> tuple[str, ...]:
    return (NOT_CODABLE,) if judgement.not_codable else book.counted(judgement.codes)


def _having(code: str, judgements: Sequence[tuple[str, ...]]) -> list[bool]:
    return [code in codes for codes in judgements]
