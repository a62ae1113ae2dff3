"""``plugins new``: writes a package that works, with its test, for an author to begin with."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from string import Template

from survey_service.problems import Problem
from survey_service.reports.finding import NAME

_TEMPLATES = Path(__file__).with_name("starter")
FILES = {
    "pyproject.toml": "pyproject.toml.txt",
    "README.md": "README.md.txt",
    "$name/__init__.py": "init.py.txt",
    "$name/plugin.toml": "plugin.toml.txt",
    "$name/texts.py": "texts.py.txt",
    "tests/test_$name.py": "test.py.txt",
}
"""Path in the new package → its template."""


def create(name: str, folder: Path, author: str) -> Path:
    """Write a new plugin into ``folder``/``name`` and return that. Raises Problems plugin.name, file.exists and
    file.unwritable."""
    if not NAME.fullmatch(name) or name in sys.stdlib_module_names or importlib.util.find_spec(name) is not None:
        raise Problem("plugin.name", name=name)
    target = folder / name
    if target.exists():
        raise Problem("file.exists", path=str(target))
    title = name.replace("_", " ").capitalize()
    words = {"name": name, "project": name.replace("_", "-"), "title": title, "author": _quoted(author)}
    try:
        for path, template in FILES.items():
            file = target / Template(path).substitute(words)
            file.parent.mkdir(parents=True, exist_ok=True)
            text = (_TEMPLATES / template).read_text("utf-8")
            file.write_text(Template(text).substitute(words), "utf-8")
    except OSError as error:
        raise Problem("file.unwritable", path=str(target), reason=error.strerror or str(error)) from None
    return target


def _quoted(text: str) -> str:
    """Return a text as it may stand between quotation marks in TOML."""
    return "".join(sign for sign in text if sign.isprintable()).replace("\\", "\\\\").replace('"', '\\"')[:200]
