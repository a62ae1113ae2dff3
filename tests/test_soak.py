"""A sample of ``make soak``: everybody at once, and nothing is lost, doubled or answered with a fault of ours."""

from __future__ import annotations

from pathlib import Path

from tests.bench import soak


def test_everybody_at_once(tmp_path: Path) -> None:
    seen, _idle = soak.soak(tmp_path / "instance", 12, 16, 1.5)
    verdict = soak.judge(tmp_path / "instance", seen)
    assert verdict.faults == ()
    assert verdict.clean
    assert len(seen.acknowledged) >= 16
    assert {"phone 201", "provider 200", "manager 200", "looker 200"} <= set(seen.answers)
    assert seen.backups
    assert {answer.split()[1] for answer in seen.answers} <= {"200", "201"}
