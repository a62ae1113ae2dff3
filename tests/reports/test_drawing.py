"""Charts in a closed subset of Vega-Lite: what is refused, how they are drawn, and that nothing is loaded or hangs."""

from __future__ import annotations

import copy
import http.server
import json
import threading
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any, Literal

import pytest

from survey_service.reports import output
from survey_service.reports.blocks import Block, Counted, Field, ReportOutput, VegaLite, percent, persons, words
from survey_service.reports.render import drawing, formats, vega
from survey_service.reports.render.drawing import Job
from survey_service.reports.render.pictures import pictures
from survey_service.reports.render.view import view
from survey_service.reports.render.views import ChartView
from survey_service.reports.report import Report
from survey_service.statistics.disclosure import Reason
from tests.conftest import TODAY

FIELDS = (
    Field("topic", {"de": "Thema", "en": "Topic"}),
    Field("quarter", {"de": "Quartal", "en": "Quarter"}),
    Field("share", {"de": "Anteil", "en": "Share"}, "percent"),
    Field("people", {"de": "Personen", "en": "People"}, "persons"),
)
ROWS = tuple(
    (words({"de": topic, "en": topic}), words({"*": quarter}), percent(share, reason), persons(1500, None))
    for topic, quarter, share, reason in (
        ("Wohnen & <b>", "2026-Q1", 0.25, None),
        ("Wohnen & <b>", "2026-Q2", None, Reason.GROUP),
        ("Arbeit", "2026-Q1", 0.5, None),
    )
)


def chart(mark: str = "bar", rows: Any = ROWS, **channels: str) -> VegaLite:
    used = channels or {"x": "share", "y": "topic", "color": "quarter"}
    encoding = {channel: {"field": name} for channel, name in used.items()}
    caption = {"de": "Bild", "en": "Picture"}
    counted = Counted({"de": "So gezählt", "en": "Counted thus"}, 1500)
    return VegaLite("c", caption, FIELDS, rows, ({"mark": mark, "encoding": encoding},), counted=counted)


def report(*blocks: Block) -> Report:
    checked = output.check_output(json.loads(json.dumps(ReportOutput(blocks).to_json())))
    title = {"de": "Probe", "en": "Trial"}
    facts = {"id": 1, "plugin": "trial", "version": "1", "title": title, "snapshot": "f" * 32, "period": "2026-Q4"}
    return Report(**facts, day=TODAY, synthetic=False, counts={}, blocks=tuple(checked))


def shown(block: VegaLite, tag: str = "de") -> ChartView:
    (found,) = view(report(block), tag).charts
    return found


def test_a_chart_has_its_data_in_a_table_and_how_it_was_counted() -> None:
    found = shown(chart())
    assert [cell.text for cell in found.table.rows[0]] == ["Wohnen & <b>", "2026-Q1", "25\xa0%", "1.500"]
    assert found.table.rows[1][2].text == formats.HIDDEN
    assert found.table.rows[1][2].note.startswith("Not given")
    assert found.table.counted is not None
    facts = {fact.heading: fact.cell.text for fact in found.table.counted.facts}
    assert facts == {"Definition": "So gezählt", "People in the base": "1.500", "Snapshot": "f" * 32}


def test_the_specification_is_ours_but_for_the_encoding() -> None:
    spec = shown(chart()).spec
    assert spec is not None
    assert spec["data"] == {"values": [
        {"topic": "Wohnen & <b>", "quarter": "2026-Q1", "share": 0.25, "people": 1500},
        {"topic": "Wohnen & <b>", "quarter": "2026-Q2", "share": None, "people": 1500},
        {"topic": "Arbeit", "quarter": "2026-Q1", "share": 0.5, "people": 1500},
    ]}  # fmt: skip
    encoding = spec["layer"][0]["encoding"]
    assert (encoding["x"]["type"], encoding["x"]["title"], encoding["x"]["axis"]["format"]) == (
        "quantitative", "Anteil", ".0%"
    )  # fmt: skip
    assert encoding["yOffset"]["field"] == "quarter"  # bars that differ in colour stand side by side


@pytest.mark.parametrize(
    ("mark", "channels", "other"),
    [
        ("point", {"x": "share", "y": "topic", "color": "quarter"}, "shape"),
        ("line", {"x": "quarter", "y": "share", "color": "topic"}, "strokeDash"),
        ("area", {"x": "quarter", "y": "people", "color": "topic"}, "strokeDash"),
        ("rule", {"x": "share", "x2": "people", "y": "topic", "color": "quarter"}, "strokeDash"),
        ("bar", {"x": "quarter", "y": "share", "color": "topic"}, "xOffset"),
    ],
)
def test_colour_is_never_alone(mark: str, channels: dict[str, str], other: str) -> None:
    spec = shown(chart(mark, **channels)).spec
    assert spec is not None
    encoding = spec["layer"][0]["encoding"]
    assert encoding[other]["field"] == encoding["color"]["field"]


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("dark", [False, True])
def test_colours_have_the_contrast_of_wcag(dark: bool) -> None:
    themed = vega.themed({}, dark=dark)
    paper = _luminance(themed["background"])
    colours = [(colour, 3.0) for colour in themed["config"]["range"]["category"]]
    for colour, least in [*colours, (themed["config"]["axis"]["labelColor"], 4.5)]:
        light, deep = max(_luminance(colour), paper), min(_luminance(colour), paper)
        assert (light + 0.05) / (deep + 0.05) >= least, colour


def change(path: str, value: Any) -> dict[str, Any]:
    """Return the output with one value put in: keys and places separated by blanks, the last one may be new."""
    data: Any = copy.deepcopy(json.loads(json.dumps(ReportOutput((chart(),)).to_json())))
    place = data["blocks"][0]
    *steps, last = path.split()
    for step in steps:
        place = place[int(step)] if step.isdigit() else place[step]
    place[int(last) if last.isdigit() else last] = value
    return dict(data)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("data", {"url": "https://example.org/data.csv"}),
        ("layers 0 data", {"values": []}),
        ("layers 0 transform", [{"calculate": "1", "as": "x"}]),
        ("layers 0 mark", {"type": "image", "url": "x"}),
        ("layers 0 mark", "image"),
        ("layers 0 mark", "text"),
        ("layers 0 encoding href", {"field": "topic"}),
        ("layers 0 encoding url", {"field": "topic"}),
        ("layers 0 encoding x axis", {"labelExpr": "1"}),
        ("layers 0 encoding x field", "none"),
        ("layers 0 encoding x field", "topic.length"),
        ("layers 0 encoding x", {"field": "share", "aggregate": "mean"}),
        ("layers 0 encoding x", {"value": {"expr": "1"}}),
        ("layers 0 encoding color field", "share"),
        ("layers 0 encoding x2", {"field": "topic"}),
        ("layers", []),
        ("layers", [{"mark": "bar", "encoding": {"x": {"field": "share"}, "y": {"field": "topic"}}}] * 5),
        ("row", "share"),
        ("column", "none"),
        ("fields 0 name", "Topic"),
        ("fields 0 name", "share"),
        ("rows 0 2", {"kind": "percent", "value": 1.5}),
        ("rows 0 2", {"kind": "persons", "value": 7}),
        ("rows 0 3", {"kind": "persons", "value": 4}),
        ("rows 0", []),
        ("rows", [[{"kind": "hidden", "value": "small_base"}] * 4] * 1_001),
        ("counted n", 4),
        ("caption", {"de": "Bild"}),
    ],
)
def test_what_is_not_of_the_subset_is_refused(path: str, value: Any) -> None:
    with pytest.raises(output.Unusable):
        output.check_output(change(path, value))


def texts(picture: bytes) -> list[str]:
    return [each.text or "" for each in ET.fromstring(picture).iter() if each.tag.endswith("text")]


def test_it_is_drawn_in_the_language_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block = chart()
    drawn = pictures([shown(block, "de")], "svg", tmp_path)["c"]
    assert drawn is not None
    found = texts(drawn)
    assert {"Thema", "Anteil", "Quartal", "Arbeit", "Wohnen & <b>", "2026-Q1"} <= set(found)
    assert "20\xa0%" in found or "10\xa0%" in found
    monkeypatch.setattr(drawing, "_run", lambda *_arguments: pytest.fail("it is drawn already"))
    assert pictures([shown(block, "de")], "svg", tmp_path)["c"] == drawn


def test_one_that_cannot_be_drawn_does_not_spoil_the_others() -> None:
    spec = shown(chart()).spec
    assert spec is not None
    broken = {**vega.themed(spec), "layer": [{"mark": "nothing"}]}
    jobs = [Job("svg", "de", spec=broken), Job("png", "en", spec=vega.themed(spec)), Job("png", "de", svg="<svg")]
    first, second, third = drawing.draw(jobs)
    assert (first, third) == (None, None)
    assert second is not None
    assert second.startswith(b"\x89PNG")


def test_nothing_is_ever_loaded() -> None:
    """The schema has no place for an address; were there one all the same, it is not asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"
        encoding = {"x": {"field": "a", "type": "quantitative"}}
        loaded = {"data": {"url": f"{base}/data.csv"}, "mark": "point", "encoding": encoding}
        image = {
            "data": {"values": [{"a": 1, "u": f"{base}/image.png"}]},
            "mark": {"type": "image", "width": 9, "height": 9},
            "encoding": {**encoding, "url": {"field": "u", "type": "nominal"}},
        }
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{base}/x.png"/></svg>'
        forms: tuple[Literal["svg", "png"], ...] = ("svg", "png")
        sources: tuple[Any, ...] = ((loaded, None), (image, None), (None, svg))
        jobs = [Job(form, "de", spec=spec, svg=text) for form in forms for spec, text in sources]
        found = drawing.draw(jobs)
        server.shutdown()
    assert found[1::3] == [None, None]
    assert asked == []


def test_one_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_START", "import time; time.sleep(600)")
    assert drawing.draw([Job("png", "de", svg="<svg/>")] * 2, seconds=0.5) == [None, None]


def test_one_that_takes_too_much_memory_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    root = str(Path(drawing.__file__).resolve().parents[3])
    monkeypatch.setattr(
        drawing,
        "_START",
        f"import sys; sys.path.insert(0, {root!r}); "
        "from survey_service.reports.render import drawing as d; d._limit(); "
        "bytearray(4 * 1024**3); print('eA==')",
    )
    assert drawing.draw([Job("png", "de", svg="<svg/>")]) == [None]
