"""``make test`` builds the page once: npm's packages into the virtual environment, then one script and one sheet.

What is there already is kept, so that it needs a network the first time only. Needs Node 18 or newer with npm.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from tests.bench.phone.peers import ALIASES, ENKETO_FOOTER, SHEET

HERE = Path(__file__).parent
FOLDER = Path(sys.prefix) / "enketo"
_SOURCES = ("package.json", "package-lock.json", "main.js")
_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Enketo</title><link rel="icon" href="data:,">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><style>{sheet}</style></head>'
    '<body><div class="main"><article class="paper"><header class="form-header clearfix">'
    '<span class="form-language-selector hide"><span>Language</span></span></header>{footer}</article></div>'
    "<script>{script}</script></body></html>"
)


def page() -> str:
    """Return the page of the client; build it if that was not done."""
    build()
    script = (FOLDER / "page.js").read_text("utf-8").replace("</script", "<\\/script")
    return _PAGE.format(sheet=(FOLDER / "page.css").read_text("utf-8"), footer=ENKETO_FOOTER, script=script)


def build() -> None:
    """Install and bundle, unless the same was done before."""
    mark, stamp = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in _SOURCES)).hexdigest(), FOLDER / "done"
    if stamp.exists() and stamp.read_text("utf-8") == mark:
        return
    if shutil.which("npm") is None:
        raise SystemExit("The journeys with Enketo need Node 18 and npm (Debian: apt-get install nodejs npm).")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in _SOURCES:
        shutil.copy(HERE / name, FOLDER / name)
    _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    aliases = [f"--alias:{name}={FOLDER / 'node_modules' / path}" for name, path in ALIASES.items()]
    loaders = [*(f"--loader:.{kind}=dataurl" for kind in ("svg", "png")), "--external:libxslt"]  # only Node needs it
    esbuild = str(FOLDER / "node_modules/.bin/esbuild")
    _run(esbuild, "main.js", "--bundle", "--minify", "--log-level=error", "--outfile=page.js", *aliases, *loaders)
    (FOLDER / "sheet.cjs").write_text(SHEET, "utf-8")
    _run("node", "sheet.cjs", "page.css")
    stamp.write_text(mark, "utf-8")


def _run(*command: str) -> None:
    subprocess.run(command, cwd=FOLDER, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    build()
