"""Builds wheels byte by byte, good ones and hostile ones, without a build tool."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping

PLUGIN_TOML = """name = "{name}"
module = "{module}"
version = "{version}"
author = "Landkreis Nebenan"
questionnaires = ["small"]
{more}
[title]
de = "Probe"
en = "Trial"
[description]
de = "Ein Versuch."
en = "An attempt."
"""
CODE = """
from survey_service.reports.plugin import *

@hookimpl
def report_info():
    return ReportInfo.read(__file__)

@hookimpl
def report_run(context):
    share = context.share("small", chose_any("likes", "red"), answered("likes"))
    statement = Statement.of(
        share, id="red", field="INT", question="likes", wording=context.label("small", "likes"),
        text={"de": "%(share)s mögen Rot.", "en": "%(share)s like red."}, revisions=context.revisions("small"),
    )
    return ReportOutput((statement,))
"""


def recorded(content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"sha256={digest},{len(content)}"


def zipped(files: Iterable[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    """Return a zip archive with these files in this order, whatever their names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name) if isinstance(name, str) else name  # of 1980, whenever it is built
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def parts(
    *,
    name: str = "trial",
    version: str = "1.0",
    module: str = "",
    code: str = CODE,
    more: str = "",
    package: Mapping[str, bytes] | None = None,
    described: Mapping[str, bytes | None] | None = None,
    requires: Iterable[str] = (),
) -> dict[str, bytes]:
    """Return the files of a wheel, with a RECORD that fits; ``described`` puts files of .dist-info, or takes them."""
    module = module or name
    files = {
        f"{module}/__init__.py": code.encode(),
        f"{module}/plugin.toml": PLUGIN_TOML.format(name=name, module=module, version=version, more=more).encode(),
        **(package or {}),
    }
    folder = f"{name}-{version}.dist-info"
    needed = "".join(f"Requires-Dist: {one}\n" for one in requires)
    facts: dict[str, bytes | None] = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needed}\nWords.\n".encode(),
        "WHEEL": b"Wheel-Version: 1.0\nGenerator: wheelwright\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "entry_points.txt": f"[survey_service.reports]\n{name} = {module}\n".encode(),
        **(described or {}),
    }
    files.update({f"{folder}/{path}": content for path, content in facts.items() if content is not None})
    if "RECORD" not in facts:
        rows = [f"{path},{recorded(content)}" for path, content in files.items()]
        files[f"{folder}/RECORD"] = "\n".join([*rows, f"{folder}/RECORD,,", ""]).encode()
    return files


def filename(name: str = "trial", version: str = "1.0") -> str:
    return f"{name}-{version}-py3-none-any.whl"


def wheel(**options: object) -> bytes:
    """Return a wheel; see `parts`."""
    return zipped(parts(**options).items())  # type: ignore[arg-type]
