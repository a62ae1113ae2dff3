"""Pages of SurveyJS and of enketo-core with the same questions, built from npm into a folder of their own."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from tests.bench.phone import questions
from tests.bench.phone.questions import Asked

CACHE = Path(__file__).parents[3] / ".venv" / "bench-phone"
"""Where npm's packages lie: beside the other tools, not in git."""

PACKAGE = {
    "private": True,
    "dependencies": {
        "enketo-core": "9.0.1",
        "esbuild": "0.28.2",
        "lighthouse": "12.8.2",
        "sass": "1.94.0",
        "survey-core": "2.5.38",
        "survey-js-ui": "2.5.38",
    },
    # enketo-core names a fork on GitHub and a version that the registry lacks: the nearest that npm has.
    "overrides": {"leaflet-draw": "1.0.4", "openrosa-xpath-evaluator": "3.1.0"},
}

_ENKETO = "src/js"
ALIASES = {
    "enketo/config": "enketo-core/config.js",
    "enketo/widgets": f"enketo-core/{_ENKETO}/widgets.js",
    "enketo/translator": f"enketo-core/{_ENKETO}/fake-translator.js",
    "enketo/dialog": f"enketo-core/{_ENKETO}/fake-dialog.js",
    "enketo/file-manager": f"enketo-core/{_ENKETO}/file-manager.js",
    "enketo/xpath-evaluator-binding": f"enketo-core/{_ENKETO}/xpath-evaluator-binding.js",
}
SHEET = """
const sass = require("sass"), path = require("path"), {pathToFileURL} = require("url");
const packages = path.resolve("node_modules");
const elsewhere = {findFileUrl: url => url.includes("node_modules/")
  ? pathToFileURL(path.join(packages, url.split("node_modules/").pop())) : null};
const file = path.join(packages, "enketo-core/src/sass/formhub/formhub.scss");
const silence = {quietDeps: true, logger: sass.Logger.silent};
const found = sass.compile(file, {importers: [elsewhere], style: "compressed", ...silence});
require("fs").writeFileSync(process.argv[2], found.css);
"""
_HEAD = (
    '<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Was brauchen Sie?</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
    '<link rel="stylesheet" href="page.css"></head>'
)
_SURVEYJS = """
import {Model} from "survey-core";
import {renderSurvey} from "survey-js-ui";
renderSurvey(new Model(DEFINITION), document.getElementById("survey"));
"""
_ENKETO_MAIN = """
import {Form} from "enketo-core";
const form = new Form(document.querySelector("form.or"), {modelStr: MODEL}, {});
window.loadErrors = form.init();
"""
ENKETO_FOOTER = (
    '<section class="form-footer end"><div class="content"><div class="main-controls">'
    '<a class="btn btn-default previous-page disabled" href="#">Zurück</a>'
    '<button type="button" class="btn btn-primary next-page" aria-label="next page">Weiter</button>'
    '<button type="button" class="btn btn-primary" id="submit-form">Absenden</button></div>'
    '<div class="jump-nav"><a class="btn btn-default disabled first-page" href="#">Anfang</a>'
    '<a class="btn btn-default disabled last-page" href="#">Ende</a></div></div></section>'
)


def install() -> None:
    """Install npm's packages where they are not yet; scripts of packages are not run. Needs Node 20 and npm."""
    wanted = json.dumps(PACKAGE, indent=1)
    file, done = CACHE / "package.json", CACHE / ".installed"
    if done.exists() and file.read_text("utf-8") == wanted:
        return
    if shutil.which("npm") is None:
        raise SystemExit("make bench-phone needs Node 20 and npm (Debian: apt-get install nodejs npm).")
    CACHE.mkdir(parents=True, exist_ok=True)
    file.write_text(wanted, "utf-8")
    _run("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    done.touch()


def _run(*command: str) -> None:
    subprocess.run(command, cwd=CACHE, check=True, stdout=subprocess.DEVNULL)


def build(asked: list[Asked], folder: Path) -> None:
    """Write ``surveyjs/`` and ``enketo/`` below a folder, each with index.html, page.js and page.css."""
    _surveyjs(asked, folder / "surveyjs")
    _enketo(asked, folder / "enketo")


def _surveyjs(asked: list[Asked], folder: Path) -> None:
    folder.mkdir(parents=True)
    _bundle(_SURVEYJS.replace("DEFINITION", json.dumps(questions.surveyjs(asked))), folder)
    shutil.copy(CACHE / "node_modules/survey-core/survey-core.fontless.min.css", folder / "page.css")
    page = f'{_HEAD}<body><div id="survey"></div><script src="page.js"></script></body></html>'
    (folder / "index.html").write_text(page, "utf-8")


def _enketo(asked: list[Asked], folder: Path) -> None:
    folder.mkdir(parents=True)
    form, model = questions.enketo(asked)
    _bundle(_ENKETO_MAIN.replace("MODEL", json.dumps(model)), folder)
    (CACHE / "sheet.cjs").write_text(SHEET, "utf-8")
    _run("node", "sheet.cjs", str(folder / "page.css"))
    page = (
        f'{_HEAD}<body><div class="main"><article class="paper"><header class="form-header clearfix">'
        f'<span class="form-language-selector hide"><span>Sprache</span></span></header>{form}{ENKETO_FOOTER}'
        f'</article></div><script src="page.js"></script></body></html>'
    )
    (folder / "index.html").write_text(page, "utf-8")


def _bundle(source: str, folder: Path) -> None:
    """Bundle a script with what it imports, minified, as its makers' own build tools would."""
    entry = CACHE / "entry.js"
    entry.write_text(source, "utf-8")
    aliases = [f"--alias:{name}={CACHE / 'node_modules' / path}" for name, path in ALIASES.items()]
    loaders = [f"--loader:.{kind}=dataurl" for kind in ("svg", "png")]
    esbuild = str(CACHE / "node_modules/.bin/esbuild")
    _run(
        esbuild,
        "entry.js",
        "--bundle",
        "--minify",
        "--log-level=error",
        f"--outfile={folder / 'page.js'}",
        *aliases,
        *loaders,
    )
    (folder / "page.css").unlink(missing_ok=True)
