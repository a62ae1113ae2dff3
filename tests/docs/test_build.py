"""The documentation is built without a warning, and reads without a network."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.docs.pages import DOCS, PAGES

LOADED = re.compile(r"<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)=\"((?:https?:)?//[^\"]+)\"")


def test_it_is_built_whole_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", "-d", str(tmp_path / "read")]
    ran = subprocess.run([*command, str(DOCS), str(out)], cwd=DOCS.parent, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    for page in PAGES:
        assert (out / page.relative_to(DOCS)).with_suffix(".html").is_file()
    for page in out.rglob("*.html"):
        content = page.read_text("utf-8")
        assert LOADED.findall(content) == [], page
        spoken = "de" if page.parent.name == "de" else "en"
        assert f'lang="{spoken}"' in content[:600], page
    assert "@font-face" not in "".join(path.read_text("utf-8") for path in out.rglob("*.css"))
    assert "retention_months" in (out / "reference-settings.html").read_text("utf-8")
    assert "survey_requests" in (out / "reference-metrics.html").read_text("utf-8")
    assert (out / "searchindex.js").stat().st_size > 10_000
