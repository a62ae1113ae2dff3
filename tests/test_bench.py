"""The bench can at least be begun: its parts name what is there."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

MODULES = sorted(path.stem for path in (Path(__file__).parent / "bench").glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("module", MODULES)
def test_a_part_of_the_bench_names_what_is_there(module: str) -> None:
    importlib.import_module(f"tests.bench.{module}")
