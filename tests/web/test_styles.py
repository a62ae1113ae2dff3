"""Style sheets and scripts as sent."""

from __future__ import annotations

import base64
import hashlib
import re

import brotli
import pytest

from survey_service.web import styles

STATIC = styles._FOLDER


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")) + sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_everything_is_sent_shorter_than_it_is_written(path: object) -> None:
    name, _, kind = path.name.partition(".")  # type: ignore[attr-defined]
    found = styles.script(name) if kind == "js" else styles.sheet(name)
    written = path.read_text("utf-8")  # type: ignore[attr-defined]
    assert 0 < len(found.text) < len(written)
    assert "/*" not in found.text
    assert "\n  " not in found.text
    digest = base64.b64encode(hashlib.sha256(found.text.encode()).digest()).decode()
    assert found.source == f"sha256-{digest}"


def test_what_a_script_declares_is_there_for_others_and_what_a_bundle_declares_is_not() -> None:
    assert "const started" in styles.script("evaluate").text or ",started=" in styles.script("evaluate").text
    assert "started" not in styles.bundle("evaluate").text


def test_the_mark_changes_with_the_content() -> None:
    assert styles.bundle("keep", "worker").mark != styles.bundle("keep", "device").mark
    assert styles.bundle("keep", "worker").mark == styles.bundle("keep", "worker").mark


def test_the_evaluator_of_expressions_keeps_its_budget() -> None:
    assert len(brotli.compress(styles.bundle("evaluate", "evaluate_more").text.encode("utf-8"), quality=11)) <= 3_000


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_no_script_holds_what_shortening_would_change(path: object) -> None:
    """``Math.trunc(x)`` becomes ``x|0``, wrong for NaN and large numbers; taken out of ``Math`` first it stays."""
    assert styles.short(styles.JAVASCRIPT, "f=e=>Math.trunc(e)") == "f=e=>e|0"
    assert not re.findall(r"Math\.(?:trunc|abs|sqrt)\(", path.read_text("utf-8"))  # type: ignore[attr-defined]
