"""Fixtures for monitoring: the bundled definitions, and short ways to make figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from survey_service.monitoring import definitions
from survey_service.monitoring.definitions import Indicators
from survey_service.monitoring.observations import Observation
from survey_service.paths import bundled as folder_of

Figure = Callable[..., Observation]


@pytest.fixture(scope="session")
def indicators() -> Indicators:
    return definitions.load(folder_of("forms"))


@pytest.fixture
def figure() -> Figure:
    """Return a function that makes a final figure of ARB1: ``figure("2025", 42, 97, note="…")``."""

    def make(period: str, numerator: int, denominator: int, **more: Any) -> Observation:
        value = numerator / denominator
        return Observation(**{
            "indicator": "ARB1", "version": 1, "period": period, "value": value, "numerator": numerator,
            "denominator": denominator, "source": "Statistik der BA", **more,
        })  # fmt: skip

    return make
