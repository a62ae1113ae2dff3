"""All charts of a report as one SVG, below each other, each under its caption."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping

from markupsafe import Markup

from survey_service.reports.render.views import ReportView

WIDTH, LINE, GAP = 640, 24, 28
_CHARACTERS = 60
_SIZE = re.compile(r'<svg[^>]*?viewBox="0 0 ([0-9.]+) ([0-9.]+)"')


def render(view: ReportView, pictures: Mapping[str, bytes | None]) -> str:
    """Return the picture; ``pictures`` are SVG by the ids of the charts, None for one that could not be drawn."""
    parts: list[Markup] = []
    width, height = float(WIDTH), 0.0
    rtl = view.direction == "rtl"
    for chart in view.charts:
        for line in textwrap.wrap(chart.caption, _CHARACTERS):
            height += LINE
            parts.append(
                Markup('<text x="{}" y="{}" font-size="17" font-weight="bold" direction="{}">{}</text>').format(
                    WIDTH if rtl else 0, height - 6, view.direction, line
                )
            )
        picture = (pictures.get(chart.id) or b"").decode("utf-8")
        size = _SIZE.search(picture)
        if size is None:
            height += LINE
            parts.append(Markup('<text x="0" y="{}">{}</text>').format(height - 6, view.headings.not_drawn))
        else:
            parts.append(Markup('<g transform="translate(0 {})">{}</g>').format(height, Markup(picture)))  # noqa: S704 - drawn here
            width, height = max(width, float(size[1])), height + float(size[2])
        height += GAP
    body = Markup("").join(parts)
    return str(
        Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" height="{1}" '
            'font-family="Noto Sans, sans-serif" fill="#1a1a1a" role="img" aria-label="{2}">'
            '<rect width="{0}" height="{1}" fill="#ffffff"/>{3}</svg>\n'
        ).format(round(width, 1), round(max(height, 1.0), 1), view.title, body)
    )
