"""Draws pictures in a process of its own, which may use so much time and memory and is ended if it hangs.

``python -m survey_service.reports.render.drawing`` reads a JSON list of jobs on standard input and answers with a line
of JSON for each: the picture in base64, or null. vl-convert draws: a JavaScript engine without a browser, whose loader
is given no address that it may read.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from survey_service.limits import limit
from survey_service.reports.render import vega

SECONDS = 60
"""How long a whole batch of pictures may take."""
MEBIBYTES = 2_048
_MOST = 20_000_000
_SCALE = 2.0
_VERSION = "5.20"
_ADDRESS = re.compile(r"<image|<feImage|href\s*=\s*[\"'](?!#)|@import|url\(\s*[\"']?(?!#)", re.IGNORECASE)
_ROOT = Path(__file__).resolve().parents[3]
_START = (
    f"import sys; sys.path.insert(0, {str(_ROOT)!r}); "
    "from survey_service.reports.render.drawing import main; sys.exit(main())"
)


@dataclass(frozen=True)
class Job:
    """A picture to be drawn: from a Vega-Lite specification with its colours, or from an SVG, in a language."""

    form: Literal["svg", "png"]
    language: str
    spec: Mapping[str, Any] | None = None
    svg: str | None = None


def draw(jobs: Sequence[Job], *, seconds: float = SECONDS) -> list[bytes | None]:
    """Return the picture of each job, or None for one that could not be drawn, in time or at all."""
    if not jobs:
        return []
    with tempfile.TemporaryDirectory(prefix="survey-charts-") as folder:
        answers = _run(json.dumps([asdict(job) for job in jobs]).encode("utf-8"), folder, seconds)
    found = [base64.b64decode(line) if line != b"null" else None for line in answers.split(b"\n") if line]
    return [*found, *[None] * (len(jobs) - len(found))][: len(jobs)]


def _run(request: bytes, folder: str, seconds: float) -> bytes:
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-I", "-B", "-c", _START],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8"},
        start_new_session=True,
    )
    try:
        return process.communicate(request, timeout=seconds)[0]
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        return b"".join(line + b"\n" for line in process.communicate()[0].split(b"\n")[:-1])


def main() -> int:
    """Draw the pictures that are asked for on standard input; return the exit status."""
    jobs = json.loads(sys.stdin.buffer.read())
    limit(
        {
            resource.RLIMIT_CPU: 2 * SECONDS,
            resource.RLIMIT_DATA: MEBIBYTES * 1024 * 1024,
            resource.RLIMIT_FSIZE: 0,
            resource.RLIMIT_CORE: 0,
        }
    )
    for job in jobs:
        try:
            line = base64.b64encode(_picture(job))
        except Exception:  # whatever a picture can do wrong, the others are drawn
            line = b"null"
        sys.stdout.buffer.write((line if len(line) <= _MOST else b"null") + b"\n")
        sys.stdout.buffer.flush()
    return 0


def _picture(job: Mapping[str, Any]) -> bytes:
    import vl_convert  # loaded here only: 100 MB of JavaScript engine

    text: str = job["svg"] or vl_convert.vegalite_to_svg(
        dict(job["spec"]),
        vl_version=_VERSION,
        allowed_base_urls=[],
        format_locale=vega.number_format(job["language"]),
    )
    if _ADDRESS.search(text):  # what draws an SVG would go and fetch it
        raise ValueError("an address in a picture")
    return vl_convert.svg_to_png(text, scale=_SCALE) if job["form"] == "png" else text.encode("utf-8")


if __name__ == "__main__":
    sys.exit(main())
