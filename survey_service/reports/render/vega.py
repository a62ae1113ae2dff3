"""From a chart block to a whole Vega-Lite specification: data inline, types and formats by kind, our own colours.

Nothing in it is an address or an expression, for the block has no place for one: the schema is closed, and the data are
values in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survey_service import languages
from survey_service.questionnaire.model import wording
from survey_service.reports.render import formats

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
LIGHT = ("#00508a", "#b34700", "#1b6b3a", "#7a2a83", "#7d5a00", "#a3004f", "#00696b", "#4a4a4a")
DARK = ("#7ab8f5", "#ffa665", "#74c894", "#d9a3e3", "#e0bf5a", "#ff8fbd", "#63cfd1", "#cccccc")
"""Colours of a light and of a dark background: each has at least 3:1 to it (WCAG 2.2, 1.4.11)."""
PAPER, INK = ("#ffffff", "#1a1a1a"), ("#121212", "#f0f0f0")
_TYPES = {"text": "nominal", "date": "temporal"}
_FORMATS = {"percent": ".0%", "integer": ",d", "persons": ",d", "decimal": ",.1f"}
WIDTH, STEP = 420, 28
_LONGEST, _UPRIGHT = 220, 10

Block = Mapping[str, Any]


def spec(block: Block, language: str) -> dict[str, Any]:
    """Return the specification of a chart block, texts and numbers in a language; `themed` gives it its colours."""
    fields = {field["name"]: field for field in block["fields"]}
    rtl = languages.registry()[language].direction == "rtl" if language in languages.registry() else False
    values = [_row(row, list(fields), language) for row in block["rows"]]
    layers = [_layer(layer, fields, block, values, language, rtl=rtl) for layer in block["layers"]]
    chart: dict[str, Any] = {"layer": _one_title(layers)}
    divided = {side: block[side] for side in ("row", "column") if block[side] is not None}
    sized = {"width": WIDTH // 2 if "column" in divided else WIDTH, "height": _height(block, fields)}
    if divided:
        facet = {side: _channel(name, fields[name], language, bare=True) for side, name in divided.items()}
        chart = {"facet": facet, "spec": {**chart, **sized}}
    else:
        chart.update(sized)
    return {
        "$schema": SCHEMA,
        "data": {"values": values},
        **chart,
    }


def themed(chart: Mapping[str, Any], *, dark: bool = False) -> dict[str, Any]:
    """Return a specification with the colours and letters of a light or dark background."""
    ink, paper, colours = (INK[1], PAPER[1], DARK) if dark else (INK[0], PAPER[0], LIGHT)
    words = {"labelColor": ink, "titleColor": ink, "labelFontSize": 13, "titleFontSize": 13, "labelLimit": _LONGEST}
    return {
        **chart,
        "background": paper,
        "config": {
            "font": "Noto Sans, sans-serif",
            "axis": {**words, "gridColor": "#8a8a8a", "gridOpacity": 0.35, "domainColor": ink, "tickColor": ink},
            "legend": {**words, "symbolStrokeWidth": 2, "symbolSize": 150},
            "header": words,
            "view": {"stroke": None},
            "mark": {"color": colours[0]},
            "rule": {"color": ink, "strokeWidth": 2},
            "range": {"category": list(colours)},
        },
    }


def number_format(language: str) -> dict[str, Any]:
    """Return the number format of a language, as Vega-Lite wants it."""
    known = languages.registry().get(language)
    symbols = known.babel.number_symbols.get("latn", {}) if known is not None else {}
    percent = formats.percentage(0.5, language).replace("50", "")
    return {
        "decimal": symbols.get("decimal", "."),
        "thousands": symbols.get("group", ","),
        "grouping": [3],
        "currency": ["", ""],
        "percent": percent,
    }


def _height(block: Block, fields: Mapping[str, Mapping[str, Any]]) -> Any:
    upright = fields[block["layers"][0]["encoding"]["y"]["field"]]
    return {"step": STEP} if upright["kind"] == "text" else 260


def _row(row: list[Mapping[str, Any]], names: list[str], language: str) -> dict[str, Any]:
    """Return a row of data by the names of the fields; what is hidden is null, so that nothing is drawn."""
    return {name: _value(item, language) for name, item in zip(names, row, strict=True)}


def _value(item: Mapping[str, Any], language: str) -> Any:
    if item["kind"] == "hidden":
        return None
    return wording(item["value"], language) if item["kind"] == "text" else item["value"]


def _layer(
    layer: Mapping[str, Any],
    fields: Mapping[str, Any],
    block: Block,
    values: list[dict[str, Any]],
    language: str,
    *,
    rtl: bool,
) -> dict[str, Any]:
    used = {channel: encoded["field"] for channel, encoded in layer["encoding"].items()}
    encoding: dict[str, Any] = {
        channel: {"field": name} if channel in ("x2", "y2") else _channel(name, fields[name], language)
        for channel, name in used.items()
    }
    mark: dict[str, Any] = {"type": layer["mark"], "opacity": 1}
    if fields[used["x"]]["kind"] == "text":
        longest = max((len(str(row[used["x"]])) for row in values), default=0)
        encoding["x"]["axis"]["labelAngle"] = 0 if longest <= _UPRIGHT else -35
    if rtl:
        if fields[used["x"]]["kind"] != "date":
            encoding["x"]["scale"] = {"reverse": True}
        encoding["y"]["axis"]["orient"] = "right"
    if "color" in used:
        _told_apart(mark, encoding, used, fields, block, values)
    if layer["mark"] in ("bar", "area"):
        upright = fields[used["x"]]["kind"] in ("text", "date")
        encoding["y" if upright else "x"]["stack"] = None
    if layer["mark"] == "area":
        mark.update(fillOpacity=0.25, line=True)
    return {"mark": mark, "encoding": encoding}


def _one_title(layers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give all layers the axis titles of the first that is no rule: a rule's ends are the range of another's value."""
    leading = next((layer for layer in layers if layer["mark"]["type"] != "rule"), layers[0])
    for layer in layers:
        for side in ("x", "y"):
            layer["encoding"][side]["title"] = leading["encoding"][side]["title"]
    return layers


def _channel(name: str, field: Mapping[str, Any], language: str, *, bare: bool = False) -> dict[str, Any]:
    kind = field["kind"]
    channel: dict[str, Any] = {
        "field": name,
        "type": _TYPES.get(kind, "quantitative"),
        "title": wording(field["label"], language),
    }
    if kind == "text":
        channel["sort"] = None  # in the order of the rows
    if not bare:
        axis: dict[str, Any] = {"labelOverlap": kind != "text"}
        if kind in _FORMATS:
            axis.update(format=_FORMATS[kind], tickCount=5)
            if kind in ("integer", "persons"):
                axis["tickMinStep"] = 1
        elif kind == "date":
            axis["format"] = "%Y-%m-%d"
        channel["axis"] = axis
    return channel


def _told_apart(
    mark: dict[str, Any],
    encoding: dict[str, Any],
    used: Mapping[str, str],
    fields: Mapping[str, Any],
    block: Block,
    values: list[dict[str, Any]],
) -> None:
    """Let what differs in colour differ in another way too: by its place, its shape or its dashes."""
    name = used["color"]
    encoding["color"].pop("axis")
    order = list(dict.fromkeys(row[name] for row in values if row[name] is not None))
    encoding["color"]["scale"] = {"domain": order}  # one order for all ways, so that they share a legend
    same = {**encoding["color"]}
    if mark["type"] == "point":
        encoding["shape"] = same
        mark.update(filled=True, size=90)
    elif mark["type"] != "bar":
        encoding["strokeDash"] = same
        mark["strokeWidth"] = 2.5
    elif name not in (used["x"], used["y"], block["row"], block["column"]):
        side = "x" if fields[used["x"]]["kind"] == "text" else "y"
        encoding[f"{side}Offset"] = {"field": name, "type": "nominal", "sort": None}
