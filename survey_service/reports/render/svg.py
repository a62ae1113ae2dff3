"""A bar chart as inline SVG, drawn by ourselves: no script, no style attribute, readable in light and dark and RTL.

The picture is one image to a screen reader, named by its caption; its figures stand beside it in a table.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH, LABEL, GAP = 640, 232, 12
LINE, BAR = 18, 20
CHARACTERS = 30
FILL = "#5f8fb3"
"""A label breaks into lines of at most so many characters."""


@dataclass(frozen=True)
class Drawn:
    """One bar: its label, what to write at its end, its value and interval; value None: not published, no bar."""

    label: str
    text: str
    value: float | None
    low: float | None = None
    high: float | None = None


def bars(drawn: Sequence[Drawn], title: str, *, id: str, top: float | None, rtl: bool) -> Markup:
    """Return the chart as an ``<svg>``. ``top`` is the value of a full bar, None for the largest; ``rtl`` mirrors it.

    Classes ``chart``, ``chart-bar``, ``chart-interval`` and ``chart-axis`` are there for style sheets; without one it
    is drawn in the colour of the text.
    """
    full = top or max([bar.value for bar in drawn if bar.value is not None] or [1]) or 1
    parts: list[Markup] = []
    height = 0
    for bar in drawn:
        lines = textwrap.wrap(bar.label, CHARACTERS) or [""]
        row = max(BAR, LINE * len(lines)) + GAP
        parts.append(_row(bar, lines, height, row, full, rtl=rtl))
        height += row
    axis = _x(LABEL, rtl)
    parts.append(
        Markup('<line class="chart-axis" x1="{0}" y1="0" x2="{0}" y2="{1}" stroke="currentColor"/>').format(
            axis, height
        )
    )
    return Markup(
        '<svg class="chart" role="img" aria-labelledby="{0}-title" viewBox="0 0 {1} {2}" width="100%" '
        'fill="currentColor" font-size="14"><title id="{0}-title">{3}</title>{4}</svg>'
    ).format(id, WIDTH, max(height, 1), title, Markup("").join(parts))


def _x(x: float, rtl: bool) -> float:
    return round(WIDTH - x if rtl else x, 1)


def _row(bar: Drawn, lines: list[str], top: int, row: int, full: float, *, rtl: bool) -> Markup:
    middle = top + row / 2
    end = float(LABEL)
    parts = [_label(lines, middle, rtl=rtl)]
    scale = (WIDTH - LABEL - 90) / full  # 90: room for the number behind a full bar
    if bar.value is not None:
        length = bar.value * scale
        parts.append(
            Markup('<rect class="chart-bar" x="{}" y="{}" width="{}" height="{}" fill-opacity="0.55"/>').format(
                _x(LABEL + length, rtl) if rtl else LABEL, round(middle - BAR / 2, 1), round(length, 1), BAR
            )
        )
        end = LABEL + length
    if bar.low is not None and bar.high is not None:
        left, right = LABEL + bar.low * scale, LABEL + bar.high * scale
        parts.append(_interval(left, right, middle, rtl=rtl))
        end = max(end, right)
    parts.append(_text(bar.text, end + 8, middle + 5, anchor="start", rtl=rtl))
    return Markup("").join(parts)


def _interval(left: float, right: float, middle: float, *, rtl: bool) -> Markup:
    """A whisker: a line from end to end with a small stroke at each."""
    a, b = _x(left, rtl), _x(right, rtl)
    path = f"M{a} {middle - 4}v8M{a} {middle}H{b}M{b} {middle - 4}v8"
    return Markup('<path class="chart-interval" d="{}" fill="none" stroke="currentColor" stroke-width="1.5"/>').format(
        path
    )


def _label(lines: list[str], middle: float, *, rtl: bool) -> Markup:
    first = middle - (len(lines) - 1) * LINE / 2 + 5
    return Markup("").join(
        _text(line, LABEL - 8, first + number * LINE, anchor="end", rtl=rtl) for number, line in enumerate(lines)
    )


def _text(text: str, x: float, y: float, *, anchor: str, rtl: bool) -> Markup:
    # With direction rtl "start" is the right end, so the mirrored place keeps its anchor.
    direction = "rtl" if rtl else "ltr"
    return Markup('<text x="{}" y="{}" text-anchor="{}" direction="{}">{}</text>').format(
        _x(x, rtl), round(y, 1), anchor, direction, escape(text)
    )


def standalone(picture: str) -> str:
    """Return a chart as a file of its own: with its size, letters and colours, where no style sheet gives them."""
    size = re.search(r'viewBox="0 0 (\S+) (\S+)" width="100%"', picture)
    width, height = size.groups() if size is not None else (str(WIDTH), "1")
    return (
        picture.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" font-family="Noto Sans" color="#1a1a1a" ', 1)
        .replace('width="100%"', f'width="{width}" height="{height}"', 1)
        .replace('fill-opacity="0.55"', f'fill="{FILL}"')
    )
