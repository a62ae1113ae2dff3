"""The sample forms that nobody here wrote; tests that use one skip visibly where they are absent."""

from __future__ import annotations

from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples"
FOLDER = SAMPLES / "xlsform"


def sample(name: str, kind: str = "xlsform") -> bytes:
    """Return the content of a sample, a workbook by default, or skip the test."""
    path = SAMPLES / kind / name
    if not path.exists():
        pytest.skip(f"the sample {name} is not here")
    return path.read_bytes()
