"""The pictures of a report's charts, as SVG or PNG; what took long to draw is kept in a folder of the instance."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from survey_service.reports.render import drawing, svg, vega
from survey_service.reports.render.drawing import Job
from survey_service.reports.render.views import ChartView

Form = Literal["svg", "png"]
MOST_KEPT = 1_000
_FOLDER = "charts"


def pictures(
    charts: Sequence[ChartView], form: Form, instance: Path | None, *, dark: bool = False
) -> dict[str, bytes | None]:
    """Return the picture of each chart by its id; None for one that could not be drawn.

    ``instance`` is where those that are drawn by Vega-Lite are kept, None to keep nothing.
    """
    jobs = {chart.id: _job(chart, form, dark=dark) for chart in charts}
    folder = instance / _FOLDER if instance is not None else None
    found: dict[str, bytes | None] = {}
    for name, job in jobs.items():
        if job.svg is not None and form == "svg":
            found[name] = job.svg.encode("utf-8")
        elif folder is not None:
            with contextlib.suppress(OSError):
                found[name] = (folder / _name(job)).read_bytes()
    missing = [name for name in jobs if name not in found]
    for name, picture in zip(missing, drawing.draw([jobs[name] for name in missing]), strict=True):
        found[name] = picture
        if picture is not None and folder is not None:
            _keep(folder, _name(jobs[name]), picture)
    return found


def _job(chart: ChartView, form: Form, *, dark: bool) -> Job:
    if chart.spec is not None:
        return Job(form, chart.language, spec=vega.themed(chart.spec, dark=dark))
    return Job(form, chart.language, svg=svg.standalone(str(chart.svg)))


def _name(job: Job) -> str:
    """Return a name for a picture that no other one has: it follows from all that it is drawn from."""
    content = json.dumps([job.language, job.spec, job.svg], sort_keys=True, ensure_ascii=False)
    return f"{hashlib.sha256(content.encode('utf-8')).hexdigest()[:40]}.{job.form}"


def _keep(folder: Path, name: str, picture: bytes) -> None:
    """Keep a picture, written completely or not at all; where that is not possible it is drawn again."""
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, scratch = tempfile.mkstemp(dir=folder, prefix=".new-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(picture)
        os.replace(scratch, folder / name)
        kept = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
        for path in kept[:-MOST_KEPT]:
            path.unlink(missing_ok=True)
