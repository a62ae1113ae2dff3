"""The example of docs/plugin-authors.md is a plugin whose own test passes; settings and commands named there exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from survey_service.cli import cli
from survey_service.reports import manifest
from survey_service.settings import TABLE

DOCS = Path(__file__).resolve().parents[2] / "docs"
TEXT = (DOCS / "plugin-authors.md").read_text("utf-8")
MANAGERS = (DOCS / "plugins.md").read_text("utf-8")
FILES = dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", TEXT, re.DOTALL))


def test_the_example_passes_its_own_test(tmp_path: Path) -> None:
    assert set(FILES) == {"plugin.toml", "__init__.py", "recipes.py", "test_colours.py", "test_recipes.py"}
    for name, content in FILES.items():
        path = tmp_path / name if name.startswith("test_") else tmp_path / "colours" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, "utf-8")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout
    assert "4 passed" in ran.stdout


def test_what_the_page_names_exists() -> None:
    names = {setting.name for setting in TABLE}
    assert {name.lower() for name in re.findall(r"SURVEY_([A-Z_]+)", MANAGERS)} <= names
    commands = cli.commands["plugins"].commands  # type: ignore[attr-defined]
    for name in ("list", "new", "install", "approve", "enable", "disable", "upgrade", "rollback", "remove"):
        assert name in commands
        assert name in MANAGERS + TEXT
    assert manifest.parse(FILES["plugin.toml"].encode()).info["name"] == "colours"
