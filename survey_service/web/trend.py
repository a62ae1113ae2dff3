"""The course of an indicator as a small drawing: lines that break where the definition does, intervals, the target.

It says nothing by colour alone, and the table beside it says the same; so screen readers get its title only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from survey_service.monitoring.goals import Goal
from survey_service.monitoring.observations import Observation, Recorded

WIDTH, HEIGHT = 320, 140
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 12, 24
_DOT = 4
_FRAME = Markup(
    '<svg class="trend" viewBox="0 0 {width} {height}" role="img" aria-label="{title}" direction="ltr">{parts}</svg>'
)


@dataclass(frozen=True)
class _Scale:
    """From periods and shares to places in the drawing."""

    periods: tuple[str, ...]
    low: float
    high: float

    def x(self, period: str) -> float:
        inner = WIDTH - _LEFT - _RIGHT
        count = len(self.periods)
        at = self.periods.index(period) / (count - 1) if count > 1 else 0.5
        return round(_LEFT + at * inner, 1)

    def y(self, share: float) -> float:
        inner = HEIGHT - _TOP - _BOTTOM
        return round(HEIGHT - _BOTTOM - (share - self.low) / (self.high - self.low) * inner, 1)


def trend(runs: Sequence[Sequence[Recorded]], goal: Goal | None, title: str) -> Markup:
    """Return the drawing as inline SVG; ``runs`` are those of `observations.series`, ``title`` says what it shows."""
    points = [each.observation for run in runs for each in run]
    scale = _scale(points, goal)
    parts = [_axis(scale)]
    if goal is not None:
        parts.append(_target(scale, goal))
    for run in runs:
        parts.append(_run(scale, [each.observation for each in run]))
    return _FRAME.format(width=WIDTH, height=HEIGHT, title=title, parts=Markup("").join(parts))


def _scale(points: Sequence[Observation], goal: Goal | None) -> _Scale:
    shares = [share for point in points for share in (point.value, point.low, point.high) if share is not None]
    periods = {point.period for point in points}
    if goal is not None:
        shares += [goal.baseline, goal.target]
        periods |= {goal.baseline_period, goal.target_period}
    low, high = (min(shares), max(shares)) if shares else (0.0, 1.0)
    room = max((high - low) * 0.15, 0.02)
    return _Scale(tuple(sorted(periods)), max(0.0, low - room), min(1.0, high + room))


def _axis(scale: _Scale) -> Markup:
    bottom = HEIGHT - _BOTTOM
    line = Markup('<path class="trend-axis" d="M{} {}V{}H{}"/>').format(_LEFT, _TOP, bottom, WIDTH - _RIGHT)
    text = Markup('<text x="{}" y="{}" text-anchor="end">{}%</text>')
    ends = [text.format(_LEFT - 4, scale.y(share) + 4, round(share * 100)) for share in (scale.low, scale.high)]
    shown = scale.periods[:1] + scale.periods[-1:] if len(scale.periods) > 1 else scale.periods
    for period, anchor in zip(shown, ("start", "end") if len(shown) > 1 else ("middle",), strict=True):
        text = Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>')
        ends.append(text.format(scale.x(period), HEIGHT - 6, anchor, period))
    return line + Markup("").join(ends)


def _target(scale: _Scale, goal: Goal) -> Markup:
    y = scale.y(goal.target)
    return Markup('<path class="trend-target" d="M{} {}H{}"/>').format(_LEFT, y, WIDTH - _RIGHT)


def _run(scale: _Scale, points: Sequence[Observation]) -> Markup:
    parts, path, pen = [], "", "M"
    for point in points:
        x = scale.x(point.period)
        if point.value is None:
            hidden = Markup('<text class="trend-hidden" x="{}" y="{}" text-anchor="middle">•</text>')
            parts.append(hidden.format(x, HEIGHT - _BOTTOM - 4))
            pen = "M"
            continue
        y = scale.y(point.value)
        path, pen = f"{path}{pen}{x} {y}", "L"
        if point.low is not None and point.high is not None:
            interval = Markup('<path class="trend-interval" d="M{} {}V{}"/>')
            parts.append(interval.format(x, scale.y(point.low), scale.y(point.high)))
        mark = Markup('<circle class="{}" cx="{}" cy="{}" r="{}"/>')
        parts.append(mark.format("trend-open" if point.preliminary else "trend-dot", x, y, _DOT))
    return (
        Markup('<path class="trend-line" d="{}"/>').format(path) + Markup("").join(parts)
        if path
        else Markup("").join(parts)
    )
